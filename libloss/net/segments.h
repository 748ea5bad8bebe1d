/* Training runs a batch layer by layer only where it must: BatchNorm needs sums over all chunks.
 * Between two such barriers a chunk goes through all layers at once, while what it reads is
 * still in cache. A segment is such a run of nodes. */
#ifndef LOSSI_SEGMENTS_H
#define LOSSI_SEGMENTS_H

#include "net/ready.h"

/** Nodes begin .. end - 1. Sums over the chunks are wanted of node `begin` in the backward pass,
 * and of node `end` in the forward pass, where these kinds have any. */
typedef struct lossi_segment {
    size_t begin, end;
    size_t parameters, n_parameters; /* where its layers' lie in a vector */
} lossi_segment;

typedef struct lossi_segments {
    size_t n;
    const lossi_layout *layout;          /* of a vector of parameters; NULL: none is wanted */
    lossi_segment *at;                   /* [n] */
    size_t *packed;                      /* [n_nodes]: where a filter made ready lies, within its
                                            segment */
    size_t most_packed, most_parameters; /* of any segment */
    lossi_pack *packs;                   /* [n_nodes] */

    /* The run under way. */
    lossi_real *ready; /* [most_packed]: filters of the segment under way. */
    const lossi_segment *now;
} lossi_segments;

/** @param layout  of gradients of all parameters, borrowed; NULL: nothing goes backward */
loss_status lossi_segments_create(lossi_segments *s, const loss_net *net, const lossi_engine *e,
                                  const lossi_layout *layout);
void lossi_segments_free(lossi_segments *s, const lossi_engine *e);

/** Makes the filters of a segment ready; those whose input has no gradient are left out
 * backward. */
void lossi_segments_pack(lossi_segments *s, lossi_engine *e, lossi_way way);

/** The call of node i of the segment under way, or of the one after it. */
lossi_call lossi_segments_call(const lossi_segments *s, const lossi_engine *e,
                               const lossi_chunk *chunk, size_t i);

/** Runs a segment forward: its layers, and the sums of the one after it, if that wants any. */
loss_status lossi_segments_forward(lossi_segments *s, lossi_engine *e, size_t number);

#endif
