/* The same values in other sizes or in another order. */
#include <string.h>

#include "onnx/fold.h"
#include "onnx/multiply.h"

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
    size_t order[LOSSI_ARRAY_MAX_DIMS];
    lossi_onnx_term x;
    const lossi_onnx_entry *first = lossi_onnx_input(call, 0);
    bool is_weight = first && first->is == LOSSI_ONNX_PARAMETER && first->shape.n_dims == 2 &&
                     first->array.n_dims == 2;
    loss_status status = LOSS_OK;
    if (is_weight) {
        status = lossi_onnx_read_order(call, 2, order);
        return status ? status : turn_weights(call, order[0] == 1);
    }
    status = lossi_onnx_term_of(call, 0, &x);
    if (!status)
        status = lossi_onnx_read_order(call, x.shape.n_dims, order);
    if (!status)
        status = lossi_onnx_reorder(call, order, &x);
    return status ? status : lossi_onnx_set_term(call, 0, &x);
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
