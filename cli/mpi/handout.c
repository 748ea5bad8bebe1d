#include "handout.h"

#include <stdlib.h>

static const double SECONDS_A_COMMIT = 1;

bool handout_init(handout *h, int n_ranks)
{
    *h = (handout){.n_ranks = n_ranks,
                   .ranks = calloc((size_t)n_ranks, sizeof *h->ranks),
                   .returned = calloc((size_t)n_ranks * TASKS_A_RANK, sizeof *h->returned)};
    if (!h->ranks || !h->returned)
        return false;
    h->ranks[0].state = RANK_HERE;
    return true;
}

void handout_free(handout *h)
{
    free(h->ranks);
    free(h->returned);
    *h = (handout){0};
}

static int most_tasks(int rank)
{
    return rank ? TASKS_A_RANK : 1;
}

int handout_who(const handout *h)
{
    int who = -1;
    for (int r = 0; r < h->n_ranks; r++) {
        const handout_rank *rank = &h->ranks[r];
        if (rank->state != RANK_HERE || rank->n >= most_tasks(r))
            continue;
        if (rank->n == 0)
            return r;
        if (who < 0 || rank->n < h->ranks[who].n)
            who = r;
    }
    return who;
}

bool handout_again(handout *h, loss_task *task)
{
    if (!h->n_returned)
        return false;
    *task = h->returned[--h->n_returned];
    return true;
}

void handout_give(handout *h, int rank, const loss_task *task)
{
    handout_rank *to = &h->ranks[rank];
    to->tasks[to->n++] = *task;
    h->n_given++;
}

bool handout_done(handout *h, int rank, const loss_task *task)
{
    handout_rank *by = &h->ranks[rank];
    int kept = 0;
    for (int i = 0; i < by->n; i++)
        if (by->tasks[i].point != task->point)
            by->tasks[kept++] = by->tasks[i];
    h->n_given -= (size_t)(by->n - kept);
    by->n = kept;
    return ++h->n_outcomes == MOST_OUTCOMES;
}

void handout_leave(handout *h, int rank)
{
    handout_rank *r = &h->ranks[rank];
    for (int i = 0; i < r->n; i++)
        h->returned[h->n_returned++] = r->tasks[i];
    h->n_given -= (size_t)r->n;
    r->n = 0;
    r->state = RANK_GONE;
}

bool handout_is_due(const handout *h, double now)
{
    return h->n_outcomes && (now - h->committed > SECONDS_A_COMMIT || !h->n_given);
}

void handout_committed(handout *h, double now)
{
    h->n_outcomes = 0;
    h->committed = now;
}
