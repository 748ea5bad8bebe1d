/* Shared by evaluation and training: a layer's call on one chunk. */
#ifndef LOSSI_FORWARD_H
#define LOSSI_FORWARD_H

#include "net/layer.h"
#include "net/plan.h"

/** Where one thread works on one chunk. All borrowed. */
typedef struct lossi_chunk {
    const lossi_plan *outputs;
    lossi_real *memory;   /* [outputs->total] */
    lossi_real *scratch;
    size_t n;             /* images */
} lossi_chunk;

/** The output of node i in a chunk, [c][n][h][w]. */
static inline lossi_real *lossi_chunk_output(const lossi_chunk *chunk, size_t i)
{
    return chunk->memory + chunk->outputs->offsets[i];
}

/** The call of node i on a chunk, with inputs, output, parameters and statistics filled in. */
lossi_call lossi_chunk_call(const lossi_chunk *chunk, const lossi_kernels *kernels, const loss_net *net, size_t i);

/** Copies one image [c][h][w] into its place among the n of a chunk's input [c][n][h][w]. */
void lossi_chunk_put_image(const lossi_chunk *chunk, const loss_net *net, size_t i, const lossi_real *image);

/** Runs all layers in evaluation mode. @return the logits, [classes][n]. */
const lossi_real *lossi_chunk_evaluate(const lossi_chunk *chunk, const lossi_kernels *kernels, const loss_net *net);

#endif
