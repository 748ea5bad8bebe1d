/* Kinds each of whose output values is a weighted sum of a few of the input's: along each axis, an
 * index of the output takes at most two of the input's, its taps. Slices and padding take one or
 * none; resizing takes two (bilinear).
 *
 * They are linear but for the constant that padding puts in. */
#include "net/builder.h"
#include "net/walk.h"
#include <math.h>

typedef struct taps {
    size_t n, index[2];
    double weight[2];
} taps;

/* What a kind says: the taps of index i along axis d. */
typedef struct tapped {
    taps (*at)(const lossi_node *node, const lossi_node *in, size_t d, size_t i);
    bool copies; /* each output is one of the input's values */
} tapped;

static taps one(size_t index)
{
    return (taps){1, {index}, {1}};
}

static taps taps_at(const lossi_node *node, const lossi_node *in, size_t d, size_t i)
{
    return ((const tapped *)node->layer->family)->at(node, in, d, i);
}

/* ---- Going through them --------------------------------------------------------------------- */

/* The last dimensions, which stay as they are, are done in one piece. */
typedef struct job {
    const lossi_kernels *kernels;
    const lossi_node *node, *in;
    size_t n_dims, piece; /* dimensions with taps; values of one index of the last of them */
    const lossi_real *from;
    lossi_real *to;
    bool backward, copies;
} job;

static bool is_same(const lossi_node *node, const lossi_node *in, size_t d)
{
    bool same = node->dims[d] == in->dims[d];
    for (size_t i = 0; same && i < node->dims[d]; i++) {
        taps t = taps_at(node, in, d, i);
        same = t.n == 1 && t.index[0] == i && t.weight[0] == 1;
    }
    return same;
}

static void add_piece(size_t n, lossi_real weight, const lossi_real *from, lossi_real *to)
{
    for (size_t i = 0; i < n; i++)
        to[i] += weight * from[i];
}

/* @param in, out  numbers of the elements, counted in indices of dimension d - 1 */
static void go(const job *j, size_t d, size_t in, size_t out, double weight)
{
    if (d == j->n_dims) {
        size_t x = in * j->piece, y = out * j->piece;
        const lossi_real *from = j->from + (j->backward ? y : x);
        lossi_real *to = j->to + (j->backward ? x : y);
        if (j->copies)
            j->kernels->copy(j->piece, from, to);
        else
            add_piece(j->piece, (lossi_real)weight, from, to);
        return;
    }
    for (size_t i = 0; i < j->node->dims[d]; i++) {
        taps t = taps_at(j->node, j->in, d, i);
        for (size_t k = 0; k < t.n; k++)
            go(j, d + 1, in * j->in->dims[d] + t.index[k], out * j->node->dims[d] + i,
               weight * t.weight[k]);
    }
}

static bool copies(const lossi_call *call)
{
    return ((const tapped *)call->node->layer->family)->copies;
}

static void run(const lossi_call *call, const lossi_real *from, lossi_real *to, bool backward)
{
    job j = {.kernels = call->kernels,
             .node = call->node,
             .in = call->in,
             .n_dims = call->node->n_dims,
             .piece = call->lanes,
             .from = from,
             .to = to,
             .backward = backward,
             .copies = !backward && copies(call)};
    while (j.n_dims && is_same(call->node, call->in, j.n_dims - 1))
        j.piece *= call->node->dims[--j.n_dims];
    go(&j, 0, 0, 0, 1);
}

static void forward(const lossi_call *call)
{
    if (!copies(call))
        call->kernels->zero(lossi_chunk_size(call->node, call->lanes), call->y);
    run(call, call->x[0], call->y, false);
}

static void backward(const lossi_call *call)
{
    if (call->dx[0])
        run(call, call->dy, call->dx[0], true);
}

/* ---- Slice ---------------------------------------------------------------------------------- */

enum { AXIS, BEGIN, END, STEP };

/* As Python's x[begin:end:step]. */
static loss_status add_slice(lossi_addition *a)
{
    lossi_node *node = a->node;
    size_t axis;
    loss_status status = lossi_axis(a, lossi_node_value(node, AXIS), a->in->n_dims, &axis);
    if (status)
        return status;
    double size = (double)a->in->dims[axis], step = lossi_node_value(node, STEP),
           begin = node->keys[BEGIN].n ? lossi_node_value(node, BEGIN)
                   : step > 0          ? 0
                                       : size - 1,
           end = node->keys[END].n ? lossi_node_value(node, END)
                 : step > 0        ? size
                                   : -size - 1;
    begin += begin < 0 ? size : 0;
    end += end < 0 ? size : 0;
    begin = step > 0 ? fmin(fmax(begin, 0), size) : fmin(fmax(begin, -1), size - 1);
    end = step > 0 ? fmin(fmax(end, 0), size) : fmin(fmax(end, -1), size - 1);
    double n = step == 0 ? 0 : ceil((end - begin) / step);
    if (!(n >= 1))
        return lossi_fail(LOSS_ERR_SHAPE, "%s: from %g to %g by %g of %g nothing is left", a->name,
                          begin, end, step, size);
    node->keys[AXIS] = LOSSI_VALUE(axis);
    node->keys[BEGIN] = LOSSI_VALUE(begin);
    node->dims[axis] = (size_t)n;
    return LOSS_OK;
}

