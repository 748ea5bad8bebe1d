/* Max, average and global average pooling; the last is one window as large as the map, and has no
 * keys. */
#include <math.h>

#include "net/builder.h"

enum { KERNEL, STRIDE, PADDING };

static loss_status add(lossi_addition *a)
{
    lossi_values *keys = a->node->keys;
    if (lossi_node_key(a->node, STRIDE) == 0)
        keys[STRIDE] = keys[KERNEL];
    if (2 * keys[PADDING].v[0] > keys[KERNEL].v[0])
        return lossi_fail(LOSS_ERR_ARGUMENT, "%s: padding %g is more than half the kernel %g",
                          a->name, keys[PADDING].v[0], keys[KERNEL].v[0]);
    return lossi_slide(a, lossi_node_key(a->node, KERNEL), lossi_node_key(a->node, STRIDE),
                       lossi_node_key(a->node, PADDING));
}

static loss_status add_global(lossi_addition *a)
{
    a->node->dims[1] = a->node->dims[2] = 1;
    return LOSS_OK;
}

static lossi_pool_shape shape_of(const lossi_call *call)
{
    const lossi_node *node = call->node;
    const size_t *out = node->dims, *in = call->in->dims;
    size_t kernel = lossi_node_key(node, KERNEL);
    return (lossi_pool_shape){
        .lanes = call->lanes,
        .channels = out[0],
        .in_h = in[1],
        .in_w = in[2],
        .out_h = out[1],
        .out_w = out[2],
        .kernel_h = kernel ? kernel : in[1],
        .kernel_w = kernel ? kernel : in[2],
        .stride = kernel ? lossi_node_key(node, STRIDE) : 1,
        .padding = lossi_node_key(node, PADDING),
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

#define WINDOW                                                                                     \
    {                                                                                              \
        {"kernel", .is_needed = true, .least = 1, .most = LOSSI_LARGEST_SIZE},                     \
            {"stride", .most = LOSSI_LARGEST_SIZE}, {"padding", .most = LOSSI_LARGEST_SIZE},       \
    }

const lossi_layer lossi_layer_max_pool = {
    .name = "max_pool",
    .keys = WINDOW,
    .add = add,
    .forward = max_forward,
    .backward = max_backward,
    .forward_tangent = max_forward_tangent,
};

const lossi_layer lossi_layer_average_pool = {
    .name = "average_pool",
    .keys = WINDOW,
    .add = add,
    .forward = average_forward,
    .backward = average_backward,
};

const lossi_layer lossi_layer_global_average_pool = {
    .name = "global_average_pool",
    .add = add_global,
    .forward = average_forward,
    .backward = average_backward,
};

static loss_node add_pool(loss_builder *b, loss_node in, const lossi_layer *layer,
                          const loss_pool_options *given)
{
    loss_pool_options o = LOSS_POOL_OPTIONS_INIT;
    loss_status status = LOSSI_OPTIONS(o, given);
    return status ? lossi_builder_fail(b, status)
                  : lossi_builder_add(b, layer, NULL, 1, &in,
                                      (lossi_values[]){LOSSI_VALUE(o.kernel), LOSSI_VALUE(o.stride),
                                                       LOSSI_VALUE(o.padding)});
}

loss_node loss_builder_max_pool(loss_builder *b, loss_node in, const loss_pool_options *pool)
{
    return add_pool(b, in, &lossi_layer_max_pool, pool);
}

loss_node loss_builder_average_pool(loss_builder *b, loss_node in, const loss_pool_options *pool)
{
    return add_pool(b, in, &lossi_layer_average_pool, pool);
}

loss_node loss_builder_global_average_pool(loss_builder *b, loss_node in)
{
    return lossi_builder_add(b, &lossi_layer_global_average_pool, NULL, 1, &in, NULL);
}
