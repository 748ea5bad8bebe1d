/* Rank 0: it claims tasks from the file, gives them to the others and to its own thread, and
 * commits what comes back, many outcomes at once but at least each second. */
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "messages.h"
#include "own_tasks.h"

/* A rank has one task in work and one more in hand, so that it need not wait for the next. */
enum { TASKS_A_RANK = 2, MOST_OUTCOMES = 1024 };
static const double SECONDS_A_COMMIT = 1;

/* Another rank, as rank 0 sees it. */
typedef struct member {
    enum {
        ABSENT, /* it reads its data, and will say hello */
        HERE,
        STOPPED, /* it was told to end */
        GONE
    } state;
    int n;                         /* tasks that it has */
    loss_task tasks[TASKS_A_RANK]; /* [n] */
} member;

typedef struct first {
    loss_surface *surface;
    int n_ranks;
    char *identity;
    own_tasks *own;
    member *members;     /* [n_ranks] the one of rank 0 is not used */
    loss_task *returned; /* [n_returned] of members that went before they were done */
    size_t n_returned;
    size_t n_in_hand; /* tasks that are with members and with own */
    loss_outcome outcomes[MOST_OUTCOMES];
    size_t n_outcomes;
    double committed; /* when */
    loss_claim claim; /* what the last one found */
} first;

static loss_status commit(first *f)
{
    loss_status status = loss_surface_hand_in(f->surface, f->outcomes, f->n_outcomes);
    f->n_outcomes = 0;
    f->committed = MPI_Wtime();
    return status;
}

static loss_status keep(first *f, const loss_outcome *outcome)
{
    f->outcomes[f->n_outcomes++] = *outcome;
    f->n_in_hand--;
    return f->n_outcomes == MOST_OUTCOMES ? commit(f) : LOSS_OK;
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

static void stop(first *f, int rank)
{
    message_send(rank, MESSAGE_STOP, NULL, 0);
    f->members[rank].state = STOPPED;
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
        stop(f, rank);
    else
        f->members[rank].state = HERE;
}

static void strike_off(member *m, const loss_task *task)
{
    int kept = 0;
    for (int i = 0; i < m->n; i++)
        if (m->tasks[i].point != task->point)
            m->tasks[kept++] = m->tasks[i];
    m->n = kept;
}

/* A member ends. Others get what it had. */
static void let_go(first *f, member *m)
{
    for (int i = 0; i < m->n; i++)
        f->returned[f->n_returned++] = m->tasks[i];
    f->n_in_hand -= (size_t)m->n;
    m->n = 0;
    m->state = GONE;
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
            message_take(rank, tag, &outcome, sizeof outcome);
            strike_off(&f->members[rank], &outcome.task);
            status = keep(f, &outcome);
        } else {
            message_take(rank, tag, NULL, 0);
            let_go(f, &f->members[rank]);
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
    return has ? keep(f, &outcome) : status;
}

/* The next task: one that came back, or one from the file. */
static loss_status next_task(first *f, loss_task *task, bool *has)
{
    loss_status status = LOSS_OK;
    *has = f->n_returned > 0;
    if (*has) {
        *task = f->returned[--f->n_returned];
    } else {
        status = loss_surface_claim(f->surface, &f->claim, task);
        *has = !status && f->claim == LOSS_CLAIM_TASK;
    }
    f->n_in_hand += *has;
    return status;
}

/* First one for each that has none, then the ones in hand. */
static loss_status give(first *f, bool *any)
{
    loss_status status = LOSS_OK;
    loss_task task;
    bool has = true;
    if (own_tasks_is_idle(f->own)) {
        status = next_task(f, &task, &has);
        if (has)
            own_tasks_give(f->own, &task);
        *any = *any || has;
    }
    for (int most = 1; most <= TASKS_A_RANK; most++)
        for (int r = 1; r < f->n_ranks && has && !status; r++) {
            member *m = &f->members[r];
            if (m->state != HERE || m->n >= most)
                continue;
            status = next_task(f, &task, &has);
            if (!has)
                break;
            message_send(r, MESSAGE_TASK, &task, sizeof task);
            m->tasks[m->n++] = task;
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
    bool is_due = f->n_outcomes && (MPI_Wtime() - f->committed > SECONDS_A_COMMIT || !f->n_in_hand);
    if (!status && is_due)
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
    for (int r = 1; r < f->n_ranks; r++)
        if (f->members[r].state == HERE)
            stop(f, r);
    do {
        loss_status taken = take_messages(f, true, &any);
        status = status ? status : taken;
        left = 0;
        for (int r = 1; r < f->n_ranks; r++)
            left += f->members[r].state != GONE;
        if (left)
            message_pause();
    } while (left);
    return f->n_outcomes && !status ? commit(f) : status;
}

static loss_status run(first *f)
{
    loss_status status = LOSS_OK;
    f->claim = LOSS_CLAIM_WAIT;
    while (!status && !interrupted(NULL) && (f->claim != LOSS_CLAIM_DONE || f->n_in_hand))
        status = step(f);
    /* At once: whoever asks for an end may kill soon. */
    if (!status && f->n_outcomes)
        status = commit(f);
    own_tasks_end(f->own);
    loss_status ended = dismiss(f);
    if (!status)
        status = ended;
    return !status && f->claim != LOSS_CLAIM_DONE ? LOSS_ERR_CANCELLED : status;
}

loss_status evaluate_as_first(loss_surface *surface, int n_ranks)
{
    first *f = calloc(1, sizeof *f);
    if (!f)
        return LOSS_ERR_NOMEM;
    f->surface = surface;
    f->n_ranks = n_ranks;
    f->members = calloc((size_t)n_ranks, sizeof *f->members);
    f->returned = calloc((size_t)n_ranks * TASKS_A_RANK, sizeof *f->returned);
    f->own = own_tasks_start(surface);
    loss_status status = f->members && f->returned && f->own ? LOSS_OK : LOSS_ERR_NOMEM;
    if (!status)
        status = loss_surface_identity(surface, &f->identity);
    if (!status)
        status = run(f);
    else
        own_tasks_end(f->own);
    free(f->identity);
    free(f->members);
    free(f->returned);
    free(f);
    return status;
}
