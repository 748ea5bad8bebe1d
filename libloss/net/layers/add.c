/* Sum of outputs of one shape. */
#include <string.h>

#include "net/builder.h"

static loss_status add(lossi_addition *a)
{
    char first[LOSSI_SHAPE_TEXT], other[LOSSI_SHAPE_TEXT];
    for (size_t k = 1; k < a->node->n_inputs; k++) {
        const lossi_node *in = &a->nodes[a->node->inputs[k]];
        if (memcmp(in->dims, a->in->dims, sizeof in->dims) != 0)
            return lossi_fail(LOSS_ERR_SHAPE, "%s: %s and %s", a->name,
                              lossi_shape_text(a->in, first), lossi_shape_text(in, other));
    }
    return LOSS_OK;
}

static void forward(const lossi_call *call)
{
    size_t n = lossi_chunk_size(call->node, call->lanes);
    call->kernels->add(n, call->x[0], call->x[1], call->y);
    for (size_t k = 2; k < call->node->n_inputs; k++)
        call->kernels->add(n, call->y, call->x[k], call->y);
}

static void backward(const lossi_call *call)
{
    for (size_t k = 0; k < call->node->n_inputs; k++)
        if (call->dx[k])
            call->kernels->add(lossi_chunk_size(call->node, call->lanes), call->dx[k], call->dy,
                               call->dx[k]);
}

const lossi_layer lossi_layer_add = {
    .name = "add",
    .least_inputs = 2,
    .most_inputs = SIZE_MAX,
    .add = add,
    .fold = LOSSI_FOLD_SUM,
    .in_place = true,
    .forward = forward,
    .backward = backward,
};

loss_node loss_builder_add(loss_builder *b, loss_node x, loss_node y)
{
    return lossi_builder_add(b, &lossi_layer_add, NULL, 2, (loss_node[]){x, y}, NULL);
}
