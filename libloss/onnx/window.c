#include "onnx/window.h"

#include <string.h>

/* A list of one number for each side, or `standard` for each. */
static loss_status read_sides(const lossi_onnx_call *call, const char *name, size_t n,
                              double standard, double *sides)
{
    int64_t values[LOSSI_ONNX_MOST_INTS];
    size_t count;
    loss_status status = lossi_onnx_ints(call, name, SIZE_MAX, &count, values);
    if (!status && count && count != n)
        status = lossi_onnx_refuse(call, "%zu %s for %zu sides", count, name, n);
    for (size_t i = 0; !status && i < n; i++) {
        sides[i] = count ? (double)values[i] : standard;
        if (!(sides[i] >= 0 && sides[i] <= LOSSI_LARGEST_SIZE))
            status = lossi_onnx_refuse(call, "%s of %g", name, sides[i]);
    }
    return status;
}

/* Padding that gives outputs of the input's size divided by the stride. */
static void pad_same(lossi_onnx_window *w, bool is_upper)
{
    for (size_t i = 0; i < w->n; i++) {
        size_t stride = (size_t)w->stride[i], out = (w->in[i] + stride - 1) / stride;
        double reach = w->dilation[i] * (w->kernel[i] - 1) + 1,
               missing = (double)(out - 1) * w->stride[i] + reach - (double)w->in[i];
        size_t all = missing > 0 ? (size_t)missing : 0, half = all / 2;
        w->padding[i] = (double)(is_upper ? half : all - half);
        w->padding[w->n + i] = (double)(is_upper ? all - half : half);
    }
}

loss_status lossi_onnx_read_window(const lossi_onnx_call *call, const lossi_onnx_shape *in,
                                   const size_t *kernel, lossi_onnx_window *w)
{
    *w = (lossi_onnx_window){.n = in->n_dims - 2};
    for (size_t i = 0; i < w->n; i++)
        w->in[i] = in->dims[2 + i];
    loss_status status = read_sides(call, "kernel_shape", w->n, 0, w->kernel);
    if (!status)
        status = read_sides(call, "strides", w->n, 1, w->stride);
    if (!status)
        status = read_sides(call, "dilations", w->n, 1, w->dilation);
    if (!status)
        status = read_sides(call, "pads", 2 * w->n, 0, w->padding);
    for (size_t i = 0; !status && i < w->n; i++) {
        if (kernel && w->kernel[i] != 0 && w->kernel[i] != (double)kernel[i])
            status = lossi_onnx_refuse(call, "kernel_shape is not that of the weights");
        if (kernel)
            w->kernel[i] = (double)kernel[i];
        if (!status && (w->kernel[i] == 0 || w->stride[i] == 0 || w->dilation[i] == 0))
            status = lossi_onnx_refuse(call, "a window with a size, stride or dilation of 0");
    }
    if (status || lossi_onnx_text_is(call, "auto_pad", "NOTSET", "NOTSET"))
        return status;
    bool is_upper = lossi_onnx_text_is(call, "auto_pad", "", "SAME_UPPER");
    if (is_upper || lossi_onnx_text_is(call, "auto_pad", "", "SAME_LOWER"))
        pad_same(w, is_upper);
    else if (lossi_onnx_text_is(call, "auto_pad", "", "VALID"))
        memset(w->padding, 0, sizeof w->padding);
    else
        return lossi_onnx_refuse(call, "auto_pad is none of NOTSET, SAME_UPPER, SAME_LOWER, VALID");
    return LOSS_OK;
}

/* ---- Keys ----------------------------------------------------------------------------------- */

static void append(lossi_onnx_window *w, const char *name, size_t n, const double *values)
{
    if (w->n_keys < LOSSI_ONNX_MOST_WINDOW_KEYS)
        w->keys[w->n_keys++] = lossi_onnx_sizes(name, n, values);
}

void lossi_onnx_window_key(lossi_onnx_window *w, const char *name, double value)
{
    w->single[w->n_keys] = value;
    append(w, name, 1, &w->single[w->n_keys]);
}

/* A key of one number where all are the same; none where that is the standard. */
static void append_sides(lossi_onnx_window *w, const char *name, size_t n, const double *values,
                         double standard)
{
    bool same = true;
    for (size_t i = 1; i < n; i++)
        same = same && values[i] == values[0];
    if (!same || values[0] != standard)
        append(w, name, same ? 1 : n, values);
}

void lossi_onnx_window_sides(lossi_onnx_window *w, const char *name, const double *values)
{
    append_sides(w, name, w->n, values, 0);
}

void lossi_onnx_window_keys(lossi_onnx_window *w)
{
    append_sides(w, "kernel", w->n, w->kernel, 0);
    /* A pool's own standard is its kernel's size. */
    append_sides(w, "stride", w->n, w->stride, 0);
    append_sides(w, "dilation", w->n, w->dilation, 1);
    bool is_even = memcmp(w->padding, w->padding + w->n, w->n * sizeof *w->padding) == 0;
    append_sides(w, "padding", is_even ? w->n : 2 * w->n, w->padding, 0);
}
