/* Transposed convolution: forward is what the gradient of the input is to a convolution from the
 * output's shape to the input's, and the other way round. The weight is that convolution's,
 * [in][out / groups][kernel], as PyTorch has it. */
#include "net/layers/convolution.h"
#include "net/layers/window.h"

enum { CHANNELS, KERNEL, STRIDE, PADDING, DILATION, OUTPUT_PADDING, GROUPS, HAS_BIAS };

static const lossi_window_keys WINDOW = {KERNEL, STRIDE, PADDING, DILATION};

/* The output along a side; 0: nothing is left of it. */
static size_t side_after(const lossi_addition *a, size_t side)
{
    const lossi_node *node = a->node;
    size_t padding = lossi_side(node, PADDING, side, 0) + lossi_padding_after(node, &WINDOW, side),
           reach = lossi_side(node, DILATION, side, 1) * (lossi_side(node, KERNEL, side, 1) - 1),
           whole = (a->in->dims[1 + side] - 1) * lossi_side(node, STRIDE, side, 1) + reach + 1 +
                   lossi_side(node, OUTPUT_PADDING, side, 0);
    return whole > padding ? whole - padding : 0;
}

static loss_status check_output_padding(const lossi_addition *a, size_t side)
{
    size_t padding = lossi_side(a->node, OUTPUT_PADDING, side, 0),
           most = lossi_larger(lossi_side(a->node, STRIDE, side, 1),
                               lossi_side(a->node, DILATION, side, 1));
    return padding < most ? LOSS_OK
                          : lossi_fail(LOSS_ERR_ARGUMENT,
                                       "%s: output_padding is %zu; expected less than the stride "
                                       "or the dilation, %zu",
                                       a->name, padding, most);
}

static loss_status add(lossi_addition *a)
{
    size_t out = lossi_node_key(a->node, CHANNELS), in = a->in->dims[0],
           groups = lossi_node_key(a->node, GROUPS), sides = lossi_sides(a);
    if (in % groups || out % groups)
        return lossi_fail(LOSS_ERR_ARGUMENT,
                          "%s: %zu groups; they must divide %zu and %zu channels", a->name, groups,
                          in, out);
    loss_status status = lossi_windows_check(a, &WINDOW);
    if (!status)
        status = lossi_sides_check(a, OUTPUT_PADDING);
    struct lossi_tensor_shape *w = &a->tensors[LOSSI_WEIGHT];
    *w = (struct lossi_tensor_shape){2 + sides, {in, out / groups}};
    for (size_t side = 0; !status && side < sides; side++) {
        w->dims[2 + side] = lossi_side(a->node, KERNEL, side, 1);
        a->node->dims[1 + side] = side_after(a, side);
        status = check_output_padding(a, side);
        if (!status && !a->node->dims[1 + side])
            status =
                lossi_fail(LOSS_ERR_SHAPE, "%s: padding leaves nothing of the output", a->name);
    }
    a->node->dims[0] = out;
    if (lossi_node_key(a->node, HAS_BIAS))
        a->tensors[LOSSI_BIAS] = (struct lossi_tensor_shape){1, {out}};
    return status;
}

/* The convolution that goes the other way. */
static lossi_convolution convolution_of(const lossi_node *node, const lossi_node *in, size_t lanes)
{
    lossi_windows windows = lossi_windows_of(node, &WINDOW, node, in, lanes);
    return lossi_convolution_of(&windows, lossi_node_key(node, GROUPS), in->dims[0]);
}

/* @param bias  [channels]; NULL: zeros */
static void fill(const lossi_call *call, const lossi_real *bias, lossi_real *y)
{
    size_t n = lossi_node_pixels(call->node) * call->lanes;
    for (size_t c = 0; c < call->node->dims[0]; c++)
        for (size_t j = 0; j < n; j++)
            *y++ = bias ? bias[c] : 0;
}

static void forward(const lossi_call *call)
{
    lossi_convolution c = lossi_convolution_at(call);
    fill(call, call->p[LOSSI_BIAS], call->y);
    lossi_convolution_backward_data(&c, call, call->x[0], call->packed, call->y);
}

static void add_to_dbias(const lossi_call *call, const lossi_real *dy, lossi_real *dbias)
{
    lossi_maps m = {1, lossi_node_pixels(call->node), call->lanes, call->lanes};
    for (size_t c = 0; dbias && c < call->node->dims[0]; c++, dy += m.pixels * m.lanes) {
        double sum, square;
        call->kernels->norm_sums(&m, dy, &sum, &square);
        dbias[c] += (lossi_real)sum;
    }
}

static void backward(const lossi_call *call)
{
    lossi_convolution c = lossi_convolution_at(call);
    lossi_epilogue add = {.residual = call->dx[0]};
    add_to_dbias(call, call->dy, call->dp[LOSSI_BIAS]);
    if (call->dp[LOSSI_WEIGHT])
        lossi_convolution_backward_weights(&c, call, call->dy, call->x[0], call->dp[LOSSI_WEIGHT],
                                           NULL);
    if (call->dx[0])
        lossi_convolution_forward(&c, call, call->dy, call->packed, &add, call->dx[0]);
}

static void forward_tangent(const lossi_tangent *t)
{
    lossi_convolution c = lossi_convolution_at(&t->at);
    fill(&t->at, t->p[LOSSI_BIAS], t->y);
    lossi_convolution_backward_data(&c, &t->at, t->x[0], t->at.packed, t->y);
    lossi_convolution_backward_data(&c, &t->at, t->at.x[0], t->packed, t->y);
}

static void backward_tangent(const lossi_tangent *t)
{
    const lossi_call *at = &t->at;
    lossi_convolution c = lossi_convolution_at(at);
    lossi_epilogue add = {.residual = t->dx[0]};
    lossi_real *dw = t->dp[LOSSI_WEIGHT];
    add_to_dbias(at, t->dy, t->dp[LOSSI_BIAS]);
    if (dw) {
        lossi_convolution_backward_weights(&c, at, t->dy, at->x[0], dw, NULL);
        lossi_convolution_backward_weights(&c, at, at->dy, t->x[0], dw, NULL);
    }
    if (t->dx[0]) {
        lossi_convolution_forward(&c, at, t->dy, at->packed, &add, t->dx[0]);
        lossi_convolution_forward(&c, at, at->dy, t->packed, &add, t->dx[0]);
    }
}

const lossi_layer lossi_layer_transposed_conv = {
    .name = "transposed_conv",
    .keys = {{"channels", .is_needed = true, .least = 1, .most = LOSSI_LARGEST_SIZE},
             LOSSI_KERNEL_KEY,
             LOSSI_STRIDE_KEY(1),
             LOSSI_PADDING_KEY,
             LOSSI_DILATION_KEY,
             {"output_padding", .most = LOSSI_LARGEST_SIZE, .most_values = 2},
             {"groups", .standard = 1, .least = 1, .most = LOSSI_LARGEST_SIZE},
             {"bias", .most = 1}},
    .add = add,
    LOSSI_CONVOLUTION(convolution_of, true),
    .forward = forward,
    .backward = backward,
    .forward_tangent = forward_tangent,
    .backward_tangent = backward_tangent,
};
