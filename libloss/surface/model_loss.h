/* The loss of the network that a surface is of, which its centre can be held against. */
#ifndef LOSSI_SURFACE_MODEL_LOSS_H
#define LOSSI_SURFACE_MODEL_LOSS_H

#include <loss/tasks.h>

#include "surface/surface.h"

/** Which losses the file lacks: none where the grid has no centre, or this is not the first part.
 *  @return of loss_want */
uint64_t lossi_model_loss_wants(const loss_surface *surface);

/** Claims the task, unless another process is at it.
 *  @param wants  what the task is to want
 *  @return LOSS_OK, LOSS_ERR_IO, LOSS_ERR_NOMEM */
loss_status lossi_model_loss_claim(loss_surface *surface, uint64_t wants, loss_task *task,
                                   bool *is_mine);

/** Whether an outcome is of this task. */
bool lossi_model_loss_is(const loss_surface *surface, const loss_task *task);
/** Within a transaction. */
loss_status lossi_model_loss_insert(loss_surface *surface, const loss_outcome *outcome);
/** It is in the file. */
loss_status lossi_model_loss_note(loss_surface *surface, const loss_outcome *outcome);

#endif
