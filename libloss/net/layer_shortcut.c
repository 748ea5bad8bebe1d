/* The parameter-free shortcut (He et al. 2016, option A): rows and columns 0, s, 2s, ... and channels of zeros around. */
#include <string.h>

#include "net/layer.h"

/* Channels of zeros before the input's. */
static size_t channels_before(const lossi_call *call)
{
    return (call->node->channels - call->in->channels) / 2;
}

static void forward(const lossi_call *call)
{
    const lossi_node *out = call->node, *in = call->in;
    size_t s = out->stride, before = channels_before(call);
    memset(call->y, 0, call->n * lossi_node_size(out) * sizeof *call->y);
    for (size_t p = 0; p < in->channels * call->n; p++)
        for (size_t r = 0; r < out->height; r++)
            for (size_t c = 0; c < out->width; c++)
                call->y[((before * call->n + p) * out->height + r) * out->width + c] =
                    call->x[0][(p * in->height + r * s) * in->width + c * s];
}

static void backward(const lossi_call *call)
{
    const lossi_node *out = call->node, *in = call->in;
    size_t s = out->stride, before = channels_before(call);
    if (!call->dx[0])
        return;
    for (size_t p = 0; p < in->channels * call->n; p++)
        for (size_t r = 0; r < out->height; r++)
            for (size_t c = 0; c < out->width; c++)
                call->dx[0][(p * in->height + r * s) * in->width + c * s] +=
                    call->dy[((before * call->n + p) * out->height + r) * out->width + c];
}

const lossi_layer lossi_layer_shortcut = {.name = "shortcut", .forward = forward, .backward = backward};
