#include "net/layers/window.h"

#include <stdio.h>

/* Maps [channels][height][width], also of 1 x 1; a row [channels][length]. */
static size_t sides_of(const lossi_node *in)
{
    return in->n_dims == 2 ? 1 : 2;
}

size_t lossi_sides(const lossi_addition *a)
{
    char text[LOSSI_SHAPE_TEXT];
    if (a->in->n_dims <= 3)
        return sides_of(a->in);
    lossi_fail(LOSS_ERR_SHAPE, "%s: its input is %s; windows go over one or two sides", a->name,
               lossi_shape_text(a->in, text));
    return 0;
}

size_t lossi_side(const lossi_node *node, size_t key, size_t side, size_t standard)
{
    const lossi_values *values = &node->keys[key];
    double value = values->n == 0 ? 0 : values->v[values->n == 1 ? 0 : side];
    return value > 0 ? (size_t)value : standard;
}

loss_status lossi_sides_check(const lossi_addition *a, size_t key)
{
    size_t n = a->node->keys[key].n, sides = sides_of(a->in);
    return n <= 1 || n == sides
               ? LOSS_OK
               : lossi_fail(LOSS_ERR_ARGUMENT, "%s: %zu values of %s for %zu sides", a->name, n,
                            a->node->layer->keys[key].name, sides);
}

loss_status lossi_windows_check(const lossi_addition *a, const lossi_window_keys *keys)
{
    loss_status status = lossi_sides(a) ? LOSS_OK : LOSS_ERR_SHAPE;
    if (!status)
        status = lossi_sides_check(a, keys->kernel);
    if (!status)
        status = lossi_sides_check(a, keys->stride);
    if (!status)
        status = lossi_sides_check(a, keys->dilation);
    if (!status && a->node->keys[keys->padding].n != 2 * sides_of(a->in))
        status = lossi_sides_check(a, keys->padding);
    return status;
}

size_t lossi_padding_after(const lossi_node *node, const lossi_window_keys *keys, size_t side)
{
    /* One number, one for each side, or one for each side's begin and then for each end. */
    const lossi_values *values = &node->keys[keys->padding];
    size_t sides = node->n_dims == 2 ? 1 : 2;
    return lossi_side(node, keys->padding, values->n == 2 * sides ? sides + side : side, 0);
}

static lossi_window window_of(const lossi_node *node, const lossi_window_keys *keys, size_t side)
{
    return (lossi_window){.kernel = lossi_side(node, keys->kernel, side, 1),
                          .stride = lossi_side(node, keys->stride, side, 1),
                          .dilation = lossi_side(node, keys->dilation, side, 1),
                          .padding = lossi_side(node, keys->padding, side, 0)};
}

static loss_status refuse(const lossi_addition *a, const lossi_window_keys *keys)
{
    size_t sides = sides_of(a->in), reach[2] = {0}, in[2] = {0}, padding = 0;
    char window[48], input[48];
    for (size_t side = 0; side < sides; side++) {
        lossi_window w = window_of(a->node, keys, side);
        reach[side] = w.dilation * (w.kernel - 1) + 1;
        in[side] = a->in->dims[1 + side];
        padding = lossi_larger(padding, w.padding);
    }
    snprintf(window, sizeof window, sides == 1 ? "%zu" : "%zux%zu", reach[0], reach[1]);
    snprintf(input, sizeof input, sides == 1 ? "%zu" : "%zux%zu", in[0], in[1]);
    return lossi_fail(LOSS_ERR_SHAPE,
                      "%s: a %s window does not fit its input of %s (padding %zu); images of "
                      "%zux%zu are too small for this network",
                      a->name, window, input, padding, a->images.height, a->images.width);
}

loss_status lossi_windows_add(lossi_addition *a, const lossi_window_keys *keys, bool ceil)
{
    loss_status status = lossi_windows_check(a, keys);
    for (size_t side = 0; !status && side < sides_of(a->in); side++) {
        lossi_window w = window_of(a->node, keys, side);
        size_t reach = w.dilation * (w.kernel - 1) + 1, before = a->in->dims[1 + side] + w.padding,
               padded = before + lossi_padding_after(a->node, keys, side);
        if (padded < reach)
            return refuse(a, keys);
        size_t out = (padded - reach + (ceil ? w.stride - 1 : 0)) / w.stride + 1;
        if (ceil && (out - 1) * w.stride >= before) /* it would see padding only */
            out--;
        a->node->dims[1 + side] = out;
    }
    return status;
}

lossi_windows lossi_windows_of(const lossi_node *node, const lossi_window_keys *keys,
                               const lossi_node *in, const lossi_node *out, size_t lanes)
{
    lossi_windows s = {.lanes = lanes, .channels = in->dims[0]};
    if (sides_of(in) == 1) { /* as maps of one row */
        s.w = window_of(node, keys, 0);
        s.h = (lossi_window){.in = 1, .out = 1, .kernel = 1, .dilation = 1};
        s.h.stride = s.w.stride;
        s.w.in = in->dims[1];
        s.w.out = out->dims[1];
        return s;
    }
    s.h = window_of(node, keys, 0);
    s.w = window_of(node, keys, 1);
    s.h.in = in->dims[1];
    s.w.in = in->dims[2];
    s.h.out = out->dims[1];
    s.w.out = out->dims[2];
    return s;
}
