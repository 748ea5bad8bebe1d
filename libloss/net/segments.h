/* Training runs a batch layer by layer only where it must: BatchNorm needs sums over all chunks.
 * Between two such barriers a chunk goes through all layers at once, while what it reads is
 * still in cache. A segment is such a run of nodes. */
#ifndef LOSSI_SEGMENTS_H
#define LOSSI_SEGMENTS_H

#include "net/engine.h"

/** Nodes begin .. end - 1. Sums over the chunks are wanted of node `begin` in the backward pass,
 * and of node `end` in the forward pass, where these kinds have any. */
typedef struct lossi_segment {
    size_t begin, end;
    size_t partial; /* values of its layers' gradients, of a chunk */
} lossi_segment;

typedef struct lossi_segments {
    size_t n;
    lossi_segment *at; /* [n] */
    /* Of each node, within its segment: where its filter made ready lies, and its gradients. */
    size_t *packed, *partial;         /* [n_nodes] */
    size_t most_packed, most_partial; /* of any segment */
    lossi_pack *packs;                /* [n_nodes] */

    /* The run under way. */
    lossi_real *ready; /* [most_packed]: filters of the segment under way. */
    const lossi_segment *now;
} lossi_segments;

loss_status lossi_segments_create(lossi_segments *s, const loss_net *net, const lossi_engine *e);
void lossi_segments_free(lossi_segments *s, const lossi_engine *e);

/** True for layers whose gradients are summed chunk by chunk; those of others come from their
 * backward_combine. */
bool lossi_has_partial(const lossi_node *node);
/** Values of such a layer's gradients: its trainable tensors one after the other. */
size_t lossi_partial_count(const loss_net *net, const lossi_node *node);

/** Makes the filters of a segment ready; those whose input has no gradient are left out
 * backward. */
void lossi_segments_pack(lossi_segments *s, lossi_engine *e, lossi_way way);

/** Runs a segment forward: its layers, and the sums of the one after it, if that wants any. */
loss_status lossi_segments_forward(lossi_segments *s, lossi_engine *e, size_t number);

#endif
