/* Fills a landscape file: a crew does the tasks, this thread commits what is done. A commit waits
 * for the disk and takes processor time, so the next tasks are given out before it, and short tasks
 * are committed several at a time. */
#include <loss/tasks.h>

#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "surface/crew.h"
#include "surface/crew_plan.h"
#include "surface/keep.h"
#include "surface/ledger.h"
#include "surface/share.h"
#include "surface/surface.h"
#include "surface/worker.h"

/* Outcomes that may wait for a commit, besides those that the crew has. */
enum { MOST_WAITING = 256 };

typedef struct evaluation {
    loss_surface *surface;
    lossi_crew *crew;
    loss_outcome *outcomes; /* [MOST_WAITING + most of the crew] that were not committed */
    size_t n_outcomes;
    double committed; /* when, in seconds */
    loss_claim claim; /* what the last one found */
    loss_task task;   /* what of it was not given out */
} evaluation;

/* The next of the losses and eigenvalues of a point: they are tasks of their own here, so that if
 * it ends between them, what is finished stays. */
static loss_status next_task(evaluation *e, loss_task *task, bool *has)
{
    loss_status status = LOSS_OK;
    if (!e->task.wants)
        status = loss_surface_claim(e->surface, &e->claim, &e->task);
    *has = !status && e->task.wants;
    if (*has) {
        *task = (loss_task){e->task.point, e->task.wants & -e->task.wants};
        e->task.wants &= e->task.wants - 1;
    }
    return status;
}

static bool is_at_work(const evaluation *e)
{
    return e->crew && lossi_crew_has_tasks(e->crew);
}

static loss_status give_tasks(evaluation *e)
{
    loss_task task;
    bool has = true;
    loss_status status = LOSS_OK;
    while (!status && has && lossi_crew_has_room(e->crew)) {
        status = next_task(e, &task, &has);
        if (has)
            lossi_crew_give(e->crew, &task);
    }
    return status;
}

static loss_status commit(evaluation *e)
{
    loss_status status = loss_surface_hand_in(e->surface, e->outcomes, e->n_outcomes);
    e->n_outcomes = 0;
    e->committed = lossi_clock();
    return status;
}

/* Seconds until what is there should be committed. */
static double commit_in(const evaluation *e)
{
    if (!e->n_outcomes)
        return INFINITY;
    if (!is_at_work(e) || e->n_outcomes >= MOST_WAITING)
        return 0;
    return lossi_crew_commit_in(lossi_clock() - e->committed);
}

static loss_status take_outcomes(evaluation *e)
{
    size_t n;
    loss_status status = lossi_crew_take(e->crew, commit_in(e), e->outcomes + e->n_outcomes, &n);
    e->n_outcomes += n;
    return status;
}

static loss_status step(evaluation *e, lossi_pause *pause)
{
    loss_status status = give_tasks(e);
    if (status)
        return status;
    if (commit_in(e) <= 0)
        return commit(e);
    if (is_at_work(e))
        return take_outcomes(e);
    return e->claim == LOSS_CLAIM_WAIT ? lossi_share_pause(e->surface, pause) : LOSS_OK;
}

/* After a failure or Ctrl-C: what is finished, and what members are at, stays. */
static void end(evaluation *e)
{
    if (e->crew)
        lossi_crew_drop(e->crew);
    if (e->n_outcomes)
        commit(e);
    while (is_at_work(e)) {
        take_outcomes(e);
        if (e->n_outcomes)
            commit(e);
    }
}

static loss_status start_crew(evaluation *e)
{
    loss_status status = lossi_surface_keep(e->surface);
    if (!status)
        status = lossi_crew_create(&e->crew, e->surface, lossi_ledger_left(e->surface->ledger));
    if (status)
        return status;
    size_t n = MOST_WAITING + lossi_crew_most(e->crew);
    e->outcomes = calloc(n, sizeof *e->outcomes);
    return e->outcomes ? LOSS_OK : lossi_fail_nomem(n * sizeof *e->outcomes);
}

loss_status loss_surface_evaluate(loss_surface *surface)
{
    LOSSI_REQUIRE(surface);
    evaluation e = {.surface = surface, .committed = -INFINITY};
    lossi_pause pause = {0};
    loss_status status = loss_surface_claim(surface, &e.claim, &e.task);
    if (!status && e.claim != LOSS_CLAIM_DONE)
        status = start_crew(&e);
    while (!status && (e.claim != LOSS_CLAIM_DONE || e.n_outcomes || is_at_work(&e)))
        status = step(&e, &pause);
    end(&e);
    lossi_crew_free(e.crew);
    free(e.outcomes);
    lossi_surface_end_evaluation(surface);
    return status;
}
