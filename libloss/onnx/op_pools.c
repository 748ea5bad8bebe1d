/* Pools. */
#include <string.h>

#include "onnx/window.h"

static loss_status map_pool(lossi_onnx_call *call)
{
    bool is_max = strcmp(call->operator->name, "MaxPool") == 0;
    loss_node in;
    lossi_onnx_shape shape;
    lossi_onnx_window w;
    loss_status status = lossi_onnx_maps(call, 3, 4, &in, &shape);
    if (!status)
        status = lossi_onnx_read_window(call, &shape, NULL, &w);
    if (!status && lossi_onnx_wants(call, 1))
        status = lossi_onnx_refuse(call, "the places of the largest values are not read");
    if (status)
        return status;
    bool has_padding = false;
    for (size_t i = 0; i < 2 * w.n; i++)
        has_padding = has_padding || w.padding[i] != 0;
    lossi_onnx_window_keys(&w);
    if (lossi_onnx_int(call, "ceil_mode", 0))
        lossi_onnx_window_key(&w, "ceil", 1);
    if (!is_max && has_padding && !lossi_onnx_int(call, "count_include_pad", 0))
        lossi_onnx_window_key(&w, "count_padding", 0);
    return lossi_onnx_set_maps(
        call, lossi_onnx_layer(call, is_max ? "max_pool" : "average_pool", 1, &in, w.keys));
}

static loss_status map_global(lossi_onnx_call *call)
{
    bool is_max = strcmp(call->operator->name, "GlobalMaxPool") == 0;
    loss_node in;
    lossi_onnx_shape shape;
    loss_status status = lossi_onnx_maps(call, 4, 4, &in, &shape);
    if (status)
        return status;
    return lossi_onnx_set_maps(
        call,
        lossi_onnx_layer(call, is_max ? "global_max_pool" : "global_average_pool", 1, &in, NULL));
}

/* The mean over height and width is a pool over all of both. */
static loss_status map_mean(lossi_onnx_call *call)
{
    loss_node in, node;
    lossi_onnx_shape shape;
    int64_t axes[LOSSI_ONNX_MOST_INTS];
    size_t n, marked = 0;
    loss_status status = lossi_onnx_operand(call, 0, &in, &shape);
    if (!status)
        status = lossi_onnx_ints(call, "axes", 1, &n, axes);
    for (size_t i = 0; !status && i < n; i++) {
        size_t axis = 0;
        status = lossi_onnx_axis(call, axes[i], shape.n_dims, &axis);
        marked |= (size_t)1 << axis;
    }
    if (!status && (shape.n_dims != 4 || marked != 12 || shape.batch != 0 || shape.dims[0] != 1))
        status = lossi_onnx_refuse(call, "over other than height and width");
    if (status)
        return status;
    node = lossi_onnx_layer(call, "global_average_pool", 1, &in, NULL);
    status = lossi_onnx_builder_status(call, node);
    shape.dims[2] = shape.dims[3] = 1;
    shape.n_dims = lossi_onnx_int(call, "keepdims", 1) ? 4 : 2;
    return status ? status : lossi_onnx_set_node(call, 0, node, &shape);
}

const lossi_onnx_operator lossi_onnx_pools[] = {
    {.name = "MaxPool",
     .attributes = "auto_pad ceil_mode dilations kernel_shape pads storage_order strides",
     .map = map_pool},
    {.name = "AveragePool",
     .attributes = "auto_pad ceil_mode count_include_pad dilations kernel_shape pads strides",
     .map = map_pool},
    {.name = "GlobalAveragePool", .attributes = "", .map = map_global},
    {.name = "ReduceMean", .attributes = "axes keepdims noop_with_empty_axes", .map = map_mean},
    {.name = "GlobalMaxPool", .attributes = "", .map = map_global},
    {.name = NULL},
};
