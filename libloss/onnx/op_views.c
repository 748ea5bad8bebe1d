/* The same values in other sizes or in another order. */
#include <string.h>

#include "onnx/emit.h"
#include "onnx/fold.h"

static loss_status map_view(lossi_onnx_call *call)
{
    loss_node in;
    lossi_onnx_shape before, after;
    loss_status status = lossi_onnx_operand(call, 0, &in, &before);
    if (!status)
        status = lossi_onnx_view(call, &before, &after);
    return status ? status : lossi_onnx_set_node(call, 0, in, &after);
}

/* Weights turned on their side stay weights; their layer turns them back. */
static loss_status map_transpose(lossi_onnx_call *call)
{
    size_t order[LOSSI_ARRAY_MAX_DIMS];
    lossi_onnx_entry *in = lossi_onnx_input(call, 0);
    bool is_weight = in && in->is == LOSSI_ONNX_PARAMETER && in->array.n_dims == 2;
    loss_status status = is_weight ? lossi_onnx_read_order(call, 2, order) : LOSS_OK;
    if (status)
        return status;
    if (is_weight) {
        status = lossi_onnx_pass(call);
        lossi_onnx_entry *out = lossi_onnx_find(call->graph, call->node->output[0]);
        if (!status && out)
            out->is_transposed = in->is_transposed != (order[0] == 1);
        return status;
    }
    return lossi_onnx_refuse(call, "of activations");
}

const lossi_onnx_operator lossi_onnx_views[] = {
    {.name = "Reshape", .attributes = "allowzero", .fold = lossi_onnx_fold_view, .map = map_view},
    {.name = "Flatten", .attributes = "axis", .fold = lossi_onnx_fold_view, .map = map_view},
    {.name = "Squeeze", .attributes = "axes", .fold = lossi_onnx_fold_view, .map = map_view},
    {.name = "Unsqueeze", .attributes = "axes", .fold = lossi_onnx_fold_view, .map = map_view},
    {.name = "Transpose",
     .attributes = "perm",
     .fold = lossi_onnx_fold_transpose,
     .map = map_transpose,
     .of_weights = true},
    {.name = NULL},
};
