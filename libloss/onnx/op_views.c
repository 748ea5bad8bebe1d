/* The same values in other sizes or in another order. */
#include <string.h>

#include "onnx/emit.h"
#include "onnx/fold.h"

/* Weights in other sizes stay weights. */
static loss_status view_weights(lossi_onnx_call *call, const lossi_onnx_entry *in)
{
    lossi_onnx_shape after;
    loss_status status = lossi_onnx_view(call, &in->shape, &after);
    if (!status)
        status = lossi_onnx_pass(call);
    if (!status)
        lossi_onnx_find(call->graph, call->node->output[0])->shape = after;
    return status;
}

static loss_status map_view(lossi_onnx_call *call)
{
    loss_node in;
    lossi_onnx_shape before, after;
    const lossi_onnx_entry *first = lossi_onnx_input(call, 0);
    if (first && first->is == LOSSI_ONNX_PARAMETER && !first->is_transposed)
        return view_weights(call, first);
    loss_status status = lossi_onnx_operand(call, 0, &in, &before);
    if (!status)
        status = lossi_onnx_view(call, &before, &after);
    return status ? status : lossi_onnx_set_node(call, 0, in, &after);
}

/* Weights of two dimensions that are turned on their side stay weights; their layer turns them
 * back. */
static loss_status turn_weights(lossi_onnx_call *call, bool is_turned)
{
    loss_status status = lossi_onnx_pass(call);
    if (status || !is_turned)
        return status;
    lossi_onnx_entry *out = lossi_onnx_find(call->graph, call->node->output[0]);
    size_t rows = out->shape.dims[0];
    out->is_transposed = !out->is_transposed;
    out->shape.dims[0] = out->shape.dims[1];
    out->shape.dims[1] = rows;
    return LOSS_OK;
}

static loss_status map_transpose(lossi_onnx_call *call)
{
    size_t order[LOSSI_ARRAY_MAX_DIMS], n = 0;
    double axes[LOSSI_ARRAY_MAX_DIMS];
    loss_node in;
    lossi_onnx_shape before, after;
    const lossi_onnx_entry *first = lossi_onnx_input(call, 0);
    bool is_weight = first && first->is == LOSSI_ONNX_PARAMETER && first->shape.n_dims == 2 &&
                     first->array.n_dims == 2;
    loss_status status = LOSS_OK;
    if (is_weight) {
        status = lossi_onnx_read_order(call, 2, order);
        return status ? status : turn_weights(call, order[0] == 1);
    }
    status = lossi_onnx_operand(call, 0, &in, &before);
    if (!status)
        status = lossi_onnx_read_order(call, before.n_dims, order);
    if (status)
        return status;
    after = before;
    bool is_moved = false;
    for (size_t i = 0; i < before.n_dims; i++) {
        after.dims[i] = before.dims[order[i]];
        if (before.batch == (int)order[i])
            after.batch = (int)i;
        int axis = lossi_onnx_image_axis(&before, order[i]);
        if (axis < 0)
            continue;
        is_moved = is_moved || axis != (int)n;
        axes[n++] = axis;
    }
    const loss_layer_key keys[] = {lossi_onnx_sizes("order", n, axes), {NULL, NULL, 0, NULL}};
    if (is_moved)
        in = lossi_onnx_layer(call, "transpose", 1, &in, keys);
    status = lossi_onnx_builder_status(call, in);
    return status ? status : lossi_onnx_set_node(call, 0, in, &after);
}

const lossi_onnx_operator lossi_onnx_views[] = {
    {.name = "Reshape",
     .attributes = "allowzero",
     .fold = lossi_onnx_fold_view,
     .map = map_view,
     .of_weights = true},
    {.name = "Flatten",
     .attributes = "axis",
     .fold = lossi_onnx_fold_view,
     .map = map_view,
     .of_weights = true},
    {.name = "Squeeze",
     .attributes = "axes",
     .fold = lossi_onnx_fold_view,
     .map = map_view,
     .of_weights = true},
    {.name = "Unsqueeze",
     .attributes = "axes",
     .fold = lossi_onnx_fold_view,
     .map = map_view,
     .of_weights = true},
    {.name = "Transpose",
     .attributes = "perm",
     .fold = lossi_onnx_fold_transpose,
     .map = map_transpose,
     .of_weights = true},
    {.name = NULL},
};
