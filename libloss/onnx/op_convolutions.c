/* Convolutions. */
#include <string.h>

#include "onnx/window.h"

/* An exporter that puts BatchNorm into the convolution before it makes up names for what it
 * computes. */
static bool looks_folded(const lossi_onnx_entry *weight, const lossi_onnx_entry *bias)
{
    size_t n = strlen(weight->tensor);
    bool is_of_weight =
        strncmp(bias->tensor, weight->tensor, n) == 0 && strcmp(bias->tensor + n, "_bias") == 0;
    return is_of_weight ||
           (lossi_onnx_is_made_up(weight->tensor) && lossi_onnx_is_made_up(bias->tensor));
}

/* The bias of a layer; none where it is zeros that the exporter put there. */
static loss_status read_bias(lossi_onnx_call *call, size_t channels, lossi_onnx_entry **bias)
{
    const lossi_onnx_entry *in = lossi_onnx_input(call, 2);
    bool is_zero = in && in->is == LOSSI_ONNX_CONSTANT;
    *bias = NULL;
    for (size_t i = 0; is_zero && i < in->value->count; i++)
        is_zero = in->value->numbers[i] == 0;
    if (is_zero)
        return LOSS_OK;
    loss_status status = lossi_onnx_weights(call, 2, true, 1, bias);
    if (!status && *bias && lossi_onnx_side(*bias, 0) != channels)
        status = lossi_onnx_refuse(call, "a bias of %zu values for %zu channels",
                                   lossi_onnx_side(*bias, 0), channels);
    return status;
}

static loss_status give_tensors(lossi_onnx_call *call, loss_node node, lossi_onnx_entry *weight,
                                lossi_onnx_entry *bias)
{
    loss_status status = lossi_onnx_builder_status(call, node);
    if (!status)
        status = lossi_onnx_give(call, node, "weight", weight, weight->tensor, false);
    if (!status && bias)
        status = lossi_onnx_give(call, node, "bias", bias, bias->tensor, false);
    return status ? status : lossi_onnx_set_maps(call, node);
}

static loss_status map_conv(lossi_onnx_call *call)
{
    loss_node in;
    lossi_onnx_shape shape;
    lossi_onnx_entry *weight, *bias;
    lossi_onnx_window w;
    loss_status status = lossi_onnx_maps(call, 3, 4, &in, &shape);
    if (!status)
        status = lossi_onnx_weights(call, 1, false, shape.n_dims, &weight);
    if (!status)
        status = lossi_onnx_read_window(call, &shape, weight->shape.dims + 2, &w);
    if (!status)
        status = read_bias(call, weight->shape.dims[0], &bias);
    int64_t groups = lossi_onnx_int(call, "group", 1);
    if (!status && (groups < 1 || groups > LOSSI_LARGEST_SIZE ||
                    weight->shape.dims[1] * (size_t)groups != shape.dims[1]))
        status = lossi_onnx_refuse(call,
                                   "weights for %zu channels in each of %lld groups; there "
                                   "are %zu channels",
                                   weight->shape.dims[1], (long long)groups, shape.dims[1]);
    if (status)
        return status;
    call->graph->n_folded_norms += bias && looks_folded(weight, bias);
    lossi_onnx_window_key(&w, "channels", (double)weight->shape.dims[0]);
    lossi_onnx_window_keys(&w);
    if (groups > 1)
        lossi_onnx_window_key(&w, "groups", (double)groups);
    if (bias)
        lossi_onnx_window_key(&w, "bias", 1);
    return give_tensors(call, lossi_onnx_layer(call, "conv", 1, &in, w.keys), weight, bias);
}

/* What the layer's padding leaves at the end of each side. ONNX counts an output_shape from the
 * padding; auto_pad is by the output, and not read. */
static loss_status read_output_padding(lossi_onnx_call *call, size_t n, double *padding)
{
    int64_t values[LOSSI_ONNX_MOST_INTS];
    size_t count;
    loss_status status = lossi_onnx_ints(call, "output_padding", SIZE_MAX, &count, values);
    if (!status && (lossi_onnx_attribute(call, "output_shape") ||
                    !lossi_onnx_text_is(call, "auto_pad", "NOTSET", "NOTSET")))
        status = lossi_onnx_refuse(call, "output_shape and auto_pad are not read; expected pads");
    if (!status && count && count != n)
        status = lossi_onnx_refuse(call, "%zu output_padding for %zu sides", count, n);
    for (size_t i = 0; !status && i < n; i++) {
        padding[i] = count ? (double)values[i] : 0;
        if (!(padding[i] >= 0 && padding[i] <= LOSSI_LARGEST_SIZE))
            status = lossi_onnx_refuse(call, "output_padding of %g", padding[i]);
    }
    return status;
}

/* Weights are [channels in][channels out / groups][kernel]. */
static loss_status map_conv_transpose(lossi_onnx_call *call)
{
    loss_node in;
    lossi_onnx_shape shape;
    lossi_onnx_entry *weight, *bias;
    lossi_onnx_window w;
    double extra[LOSSI_ONNX_MOST_SIDES];
    loss_status status = lossi_onnx_maps(call, 3, 4, &in, &shape);
    if (!status)
        status = lossi_onnx_weights(call, 1, false, shape.n_dims, &weight);
    if (!status)
        status = lossi_onnx_read_window(call, &shape, weight->shape.dims + 2, &w);
    if (!status)
        status = read_output_padding(call, shape.n_dims - 2, extra);
    int64_t groups = lossi_onnx_int(call, "group", 1);
    if (!status &&
        (groups < 1 || groups > LOSSI_LARGEST_SIZE || weight->shape.dims[0] != shape.dims[1]))
        status = lossi_onnx_refuse(call, "weights for %zu channels and %lld groups; there are %zu",
                                   weight->shape.dims[0], (long long)groups, shape.dims[1]);
    size_t channels = status ? 0 : weight->shape.dims[1] * (size_t)groups;
    if (!status)
        status = read_bias(call, channels, &bias);
    if (status)
        return status;
    lossi_onnx_window_key(&w, "channels", (double)channels);
    lossi_onnx_window_keys(&w);
    lossi_onnx_window_sides(&w, "output_padding", extra);
    if (groups > 1)
        lossi_onnx_window_key(&w, "groups", (double)groups);
    if (bias)
        lossi_onnx_window_key(&w, "bias", 1);
    return give_tensors(call, lossi_onnx_layer(call, "transposed_conv", 1, &in, w.keys), weight,
                        bias);
}

const lossi_onnx_operator lossi_onnx_convolutions[] = {
    {.name = "Conv",
     .attributes = "auto_pad dilations group kernel_shape pads strides",
     .map = map_conv},
    {.name = "ConvTranspose",
     .attributes = "auto_pad dilations group kernel_shape output_padding output_shape pads strides",
     .map = map_conv_transpose},
    {.name = NULL},
};
