/* The parameter-free shortcut (He et al. 2016, option A): rows and columns 0, s, 2s, ... and
 * channels of zeros around. */
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
    size_t s = out->stride, lanes = call->lanes, plane = out->height * out->width * lanes,
           before = channels_before(call);
    size_t after = out->channels - in->channels - before;
    lossi_real *y = call->y + before * plane;
    memset(call->y, 0, before * plane * sizeof *y);
    memset(y + in->channels * plane, 0, after * plane * sizeof *y);
    for (size_t c = 0; c < in->channels; c++)
        for (size_t r = 0; r < out->height; r++)
            for (size_t k = 0; k < out->width; k++, y += lanes)
                memcpy(y, call->x[0] + ((c * in->height + r * s) * in->width + k * s) * lanes,
                       lanes * sizeof *y);
}

static void backward(const lossi_call *call)
{
    const lossi_node *out = call->node, *in = call->in;
    size_t s = out->stride, lanes = call->lanes;
    const lossi_real *dy = call->dy + channels_before(call) * out->height * out->width * lanes;
    if (!call->dx[0])
        return;
    for (size_t c = 0; c < in->channels; c++)
        for (size_t r = 0; r < out->height; r++)
            for (size_t k = 0; k < out->width; k++)
                for (size_t i = 0; i < lanes; i++)
                    call->dx[0][((c * in->height + r * s) * in->width + k * s) * lanes + i] +=
                        *dy++;
}

const lossi_layer lossi_layer_shortcut = {
    .name = "shortcut", .forward = forward, .backward = backward};
