/* Convolution. */
#include "net/layers/convolution.h"
#include "net/layers/window.h"

enum { CHANNELS, KERNEL, STRIDE, PADDING, DILATION, GROUPS, HAS_BIAS };

static const lossi_window_keys WINDOW = {KERNEL, STRIDE, PADDING, DILATION};

static size_t groups_of(const lossi_node *node)
{
    return node->keys[GROUPS].n ? lossi_node_key(node, GROUPS) : 1;
}

static void add_bias(lossi_addition *a)
{
    a->tensors[LOSSI_BIAS] = (struct lossi_tensor_shape){1, {lossi_node_key(a->node, CHANNELS)}};
}

static loss_status add_conv(lossi_addition *a)
{
    size_t out = lossi_node_key(a->node, CHANNELS), in = a->in->dims[0],
           groups = groups_of(a->node), sides = lossi_sides(a);
    if (in % groups || out % groups)
        return lossi_fail(LOSS_ERR_ARGUMENT,
                          "%s: %zu groups; they must divide %zu and %zu channels", a->name, groups,
                          in, out);
    loss_status status = lossi_windows_add(a, &WINDOW, false);
    a->node->dims[0] = out;
    struct lossi_tensor_shape *w = &a->tensors[LOSSI_WEIGHT];
    *w = (struct lossi_tensor_shape){2 + sides, {out, in / groups}};
    for (size_t side = 0; !status && side < sides; side++)
        w->dims[2 + side] = lossi_side(a->node, KERNEL, side, 1);
    if (lossi_node_key(a->node, HAS_BIAS))
        add_bias(a);
    return status;
}

static lossi_convolution convolution_of(const lossi_node *node, const lossi_node *in, size_t lanes)
{
    lossi_windows windows = lossi_windows_of(node, &WINDOW, in, node, lanes);
    return lossi_convolution_of(&windows, groups_of(node), node->dims[0]);
}

static void forward(const lossi_call *call)
{
    lossi_convolution c = lossi_convolution_at(call);
    lossi_epilogue epilogue = {call->p[LOSSI_BIAS], call->residual, call->bounds};
    lossi_convolution_forward(&c, call, call->x[0], call->packed, &epilogue, call->y);
}

static void backward(const lossi_call *call)
{
    lossi_convolution c = lossi_convolution_at(call);
    if (call->dp[LOSSI_WEIGHT])
        lossi_convolution_backward_weights(&c, call, call->x[0], call->dy, call->dp[LOSSI_WEIGHT],
                                           call->dp[LOSSI_BIAS]);
    if (call->dx[0])
        lossi_convolution_backward_data(&c, call, call->dy, call->packed, call->dx[0]);
}

/* (w * x + b)' = w * x' + w' * x + b' */
static void forward_tangent(const lossi_tangent *t)
{
    const lossi_call *at = &t->at;
    lossi_convolution c = lossi_convolution_at(at);
    lossi_epilogue first = {0},
                   second = {t->p[LOSSI_BIAS], lossi_input_moves(t) ? t->y : NULL, NULL};
    if (lossi_input_moves(t))
        lossi_convolution_forward(&c, at, t->x[0], at->packed, &first, t->y);
    lossi_convolution_forward(&c, at, at->x[0], t->packed, &second, t->y);
}

/* The gradients of the filter and of the input are bilinear: two terms each. */
static void backward_tangent(const lossi_tangent *t)
{
    const lossi_call *at = &t->at;
    lossi_convolution c = lossi_convolution_at(at);
    lossi_convolution_backward_weights(&c, at, at->x[0], t->dy, t->dp[LOSSI_WEIGHT],
                                       t->dp[LOSSI_BIAS]);
    if (lossi_input_moves(t))
        lossi_convolution_backward_weights(&c, at, t->x[0], at->dy, t->dp[LOSSI_WEIGHT], NULL);
    if (t->dx[0]) {
        lossi_convolution_backward_data(&c, at, t->dy, at->packed, t->dx[0]);
        lossi_convolution_backward_data(&c, at, at->dy, t->packed, t->dx[0]);
    }
}

const lossi_layer lossi_layer_conv = {
    .name = "conv",
    .keys = {{"channels", .is_needed = true, .least = 1, .most = LOSSI_LARGEST_SIZE},
             LOSSI_KERNEL_KEY,
             LOSSI_STRIDE_KEY(1),
             LOSSI_PADDING_KEY,
             LOSSI_DILATION_KEY,
             {"groups", .standard = 1, .least = 1, .most = LOSSI_LARGEST_SIZE},
             {"bias", .most = LOSSI_LARGEST_SIZE}},
    .add = add_conv,
    .folds = LOSSI_FOLDS(LOSSI_FOLD_AFFINE) | LOSSI_FOLDS(LOSSI_FOLD_SUM) |
             LOSSI_FOLDS(LOSSI_FOLD_BOUNDS),
    LOSSI_CONVOLUTION(convolution_of, false),
    .forward = forward,
    .backward = backward,
    .forward_tangent = forward_tangent,
    .backward_tangent = backward_tangent,
};

loss_node loss_builder_conv(loss_builder *b, loss_node in, const char *name,
                            const loss_conv_options *given)
{
    loss_conv_options o = LOSS_CONV_OPTIONS_INIT;
    loss_status status = LOSSI_OPTIONS(o, given);
    if (status)
        return lossi_builder_fail(b, status);
    lossi_values keys[] = {[CHANNELS] = LOSSI_VALUE(o.channels),
                           [KERNEL] = LOSSI_VALUE(o.kernel),
                           [STRIDE] = LOSSI_VALUE(o.stride ? o.stride : 1),
                           [PADDING] = LOSSI_VALUE(o.padding),
                           [DILATION] = LOSSI_VALUE(o.dilation ? o.dilation : 1),
                           [GROUPS] = LOSSI_VALUE(o.groups ? o.groups : 1),
                           [HAS_BIAS] = LOSSI_VALUE(o.bias)};
    return lossi_builder_add(b, &lossi_layer_conv, name, 1, &in, keys);
}
