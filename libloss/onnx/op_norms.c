/* Normalising layers. */
#include <string.h>

#include "onnx/emit.h"

static loss_status map_batch_norm(lossi_onnx_call *call)
{
    static const char *const suffixes[] = {"weight", "bias", "running_mean", "running_var"};
    loss_node in, node;
    lossi_onnx_shape shape;
    lossi_onnx_entry *tensors[4];
    loss_status status = lossi_onnx_maps(call, 2, 4, &in, &shape);
    for (size_t i = 0; !status && i < 4; i++) {
        status = lossi_onnx_weights(call, i + 1, false, 1, &tensors[i]);
        if (!status && tensors[i]->shape.dims[0] != shape.dims[1])
            status =
                lossi_onnx_refuse(call, "%zu values of %.100s for %zu channels",
                                  tensors[i]->shape.dims[0], tensors[i]->tensor, shape.dims[1]);
    }
    if (status)
        return status;
    double eps = lossi_onnx_float(call, "epsilon", 1e-5),
           momentum = lossi_onnx_decimal(1 - lossi_onnx_float(call, "momentum", 0.9));
    loss_layer_key keys[3] = {{NULL, NULL, 0, NULL}};
    size_t n = 0;
    if (eps != 1e-5)
        keys[n++] = lossi_onnx_sizes("eps", 1, &eps);
    if (momentum != 0.1)
        keys[n++] = lossi_onnx_sizes("momentum", 1, &momentum);
    keys[n].name = NULL;
    node = lossi_onnx_layer(call, "batchnorm", 1, &in, keys);
    status = lossi_onnx_builder_status(call, node);
    for (size_t i = 0; !status && i < 4; i++)
        status = lossi_onnx_give(call, node, suffixes[i], tensors[i], tensors[i]->tensor, false);
    call->graph->n_norms++;
    return status ? status : lossi_onnx_set_node(call, 0, node, &shape);
}

const lossi_onnx_operator lossi_onnx_norms[] = {
    {.name = "BatchNormalization",
     .attributes = "epsilon momentum training_mode spatial",
     .map = map_batch_norm},
    {.name = NULL},
};
