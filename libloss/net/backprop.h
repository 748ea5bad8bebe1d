/* One batch forward and backward in training mode: the gradient of the mean loss with respect to
 * every parameter. */
#ifndef LOSSI_BACKPROP_H
#define LOSSI_BACKPROP_H

#include "net/batch.h"
#include "net/net.h"

typedef struct lossi_backprop lossi_backprop;

/** @param largest  images of the largest batch; memory is set up for it. */
loss_status lossi_backprop_create(lossi_backprop **out, const loss_net *net, size_t largest,
                                  size_t threads);
void lossi_backprop_free(lossi_backprop *backprop);

/** Gradient at the network's present parameters; its running statistics are updated.
 *  @param loss     mean over the batch, before the step.
 *  @param correct  images whose largest logit is the label's.
 *  @return LOSS_OK; LOSS_ERR_CANCELLED: no gradient, and some running statistics are updated.
 *  The bits do not depend on the number of threads. */
loss_status lossi_backprop_run(lossi_backprop *backprop, loss_net *net, const lossi_batch *batch,
                               double *loss, size_t *correct);

/** Gradient of tensor i, [count]; NULL for running statistics. Borrowed, overwritten by the next
 * run. */
const lossi_real *lossi_backprop_gradient(const lossi_backprop *backprop, size_t tensor);

#endif
