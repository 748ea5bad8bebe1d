/* Rank 0: it claims tasks from the file, gives them to the others and to its own thread, and
 * commits what comes back, many outcomes at once but at least each second. */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "handout.h"
#include "messages.h"
#include "own_tasks.h"
#include "teams.h"

typedef struct first {
    loss_surface *surface;
    char *identity;
    own_tasks *own;
    handout handout;
    loss_outcome outcomes[MOST_OUTCOMES]; /* [n_outcomes of handout] */
    loss_claim claim;                     /* what the last one found */
    bool is_complete;                     /* all is committed */
} first;

static void clear_outcomes(first *f)
{
    for (size_t i = 0; i < f->handout.n_outcomes; i++)
        loss_outcome_clear(&f->outcomes[i]);
}

static loss_status commit(first *f)
{
    loss_status status = loss_surface_hand_in(f->surface, f->outcomes, f->handout.n_outcomes);
    clear_outcomes(f);
    handout_committed(&f->handout, MPI_Wtime());
    return status;
}

static loss_status keep(first *f, int rank, const loss_outcome *outcome)
{
    f->outcomes[f->handout.n_outcomes] = *outcome;
    return handout_done(&f->handout, rank, &outcome->task) ? commit(f) : LOSS_OK;
}

/* The first line that is not the same, without its end. */
static void tell_difference(int rank, const char *theirs, const char *ours)
{
    while (*theirs && strcspn(theirs, "\n") == strcspn(ours, "\n") &&
           strncmp(theirs, ours, strcspn(ours, "\n") + 1) == 0) {
        theirs += strcspn(theirs, "\n") + 1;
        ours += strcspn(ours, "\n") + 1;
    }
    progress_end();
    fprintf(stderr,
            "lossgrid-mpi: rank %d has another surface: %.*s; rank 0: %.*s. It gets no points\n",
            rank, (int)strcspn(theirs, "\n"), theirs, (int)strcspn(ours, "\n"), ours);
}

/* Whether it goes on with what comes next. */
static void stop(first *f, int rank, bool goes_on)
{
    message_send(rank, MESSAGE_STOP, &goes_on, sizeof goes_on);
    f->handout.ranks[rank].state = RANK_STOPPED;
}

/* Whoever computes something else takes no part. */
static void welcome(first *f, int rank, bool is_late)
{
    char *identity = message_take_text(rank, MESSAGE_HELLO);
    bool is_same = identity && strcmp(identity, f->identity) == 0;
    if (identity && !is_same)
        tell_difference(rank, identity, f->identity);
    free(identity);
    if (is_late || !is_same)
        stop(f, rank, is_same && f->is_complete);
    else
        f->handout.ranks[rank].state = RANK_HERE;
}

static loss_status take_messages(first *f, bool is_late, bool *any)
{
    int rank, tag;
    loss_status status = LOSS_OK;
    while (!status && message_is_there(&rank, &tag)) {
        loss_outcome outcome;
        *any = true;
        if (tag == MESSAGE_HELLO) {
            welcome(f, rank, is_late);
        } else if (tag == MESSAGE_OUTCOME) {
            status = message_take_outcome(rank, &outcome);
            if (!status)
                status = keep(f, rank, &outcome);
        } else {
            message_take(rank, tag, NULL, 0);
            handout_leave(&f->handout, rank);
        }
    }
    return status;
}

static loss_status take_own(first *f, bool *any)
{
    loss_outcome outcome;
    bool has;
    loss_status status = own_tasks_take(f->own, &outcome, &has);
    *any = *any || has;
    return has ? keep(f, 0, &outcome) : status;
}

/* The next task: one that came back, or one from the file. */
static loss_status next_task(first *f, loss_task *task, bool *has)
{
    *has = handout_again(&f->handout, task);
    if (*has)
        return LOSS_OK;
    loss_status status = loss_surface_claim(f->surface, &f->claim, task);
    *has = !status && f->claim == LOSS_CLAIM_TASK;
    return status;
}

static loss_status give(first *f, bool *any)
{
    loss_status status = LOSS_OK;
    loss_task task;
    int rank;
    bool has = true;
    while (!status && (rank = handout_who(&f->handout)) >= 0) {
        status = next_task(f, &task, &has);
        if (!has)
            break;
        if (rank)
            status = message_send_task(rank, &task);
        else
            own_tasks_give(f->own, &task);
        handout_give(&f->handout, rank, &task);
        *any = true;
    }
    return status;
}

static loss_status step(first *f)
{
    bool any = false;
    loss_status status = take_messages(f, false, &any);
    if (!status)
        status = take_own(f, &any);
    if (!status)
        status = give(f, &any);
    if (!status && handout_is_due(&f->handout, MPI_Wtime()))
        status = commit(f);
    if (!status && !any)
        message_pause();
    return status;
}

/* Ends the others, and commits what they finish until then. */
static loss_status dismiss(first *f)
{
    bool any;
    int left;
    loss_status status = LOSS_OK;
    const handout *h = &f->handout;
    for (int r = 1; r < h->n_ranks; r++)
        if (h->ranks[r].state == RANK_HERE)
            stop(f, r, f->is_complete);
    do {
        loss_status taken = take_messages(f, true, &any);
        status = status ? status : taken;
        left = 0;
        for (int r = 1; r < h->n_ranks; r++)
            left += h->ranks[r].state != RANK_GONE;
        if (left)
            message_pause();
    } while (left);
    return h->n_outcomes && !status ? commit(f) : status;
}

static loss_status run(first *f)
{
    loss_status status = LOSS_OK;
    f->claim = LOSS_CLAIM_WAIT;
    while (!status && !interrupted(NULL) && (f->claim != LOSS_CLAIM_DONE || f->handout.n_given))
        status = step(f);
    /* At once: whoever asks for an end may kill soon. */
    if (!status && f->handout.n_outcomes)
        status = commit(f);
    own_tasks_end(f->own);
    f->is_complete = !status && f->claim == LOSS_CLAIM_DONE;
    loss_status ended = dismiss(f);
    teams_gather(f->is_complete && !ended);
    if (!status)
        status = ended;
    return status || f->is_complete ? status : LOSS_ERR_CANCELLED;
}

loss_status evaluate_as_first(loss_surface *surface, int n_ranks)
{
    first *f = calloc(1, sizeof *f);
    if (!f)
        return LOSS_ERR_NOMEM;
    f->surface = surface;
    f->own = own_tasks_start(surface);
    loss_status status = handout_init(&f->handout, n_ranks) && f->own ? LOSS_OK : LOSS_ERR_NOMEM;
    if (!status)
        status = loss_surface_identity(surface, &f->identity);
    if (!status)
        status = run(f);
    else
        own_tasks_end(f->own);
    free(f->identity);
    clear_outcomes(f);
    handout_free(&f->handout);
    free(f);
    return status;
}
