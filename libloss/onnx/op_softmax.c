/* Softmax and its logarithm. */
#include <string.h>

#include "onnx/broadcast.h"

/* Before version 13 it is over all dimensions from the axis on; PyTorch's exporter writes it for
 * the last one. */
static loss_status read_axis(lossi_onnx_call *call, const lossi_onnx_shape *in, size_t *axis)
{
    bool is_old = call->graph->version < 13;
    size_t after = 1;
    loss_status status =
        lossi_onnx_axis(call, lossi_onnx_int(call, "axis", is_old ? 1 : -1), in->n_dims, axis);
    for (size_t i = *axis + 1; !status && i < in->n_dims; i++)
        after *= in->dims[i];
    if (!status && is_old && after != 1)
        status = lossi_onnx_refuse(call, "over several dimensions, as before version 13");
    if (!status && (in->batch == (int)*axis || (is_old && in->batch > (int)*axis)))
        status = lossi_onnx_refuse(call, "over the images of the batch");
    return status;
}

static loss_status map_softmax(lossi_onnx_call *call)
{
    bool is_log = strcmp(call->operator->name, "LogSoftmax") == 0;
    lossi_onnx_term x;
    size_t axis = 0;
    loss_status status = lossi_onnx_term_of(call, 0, &x);
    if (!status)
        status = read_axis(call, &x.shape, &axis);
    if (status)
        return status;
    double at = lossi_onnx_image_axis(&x.shape, axis);
    const loss_layer_key keys[] = {lossi_onnx_sizes("axis", 1, &at), {NULL, NULL, 0, NULL}};
    status = lossi_onnx_apply(call, is_log ? "log_softmax" : "softmax", keys, &x);
    return status ? status : lossi_onnx_set_term(call, 0, &x);
}

const lossi_onnx_operator lossi_onnx_softmaxes[] = {
    {.name = "Softmax", .attributes = "axis", .map = map_softmax, .gives_probabilities = true},
    {.name = "LogSoftmax", .attributes = "axis", .map = map_softmax},
    {.name = NULL},
};
