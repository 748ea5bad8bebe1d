/* Kinds whose output has the values of their input in the same order, or elsewhere: other shapes,
 * transposition, stretching. They are linear, so forward and backward serve as tangents. */
#include <string.h>

#include "net/builder.h"
#include "net/walk.h"

enum { SHAPE, AXIS = 0, ORDER = 0, FACTOR = 0, MODE };

static void set_dims(lossi_node *node, size_t n, const size_t *dims)
{
    node->n_dims = n;
    for (size_t d = 0; d < LOSSI_MOST_DIMS; d++)
        node->dims[d] = d < n ? dims[d] : 1;
}

/* ---- The same order ------------------------------------------------------------------------- */

static void forward_same(const lossi_call *call)
{
    if (call->y != call->x[0])
        call->kernels->copy(lossi_chunk_size(call->node, call->lanes), call->x[0], call->y);
}

static void backward_same(const lossi_call *call)
{
    if (call->dx[0])
        call->kernels->add(lossi_chunk_size(call->node, call->lanes), call->dx[0], call->dy,
                           call->dx[0]);
}

/* One size may be -1: what is left for it. */
static loss_status add_reshape(lossi_addition *a)
{
    const lossi_values *shape = &a->node->keys[SHAPE];
    size_t dims[LOSSI_MOST_DIMS], size = lossi_node_size(a->in), known = 1, open = SIZE_MAX;
    for (size_t d = 0; d < shape->n; d++) {
        if (shape->v[d] == 0 || (shape->v[d] < 0 && open != SIZE_MAX))
            return lossi_fail(LOSS_ERR_ARGUMENT,
                              "%s: sizes of shape are 1 or more; one may be -1, the rest", a->name);
        if (shape->v[d] < 0)
            open = d;
        dims[d] = shape->v[d] < 0 ? 1 : (size_t)shape->v[d];
        if (!lossi_mul(known, dims[d], &known))
            known = SIZE_MAX;
    }
    if (open != SIZE_MAX && size % known == 0) {
        dims[open] = size / known;
        known = size;
    }
    char text[LOSSI_SHAPE_TEXT];
    if (known != size)
        return lossi_fail(LOSS_ERR_SHAPE, "%s: an output of %zu values cannot take %s", a->name,
                          known, lossi_shape_text(a->in, text));
    set_dims(a->node, shape->n, dims);
    return LOSS_OK;
}

/* All dimensions from that axis on become one. */
static loss_status add_flatten(lossi_addition *a)
{
    size_t axis, dims[LOSSI_MOST_DIMS];
    loss_status status = lossi_axis(a, lossi_node_value(a->node, AXIS), a->in->n_dims, &axis);
    if (status)
        return status;
    memcpy(dims, a->in->dims, sizeof dims);
    dims[axis] *= lossi_step_of(a->in, axis);
    set_dims(a->node, axis + 1, dims);
    return LOSS_OK;
}

#define SAME .in_place = true, .forward = forward_same, .backward = backward_same

const lossi_layer lossi_layer_reshape = {
    .name = "reshape",
    .keys = {{"shape", .is_needed = true, .least = -1, .most = LOSSI_LARGEST_SIZE,
              .most_values = LOSSI_MOST_DIMS}},
    .add = add_reshape,
    SAME,
};

const lossi_layer lossi_layer_flatten = {
    .name = "flatten",
    .keys = {{"axis", .least = -LOSSI_MOST_DIMS, .most = LOSSI_MOST_DIMS - 1}},
    .add = add_flatten,
    SAME,
};

const lossi_layer lossi_layer_identity = {.name = "identity", SAME};

loss_node loss_builder_flatten(loss_builder *b, loss_node in)
{
    return lossi_builder_add(b, &lossi_layer_flatten, NULL, 1, &in, &LOSSI_VALUE(0));
}

/* ---- Another order -------------------------------------------------------------------------- */

/* Block 0 of a walk is the input, block 1 the output. */
static void copy(lossi_walk w, const lossi_call *call)
{
    size_t lanes = call->lanes;
    const lossi_real *x = call->x[0];
    lossi_real *y = call->y;
    for (lossi_run r; lossi_walk_next(&w, &r);) {
        if (r.step[0] == 1 && r.step[1] == 1) {
            call->kernels->copy(r.count * lanes, x + (size_t)r.at[0] * lanes,
                                y + (size_t)r.at[1] * lanes);
            continue;
        }
        for (ptrdiff_t e = 0; e < (ptrdiff_t)r.count; e++)
            call->kernels->copy(lanes, x + (size_t)(r.at[0] + e * r.step[0]) * lanes,
                                y + (size_t)(r.at[1] + e * r.step[1]) * lanes);
    }
}

static void add_back(lossi_walk w, const lossi_call *call)
{
    for (lossi_run r; call->dx[0] && lossi_walk_next(&w, &r);)
        for (ptrdiff_t e = 0; e < (ptrdiff_t)r.count; e++) {
            lossi_real *dx = call->dx[0] + (size_t)(r.at[0] + e * r.step[0]) * call->lanes;
            call->kernels->add(call->lanes, dx,
                               call->dy + (size_t)(r.at[1] + e * r.step[1]) * call->lanes, dx);
        }
}

/* The input's dimension that becomes dimension d of the output. */
static size_t taken(const lossi_node *node, size_t d)
{
    double v = node->keys[ORDER].v[d];
    return (size_t)(v < 0 ? v + (double)node->n_dims : v);
}

