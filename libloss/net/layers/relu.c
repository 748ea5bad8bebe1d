/* ReLU: y = max(x, 0). Its derivative can be read off its output, so it may overwrite its input. */
#include <math.h>

#include "net/builder.h"

static void forward(const lossi_call *call)
{
    call->kernels->relu(lossi_chunk_size(call->node, call->lanes), call->x[0], call->y);
}

static void backward(const lossi_call *call)
{
    if (call->dx[0])
        call->kernels->relu_backward(lossi_chunk_size(call->node, call->lanes), call->y, call->dy,
                                     call->dx[0]);
}

/* May work in place, as forward may. */
static void forward_tangent(const lossi_tangent *t)
{
    size_t n = lossi_chunk_size(t->at.node, t->at.lanes);
    for (size_t i = 0; i < n; i++)
        t->y[i] = t->at.y[i] > 0 ? t->x[0][i] : 0;
}

static lossi_bounds bounds(const lossi_node *node)
{
    (void)node;
    return (lossi_bounds){0, INFINITY};
}

const lossi_layer lossi_layer_relu = {
    .name = "relu",
    .fold = LOSSI_FOLD_BOUNDS,
    .in_place = true,
    .in_place_training = true,
    .backward_uses_output = true,
    .forward = forward,
    .backward = backward,
    .forward_tangent = forward_tangent,
    .bounds = bounds,
};

loss_node loss_builder_relu(loss_builder *b, loss_node in)
{
    return lossi_builder_add(b, &lossi_layer_relu, NULL, 1, &in, NULL);
}
