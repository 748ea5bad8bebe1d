/* Weights made ready before a run, once for all chunks: filters in the order in which kernels read
 * them, affine maps of channels. */
#ifndef LOSSI_READY_H
#define LOSSI_READY_H

#include "net/calls.h"
#include "net/layout.h"

/** Those of all steps of a pass. */
typedef struct lossi_weights {
    const lossi_steps *steps; /* borrowed */
    lossi_ready *at;          /* [steps->n], in: */
    lossi_real *values;       /* [n_values] */
    size_t n_values;
    lossi_pack *packs; /* [2 steps->n] */
} lossi_weights;

/** Takes memory.
 *  @param goes_back  filters are made ready for the way back, too
 *  @return LOSS_OK, LOSS_ERR_NOMEM; lossi_weights_free() in every case */
loss_status lossi_weights_create(lossi_weights *w, const lossi_engine *e, const loss_net *net,
                                 const lossi_steps *steps, bool goes_back);
void lossi_weights_free(lossi_weights *w, const lossi_engine *e);

/** Makes a network's weights ready, or those of a direction through it: affine maps that do not
 * move along it stay zero.
 *  @param direction  laid out as `l` says; NULL: the network itself
 *  @param are_ready  [steps->n] those that were made ready of the same values already; NULL: none
 */
void lossi_weights_set(lossi_weights *w, const lossi_engine *e, const loss_net *net,
                       const lossi_layout *l, const lossi_real *direction, const bool *are_ready);

/** Makes filters ready in all threads. */
void lossi_pack_filters(const lossi_engine *e, size_t n, const lossi_pack *packs);

#endif
