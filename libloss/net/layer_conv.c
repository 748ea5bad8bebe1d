/* Convolution, and the linear layer as its smallest case. */
#include "net/layer.h"

static lossi_conv_shape shape_of(const lossi_node *node, const lossi_node *in, size_t n)
{
    return (lossi_conv_shape){
        .n = n,
        .in_c = in->channels, .in_h = in->height, .in_w = in->width,
        .out_c = node->channels, .out_h = node->height, .out_w = node->width,
        .kernel = node->conv.kernel, .stride = node->conv.stride, .padding = node->conv.padding,
    };
}

static size_t scratch_count(const lossi_kernels *kernels, const lossi_node *node, const lossi_node *in, size_t n)
{
    lossi_conv_shape shape = shape_of(node, in, n);
    return kernels->conv_scratch(&shape);
}

static void forward(const lossi_call *call)
{
    lossi_conv_shape shape = shape_of(call->node, call->in, call->n);
    call->kernels->conv_forward(&shape, call->x[0], call->weight, call->bias, call->y, call->scratch);
}

static void backward(const lossi_call *call)
{
    lossi_conv_shape shape = shape_of(call->node, call->in, call->n);
    call->kernels->conv_backward_weights(&shape, call->x[0], call->dy, call->dweight, call->dbias, call->scratch);
    if (call->dx[0])
        call->kernels->conv_backward_data(&shape, call->dy, call->weight, call->dx[0], call->scratch);
}

const lossi_layer lossi_layer_conv = {
    .name = "conv",
    .scratch_count = scratch_count,
    .forward = forward,
    .backward = backward,
};
