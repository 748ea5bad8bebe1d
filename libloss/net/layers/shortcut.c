/* The parameter-free shortcut (He et al. 2016, option A): rows and columns 0, s, 2s, ... and
 * channels of zeros around. */
#include "net/builder.h"

enum { CHANNELS, STRIDE };

static loss_status add(lossi_addition *a)
{
    lossi_node *node = a->node;
    size_t channels = lossi_node_key(node, CHANNELS), stride = lossi_node_key(node, STRIDE);
    if (channels < node->dims[0])
        return lossi_fail(LOSS_ERR_ARGUMENT, "%s: %zu channels from %zu: it can only add channels",
                          a->name, channels, node->dims[0]);
    node->dims[0] = channels;
    node->dims[1] = (node->dims[1] - 1) / stride + 1;
    node->dims[2] = (node->dims[2] - 1) / stride + 1;
    return LOSS_OK;
}

/* Channels of zeros before the input's. */
static size_t channels_before(const lossi_call *call)
{
    return (call->node->dims[0] - call->in->dims[0]) / 2;
}

static void forward(const lossi_call *call)
{
    const size_t *out = call->node->dims, *in = call->in->dims;
    size_t s = lossi_node_key(call->node, STRIDE), lanes = call->lanes,
           plane = out[1] * out[2] * lanes, before = channels_before(call),
           after = out[0] - in[0] - before;
    lossi_real *y = call->y + before * plane;
    call->kernels->zero(before * plane, call->y);
    call->kernels->zero(after * plane, y + in[0] * plane);
    for (size_t c = 0; c < in[0]; c++)
        for (size_t r = 0; r < out[1]; r++)
            for (size_t k = 0; k < out[2]; k++, y += lanes)
                call->kernels->copy(lanes,
                                    call->x[0] + ((c * in[1] + r * s) * in[2] + k * s) * lanes, y);
}

static void backward(const lossi_call *call)
{
    const size_t *out = call->node->dims, *in = call->in->dims;
    size_t s = lossi_node_key(call->node, STRIDE), lanes = call->lanes;
    const lossi_real *dy = call->dy + channels_before(call) * out[1] * out[2] * lanes;
    if (!call->dx[0])
        return;
    for (size_t c = 0; c < in[0]; c++)
        for (size_t r = 0; r < out[1]; r++)
            for (size_t k = 0; k < out[2]; k++) {
                lossi_real *dx = call->dx[0] + ((c * in[1] + r * s) * in[2] + k * s) * lanes;
                for (size_t i = 0; i < lanes; i++)
                    dx[i] += *dy++;
            }
}

const lossi_layer lossi_layer_shortcut = {
    .name = "shortcut",
    .keys = {{"channels", .is_needed = true, .least = 1, .most = LOSSI_LARGEST_SIZE},
             {"stride", .standard = 1, .least = 1, .most = LOSSI_LARGEST_SIZE}},
    .add = add,
    .forward = forward,
    .backward = backward,
};

loss_node loss_builder_shortcut(loss_builder *b, loss_node in, size_t channels, size_t stride)
{
    return lossi_builder_add(b, &lossi_layer_shortcut, NULL, 1, &in,
                             (lossi_values[]){LOSSI_VALUE(channels), LOSSI_VALUE(stride)});
}
