/* What the functions of a layer are given, for a chunk or for the whole batch. */
#ifndef LOSSI_CALLS_H
#define LOSSI_CALLS_H

#include "net/engine.h"

/** What a layer's values are made into: its filter for both ways, its affine map; NULL: none. */
typedef struct lossi_ready {
    lossi_real *packed[2], *scale, *shift;
} lossi_ready;

/** A layer in its place. */
lossi_site lossi_site_of(const lossi_engine *e, const loss_net *net, size_t i);
/** The values of a tensor; NULL for -1. */
const lossi_real *lossi_tensor_of(const loss_net *net, int tensor);
/** Those of all tensors of a node. */
void lossi_tensors_of(const loss_net *net, const lossi_node *node, const lossi_real **p);

/** The output of node i, or what a block has of it, [dims...][lanes]; NULL: nothing. */
lossi_real *lossi_block_at(const lossi_engine *e, const lossi_chunk *chunk, lossi_block block,
                           size_t i);

/** The call of node i: inputs, output, tensors and what is made ready of them. Valid until the
 * thread's next. */
lossi_call lossi_call_of(const lossi_engine *e, const lossi_chunk *chunk, size_t i,
                         const lossi_ready *ready, lossi_way way);
/** Adds to a call where the gradients of its output and its inputs are. The first that writes an
 * input's finds zeros. */
void lossi_call_add_gradients(const lossi_engine *e, const lossi_chunk *chunk, lossi_call *call);
/** The tangents of a call, without those of tensors. */
lossi_tangent lossi_tangent_of(const lossi_engine *e, const lossi_chunk *chunk,
                               const lossi_call *call, const lossi_ready *ready, lossi_way way);
/** The same as for a call, of the tangents. */
void lossi_tangent_add_gradients(const lossi_engine *e, const lossi_chunk *chunk, lossi_tangent *t);

/** What a layer's *_combine is given; gradients are not set. */
lossi_combine lossi_combine_of(const lossi_engine *e, size_t i);

#endif
