/* Places of an axis, chosen by their numbers: numbers given as a key, those in another output
 * (numpy's take), or those of a table of parameters (embedding).
 *
 * Each image may have numbers of its own. They are rounded, or cut towards 0; negative ones count
 * from the end. A number that is out of range gives NaN. Nothing is derived by the numbers. */
#include <math.h>
#include <string.h>

#include "net/builder.h"
#include "net/walk.h"

enum { AXIS, INDICES };
enum { TABLE_COUNT, TABLE_WIDTH, CUT };

/* [outer][size][inner] from which [outer][n][inner] is taken. */
typedef struct choice {
    size_t outer, size, inner, n, lanes, images;
    const lossi_real *indices;   /* [n][lanes]; NULL: the same for all */
    const lossi_values *numbers; /* [n] */
    bool is_cut;                 /* indices are cut towards 0, and not rounded */
} choice;

static const size_t NONE = SIZE_MAX;

/* Place number j of an image; NONE: there is no such. */
static size_t place(const choice *c, size_t j, size_t image)
{
    double at = c->indices ? (double)c->indices[j * c->lanes + image] : c->numbers->v[j];
    at = c->is_cut ? trunc(at) : rint(at);
    at += at < 0 ? (double)c->size : 0;
    return at >= 0 && at < (double)c->size ? (size_t)at : NONE;
}

static void take(const choice *c, const lossi_real *x, lossi_real *y)
{
    for (size_t o = 0; o < c->outer; o++)
        for (size_t j = 0; j < c->n; j++)
            for (size_t i = 0; i < c->lanes; i++) {
                size_t at = i < c->images ? place(c, j, i) : 0;
                for (size_t e = 0; e < c->inner; e++)
                    y[((o * c->n + j) * c->inner + e) * c->lanes + i] =
                        at == NONE ? NAN : x[((o * c->size + at) * c->inner + e) * c->lanes + i];
            }
}

static void give_back(const choice *c, const lossi_real *dy, lossi_real *dx)
{
    for (size_t o = 0; dx && o < c->outer; o++)
        for (size_t j = 0; j < c->n; j++)
            for (size_t i = 0; i < c->images; i++) {
                size_t at = place(c, j, i);
                for (size_t e = 0; at != NONE && e < c->inner; e++)
                    dx[((o * c->size + at) * c->inner + e) * c->lanes + i] +=
                        dy[((o * c->n + j) * c->inner + e) * c->lanes + i];
            }
}

/* ---- Gather --------------------------------------------------------------------------------- */

static loss_status add_gather(lossi_addition *a)
{
    lossi_node *node = a->node;
    size_t axis, n_in = a->in->n_dims, n = 1, dims[LOSSI_MOST_DIMS];
    bool has_input = node->n_inputs == 2;
    if (has_input == (node->keys[INDICES].n > 0))
        return lossi_fail(LOSS_ERR_ARGUMENT, "%s: indices are needed, as a key or as an input",
                          a->name);
    loss_status status = lossi_axis(a, lossi_node_value(node, AXIS), n_in, &axis);
    if (status)
        return status;
    node->keys[AXIS] = LOSSI_VALUE(axis);
    for (size_t i = 0; i < node->keys[INDICES].n; i++) {
        double v = node->keys[INDICES].v[i], size = (double)a->in->dims[axis];
        if (!(v >= -size && v < size))
            return lossi_fail(LOSS_ERR_ARGUMENT, "%s: index %g of %g", a->name, v, size);
    }
    dims[0] = node->keys[INDICES].n;
    if (has_input) {
        const lossi_node *indices = &a->nodes[node->inputs[1]];
        n = indices->n_dims;
        memcpy(dims, indices->dims, sizeof dims);
    }
    if (n_in - 1 + n > LOSSI_MOST_DIMS)
        return lossi_fail(LOSS_ERR_SHAPE, "%s: %zu dimensions; at most %d", a->name, n_in - 1 + n,
                          LOSSI_MOST_DIMS);
    node->n_dims = n_in - 1 + n;
    memcpy(node->dims + axis, dims, n * sizeof *dims);
    memcpy(node->dims + axis + n, a->in->dims + axis + 1, (n_in - 1 - axis) * sizeof *dims);
    return LOSS_OK;
}

static choice choice_of(const lossi_call *call)
{
    size_t axis = lossi_node_key(call->node, AXIS), inner = lossi_step_of(call->in, axis),
           size = call->in->dims[axis], outer = lossi_node_size(call->in) / inner / size;
    return (choice){.outer = outer,
                    .size = size,
                    .inner = inner,
                    .n = lossi_node_size(call->node) / outer / inner,
                    .lanes = call->lanes,
                    .images = call->n,
                    .indices = call->node->n_inputs == 2 ? call->x[1] : NULL,
                    .numbers = &call->node->keys[INDICES]};
}

