/* Fills a landscape file: task after task, each committed when it is done; several at once where
 * one point has too few images for all threads. */
#include <loss/tasks.h>

#include "surface/crew.h"
#include "surface/share.h"
#include "surface/surface.h"
#include "surface/worker.h"

typedef struct evaluation {
    loss_surface *surface;
    lossi_crew *crew; /* NULL: this thread does the tasks */
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

static loss_status do_task(evaluation *e, const loss_task *task)
{
    loss_outcome outcome;
    loss_status status = loss_surface_compute(e->surface, task, &outcome);
    return status ? status : loss_surface_hand_in(e->surface, &outcome, 1);
}

/* Takes what one member of the crew has done. */
static loss_status take_outcome(evaluation *e)
{
    loss_outcome outcome;
    loss_status status = lossi_crew_take(e->crew, &outcome);
    return status ? status : loss_surface_hand_in(e->surface, &outcome, 1);
}

static bool is_at_work(const evaluation *e)
{
    return e->crew && lossi_crew_has_busy(e->crew);
}

static loss_status step(evaluation *e, lossi_pause *pause)
{
    loss_task task;
    bool has = true;
    loss_status status = LOSS_OK;
    if (!e->crew) {
        status = next_task(e, &task, &has);
        if (has)
            return do_task(e, &task);
    }
    while (e->crew && !status && has && lossi_crew_has_idle(e->crew)) {
        status = next_task(e, &task, &has);
        if (has)
            lossi_crew_give(e->crew, &task);
    }
    if (status)
        return status;
    if (is_at_work(e))
        return take_outcome(e);
    return e->claim == LOSS_CLAIM_WAIT ? lossi_share_pause(e->surface, pause) : LOSS_OK;
}

loss_status loss_surface_evaluate(loss_surface *surface)
{
    LOSSI_REQUIRE(surface);
    evaluation e = {.surface = surface};
    lossi_pause pause = {0};
    loss_status status = loss_surface_claim(surface, &e.claim, &e.task);
    if (!status && e.claim != LOSS_CLAIM_DONE)
        status = lossi_crew_create(&e.crew, surface);
    while (!status && (e.claim != LOSS_CLAIM_DONE || is_at_work(&e)))
        status = step(&e, &pause);
    while (is_at_work(&e)) /* after a failure or Ctrl-C: what the others finished stays, too */
        take_outcome(&e);
    lossi_crew_free(e.crew);
    lossi_surface_end_evaluation(surface);
    return status;
}
