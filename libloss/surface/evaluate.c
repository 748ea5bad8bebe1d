/* Fills a landscape file: a crew does the tasks, this thread commits what is done. A commit waits
 * for the disk, so the next task is given out before it. */
#include <loss/tasks.h>

#include <stdlib.h>

#include "surface/crew.h"
#include "surface/share.h"
#include "surface/surface.h"
#include "surface/worker.h"

typedef struct evaluation {
    loss_surface *surface;
    lossi_crew *crew;
    loss_outcome *outcomes; /* [members of the crew] */
    loss_claim claim;       /* what the last one found */
    loss_task task;         /* what of it was not given out */
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
    return e->crew && lossi_crew_has_busy(e->crew);
}

static loss_status give_tasks(evaluation *e)
{
    loss_task task;
    bool has = true;
    loss_status status = LOSS_OK;
    while (!status && has && lossi_crew_has_idle(e->crew)) {
        status = next_task(e, &task, &has);
        if (has)
            lossi_crew_give(e->crew, &task);
    }
    return status;
}

/* Takes what members have done, gives them more to do, and then commits it. */
static loss_status take_outcomes(evaluation *e, bool gives)
{
    size_t n;
    loss_status taken = lossi_crew_take(e->crew, e->outcomes, &n), status = taken;
    if (!status && gives)
        status = give_tasks(e);
    loss_status handed_in = loss_surface_hand_in(e->surface, e->outcomes, n);
    return status ? status : handed_in;
}

static loss_status step(evaluation *e, lossi_pause *pause)
{
    loss_status status = give_tasks(e);
    if (status)
        return status;
    if (is_at_work(e))
        return take_outcomes(e, true);
    return e->claim == LOSS_CLAIM_WAIT ? lossi_share_pause(e->surface, pause) : LOSS_OK;
}

static loss_status start_crew(evaluation *e)
{
    loss_status status = lossi_crew_create(&e->crew, e->surface);
    if (status)
        return status;
    size_t n = lossi_crew_members(e->crew);
    e->outcomes = calloc(n, sizeof *e->outcomes);
    return e->outcomes ? LOSS_OK : lossi_fail_nomem(n * sizeof *e->outcomes);
}

loss_status loss_surface_evaluate(loss_surface *surface)
{
    LOSSI_REQUIRE(surface);
    evaluation e = {.surface = surface};
    lossi_pause pause = {0};
    loss_status status = loss_surface_claim(surface, &e.claim, &e.task);
    if (!status && e.claim != LOSS_CLAIM_DONE)
        status = start_crew(&e);
    while (!status && (e.claim != LOSS_CLAIM_DONE || is_at_work(&e)))
        status = step(&e, &pause);
    while (is_at_work(&e)) /* after a failure or Ctrl-C: what the others finished stays, too */
        take_outcomes(&e, false);
    lossi_crew_free(e.crew);
    free(e.outcomes);
    lossi_surface_end_evaluation(surface);
    return status;
}
