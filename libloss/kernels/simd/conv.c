/* Which algorithm convolves which shape: Winograd's tiles where the shape has them, else panels.
 * The gradient of the input, at stride 1, is a convolution too: of dy with the filter turned around
 * and its channels exchanged. */
#include "kernels/ref/ref.h"
#include "kernels/simd/simd.h"
#include "kernels/simd/tiles.h"

/* The convolution that is left when taps that lie on padding everywhere are left out. */
static lossi_conv_shape needed_of(const lossi_conv_shape *s)
{
    lossi_conv_shape needed = *s;
    if (lossi_is_one_tap(s)) {
        needed.kernel = needed.stride = 1;
        needed.padding = 0;
    }
    return needed;
}

/* The convolution that takes dy to dx, and its tiles; NULL: it is for panels. */
static const lossi_winograd *transpose_of(const lossi_conv_shape *s, lossi_conv_shape *back)
{
    if (s->stride != 1 || s->padding >= s->kernel)
        return NULL;
    *back = (lossi_conv_shape){.lanes = s->lanes,
                               .in_c = s->out_c,
                               .in_h = s->out_h,
                               .in_w = s->out_w,
                               .out_c = s->in_c,
                               .out_h = s->in_h,
                               .out_w = s->in_w,
                               .kernel = s->kernel,
                               .stride = 1,
                               .padding = s->kernel - 1 - s->padding};
    return lossk_tiles(back);
}

/* ---- Forward -------------------------------------------------------------------------------- */

size_t lossk_conv_packed(const lossi_conv_shape *given)
{
    lossi_conv_shape s = needed_of(given);
    const lossi_winograd *t = lossk_tiles(&s);
    return t ? lossk_winograd_packed(t, &s) : lossk_panel_packed(&s);
}

double lossk_conv_products(const lossi_conv_shape *given)
{
    lossi_conv_shape s = needed_of(given);
    const lossi_winograd *t = lossk_tiles(&s);
    return t ? lossk_winograd_products(t, &s) : lossk_conv_products_ref(&s);
}

void lossk_conv_pack(const lossi_conv_shape *given, const float *w, const float *scale,
                     size_t begin, size_t end, float *packed)
{
    lossi_conv_shape s = needed_of(given);
    const lossi_winograd *t = lossk_tiles(&s);
    size_t area = given->kernel * given->kernel;
    lossi_filters f = {.w = w + lossi_first_tap(given),
                       .scale = scale,
                       .by_output = given->in_c * area,
                       .by_input = area,
                       .by_row = (ptrdiff_t)given->kernel,
                       .by_column = 1};
    if (t)
        lossk_winograd_pack(t, &s, &f, begin, end, packed);
    else
        lossk_panel_pack(&s, &f, begin, end, packed);
}

void lossk_conv_forward(const lossi_conv_shape *given, const float *x, const float *packed,
                        const lossi_epilogue *epilogue, float *y, float *scratch)
{
    lossi_conv_shape s = needed_of(given);
    const lossi_winograd *t = lossk_tiles(&s);
    if (t)
        lossk_winograd_forward(t, &s, x, packed, epilogue, y, scratch);
    else
        lossk_panel_forward(&s, x, packed, epilogue, y, scratch);
}

/* ---- Backward ------------------------------------------------------------------------------- */

size_t lossk_conv_packed_backward(const lossi_conv_shape *given)
{
    lossi_conv_shape s = needed_of(given), back;
    const lossi_winograd *t = transpose_of(&s, &back);
    return t ? lossk_winograd_packed(t, &back) : lossk_panel_packed_backward(&s);
}

void lossk_conv_pack_backward(const lossi_conv_shape *given, const float *w, size_t begin,
                              size_t end, float *packed)
{
    lossi_conv_shape s = needed_of(given), back;
    const lossi_winograd *t = transpose_of(&s, &back);
    size_t area = given->kernel * given->kernel;
    lossi_filters f = {.w = w + lossi_first_tap(given),
                       .by_output = area,
                       .by_input = given->in_c * area,
                       .by_row = (ptrdiff_t)given->kernel,
                       .by_column = 1};
    if (!t) {
        lossk_panel_pack_backward(&s, &f, begin, end, packed);
        return;
    }
    f.w += area - 1;
    f.by_row *= -1;
    f.by_column *= -1;
    lossk_winograd_pack(t, &back, &f, begin, end, packed);
}

void lossk_conv_backward_data(const lossi_conv_shape *given, const float *dy, const float *packed,
                              float *dx, float *scratch)
{
    lossi_conv_shape s = needed_of(given), back;
    const lossi_winograd *t = transpose_of(&s, &back);
    lossi_epilogue add = {.residual = dx};
    if (t)
        lossk_winograd_forward(t, &back, dy, packed, &add, dx, scratch);
    else
        lossk_panel_backward(&s, dy, packed, dx, scratch);
}

size_t lossk_conv_scratch(const lossi_conv_shape *given)
{
    lossi_conv_shape s = needed_of(given), back;
    const lossi_winograd *t = lossk_tiles(&s), *t_back = transpose_of(&s, &back);
    size_t forward = t ? lossk_winograd_scratch(t, &s) : lossk_panel_scratch(&s);
    size_t backward =
        t_back ? lossk_winograd_scratch(t_back, &back) : lossk_panel_scratch_backward(&s);
    return lossi_larger(lossi_larger(forward, backward), lossk_weights_scratch(given));
}
