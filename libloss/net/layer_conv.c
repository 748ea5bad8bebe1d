/* Convolution, and the linear layer as its smallest case. */
#include "net/layer.h"

static lossi_conv_shape shape_of(const lossi_node *node, const lossi_node *in, size_t lanes)
{
    return (lossi_conv_shape){
        .lanes = lanes,
        .in_c = in->channels,
        .in_h = in->height,
        .in_w = in->width,
        .out_c = node->channels,
        .out_h = node->height,
        .out_w = node->width,
        .kernel = node->conv.kernel,
        .stride = node->conv.stride,
        .padding = node->conv.padding,
    };
}

static size_t scratch_count(const lossi_kernels *kernels, const lossi_node *node,
                            const lossi_node *in, size_t lanes)
{
    lossi_conv_shape shape = shape_of(node, in, lanes);
    return kernels->conv_scratch(&shape);
}

static size_t packed_count(const lossi_kernels *kernels, const lossi_node *node,
                           const lossi_node *in, size_t lanes)
{
    lossi_conv_shape shape = shape_of(node, in, lanes);
    return kernels->conv_packed(&shape);
}

static size_t packed_backward_count(const lossi_kernels *kernels, const lossi_node *node,
                                    const lossi_node *in, size_t lanes)
{
    lossi_conv_shape shape = shape_of(node, in, lanes);
    return kernels->conv_packed_backward(&shape);
}

static size_t end_of_piece(size_t piece, size_t channels)
{
    size_t end = (piece + 1) * LOSSI_PACK;
    return end < channels ? end : channels;
}

static void pack(const lossi_pack *p, size_t piece)
{
    lossi_conv_shape shape = shape_of(p->node, p->in, p->lanes);
    p->kernels->conv_pack(&shape, p->weight, p->scale, piece * LOSSI_PACK,
                          end_of_piece(piece, shape.out_c), p->packed);
}

static void pack_backward(const lossi_pack *p, size_t piece)
{
    lossi_conv_shape shape = shape_of(p->node, p->in, p->lanes);
    p->kernels->conv_pack_backward(&shape, p->weight, piece * LOSSI_PACK,
                                   end_of_piece(piece, shape.in_c), p->packed);
}

static void forward(const lossi_call *call)
{
    lossi_conv_shape shape = shape_of(call->node, call->in, call->lanes);
    lossi_epilogue epilogue = {call->bias, call->residual, call->relu};
    call->kernels->conv_forward(&shape, call->x[0], call->packed, &epilogue, call->y,
                                call->scratch);
}

static void backward(const lossi_call *call)
{
    lossi_conv_shape shape = shape_of(call->node, call->in, call->lanes);
    if (call->dweight)
        call->kernels->conv_backward_weights(&shape, call->x[0], call->dy, call->dweight,
                                             call->dbias, call->scratch);
    if (call->dx[0])
        call->kernels->conv_backward_data(&shape, call->dy, call->packed, call->dx[0],
                                          call->scratch);
}

/* Images do not move with the weights. */
static bool has_moving_input(const lossi_tangent *t)
{
    return t->at.in->layer != NULL;
}

/* (w * x + b)' = w * x' + w' * x + b' */
static void forward_tangent(const lossi_tangent *t)
{
    const lossi_call *at = &t->at;
    lossi_conv_shape shape = shape_of(at->node, at->in, at->lanes);
    lossi_epilogue first = {NULL, NULL, false},
                   second = {t->bias, has_moving_input(t) ? t->y : NULL, false};
    if (has_moving_input(t))
        at->kernels->conv_forward(&shape, t->x[0], at->packed, &first, t->y, at->scratch);
    at->kernels->conv_forward(&shape, at->x[0], t->packed, &second, t->y, at->scratch);
}

/* The gradients of the filter and of the input are bilinear: two terms each. */
static void backward_tangent(const lossi_tangent *t)
{
    const lossi_call *at = &t->at;
    lossi_conv_shape shape = shape_of(at->node, at->in, at->lanes);
    at->kernels->conv_backward_weights(&shape, at->x[0], t->dy, t->dweight, t->dbias, at->scratch);
    if (has_moving_input(t))
        at->kernels->conv_backward_weights(&shape, t->x[0], at->dy, t->dweight, NULL, at->scratch);
    if (t->dx[0]) {
        at->kernels->conv_backward_data(&shape, t->dy, at->packed, t->dx[0], at->scratch);
        at->kernels->conv_backward_data(&shape, at->dy, t->packed, t->dx[0], at->scratch);
    }
}

const lossi_layer lossi_layer_conv = {
    .name = "conv",
    .scratch_count = scratch_count,
    .packed_count = packed_count,
    .packed_backward_count = packed_backward_count,
    .pack = pack,
    .pack_backward = pack_backward,
    .forward = forward,
    .backward = backward,
    .forward_tangent = forward_tangent,
    .backward_tangent = backward_tangent,
};
