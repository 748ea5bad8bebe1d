/* Pools. */
#include <string.h>

#include "onnx/window.h"

/* A window of three sides that is one pixel wide in the last two: these are as one side. So
 * PyTorch's exporter writes local response normalisation. */
static loss_status join_sides(lossi_onnx_call *call, lossi_onnx_window *w,
                              const lossi_onnx_shape *in, loss_node *node)
{
    bool is_thin = true;
    for (size_t i = 1; i < 3; i++)
        is_thin = is_thin && w->kernel[i] == 1 && w->stride[i] == 1 && w->padding[i] == 0 &&
                  w->padding[w->n + i] == 0;
    if (!is_thin)
        return lossi_onnx_refuse(call, "a window of three sides; expected one or two");
    const size_t *d = in->dims;
    *node = lossi_onnx_reshaped(call, *node, &(lossi_onnx_dims){3, {d[1], d[2], d[3] * d[4]}});
    w->padding[2] = w->padding[3]; /* before both sides, then after them */
    w->padding[1] = w->padding[3] = 0;
    w->n = 2;
    return LOSS_OK;
}

static loss_status map_pool(lossi_onnx_call *call)
{
    bool is_max = strcmp(call->operator->name, "MaxPool") == 0;
    loss_node in;
    lossi_onnx_shape shape;
    lossi_onnx_window w;
    loss_status status = lossi_onnx_maps(call, 3, 5, &in, &shape);
    if (!status)
        status = lossi_onnx_read_window(call, &shape, NULL, &w);
    if (!status && shape.n_dims == 5)
        status = join_sides(call, &w, &shape, &in);
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
    status = lossi_onnx_set_maps(
        call, lossi_onnx_layer(call, is_max ? "max_pool" : "average_pool", 1, &in, w.keys));
    if (status || shape.n_dims < 5)
        return status;
    lossi_onnx_entry *out = lossi_onnx_find(call->graph, call->node->output[0]);
    out->shape.n_dims = 5; /* the last side as two again */
    out->shape.dims[3] = shape.dims[3];
    out->shape.dims[4] = shape.dims[4];
    return LOSS_OK;
}

/* Over all sides: of two there is a kind, of one it is a reduction. */
static loss_status map_global(lossi_onnx_call *call)
{
    bool is_max = strcmp(call->operator->name, "GlobalMaxPool") == 0;
    loss_node in;
    lossi_onnx_shape shape;
    loss_status status = lossi_onnx_maps(call, 3, 4, &in, &shape);
    if (status)
        return status;
    const double last = 1, keep = 1;
    const loss_layer_key keys[] = {lossi_onnx_sizes("axes", 1, &last),
                                   lossi_onnx_sizes("keep_dims", 1, &keep),
                                   {NULL, NULL, 0, NULL}};
    loss_node node =
        shape.n_dims == 4
            ? lossi_onnx_layer(call, is_max ? "global_max_pool" : "global_average_pool", 1, &in,
                               NULL)
            : lossi_onnx_layer(call, is_max ? "reduce_max" : "reduce_mean", 1, &in, keys);
    return lossi_onnx_set_maps(call, node);
}

const lossi_onnx_operator lossi_onnx_pools[] = {
    {.name = "MaxPool",
     .attributes = "auto_pad ceil_mode dilations kernel_shape pads storage_order strides",
     .map = map_pool},
    {.name = "AveragePool",
     .attributes = "auto_pad ceil_mode count_include_pad dilations kernel_shape pads strides",
     .map = map_pool},
    {.name = "GlobalAveragePool", .attributes = "", .map = map_global},
    {.name = "GlobalMaxPool", .attributes = "", .map = map_global},
    {.name = NULL},
};
