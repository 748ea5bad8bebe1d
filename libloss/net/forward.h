/* A layer's call on one chunk of a network, as training makes it; putting images into chunks. */
#ifndef LOSSI_FORWARD_H
#define LOSSI_FORWARD_H

#include "net/layer.h"
#include "net/plan.h"

/** Where one thread works on one chunk. All borrowed. */
typedef struct lossi_chunk {
    const lossi_plan *outputs;
    lossi_real *memory; /* [outputs->total] */
    lossi_real *scratch;
    size_t lanes, n; /* images there is room for, images there are */
} lossi_chunk;

/** The output of node i in a chunk, [c][h][w][lanes]. */
static inline lossi_real *lossi_chunk_output(const lossi_chunk *chunk, size_t i)
{
    return chunk->memory + chunk->outputs->offsets[i];
}

/** The call of node i on a chunk, with inputs, output, parameters and statistics filled in. */
lossi_call lossi_chunk_call(const lossi_chunk *chunk, const lossi_kernels *kernels,
                            const loss_net *net, size_t i);

/** Puts image i, [c][h][w] of `size` values, into a chunk's input [c][h][w][lanes]. NULL: zeros. */
void lossi_put_image(lossi_real *input, size_t lanes, size_t i, const lossi_real *image,
                     size_t size);

#endif