static loss_status add_transpose(lossi_addition *a)
{
    lossi_node *node = a->node;
    const lossi_values *order = &node->keys[ORDER];
    size_t dims[LOSSI_MOST_DIMS], axis, seen = 0;
    for (size_t d = 0; d < order->n; d++) {
        loss_status status = lossi_axis(a, order->v[d], a->in->n_dims, &axis);
        if (status)
            return status;
        dims[d] = a->in->dims[axis];
        seen |= (size_t)1 << axis;
    }
    if (order->n != a->in->n_dims || seen != ((size_t)1 << order->n) - 1)
        return lossi_fail(LOSS_ERR_ARGUMENT, "%s: order must name each of the %zu axes once",
                          a->name, a->in->n_dims);
    set_dims(node, order->n, dims);
    return LOSS_OK;
}

static lossi_walk transposed(const lossi_call *call)
{
    lossi_walk w = lossi_walk_of(call->node, 2);
    for (size_t d = 0; d < w.n_dims; d++)
        w.steps[0][d] = (ptrdiff_t)lossi_step_of(call->in, taken(call->node, d));
    lossi_walk_broadcast(&w, 1, call->node);
    return w;
}

static void forward_transposed(const lossi_call *call)
{
    copy(transposed(call), call);
}

static void backward_transposed(const lossi_call *call)
{
    add_back(transposed(call), call);
}

const lossi_layer lossi_layer_transpose = {
    .name = "transpose",
    .keys = {{"order", .is_needed = true, .least = -LOSSI_MOST_DIMS, .most = LOSSI_MOST_DIMS - 1,
              .most_values = LOSSI_MOST_DIMS}},
    .add = add_transpose,
    .forward = forward_transposed,
    .backward = backward_transposed,
};

/* ---- Stretching ----------------------------------------------------------------------------- */

/* numpy's broadcast_to: a size of 1, or a dimension before the first, is stretched. A size of 1
 * asked for keeps the input's, as in ONNX. */
static loss_status add_expand(lossi_addition *a)
{
    char text[LOSSI_SHAPE_TEXT];
    const lossi_values *shape = &a->node->keys[SHAPE];
    const lossi_node *in = a->in;
    size_t n = shape->n > in->n_dims ? shape->n : in->n_dims, dims[LOSSI_MOST_DIMS];
    for (size_t k = 1; k <= n; k++) {
        size_t has = k <= in->n_dims ? in->dims[in->n_dims - k] : 1,
               wants = k <= shape->n ? (size_t)shape->v[shape->n - k] : 1;
        if (has != wants && has != 1 && wants != 1)
            return lossi_fail(LOSS_ERR_SHAPE, "%s: %s cannot be stretched to a size of %zu",
                              a->name, lossi_shape_text(in, text), wants);
        dims[n - k] = has == 1 ? wants : has;
    }
    set_dims(a->node, n, dims);
    return LOSS_OK;
}

static lossi_walk expanded(const lossi_call *call)
{
    lossi_walk w = lossi_walk_of(call->node, 2);
    lossi_walk_broadcast(&w, 0, call->in);
    lossi_walk_broadcast(&w, 1, call->node);
    return w;
}

static void forward_expanded(const lossi_call *call)
{
    copy(expanded(call), call);
}

static void backward_expanded(const lossi_call *call)
{
    add_back(expanded(call), call);
}

const lossi_layer lossi_layer_expand = {
    .name = "expand",
    .keys = {{"shape", .is_needed = true, .least = 1, .most = LOSSI_LARGEST_SIZE,
              .most_values = LOSSI_MOST_DIMS}},
    .add = add_expand,
    .forward = forward_expanded,
    .backward = backward_expanded,
};

/* ---- Pixel shuffle -------------------------------------------------------------------------- */

/* [c r r][h][w] to [c][h r][w r]. In a map of the input the offset within r x r pixels is part of
 * the channel: after c, or before it (mode=dcr, as in TensorFlow). */
static const char *const MODES[] = {"crd", "dcr", NULL};

static loss_status add_shuffle(lossi_addition *a)
{
    char text[LOSSI_SHAPE_TEXT];
    size_t r = lossi_node_key(a->node, FACTOR), *dims = a->node->dims;
    if (a->in->n_dims != 3 || dims[0] % (r * r))
        return lossi_fail(LOSS_ERR_SHAPE, "%s: %s; expected maps, channels a multiple of %zu",
                          a->name, lossi_shape_text(a->in, text), r * r);
    dims[0] /= r * r;
    dims[1] *= r;
    dims[2] *= r;
    return LOSS_OK;
}

/* Through [c][h][r][w][r]. */
static lossi_walk shuffled(const lossi_call *call)
{
    ptrdiff_t r = (ptrdiff_t)lossi_node_key(call->node, FACTOR), c = (ptrdiff_t)call->node->dims[0],
              h = (ptrdiff_t)call->in->dims[1], w = (ptrdiff_t)call->in->dims[2];
    bool offset_first = lossi_node_key(call->node, MODE) == 1;
    ptrdiff_t by_c = offset_first ? 1 : r * r, by_offset = offset_first ? c : 1;
    return (lossi_walk){
        .n_blocks = 2,
        .n_dims = 5,
        .dims = {(size_t)c, (size_t)h, (size_t)r, (size_t)w, (size_t)r},
        .steps = {{by_c * h * w, w, r * by_offset * h * w, 1, by_offset * h * w},
                  {h * r * w * r, r * w * r, w * r, r, 1}},
    };
}

static void forward_shuffled(const lossi_call *call)
{
    copy(shuffled(call), call);
}

static void backward_shuffled(const lossi_call *call)
{
    add_back(shuffled(call), call);
}

const lossi_layer lossi_layer_pixel_shuffle = {
    .name = "pixel_shuffle",
    .keys = {{"factor", .is_needed = true, .least = 1, .most = 1 << 10}, {"mode", .words = MODES}},
    .add = add_shuffle,
    .forward = forward_shuffled,
    .backward = backward_shuffled,
};
