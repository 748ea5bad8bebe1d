/* Concatenation along an axis: as activations are [dims...][lanes], each input gives a block of
 * memory for each index of the axes before it. */
#include <string.h>

#include "net/builder.h"
#include "net/walk.h"

enum { AXIS };

static loss_status add(lossi_addition *a)
{
    char first[LOSSI_SHAPE_TEXT], other[LOSSI_SHAPE_TEXT];
    size_t axis, dims[LOSSI_MOST_DIMS];
    loss_status status = lossi_axis(a, lossi_node_value(a->node, AXIS), a->in->n_dims, &axis);
    a->node->keys[AXIS] = LOSSI_VALUE(axis);
    for (size_t k = 1; !status && k < a->node->n_inputs; k++) {
        const lossi_node *in = &a->nodes[a->node->inputs[k]];
        memcpy(dims, in->dims, sizeof dims);
        dims[axis] = a->in->dims[axis];
        if (memcmp(dims, a->in->dims, sizeof dims) != 0)
            return lossi_fail(LOSS_ERR_SHAPE, "%s: %s and %s differ in more than axis %zu", a->name,
                              lossi_shape_text(a->in, first), lossi_shape_text(in, other), axis);
        a->node->dims[axis] += in->dims[axis];
    }
    return status;
}

/* Values that a block of a node has. */
static size_t block_of(const lossi_call *call, const lossi_node *node)
{
    size_t axis = lossi_node_key(call->node, AXIS);
    return call->lanes * node->dims[axis] * lossi_step_of(call->node, axis);
}

static void forward(const lossi_call *call)
{
    size_t whole = block_of(call, call->node), at = 0,
           n = lossi_chunk_size(call->node, call->lanes) / whole;
    for (size_t k = 0; k < call->node->n_inputs; k++) {
        size_t block = block_of(call, &call->nodes[call->node->inputs[k]]);
        for (size_t i = 0; i < n; i++)
            call->kernels->copy(block, call->x[k] + i * block, call->y + i * whole + at);
        at += block;
    }
}

static void backward(const lossi_call *call)
{
    size_t whole = block_of(call, call->node), at = 0,
           n = lossi_chunk_size(call->node, call->lanes) / whole;
    for (size_t k = 0; k < call->node->n_inputs; k++) {
        size_t block = block_of(call, &call->nodes[call->node->inputs[k]]);
        for (size_t i = 0; call->dx[k] && i < n; i++)
            call->kernels->add(block, call->dx[k] + i * block, call->dy + i * whole + at,
                               call->dx[k] + i * block);
        at += block;
    }
}

const lossi_layer lossi_layer_concat = {
    .name = "concat",
    .keys = {{"axis", .least = -LOSSI_MOST_DIMS, .most = LOSSI_MOST_DIMS - 1}},
    .least_inputs = 2,
    .most_inputs = SIZE_MAX,
    .add = add,
    .forward = forward,
    .backward = backward,
};

loss_node loss_builder_concat(loss_builder *b, size_t n, const loss_node *inputs)
{
    return lossi_builder_add(b, &lossi_layer_concat, NULL, n, inputs, &LOSSI_VALUE(0));
}
