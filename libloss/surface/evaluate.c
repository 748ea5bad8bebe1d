/* Fills a landscape file: task after task, each committed when it is done. */
#include <loss/tasks.h>

#include "surface/share.h"
#include "surface/surface.h"
#include "surface/worker.h"

/* The losses and eigenvalues of a point one after another: if it ends between them, what is
 * finished stays. */
static loss_status do_task(loss_surface *s, const loss_task *task)
{
    loss_status status = LOSS_OK;
    for (uint64_t bit = 1; bit <= task->wants && !status; bit <<= 1) {
        loss_outcome outcome;
        if (!(task->wants & bit))
            continue;
        status = loss_surface_compute(s, &(loss_task){task->point, bit}, &outcome);
        if (!status)
            status = loss_surface_hand_in(s, &outcome, 1);
    }
    return status;
}

loss_status loss_surface_evaluate(loss_surface *surface)
{
    LOSSI_REQUIRE(surface);
    loss_claim claim = LOSS_CLAIM_WAIT;
    lossi_pause pause = {0};
    loss_status status = LOSS_OK;
    while (!status && claim != LOSS_CLAIM_DONE) {
        loss_task task;
        status = loss_surface_claim(surface, &claim, &task);
        if (!status && claim == LOSS_CLAIM_TASK)
            status = do_task(surface, &task);
        else if (!status && claim == LOSS_CLAIM_WAIT)
            status = lossi_share_pause(surface, &pause);
    }
    lossi_surface_end_evaluation(surface);
    return status;
}
