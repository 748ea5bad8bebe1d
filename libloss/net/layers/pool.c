/* Max and average pooling: over windows, over the whole map (global), or over as many parts of it
 * as outputs are wanted (adaptive). */
#include "net/layers/window.h"

enum { KERNEL, STRIDE, PADDING, DILATION, CEIL, COUNT_PADDING };

static const lossi_window_keys WINDOW = {KERNEL, STRIDE, PADDING, DILATION};

static lossi_pool_shape shape_of(const lossi_node *node, const lossi_node *in, size_t lanes)
{
    bool is_row = in->n_dims == 2;
    return (lossi_pool_shape){
        .windows = lossi_windows_of(node, &WINDOW, in, node, lanes),
        .after_h = is_row ? 0 : lossi_padding_after(node, &WINDOW, 0),
        .after_w = lossi_padding_after(node, &WINDOW, is_row ? 0 : 1),
        .leaves_padding_out =
            node->keys[COUNT_PADDING].n && lossi_node_key(node, COUNT_PADDING) == 0,
    };
}

/* No window may lie on padding alone; PyTorch asks for no more than half of it. */
static loss_status check_padding(const lossi_addition *a, const lossi_window *w, size_t after)
{
    size_t most = lossi_larger(w->padding, after), reach = w->dilation * (w->kernel - 1) + 1;
    if (2 * most > reach)
        return lossi_fail(LOSS_ERR_ARGUMENT, "%s: padding %zu is more than half the kernel %zu",
                          a->name, most, reach);
    for (size_t o = 0; o < w->out; o++) {
        size_t begin, end;
        lossi_window_taps(w, o, &begin, &end);
        if (begin == end)
            return lossi_fail(LOSS_ERR_ARGUMENT, "%s: window %zu lies on padding alone", a->name,
                              o);
    }
    return LOSS_OK;
}

static loss_status add(lossi_addition *a)
{
    lossi_values *keys = a->node->keys;
    if (keys[STRIDE].n == 1 && keys[STRIDE].v[0] == 0)
        keys[STRIDE] = keys[KERNEL];
    loss_status status = lossi_windows_add(a, &WINDOW, lossi_node_key(a->node, CEIL) != 0);
    if (status)
        return status;
    lossi_pool_shape s = shape_of(a->node, a->in, 1);
    status = check_padding(a, &s.windows.h, s.after_h);
    return status ? status : check_padding(a, &s.windows.w, s.after_w);
}

/* ---- The whole map, and parts of it --------------------------------------------------------- */

static loss_status add_global(lossi_addition *a)
{
    for (size_t d = 1; d < LOSSI_MOST_DIMS; d++)
        a->node->dims[d] = 1;
    return lossi_sides(a) ? LOSS_OK : LOSS_ERR_SHAPE;
}

enum { SIZE };

static loss_status add_adaptive(lossi_addition *a)
{
    loss_status status = lossi_sides(a) ? lossi_sides_check(a, SIZE) : LOSS_ERR_SHAPE;
    for (size_t side = 0; !status && side < lossi_sides(a); side++)
        a->node->dims[1 + side] = lossi_side(a->node, SIZE, side, 1);
    return status;
}

/* Without keys for windows: the map is cut into as many parts as there are outputs. */
static lossi_pool_shape parts_of(const lossi_node *node, const lossi_node *in, size_t lanes)
{
    return (lossi_pool_shape){
        .windows = {.lanes = lanes,
                    .channels = in->dims[0],
                    .h = {.in = in->dims[1], .out = node->dims[1]},
                    .w = {.in = in->dims[2], .out = node->dims[2]}},
        .is_adaptive = true,
    };
}

/* ---- Kinds ---------------------------------------------------------------------------------- */

/* What a kind pools over, and what it makes of that. */
typedef struct pooling {
    lossi_pool_shape (*shape)(const lossi_node *node, const lossi_node *in, size_t lanes);
    bool is_max;
} pooling;

