/* Concatenation along channels: as activations are [c][h][w][lanes], one block of memory after
 * the other. */
#include <string.h>

#include "net/layer.h"

static size_t first_count(const lossi_call *call)
{
    return lossi_chunk_size(call->in, call->lanes);
}

static size_t second_count(const lossi_call *call)
{
    return lossi_chunk_size(call->node, call->lanes) - lossi_chunk_size(call->in, call->lanes);
}

static void forward(const lossi_call *call)
{
    memcpy(call->y, call->x[0], first_count(call) * sizeof *call->y);
    memcpy(call->y + first_count(call), call->x[1], second_count(call) * sizeof *call->y);
}

static void backward(const lossi_call *call)
{
    if (call->dx[0])
        call->kernels->add(first_count(call), call->dx[0], call->dy, call->dx[0]);
    if (call->dx[1])
        call->kernels->add(second_count(call), call->dx[1], call->dy + first_count(call),
                           call->dx[1]);
}

const lossi_layer lossi_layer_concat = {.name = "concat", .forward = forward, .backward = backward};
