/* Max, average and global average pooling; the last is one window as large as the map (pool.kernel == 0). */
#include "net/layer.h"

static lossi_pool_shape shape_of(const lossi_call *call)
{
    const lossi_node *node = call->node;
    return (lossi_pool_shape){
        .lanes = call->lanes, .channels = node->channels,
        .in_h = call->in->height, .in_w = call->in->width,
        .out_h = node->height, .out_w = node->width,
        .kernel_h = node->pool.kernel ? node->pool.kernel : call->in->height,
        .kernel_w = node->pool.kernel ? node->pool.kernel : call->in->width,
        .stride = node->pool.stride, .padding = node->pool.padding,
    };
}

static void max_forward(const lossi_call *call)
{
    lossi_pool_shape shape = shape_of(call);
    call->kernels->max_pool(&shape, call->x[0], call->y);
}

static void max_backward(const lossi_call *call)
{
    lossi_pool_shape shape = shape_of(call);
    if (call->dx[0])
        call->kernels->max_pool_backward(&shape, call->x[0], call->dy, call->dx[0]);
}

static void average_forward(const lossi_call *call)
{
    lossi_pool_shape shape = shape_of(call);
    call->kernels->average_pool(&shape, call->x[0], call->y);
}

static void average_backward(const lossi_call *call)
{
    lossi_pool_shape shape = shape_of(call);
    if (call->dx[0])
        call->kernels->average_pool_backward(&shape, call->dy, call->dx[0]);
}

const lossi_layer lossi_layer_max_pool = {.name = "max pool", .forward = max_forward, .backward = max_backward};
const lossi_layer lossi_layer_average_pool = {.name = "average pool", .forward = average_forward, .backward = average_backward};