static taps slice_at(const lossi_node *node, const lossi_node *in, size_t d, size_t i)
{
    (void)in;
    return one(
        d != lossi_node_key(node, AXIS)
            ? i
            : (size_t)(lossi_node_value(node, BEGIN) + (double)i * lossi_node_value(node, STEP)));
}

const lossi_layer lossi_layer_slice = {
    .name = "slice",
    .keys = {{"axis", .least = -LOSSI_MOST_DIMS, .most = LOSSI_MOST_DIMS - 1},
             {"begin", .is_optional = true, .least = -LOSSI_LARGEST_SIZE,
              .most = LOSSI_LARGEST_SIZE},
             {"end", .is_optional = true, .least = -LOSSI_LARGEST_SIZE, .most = LOSSI_LARGEST_SIZE},
             {"step", .standard = 1, .least = -LOSSI_LARGEST_SIZE, .most = LOSSI_LARGEST_SIZE}},
    .family = &(const tapped){slice_at, true},
    .add = add_slice,
    .forward = forward,
    .backward = backward,
};

/* ---- Padding -------------------------------------------------------------------------------- */

enum { PADS, MODE, VALUE };
enum { CONSTANT, REFLECT, EDGE };
static const char *const MODES[] = {"constant", "reflect", "edge", NULL};

/* Places before the first index of an axis, or after the last; negative: cut away. */
static ptrdiff_t pad_of(const lossi_node *node, size_t d, bool after)
{
    return (ptrdiff_t)node->keys[PADS].v[d + (after ? node->n_dims : 0)];
}

static loss_status add_pad(lossi_addition *a)
{
    lossi_node *node = a->node;
    if (node->keys[PADS].n != 2 * a->in->n_dims)
        return lossi_fail(LOSS_ERR_ARGUMENT,
                          "%s: %zu pads; expected %zu: before each axis, then after each", a->name,
                          node->keys[PADS].n, 2 * a->in->n_dims);
    for (size_t d = 0; d < node->n_dims; d++) {
        ptrdiff_t size = (ptrdiff_t)a->in->dims[d], before = pad_of(node, d, false),
                  after = pad_of(node, d, true);
        bool reflects = lossi_node_key(node, MODE) == REFLECT;
        if (before + size < 1 || after + size < 1 || before + size + after < 1 ||
            (reflects && (before >= size || after >= size)))
            return lossi_fail(LOSS_ERR_SHAPE, "%s: pads of %td and %td at an axis of %td", a->name,
                              before, after, size);
        node->dims[d] = (size_t)(before + size + after);
    }
    return LOSS_OK;
}

static taps pad_at(const lossi_node *node, const lossi_node *in, size_t d, size_t i)
{
    ptrdiff_t at = (ptrdiff_t)i - pad_of(node, d, false), last = (ptrdiff_t)in->dims[d] - 1;
    if (at >= 0 && at <= last)
        return one((size_t)at);
    switch (lossi_node_key(node, MODE)) {
    case REFLECT: return one((size_t)(at < 0 ? -at : 2 * last - at));
    case EDGE: return one((size_t)(at < 0 ? 0 : last));
    default: return (taps){0};
    }
}

/* True if no tap leads to the element, so that it is the constant. */
static bool is_outside(const lossi_node *node, const lossi_node *in, size_t e)
{
    for (size_t d = node->n_dims; d-- > 0; e /= node->dims[d])
        if (!pad_at(node, in, d, e % node->dims[d]).n)
            return true;
    return false;
}

static void forward_pad(const lossi_call *call)
{
    forward(call);
    lossi_real value = (lossi_real)lossi_node_value(call->node, VALUE);
    for (size_t e = 0; value != 0 && e < lossi_node_size(call->node); e++)
        for (size_t i = 0; is_outside(call->node, call->in, e) && i < call->lanes; i++)
            call->y[e * call->lanes + i] = value;
}

/* Without the constant. */
static void forward_tangent_pad(const lossi_tangent *t)
{
    lossi_call call = t->at;
    call.x = t->x;
    call.y = t->y;
    forward(&call);
}

