/* Dropout (Srivastava et al. 2014), inverted: kept values are scaled in training, and evaluation is the identity. The mask is
 * drawn again for backward from the same counters; it depends on the image's place in the batch, not on chunks. */
#include <string.h>

#include "base/random.h"
#include "net/layer.h"

/* The factor of element e (in [c][h][w]) of image i of the batch: 0 or 1 / (1 - p). */
static lossi_real factor(const lossi_call *call, const lossi_stream *stream, size_t i, size_t e)
{
    double u = lossi_random_uniform(stream, (uint64_t)i * lossi_node_size(call->node) + e);
    return u < call->node->p ? 0 : (lossi_real)(1 / (1 - call->node->p));
}

static lossi_stream stream_of(const lossi_call *call)
{
    return lossi_stream_make(call->seed, LOSSI_RANDOM_DROPOUT, (uint32_t)call->index);
}

static void forward(const lossi_call *call)
{
    size_t n = call->n, plane = call->node->height * call->node->width;
    if (!call->training) {
        if (call->y != call->x[0])
            memcpy(call->y, call->x[0], n * lossi_node_size(call->node) * sizeof *call->y);
        return;
    }
    lossi_stream stream = stream_of(call);
    for (size_t c = 0; c < call->node->channels; c++)
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < plane; j++) {
                size_t at = (c * n + i) * plane + j;
                call->y[at] = call->x[0][at] * factor(call, &stream, call->first_image + i, c * plane + j);
            }
}

static void backward(const lossi_call *call)
{
    size_t n = call->n, plane = call->node->height * call->node->width;
    if (!call->dx[0])
        return;
    lossi_stream stream = stream_of(call);
    for (size_t c = 0; c < call->node->channels; c++)
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < plane; j++) {
                size_t at = (c * n + i) * plane + j;
                call->dx[0][at] += call->dy[at] * factor(call, &stream, call->first_image + i, c * plane + j);
            }
}

const lossi_layer lossi_layer_dropout = {.name = "dropout", .in_place = true, .forward = forward, .backward = backward};
