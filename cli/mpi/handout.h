/* What rank 0 decides: who gets the next task, which tasks are given once more, when to commit.
 * There is no clock, no thread and no message in it, so that tests/bench/ can try it with more
 * ranks than there are. */
#ifndef HANDOUT_H
#define HANDOUT_H

#include <loss/loss.h>

/* A rank has one task in work and one more in hand, so that it need not wait for the next. */
enum { TASKS_A_RANK = 2, MOST_OUTCOMES = 1024 };

/** A rank as rank 0 sees it. */
typedef struct handout_rank {
    enum {
        RANK_ABSENT, /* it reads its data, and will say hello */
        RANK_HERE,
        RANK_STOPPED, /* it was told to end */
        RANK_GONE
    } state;
    int n;                         /* tasks that it has */
    loss_task tasks[TASKS_A_RANK]; /* [n] */
} handout_rank;

typedef struct handout {
    int n_ranks;
    handout_rank *ranks; /* [n_ranks] rank 0 is its own thread, which has no task in hand */
    loss_task *returned; /* [n_returned] of ranks that went before they were done */
    size_t n_returned;
    size_t n_given;    /* tasks that ranks have */
    size_t n_outcomes; /* that were not committed */
    double committed;  /* when, in seconds */
} handout;

/** Rank 0 is here, the others are absent. @return false: memory is out; free it in each case */
bool handout_init(handout *h, int n_ranks);
void handout_free(handout *h);

/** The rank that gets the next task: those without one come first. @return -1: all have enough */
int handout_who(const handout *h);
/** Takes a task that came back. @return false: there is none, a new one may be given */
bool handout_again(handout *h, loss_task *task);
void handout_give(handout *h, int rank, const loss_task *task);
/** A rank's outcome of a task is there. @return whether there is room for no further one */
bool handout_done(handout *h, int rank, const loss_task *task);
/** A rank ends. Others get what it had. */
void handout_leave(handout *h, int rank);

/** Whether outcomes should be committed now: each second, or when nothing else is awaited.
 *  @param now  seconds */
bool handout_is_due(const handout *h, double now);
void handout_committed(handout *h, double now);

#endif