static void forward_gather(const lossi_call *call)
{
    choice c = choice_of(call);
    take(&c, call->x[0], call->y);
}

static void backward_gather(const lossi_call *call)
{
    choice c = choice_of(call);
    give_back(&c, call->dy, call->dx[0]);
}

static void forward_tangent_gather(const lossi_tangent *t)
{
    choice c = choice_of(&t->at);
    take(&c, t->x[0], t->y);
}

static void backward_tangent_gather(const lossi_tangent *t)
{
    choice c = choice_of(&t->at);
    give_back(&c, t->dy, t->dx[0]);
}

const lossi_layer lossi_layer_gather = {
    .name = "gather",
    .keys = {{"axis", .least = -LOSSI_MOST_DIMS, .most = LOSSI_MOST_DIMS - 1},
             {"indices", .is_optional = true, .least = -LOSSI_LARGEST_SIZE,
              .most = LOSSI_LARGEST_SIZE, .most_values = LOSSI_MOST_VALUES}},
    .most_inputs = 2,
    .add = add_gather,
    .forward = forward_gather,
    .backward = backward_gather,
    .forward_tangent = forward_tangent_gather,
    .backward_tangent = backward_tangent_gather,
};

/* ---- Embedding ------------------------------------------------------------------------------ */

static loss_status add_embedding(lossi_addition *a)
{
    lossi_node *node = a->node;
    size_t width = lossi_node_key(node, TABLE_WIDTH);
    if (node->n_dims == LOSSI_MOST_DIMS)
        return lossi_fail(LOSS_ERR_SHAPE, "%s: %d dimensions are too many", a->name,
                          LOSSI_MOST_DIMS);
    node->dims[node->n_dims++] = width;
    a->tensors[LOSSI_WEIGHT] =
        (struct lossi_tensor_shape){2, {lossi_node_key(node, TABLE_COUNT), width}};
    return LOSS_OK;
}

static choice row_choice(const lossi_call *call)
{
    return (choice){.outer = 1,
                    .size = lossi_node_key(call->node, TABLE_COUNT),
                    .inner = lossi_node_key(call->node, TABLE_WIDTH),
                    .n = lossi_node_size(call->in),
                    .lanes = call->lanes,
                    .images = call->n,
                    .indices = call->x[0],
                    .is_cut = lossi_node_key(call->node, CUT) != 0};
}

/* @param table  [count][width]; NULL: zeros */
static void look_up(const lossi_call *call, const lossi_real *table, lossi_real *y)
{
    choice c = row_choice(call);
    for (size_t j = 0; j < c.n; j++)
        for (size_t i = 0; i < c.lanes; i++) {
            size_t row = i < c.images ? place(&c, j, i) : 0;
            for (size_t e = 0; e < c.inner; e++)
                y[(j * c.inner + e) * c.lanes + i] = row == NONE ? NAN
                                                     : table     ? table[row * c.inner + e]
                                                                 : 0;
        }
}

/* @param dtable  added to; NULL: not wanted */
static void collect(const lossi_call *call, const lossi_real *dy, lossi_real *dtable)
{
    choice c = row_choice(call);
    for (size_t j = 0; dtable && j < c.n; j++)
        for (size_t i = 0; i < c.images; i++) {
            size_t row = place(&c, j, i);
            for (size_t e = 0; row != NONE && e < c.inner; e++)
                dtable[row * c.inner + e] += dy[(j * c.inner + e) * c.lanes + i];
        }
}

static void forward_embedding(const lossi_call *call)
{
    look_up(call, call->p[LOSSI_WEIGHT], call->y);
}

static void backward_embedding(const lossi_call *call)
{
    collect(call, call->dy, call->dp[LOSSI_WEIGHT]);
}

static void forward_tangent_embedding(const lossi_tangent *t)
{
    look_up(&t->at, t->p[LOSSI_WEIGHT], t->y);
}

static void backward_tangent_embedding(const lossi_tangent *t)
{
    collect(&t->at, t->dy, t->dp[LOSSI_WEIGHT]);
}

const lossi_layer lossi_layer_embedding = {
    .name = "embedding",
    .keys = {{"count", .is_needed = true, .least = 1, .most = LOSSI_LARGEST_SIZE},
             {"width", .is_needed = true, .least = 1, .most = LOSSI_LARGEST_SIZE},
             {"cut", .most = 1}},
    .tensors = {{"weight", LOSS_TENSOR_WEIGHT, LOSSI_INITIAL_HE, true}},
    .add = add_embedding,
    .forward = forward_embedding,
    .backward = backward_embedding,
    .forward_tangent = forward_tangent_embedding,
    .backward_tangent = backward_tangent_embedding,
};
