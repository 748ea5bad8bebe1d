/* Sum of two outputs. */
#include "net/layer.h"

static void forward(const lossi_call *call)
{
    call->kernels->add(lossi_chunk_size(call->node, call->lanes), call->x[0], call->x[1], call->y);
}

static void backward(const lossi_call *call)
{
    for (int i = 0; i < 2; i++)
        if (call->dx[i])
            call->kernels->add(lossi_chunk_size(call->node, call->lanes), call->dx[i], call->dy,
                               call->dx[i]);
}

const lossi_layer lossi_layer_add = {
    .name = "add", .in_place = true, .forward = forward, .backward = backward};