static const pooling *pooling_of(const lossi_call *call, lossi_pool_shape *s)
{
    const pooling *p = call->node->layer->family;
    *s = p->shape(call->node, call->in, call->lanes);
    return p;
}

static void forward(const lossi_call *call)
{
    lossi_pool_shape s;
    bool is_max = pooling_of(call, &s)->is_max;
    (is_max ? call->kernels->max_pool : call->kernels->average_pool)(&s, call->x[0], call->y);
}

static void backward(const lossi_call *call)
{
    lossi_pool_shape s;
    bool is_max = pooling_of(call, &s)->is_max;
    if (call->dx[0] && is_max)
        call->kernels->max_pool_backward(&s, call->x[0], call->dy, call->dx[0]);
    else if (call->dx[0])
        call->kernels->average_pool_backward(&s, call->dy, call->dx[0]);
}

static void max_tangent(const lossi_tangent *t)
{
    lossi_pool_shape s;
    pooling_of(&t->at, &s);
    t->at.kernels->max_pool_tangent(&s, t->at.x[0], t->x[0], t->y);
}

#define MAX_OF(shape)                                                                              \
    .family = &(const pooling){shape, true}, .forward = forward, .backward = backward,             \
    .forward_tangent = max_tangent
#define AVERAGE_OF(shape)                                                                          \
    .family = &(const pooling){shape, false}, .forward = forward, .backward = backward

#define WINDOW_KEYS                                                                                \
    LOSSI_KERNEL_KEY, LOSSI_STRIDE_KEY(0), LOSSI_PADDING_KEY, LOSSI_DILATION_KEY,                  \
    {                                                                                              \
        "ceil", .most = 1                                                                          \
    }

const lossi_layer lossi_layer_max_pool = {
    .name = "max_pool",
    .keys = {WINDOW_KEYS},
    .add = add,
    MAX_OF(shape_of),
};

const lossi_layer lossi_layer_average_pool = {
    .name = "average_pool",
    .keys = {WINDOW_KEYS, {"count_padding", .standard = 1, .most = 1}},
    .add = add,
    AVERAGE_OF(shape_of),
};

const lossi_layer lossi_layer_global_max_pool = {
    .name = "global_max_pool",
    .add = add_global,
    MAX_OF(parts_of),
};

const lossi_layer lossi_layer_global_average_pool = {
    .name = "global_average_pool",
    .add = add_global,
    AVERAGE_OF(parts_of),
};

#define SIZE_KEYS                                                                                  \
    {                                                                                              \
        {                                                                                          \
            "size", .is_needed = true, .least = 1, .most = LOSSI_LARGEST_SIZE, .most_values = 2    \
        }                                                                                          \
    }

const lossi_layer lossi_layer_adaptive_max_pool = {
    .name = "adaptive_max_pool",
    .keys = SIZE_KEYS,
    .add = add_adaptive,
    MAX_OF(parts_of),
};

const lossi_layer lossi_layer_adaptive_average_pool = {
    .name = "adaptive_average_pool",
    .keys = SIZE_KEYS,
    .add = add_adaptive,
    AVERAGE_OF(parts_of),
};

static loss_node add_pool(loss_builder *b, loss_node in, const lossi_layer *layer,
                          const loss_pool_options *given)
{
    loss_pool_options o = LOSS_POOL_OPTIONS_INIT;
    loss_status status = LOSSI_OPTIONS(o, given);
    if (status)
        return lossi_builder_fail(b, status);
    lossi_values keys[] = {[KERNEL] = LOSSI_VALUE(o.kernel),
                           [STRIDE] = LOSSI_VALUE(o.stride),
                           [PADDING] = LOSSI_VALUE(o.padding),
                           [DILATION] = LOSSI_VALUE(1),
                           [CEIL] = LOSSI_VALUE(0),
                           [COUNT_PADDING] = LOSSI_VALUE(1)};
    return lossi_builder_add(b, layer, NULL, 1, &in, keys);
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
