/* Max, average and global average pooling; the last is one window as large as the map
 * (pool.kernel == 0). */
#include <math.h>

#include "net/layer.h"

static lossi_pool_shape shape_of(const lossi_call *call)
{
    const lossi_node *node = call->node;
    return (lossi_pool_shape){
        .lanes = call->lanes,
        .channels = node->channels,
        .in_h = call->in->height,
        .in_w = call->in->width,
        .out_h = node->height,
        .out_w = node->width,
        .kernel_h = node->pool.kernel ? node->pool.kernel : call->in->height,
        .kernel_w = node->pool.kernel ? node->pool.kernel : call->in->width,
        .stride = node->pool.stride,
        .padding = node->pool.padding,
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

/* The pixel that the maximum of one window came from, of image i: the first largest, as the
 * kernels have it. A NaN counts as largest.
 * @param x  the channel, [in_h][in_w][lanes] */
static size_t source(const lossi_pool_shape *s, const lossi_real *x, size_t r, size_t c, size_t i)
{
    size_t best = SIZE_MAX;
    for (size_t u = 0; u < s->kernel_h; u++)
        for (size_t v = 0; v < s->kernel_w; v++) {
            size_t row = r * s->stride + u,
                   column = c * s->stride + v; /* counted from the padded corner */
            if (row < s->padding || column < s->padding || row - s->padding >= s->in_h ||
                column - s->padding >= s->in_w)
                continue;
            size_t at = ((row - s->padding) * s->in_w + column - s->padding) * s->lanes + i;
            if (best == SIZE_MAX || x[at] > x[best] || (isnan(x[at]) && !isnan(x[best])))
                best = at;
        }
    return best;
}

static void max_forward_tangent(const lossi_tangent *t)
{
    lossi_pool_shape s = shape_of(&t->at);
    lossi_real *y = t->y;
    for (size_t k = 0; k < s.channels; k++) {
        size_t plane = k * s.in_h * s.in_w * s.lanes;
        for (size_t r = 0; r < s.out_h; r++)
            for (size_t c = 0; c < s.out_w; c++)
                for (size_t i = 0; i < s.lanes; i++)
                    *y++ = t->x[0][plane + source(&s, t->at.x[0] + plane, r, c, i)];
    }
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

const lossi_layer lossi_layer_max_pool = {.name = "max pool",
                                          .forward = max_forward,
                                          .backward = max_backward,
                                          .forward_tangent = max_forward_tangent};
const lossi_layer lossi_layer_average_pool = {
    .name = "average pool", .forward = average_forward, .backward = average_backward};
