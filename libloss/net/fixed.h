/* What of a network's evaluation does not depend on parameters that move: the steps that give the
 * same at all points of a plane, and those of their outputs that other steps read. */
#ifndef LOSSI_FIXED_H
#define LOSSI_FIXED_H

#include "net/steps.h"

typedef struct lossi_fixed {
    const loss_net *net; /* whose parameters the steps have. Borrowed */
    lossi_steps steps;
    bool *is_fixed;       /* [steps.n] */
    size_t *kept;         /* [steps.n] values for one image of outputs that others read; 0: none */
    bool *tensors;        /* [n_tensors] that the fixed steps have */
    size_t n_kept;        /* values for one image, all together */
    bool reads_images;    /* a step that is not fixed does */
    size_t layers;        /* that are fixed */
    double macs, of_macs; /* their multiply-adds for one image, and those of all layers */
} lossi_fixed;

/** @param moves  [n_tensors] those that a plane moves
 *  @return LOSS_OK, LOSS_ERR_NOMEM; lossi_fixed_free() in every case */
loss_status lossi_fixed_find(lossi_fixed *f, const loss_net *net, const bool *moves);
void lossi_fixed_free(lossi_fixed *f);

/** Whether a network of the graph has the same values, bit for bit, in the fixed steps. */
bool lossi_fixed_is_of(const lossi_fixed *f, const loss_net *net);

#endif
