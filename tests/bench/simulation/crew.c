#include "bench/simulation/crew.h"

#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "bench/simulation/surface.h"
#include "surface/crew.h"
#include "surface/crew_plan.h"

/* Time passes in each wait, as short as it may be. */
static const double LEAST_WAIT = 1e-6;

/* A task that was given and not taken. */
typedef struct given {
    loss_task task;
    double seconds, end;
} given;

struct lossi_crew {
    size_t most, n;
    given *tasks;    /* [n] of most */
    double *free_at; /* [members] */
    double longest;
};

/* The process that is simulated. */
static struct {
    const simulated_process *process;
    simulated_result *result;
    uint8_t *was_given; /* [points + 1] */
    double now;
    size_t n_put; /* points of a commit that was not counted yet */
} world;

double lossi_clock(void)
{
    return world.now;
}

static void spend(double seconds)
{
    world.now += seconds;
    world.result->caller += seconds;
}

/* The library told of points that it had put in. The time is counted now, since it looked at the
 * clock in between. */
static void count_commit(void)
{
    if (world.n_put)
        spend(world.process->commit + (double)world.n_put * world.process->insert);
    world.result->commits += world.n_put > 0;
    world.n_put = 0;
}

static void note_point(const loss_surface_progress *p, void *user)
{
    (void)p, (void)user;
    world.n_put++;
}

loss_status lossi_crew_create(lossi_crew **out, const loss_surface *surface, size_t n_tasks,
                              size_t n_images)
{
    (void)surface, (void)n_images;
    const simulated_process *p = world.process;
    const lossi_crew_work work = {simulated_chunks(&p->point), n_tasks};
    uint64_t most = p->memory / p->point.network->bytes;
    most = most < 1 ? 1 : most < p->threads ? most : p->threads;
    lossi_crew_size size = lossi_crew_size_for(p->threads, &work, most);
    lossi_crew *crew = *out = calloc(1, sizeof *crew);
    if (!crew)
        return LOSS_ERR_NOMEM;
    crew->most = lossi_crew_most_tasks(size.members, 1e-9);
    crew->tasks = calloc(crew->most, sizeof *crew->tasks);
    crew->free_at = calloc(size.members, sizeof *crew->free_at);
    world.result->members = size.members;
    world.result->threads = size.threads;
    return crew->tasks && crew->free_at ? LOSS_OK : LOSS_ERR_NOMEM;
}

void lossi_crew_free(lossi_crew *crew)
{
    count_commit();
    if (!crew)
        return;
    free(crew->tasks);
    free(crew->free_at);
    free(crew);
}

bool lossi_crew_has_room(lossi_crew *crew)
{
    count_commit();
    return crew->n < lossi_crew_most_tasks(world.result->members, crew->longest);
}

bool lossi_crew_has_tasks(const lossi_crew *crew)
{
    return crew->n > 0;
}

size_t lossi_crew_most(const lossi_crew *crew)
{
    return crew->most;
}

void lossi_crew_drop(lossi_crew *crew)
{
    (void)crew; /* nothing fails here */
}

/* Members take tasks in their order, so that who will have the task is known at once. */
void lossi_crew_give(lossi_crew *crew, const loss_task *task)
{
    spend(world.process->claim);
    double *member = crew->free_at;
    for (size_t i = 1; i < world.result->members; i++)
        if (crew->free_at[i] < *member)
            member = &crew->free_at[i];
    double seconds = simulated_seconds(&world.process->point, task->point, world.result->threads,
                                       &world.result->work);
    *member = fmax(*member, world.now) + seconds;
    crew->tasks[crew->n++] = (given){*task, seconds, *member};
    world.result->tasks++;
    world.result->is_right = world.result->is_right && !world.was_given[task->point]++;
}

static double first_end(const lossi_crew *crew)
{
    double end = INFINITY;
    for (size_t i = 0; i < crew->n; i++)
        end = fmin(end, crew->tasks[i].end);
    return end;
}

loss_status lossi_crew_take(lossi_crew *crew, double seconds, loss_outcome *outcomes, size_t *n)
{
    size_t kept = 0;
    count_commit();
    double until = world.now + fmax(seconds, LEAST_WAIT);
    world.now = fmax(world.now, fmin(first_end(crew), until));
    *n = 0;
    for (size_t i = 0; i < crew->n; i++) {
        const given *g = &crew->tasks[i];
        if (g->end > world.now) {
            crew->tasks[kept++] = *g;
            continue;
        }
        outcomes[(*n)++] = simulated_outcome(&g->task, g->seconds);
        crew->longest = fmax(crew->longest, g->seconds);
    }
    crew->n = kept;
    return LOSS_OK;
}

loss_status simulated_process_run(const simulated_process *process, const char *folder,
                                  simulated_result *result)
{
    simulated_surface s = {.net = NULL};
    loss_surface_options opt = LOSS_SURFACE_OPTIONS_INIT;
    opt.x.n = opt.y.n = process->side;
    opt.progress = note_point;
    *result = (simulated_result){.is_right = true};
    world.process = process;
    world.result = result;
    world.now = 1; /* 0 means "never" to some */
    world.n_put = 0;
    world.was_given = calloc(process->side * process->side + 1, 1);
    loss_status status =
        world.was_given ? simulated_surface_open(&s, folder, &opt) : LOSS_ERR_NOMEM;
    if (!status)
        status = loss_surface_evaluate(s.surface);
    result->seconds = world.now - 1;
    result->is_right = result->is_right && !status && simulated_surface_is_whole(&s);
    simulated_surface_close(&s, folder);
    free(world.was_given);
    return status;
}
