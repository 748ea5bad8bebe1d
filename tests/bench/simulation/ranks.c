#include "bench/simulation/ranks.h"

#include <math.h>
#include <stdlib.h>

#include "bench/simulation/surface.h"
#include "cli/mpi/handout.h"

/* Outcomes on their way to rank 0, the first one first: a binary heap. */
typedef struct arrival {
    double at, seconds;
    int rank;
    loss_task task;
} arrival;

typedef struct world {
    const simulated_ranks *with;
    simulated_result *result;
    simulated_surface surface;
    handout handout;
    double *free_at; /* [ranks] */
    arrival *heap;   /* [n_heap] */
    size_t n_heap;
    uint8_t *was_given; /* [points + 1] */
    loss_outcome outcomes[MOST_OUTCOMES];
    loss_claim claim;
    double now;
} world;

static void push(world *w, arrival a)
{
    size_t i = w->n_heap++;
    for (; i && w->heap[(i - 1) / 2].at > a.at; i = (i - 1) / 2)
        w->heap[i] = w->heap[(i - 1) / 2];
    w->heap[i] = a;
}

static arrival pop(world *w)
{
    arrival first = w->heap[0], last = w->heap[--w->n_heap];
    size_t i = 0;
    for (size_t child; (child = 2 * i + 1) < w->n_heap; i = child) {
        child += child + 1 < w->n_heap && w->heap[child + 1].at < w->heap[child].at;
        if (last.at <= w->heap[child].at)
            break;
        w->heap[i] = w->heap[child];
    }
    w->heap[i] = last;
    return first;
}

static void spend(world *w, double seconds)
{
    w->now += seconds;
    w->result->caller += seconds;
}

static loss_status commit(world *w)
{
    size_t n = w->handout.n_outcomes;
    loss_status status = loss_surface_hand_in(w->surface.surface, w->outcomes, n);
    spend(w, w->with->commit + (double)n * w->with->insert);
    w->result->commits++;
    handout_committed(&w->handout, w->now);
    return status;
}

static loss_status take_arrivals(world *w)
{
    loss_status status = LOSS_OK;
    while (!status && w->n_heap && w->heap[0].at <= w->now) {
        arrival a = pop(w);
        spend(w, a.rank ? w->with->message : 0);
        w->outcomes[w->handout.n_outcomes] = simulated_outcome(&a.task, a.seconds);
        if (handout_done(&w->handout, a.rank, &a.task))
            status = commit(w);
    }
    return status;
}

static void start_task(world *w, int rank, const loss_task *task)
{
    double way = rank ? w->with->latency : 0;
    double seconds =
        simulated_seconds(&w->with->point, task->point, w->with->threads, &w->result->work);
    handout_give(&w->handout, rank, task);
    w->free_at[rank] = fmax(w->free_at[rank], w->now + way) + seconds;
    push(w, (arrival){w->free_at[rank] + way, seconds, rank, *task});
    w->result->tasks++;
    w->result->is_right = w->result->is_right && !w->was_given[task->point]++;
}

static loss_status give(world *w)
{
    int rank;
    loss_task task;
    while ((rank = handout_who(&w->handout)) >= 0) {
        loss_status status = loss_surface_claim(w->surface.surface, &w->claim, &task);
        if (status || w->claim != LOSS_CLAIM_TASK)
            return status;
        spend(w, w->with->claim + (rank ? w->with->message : 0));
        start_task(w, rank, &task);
    }
    return LOSS_OK;
}

static loss_status step(world *w)
{
    double before = w->now;
    loss_status status = take_arrivals(w);
    if (!status)
        status = give(w);
    if (!status && handout_is_due(&w->handout, w->now))
        status = commit(w);
    if (w->now > before)
        return status;
    w->now += w->with->pause; /* or many of them, until something comes, or a commit is due */
    if (w->n_heap && !w->handout.n_outcomes)
        w->now = fmax(w->now, w->heap[0].at);
    return status;
}

static loss_status run(world *w)
{
    loss_status status = LOSS_OK;
    w->now = w->with->start;
    handout_committed(&w->handout, w->now);
    for (size_t r = 0; r < w->with->ranks; r++)
        w->handout.ranks[r].state = RANK_HERE;
    w->claim = LOSS_CLAIM_WAIT;
    while (!status && (w->claim != LOSS_CLAIM_DONE || w->handout.n_given))
        status = step(w);
    w->result->seconds = w->now - w->with->start;
    w->result->is_right = w->result->is_right && !status && simulated_surface_is_whole(&w->surface);
    return status;
}

loss_status simulated_ranks_run(const simulated_ranks *ranks, const char *folder,
                                simulated_result *result)
{
    loss_surface_options opt = LOSS_SURFACE_OPTIONS_INIT;
    opt.x.n = opt.y.n = ranks->side;
    *result =
        (simulated_result){.is_right = true, .members = ranks->ranks, .threads = ranks->threads};
    world *w = calloc(1, sizeof *w);
    if (!w)
        return LOSS_ERR_NOMEM;
    w->with = ranks;
    w->result = result;
    w->free_at = calloc(ranks->ranks, sizeof *w->free_at);
    w->heap = calloc(TASKS_A_RANK * ranks->ranks, sizeof *w->heap);
    w->was_given = calloc(ranks->side * ranks->side + 1, 1);
    bool has_memory = handout_init(&w->handout, (int)ranks->ranks);
    loss_status status = has_memory && w->free_at && w->heap && w->was_given
                             ? simulated_surface_open(&w->surface, folder, &opt)
                             : LOSS_ERR_NOMEM;
    if (!status)
        status = run(w);
    simulated_surface_close(&w->surface, folder);
    handout_free(&w->handout);
    free(w->free_at);
    free(w->heap);
    free(w->was_given);
    free(w);
    return status;
}
