/* Values that no image has a part in, as an output: the same in every lane. A parameter is trained,
 * and moved along directions; a constant keeps its values. */
#include <string.h>

#include "net/builder.h"

enum { SHAPE };

static loss_status add(lossi_addition *a, size_t tensor)
{
    lossi_node *node = a->node;
    const lossi_values *shape = &node->keys[SHAPE];
    node->n_dims = shape->n;
    struct lossi_tensor_shape *own = &a->tensors[tensor];
    own->n_dims = shape->n;
    for (size_t d = 0; d < LOSSI_MOST_DIMS; d++) {
        node->dims[d] = d < shape->n ? (size_t)shape->v[d] : 1;
        own->dims[d] = node->dims[d];
    }
    return LOSS_OK;
}

/* One of two dimensions or more is normalised by its first, as a filter is; a vector is like a
 * bias. */
static loss_status add_parameter(lossi_addition *a)
{
    return add(a, a->node->keys[SHAPE].n > 1 ? LOSSI_WEIGHT : LOSSI_BIAS);
}

static loss_status add_constant(lossi_addition *a)
{
    return add(a, LOSSI_WEIGHT);
}

/* @param values  [size of the node]; NULL: zeros */
static void spread(const lossi_call *call, const lossi_real *values, lossi_real *y)
{
    size_t size = lossi_node_size(call->node), lanes = call->lanes;
    for (size_t e = 0; e < size; e++)
        for (size_t i = 0; i < lanes; i++)
            y[e * lanes + i] = values ? values[e] : 0;
}

/* @param dp  [size of the node], added to; NULL: not wanted */
static void gather(const lossi_call *call, const lossi_real *dy, lossi_real *dp)
{
    size_t size = dp ? lossi_node_size(call->node) : 0, lanes = call->lanes;
    for (size_t e = 0; e < size; e++) {
        lossi_real sum = 0;
        for (size_t i = 0; i < call->n; i++)
            sum += dy[e * lanes + i];
        dp[e] += sum;
    }
}

static size_t own(const lossi_call *call)
{
    return call->p[LOSSI_WEIGHT] ? LOSSI_WEIGHT : LOSSI_BIAS;
}

static void forward(const lossi_call *call)
{
    spread(call, call->p[own(call)], call->y);
}

static void backward(const lossi_call *call)
{
    gather(call, call->dy, call->dp[own(call)]);
}

static void forward_tangent(const lossi_tangent *t)
{
    spread(&t->at, t->p[own(&t->at)], t->y);
}

static void backward_tangent(const lossi_tangent *t)
{
    gather(&t->at, t->dy, t->dp[own(&t->at)]);
}

#define VALUES                                                                                     \
    .keys = {{"shape", .is_needed = true, .least = 1, .most = LOSSI_LARGEST_SIZE,                  \
              .most_values = LOSSI_MOST_DIMS}},                                                    \
    .is_source = true, .forward = forward, .backward = backward,                                   \
    .forward_tangent = forward_tangent, .backward_tangent = backward_tangent

const lossi_layer lossi_layer_parameter = {
    .name = "parameter",
    .tensors = {{"", LOSS_TENSOR_WEIGHT, LOSSI_INITIAL_HE, true},
                {"", LOSS_TENSOR_BIAS, LOSSI_INITIAL_ZEROS, false}},
    .add = add_parameter,
    VALUES,
};

const lossi_layer lossi_layer_constant = {
    .name = "constant",
    .tensors = {{"", LOSS_TENSOR_CONSTANT, LOSSI_INITIAL_ZEROS, false}},
    .add = add_constant,
    VALUES,
};