const lossi_layer lossi_layer_pad = {
    .name = "pad",
    .keys = {{"pads", .is_needed = true, .least = -LOSSI_LARGEST_SIZE, .most = LOSSI_LARGEST_SIZE,
              .most_values = 2 * LOSSI_MOST_DIMS},
             {"mode", .words = MODES},
             {"value", .is_fraction = true, .least = -1e30, .most = 1e30}},
    .family = &(const tapped){pad_at, false},
    .add = add_pad,
    .forward = forward_pad,
    .backward = backward,
    .forward_tangent = forward_tangent_pad,
};

/* ---- Resizing ------------------------------------------------------------------------------- */

enum { SIZE, SCALE, HOW, COORDINATES, ROUNDING };
enum { NEAREST, BILINEAR };
enum { HALF_PIXEL, ALIGN_CORNERS, ASYMMETRIC, PYTORCH_HALF_PIXEL };
enum { FLOOR, CEIL, HALF_DOWN, HALF_UP };
static const char *const HOWS[] = {"nearest", "bilinear", NULL};
static const char *const PLACES[] = {"half_pixel", "align_corners", "asymmetric",
                                     "pytorch_half_pixel", NULL};
static const char *const ROUNDINGS[] = {"floor", "ceil", "round_prefer_floor", "round_prefer_ceil",
                                        NULL};

/* The number of the key's value that is meant for axis d: they are those of the last axes. */
static size_t value_of(const lossi_node *node, size_t key, size_t d)
{
    return node->n_dims - d <= node->keys[key].n ? node->keys[key].n - (node->n_dims - d)
                                                 : SIZE_MAX;
}

static loss_status add_resize(lossi_addition *a)
{
    lossi_node *node = a->node;
    size_t key = node->keys[SIZE].n ? SIZE : SCALE;
    if (!node->keys[SIZE].n == !node->keys[SCALE].n || node->keys[key].n > node->n_dims)
        return lossi_fail(LOSS_ERR_ARGUMENT,
                          "%s: expected a size or a scale, of the last axes of %zu", a->name,
                          node->n_dims);
    for (size_t d = 0; d < node->n_dims; d++) {
        size_t k = value_of(node, key, d);
        if (k == SIZE_MAX)
            continue;
        double size = node->keys[key].v[k] * (key == SCALE ? (double)a->in->dims[d] : 1);
        node->dims[d] = (size_t)size;
        if (!(size >= 1 && size <= LOSSI_LARGEST_SIZE))
            return lossi_fail(LOSS_ERR_SHAPE, "%s: a size of %g", a->name, size);
    }
    return LOSS_OK;
}

/* Where the output's index i lies between those of the input. */
static double place_of(const lossi_node *node, size_t d, size_t i, double n_in)
{
    double n = (double)node->dims[d], x = (double)i;
    size_t k = value_of(node, SCALE, d);
    double scale = k == SIZE_MAX ? n / n_in : node->keys[SCALE].v[k];
    switch (lossi_node_key(node, COORDINATES)) {
    case ALIGN_CORNERS: return n > 1 ? x * (n_in - 1) / (n - 1) : 0;
    case ASYMMETRIC: return x / scale;
    case PYTORCH_HALF_PIXEL: return n > 1 ? (x + 0.5) / scale - 0.5 : 0;
    default: return (x + 0.5) / scale - 0.5;
    }
}

static double rounded(const lossi_node *node, double x)
{
    switch (lossi_node_key(node, ROUNDING)) {
    case CEIL: return ceil(x);
    case HALF_DOWN: return ceil(x - 0.5);
    case HALF_UP: return floor(x + 0.5);
    default: return floor(x);
    }
}

static taps resize_at(const lossi_node *node, const lossi_node *in, size_t d, size_t i)
{
    if (node->dims[d] == in->dims[d] && value_of(node, SCALE, d) == SIZE_MAX)
        return one(i);
    double last = (double)in->dims[d] - 1, x = place_of(node, d, i, last + 1);
    if (lossi_node_key(node, HOW) == NEAREST)
        return one((size_t)fmin(fmax(rounded(node, x), 0), last));
    x = fmin(fmax(x, 0), last);
    double below = floor(x), part = x - below;
    return (taps){part > 0 ? 2 : 1, {(size_t)below, (size_t)below + 1}, {1 - part, part}};
}

const lossi_layer lossi_layer_resize = {
    .name = "resize",
    .keys = {{"size", .is_optional = true, .least = 1, .most = LOSSI_LARGEST_SIZE,
              .most_values = LOSSI_MOST_DIMS},
             {"scale", .is_optional = true, .is_fraction = true, .least = 1e-6, .most = 1e6,
              .most_values = LOSSI_MOST_DIMS},
             {"mode", .words = HOWS},
             {"coordinates", .words = PLACES},
             {"rounding", .standard = HALF_DOWN, .words = ROUNDINGS}},
    .family = &(const tapped){resize_at, false},
    .add = add_resize,
    .forward = forward,
    .backward = backward,
};
