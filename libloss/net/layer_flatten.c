/* [c][h][w][lanes] to [c*h*w][lanes]: the features of a linear layer, in the order PyTorch gives
 * them; in memory the same. */
#include <string.h>

#include "net/layer.h"

static void forward(const lossi_call *call)
{
    if (call->y != call->x[0])
        memcpy(call->y, call->x[0], lossi_chunk_size(call->node, call->lanes) * sizeof *call->y);
}

static void backward(const lossi_call *call)
{
    if (call->dx[0])
        call->kernels->add(lossi_chunk_size(call->node, call->lanes), call->dx[0], call->dy,
                           call->dx[0]);
}

const lossi_layer lossi_layer_flatten = {
    .name = "flatten", .in_place = true, .forward = forward, .backward = backward};
