/* Training runs a batch layer by layer only where it must: BatchNorm needs sums over all chunks.
 * Between two such barriers a chunk goes through all layers at once, while what it reads is
 * still in cache. A segment is such a run of nodes. */
#ifndef LOSSI_SEGMENTS_H
#define LOSSI_SEGMENTS_H

#include "net/layer.h"

/** Nodes begin .. end - 1. Sums over the chunks are wanted of node `begin` in the backward pass,
 * and of node `end` in the forward pass, where these kinds have any. */
typedef struct lossi_segment {
    size_t begin, end;
    size_t pieces, pieces_backward; /* of filters to be made ready, forward and backward */
    size_t partial;                 /* values of its layers' gradients, of a chunk */
} lossi_segment;

typedef struct lossi_segments {
    size_t n;
    lossi_segment *at; /* [n] */
    /* Of each node, within its segment: where its filter made ready lies, and its gradients. */
    size_t *packed, *partial;         /* [n_nodes] */
    size_t most_packed, most_partial; /* of any segment */
} lossi_segments;

loss_status lossi_segments_create(lossi_segments *s, const loss_net *net,
                                  const lossi_kernels *kernels, size_t lanes);
void lossi_segments_free(lossi_segments *s);

/** True for layers whose weight gradients are summed chunk by chunk; BatchNorm's come from its
 * *_combine. */
bool lossi_has_partial(const lossi_node *node);
/** Values of such a layer's gradients: weight, then bias. */
size_t lossi_partial_count(const loss_net *net, const lossi_node *node);

/** Pieces of LOSSI_PACK channels. */
size_t lossi_pieces(size_t channels);

#endif
