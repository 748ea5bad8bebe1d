/* Which algorithm convolves which shape. The gradient of the input, at stride 1, is a
 * convolution too: of dy with the filter turned around and its channels exchanged. */
#include <string.h>

#include "kernels/blas/blas.h"
#include "kernels/ref/ref.h"
#include "kernels/simd/gemm.h"
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

/* The convolution that takes dy to dx, where there is one. */
static bool has_transpose(const lossi_conv_shape *s)
{
    return s->stride == 1 && s->padding < s->kernel;
}

static lossi_conv_shape transpose_of(const lossi_conv_shape *s)
{
    return (lossi_conv_shape){.lanes = s->lanes,
                              .in_c = s->out_c,
                              .in_h = s->out_h,
                              .in_w = s->out_w,
                              .out_c = s->in_c,
                              .out_h = s->in_h,
                              .out_w = s->in_w,
                              .kernel = s->kernel,
                              .stride = 1,
                              .padding = s->kernel - 1 - s->padding};
}

/* ---- Any shape ------------------------------------------------------------------------------ */

static size_t packed_size(const lossi_conv_shape *s)
{
    const lossi_winograd *t = lossk_tiles(s);
    return t ? lossk_winograd_packed(t, s) : lossk_panel_packed(s);
}

static size_t scratch_size(const lossi_conv_shape *s)
{
    const lossi_winograd *t = lossk_tiles(s);
    return t ? lossk_winograd_scratch(t, s) : lossk_panel_scratch(s);
}

static void pack(const lossi_conv_shape *s, const lossi_filters *f, size_t begin, size_t end,
                 float *packed)
{
    const lossi_winograd *t = lossk_tiles(s);
    if (t)
        lossk_winograd_pack(t, s, f, begin, end, packed);
    else
        lossk_panel_pack(s, f, begin, end, packed);
}

static void convolve(const lossi_conv_shape *s, const float *x, const float *packed,
                     const lossi_epilogue *epilogue, float *y, float *scratch)
{
    const lossi_winograd *t = lossk_tiles(s);
    if (t)
        lossk_winograd_forward(t, s, x, packed, epilogue, y, scratch);
    else
        lossk_panel_forward(s, x, packed, epilogue, y, scratch);
}

/* ---- The kernels ---------------------------------------------------------------------------- */

size_t lossk_conv_packed(const lossi_conv_shape *given)
{
    lossi_conv_shape s = needed_of(given);
    return packed_size(&s);
}

size_t lossk_conv_packed_backward(const lossi_conv_shape *given)
{
    lossi_conv_shape s = needed_of(given), back = transpose_of(&s);
    return has_transpose(&s) ? packed_size(&back) : lossk_conv_packed_ref(&s);
}

size_t lossk_conv_scratch(const lossi_conv_shape *given)
{
    lossi_conv_shape s = needed_of(given), back = transpose_of(&s);
    size_t backward = has_transpose(&s) ? scratch_size(&back) : lossk_conv_scratch_blas(&s);
    return lossi_larger(lossi_larger(scratch_size(&s), backward), lossk_weights_scratch(given));
}

void lossk_conv_pack(const lossi_conv_shape *given, const float *w, const float *scale,
                     size_t begin, size_t end, float *packed)
{
    lossi_conv_shape s = needed_of(given);
    size_t area = given->kernel * given->kernel;
    lossi_filters f = {.w = w + lossi_first_tap(given),
                       .scale = scale,
                       .by_output = given->in_c * area,
                       .by_input = area};
    pack(&s, &f, begin, end, packed);
}

void lossk_conv_pack_backward(const lossi_conv_shape *given, const float *w, size_t begin,
                              size_t end, float *packed)
{
    lossi_conv_shape s = needed_of(given), back = transpose_of(&s);
    size_t area = given->kernel * given->kernel;
    lossi_filters f = {.w = w + lossi_first_tap(given),
                       .by_output = area,
                       .by_input = given->in_c * area,
                       .turned = true};
    if (has_transpose(&s))
        pack(&back, &f, begin, end, packed);
    else
        lossk_conv_pack_backward_ref(&s, w, begin, end, packed);
}

void lossk_conv_forward(const lossi_conv_shape *given, const float *x, const float *packed,
                        const lossi_epilogue *epilogue, float *y, float *scratch)
{
    lossi_conv_shape s = needed_of(given);
    convolve(&s, x, packed, epilogue, y, scratch);
}

void lossk_conv_backward_data(const lossi_conv_shape *given, const float *dy, const float *packed,
                              float *dx, float *scratch)
{
    lossi_conv_shape s = needed_of(given), back = transpose_of(&s);
    lossi_epilogue add = {.residual = dx};
    if (has_transpose(&s))
        convolve(&back, dy, packed, &add, dx, scratch);
    else
        lossk_conv_backward_data_blas(&s, dy, packed, dx, scratch);
}
