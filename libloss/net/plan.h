/* Memory of a run, planned once: where each layer's output (or its gradient) lies in one block. Values whose lifetimes do not
 * overlap share memory. */
#ifndef LOSSI_PLAN_H
#define LOSSI_PLAN_H

#include "net/layer.h"

typedef struct lossi_plan {
    size_t *offsets;  /* [n_nodes], in values; SIZE_MAX: none (the images' gradient) */
    int *last_user;   /* [n_nodes]: the last node that takes it as input; -1: none */
    size_t total;     /* values of the block */
} lossi_plan;

/** Outputs for evaluation of n images: a layer's memory is used again once its last user has run. */
loss_status lossi_plan_evaluation(lossi_plan *plan, const loss_net *net, size_t n);
/** Outputs for training: all are kept for the backward pass. */
loss_status lossi_plan_training(lossi_plan *plan, const loss_net *net, size_t n);
/** Gradients of outputs: each lives from the backward pass of its last user to its own. The images have none. */
loss_status lossi_plan_gradients(lossi_plan *plan, const loss_net *net, size_t n);
void lossi_plan_free(lossi_plan *plan);

/** The largest scratch memory that a layer wants for n images, in values. */
size_t lossi_plan_scratch(const loss_net *net, const lossi_kernels *kernels, size_t n);

#endif
