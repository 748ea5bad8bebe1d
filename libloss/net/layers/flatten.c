/* [c][h][w][lanes] to [c*h*w][lanes]: the features of a linear layer, in the order PyTorch gives
 * them; in memory the same. */
#include <string.h>

#include "net/builder.h"

static loss_status add(lossi_addition *a)
{
    size_t *dims = a->node->dims;
    a->node->n_dims = 1;
    dims[0] = lossi_node_size(a->node);
    for (size_t d = 1; d < LOSSI_MOST_DIMS; d++)
        dims[d] = 1;
    return LOSS_OK;
}

static void forward(const lossi_call *call)
{
    if (call->y != call->x[0])
        memcpy(call->y, call->x[0], lossi_chunk_size(call->node, call->lanes) * sizeof *call->y);
}

static void backward(const lossi_call *call)
{
    if (call->dx[0])
        call->kernels->add(lossi_chunk_size(call->node, call->lanes), call->dx[0], call->dy,
                           call->dx[0]);
}

const lossi_layer lossi_layer_flatten = {
    .name = "flatten", .add = add, .in_place = true, .forward = forward, .backward = backward};

loss_node loss_builder_flatten(loss_builder *b, loss_node in)
{
    return lossi_builder_add(b, &lossi_layer_flatten, NULL, 1, &in, NULL);
}
