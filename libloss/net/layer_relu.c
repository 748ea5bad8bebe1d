/* ReLU: y = max(x, 0). Its derivative can be read off its output, so it may overwrite its input. */
#include "net/layer.h"

static void forward(const lossi_call *call)
{
    call->kernels->relu(lossi_chunk_size(call->node, call->lanes), call->x[0], call->y);
}

static void backward(const lossi_call *call)
{
    if (call->dx[0])
        call->kernels->relu_backward(lossi_chunk_size(call->node, call->lanes), call->y, call->dy, call->dx[0]);
}

const lossi_layer lossi_layer_relu = {
    .name = "relu",
    .in_place = true,
    .in_place_training = true,
    .backward_uses_output = true,
    .forward = forward,
    .backward = backward,
};
