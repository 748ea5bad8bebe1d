/* Convolution, and the linear layer as its smallest case: one of 1 x 1 maps, which has one key. */
#include "net/builder.h"

enum { CHANNELS, KERNEL, STRIDE, PADDING, HAS_BIAS };

static void add_filter(lossi_addition *a, size_t n_dims, size_t kernel, bool has_bias)
{
    size_t out = lossi_node_key(a->node, CHANNELS);
    a->tensors[LOSSI_WEIGHT] =
        (struct lossi_tensor_shape){n_dims, {out, a->in->dims[0], kernel, kernel}};
    if (has_bias)
        a->tensors[LOSSI_BIAS] = (struct lossi_tensor_shape){1, {out}};
    a->node->dims[0] = out;
}

static loss_status add_conv(lossi_addition *a)
{
    size_t kernel = lossi_node_key(a->node, KERNEL);
    if (lossi_node_key(a->node, STRIDE) == 0)
        a->node->keys[STRIDE] = LOSSI_VALUE(1);
    add_filter(a, 4, kernel, lossi_node_key(a->node, HAS_BIAS) != 0);
    return lossi_slide(a, kernel, lossi_node_key(a->node, STRIDE),
                       lossi_node_key(a->node, PADDING));
}

static loss_status add_linear(lossi_addition *a)
{
    char text[LOSSI_SHAPE_TEXT];
    if (lossi_node_pixels(a->in) != 1)
        return lossi_fail(LOSS_ERR_SHAPE,
                          "%s: its input is %s; flatten or pool it to features first", a->name,
                          lossi_shape_text(a->in, text));
    a->node->keys[KERNEL] = a->node->keys[STRIDE] = LOSSI_VALUE(1);
    add_filter(a, 2, 1, true);
    a->node->n_dims = 1;
    return LOSS_OK;
}

static lossi_conv_shape shape_of(const lossi_node *node, const lossi_node *in, size_t lanes)
{
    return (lossi_conv_shape){
        .lanes = lanes,
        .in_c = in->dims[0],
        .in_h = in->dims[1],
        .in_w = in->dims[2],
        .out_c = node->dims[0],
        .out_h = node->dims[1],
        .out_w = node->dims[2],
        .kernel = lossi_node_key(node, KERNEL),
        .stride = lossi_node_key(node, STRIDE),
        .padding = lossi_node_key(node, PADDING),
    };
}

static double macs(const lossi_node *node, const lossi_node *in)
{
    lossi_conv_shape s = shape_of(node, in, 1);
    return (double)(s.out_c * s.in_c * s.kernel * s.kernel) * (double)(s.out_h * s.out_w);
}

static size_t scratch_count(const lossi_site *site)
{
    lossi_conv_shape shape = shape_of(site->node, site->in, site->lanes);
    return site->kernels->conv_scratch(&shape);
}

static size_t packed_count(const lossi_site *site, lossi_way way)
{
    lossi_conv_shape shape = shape_of(site->node, site->in, site->lanes);
    return way == LOSSI_FORWARD ? site->kernels->conv_packed(&shape)
                                : site->kernels->conv_packed_backward(&shape);
}

static size_t end_of_piece(size_t piece, size_t channels)
{
    size_t end = (piece + 1) * LOSSI_PACK;
    return end < channels ? end : channels;
}

static void pack(const lossi_pack *p, size_t piece)
{
    const lossi_kernels *kernels = p->site.kernels;
    lossi_conv_shape shape = shape_of(p->site.node, p->site.in, p->site.lanes);
    if (p->way == LOSSI_FORWARD)
        kernels->conv_pack(&shape, p->weight, p->scale, piece * LOSSI_PACK,
                           end_of_piece(piece, shape.out_c), p->packed);
    else
        kernels->conv_pack_backward(&shape, p->weight, piece * LOSSI_PACK,
                                    end_of_piece(piece, shape.in_c), p->packed);
}

static void forward(const lossi_call *call)
{
    lossi_conv_shape shape = shape_of(call->node, call->in, call->lanes);
    lossi_epilogue epilogue = {call->p[LOSSI_BIAS], call->residual, call->relu};
    call->kernels->conv_forward(&shape, call->x[0], call->packed, &epilogue, call->y,
                                call->scratch);
}

