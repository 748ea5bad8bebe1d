/* Concatenation along channels: as activations are [c][h][w][lanes], one block of memory after
 * the other. */
#include <string.h>

#include "net/builder.h"

static loss_status add(lossi_addition *a)
{
    char first[LOSSI_SHAPE_TEXT], other[LOSSI_SHAPE_TEXT];
    for (size_t k = 1; k < a->node->n_inputs; k++) {
        const lossi_node *in = &a->nodes[a->node->inputs[k]];
        if (memcmp(in->dims + 1, a->in->dims + 1, sizeof in->dims - sizeof *in->dims) != 0)
            return lossi_fail(LOSS_ERR_SHAPE, "%s: %s and %s differ in more than channels", a->name,
                              lossi_shape_text(a->in, first), lossi_shape_text(in, other));
        a->node->dims[0] += in->dims[0];
    }
    return LOSS_OK;
}

static size_t count_of(const lossi_call *call, size_t k)
{
    return lossi_chunk_size(&call->nodes[call->node->inputs[k]], call->lanes);
}

static void forward(const lossi_call *call)
{
    lossi_real *y = call->y;
    for (size_t k = 0; k < call->node->n_inputs; k++) {
        memcpy(y, call->x[k], count_of(call, k) * sizeof *y);
        y += count_of(call, k);
    }
}

static void backward(const lossi_call *call)
{
    const lossi_real *dy = call->dy;
    for (size_t k = 0; k < call->node->n_inputs; k++) {
        if (call->dx[k])
            call->kernels->add(count_of(call, k), call->dx[k], dy, call->dx[k]);
        dy += count_of(call, k);
    }
}

const lossi_layer lossi_layer_concat = {
    .name = "concat",
    .least_inputs = 2,
    .most_inputs = SIZE_MAX,
    .add = add,
    .forward = forward,
    .backward = backward,
};

loss_node loss_builder_concat(loss_builder *b, loss_node x, loss_node y)
{
    return lossi_builder_add(b, &lossi_layer_concat, NULL, 2, (loss_node[]){x, y}, NULL);
}
