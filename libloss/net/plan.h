/* Memory of a run, planned once: where each layer's output (or its gradient) lies in one block.
 * Values whose lifetimes do not overlap share memory. */
#ifndef LOSSI_PLAN_H
#define LOSSI_PLAN_H

#include "net/steps.h"

/** Images of a chunk: the more weights a network has for its activations, the more images should
 * share a pass over them. What evaluation gives for an image does not depend on it. */
size_t lossi_lanes(const loss_net *net, const lossi_kernels *kernels);

typedef struct lossi_plan {
    size_t *offsets; /* [n_nodes], in values; SIZE_MAX: none (the images' gradient) */
    int *last_user;  /* [n_nodes]: the last node that takes it as input; -1: none */
    size_t total;    /* values of the block */
} lossi_plan;

/** Outputs of a chunk that only goes forward: each lives until the last step that reads it. All
 * nodes of a step have the place of its output. */
loss_status lossi_plan_forward(lossi_plan *plan, const loss_net *net, const lossi_steps *steps,
                               size_t lanes);
/** Outputs of a chunk for training: all are kept for the backward pass. */
loss_status lossi_plan_training(lossi_plan *plan, const loss_net *net, size_t lanes);
/** Gradients of outputs: each lives from the backward pass of its last user to its own. The
 * images have none. */
loss_status lossi_plan_gradients(lossi_plan *plan, const loss_net *net, size_t lanes);
void lossi_plan_free(lossi_plan *plan);

/** Values [size] needed from time `birth` to time `death`, both included. */
typedef struct lossi_span {
    size_t size, birth, death, offset;
} lossi_span;

/** Gives each span an offset so that none that live at one time overlap; those of size 0 take
 * none. @return the size of all */
size_t lossi_place_spans(lossi_span *spans, size_t n);
/** A number of values rounded up to whole cache lines. */
size_t lossi_rounded(size_t n);

#endif