static void backward(const lossi_call *call)
{
    lossi_conv_shape shape = shape_of(call->node, call->in, call->lanes);
    if (call->dp[LOSSI_WEIGHT])
        call->kernels->conv_backward_weights(&shape, call->x[0], call->dy, call->dp[LOSSI_WEIGHT],
                                             call->dp[LOSSI_BIAS], call->scratch);
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
                   second = {t->p[LOSSI_BIAS], has_moving_input(t) ? t->y : NULL, false};
    if (has_moving_input(t))
        at->kernels->conv_forward(&shape, t->x[0], at->packed, &first, t->y, at->scratch);
    at->kernels->conv_forward(&shape, at->x[0], t->packed, &second, t->y, at->scratch);
}

/* The gradients of the filter and of the input are bilinear: two terms each. */
static void backward_tangent(const lossi_tangent *t)
{
    const lossi_call *at = &t->at;
    lossi_conv_shape shape = shape_of(at->node, at->in, at->lanes);
    at->kernels->conv_backward_weights(&shape, at->x[0], t->dy, t->dp[LOSSI_WEIGHT],
                                       t->dp[LOSSI_BIAS], at->scratch);
    if (has_moving_input(t))
        at->kernels->conv_backward_weights(&shape, t->x[0], at->dy, t->dp[LOSSI_WEIGHT], NULL,
                                           at->scratch);
    if (t->dx[0]) {
        at->kernels->conv_backward_data(&shape, t->dy, at->packed, t->dx[0], at->scratch);
        at->kernels->conv_backward_data(&shape, at->dy, t->packed, t->dx[0], at->scratch);
    }
}

#define CONVOLUTION                                                                                \
    .tensors = {{"weight", LOSS_TENSOR_WEIGHT, LOSSI_INITIAL_HE, true},                            \
                {"bias", LOSS_TENSOR_BIAS, LOSSI_INITIAL_ZEROS, false}},                           \
    .folds = LOSSI_FOLDS(LOSSI_FOLD_AFFINE) | LOSSI_FOLDS(LOSSI_FOLD_SUM) |                        \
             LOSSI_FOLDS(LOSSI_FOLD_RELU),                                                         \
    .macs = macs, .scratch_count = scratch_count, .packed_count = packed_count, .pack = pack,      \
    .forward = forward, .backward = backward, .forward_tangent = forward_tangent,                  \
    .backward_tangent = backward_tangent

const lossi_layer lossi_layer_conv = {
    .name = "conv",
    .keys = {{"channels", .is_needed = true, .least = 1, .most = LOSSI_LARGEST_SIZE},
             {"kernel", .is_needed = true, .least = 1, .most = LOSSI_LARGEST_SIZE},
             {"stride", .standard = 1, .most = LOSSI_LARGEST_SIZE},
             {"padding", .most = LOSSI_LARGEST_SIZE},
             {"bias", .most = LOSSI_LARGEST_SIZE}},
    .add = add_conv,
    CONVOLUTION,
};

const lossi_layer lossi_layer_linear = {
    .name = "linear",
    .keys = {{"outputs", .is_needed = true, .least = 1, .most = LOSSI_LARGEST_SIZE}},
    .add = add_linear,
    CONVOLUTION,
};

loss_node loss_builder_conv(loss_builder *b, loss_node in, const char *name,
                            const loss_conv_options *given)
{
    loss_conv_options o = LOSS_CONV_OPTIONS_INIT;
    loss_status status = LOSSI_OPTIONS(o, given);
    return status
               ? lossi_builder_fail(b, status)
               : lossi_builder_add(b, &lossi_layer_conv, name, 1, &in,
                                   (lossi_values[]){LOSSI_VALUE(o.channels), LOSSI_VALUE(o.kernel),
                                                    LOSSI_VALUE(o.stride), LOSSI_VALUE(o.padding),
                                                    LOSSI_VALUE(o.bias)});
}

loss_node loss_builder_linear(loss_builder *b, loss_node in, const char *name, size_t out)
{
    return lossi_builder_add(b, &lossi_layer_linear, name, 1, &in, &LOSSI_VALUE(out));
}
