/* Which algorithm convolves which shape. The gradient of the input, at stride 1, is a convolution too: of dy with the filter turned
 * around and its channels exchanged. */
#include <string.h>

#include "kernels/avx2/avx2.h"
#include "kernels/blas/blas.h"
#include "kernels/ref/ref.h"

/* Winograd's tiles for a shape; NULL: it is for panels. Tiles of 4 x 4 do a quarter of the multiplications, of 2 x 2 four ninths; but
 * their filters take 4 and 16/9 times the memory, and maps that leave most of a tile empty gain nothing. */
static const lossi_winograd *tiles_of(const lossi_conv_shape *s)
{
    bool is_3x3 = s->kernel == 3 && s->stride == 1 && s->padding == 1 && s->in_c >= 8;
    if (!is_3x3 || s->out_h < 2 || s->out_w < 2)
        return NULL;
    return s->out_h >= 7 && s->out_w >= 7 ? &lossk_winograd_4x4_avx2 : &lossk_winograd_2x2_avx2;
}

/* The convolution that takes dy to dx, where there is one. */
static bool has_transpose(const lossi_conv_shape *s)
{
    return s->stride == 1 && s->padding < s->kernel;
}

static lossi_conv_shape transpose_of(const lossi_conv_shape *s)
{
    return (lossi_conv_shape){.lanes = s->lanes, .in_c = s->out_c, .in_h = s->out_h, .in_w = s->out_w, .out_c = s->in_c,
                              .out_h = s->in_h, .out_w = s->in_w, .kernel = s->kernel, .stride = 1,
                              .padding = s->kernel - 1 - s->padding};
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t forward_scratch(const lossi_conv_shape *s)
{
    const lossi_winograd *t = tiles_of(s);
    return t ? lossk_winograd_scratch_avx2(t, s) : lossk_panel_scratch_avx2(s);
}

size_t lossk_conv_packed_avx2(const lossi_conv_shape *s)
{
    const lossi_winograd *t = tiles_of(s);
    return t ? lossk_winograd_packed_avx2(t, s) : lossk_panel_packed_avx2(s);
}

size_t lossk_conv_packed_backward_avx2(const lossi_conv_shape *s)
{
    if (!has_transpose(s))
        return lossk_conv_packed_ref(s);
    lossi_conv_shape back = transpose_of(s);
    return lossk_conv_packed_avx2(&back);
}

size_t lossk_conv_scratch_avx2(const lossi_conv_shape *s)
{
    lossi_conv_shape back = transpose_of(s);
    size_t backward = has_transpose(s) ? forward_scratch(&back) : lossk_conv_scratch_blas(s);
    return larger(larger(forward_scratch(s), backward), lossk_weights_scratch_avx2(s));
}

static void pack(const lossi_conv_shape *s, const lossi_filters *f, size_t begin, size_t end, float *packed)
{
    const lossi_winograd *t = tiles_of(s);
    if (t)
        lossk_winograd_pack_avx2(t, s, f, begin, end, packed);
    else
        lossk_panel_pack_avx2(s, f, begin, end, packed);
}

void lossk_conv_pack_avx2(const lossi_conv_shape *s, const float *w, const float *scale, size_t begin, size_t end, float *packed)
{
    size_t area = s->kernel * s->kernel;
    lossi_filters f = {.w = w, .scale = scale, .by_output = s->in_c * area, .by_input = area};
    pack(s, &f, begin, end, packed);
}

void lossk_conv_pack_backward_avx2(const lossi_conv_shape *s, const float *w, size_t begin, size_t end, float *packed)
{
    if (!has_transpose(s)) {
        lossk_conv_pack_backward_ref(s, w, begin, end, packed);
        return;
    }
    size_t area = s->kernel * s->kernel;
    lossi_filters f = {.w = w, .by_output = area, .by_input = s->in_c * area, .turned = true};
    lossi_conv_shape back = transpose_of(s);
    pack(&back, &f, begin, end, packed);
}

void lossk_conv_forward_avx2(const lossi_conv_shape *s, const float *x, const float *packed, const lossi_epilogue *epilogue, float *y,
                             float *scratch)
{
    const lossi_winograd *t = tiles_of(s);
    if (t)
        lossk_winograd_forward_avx2(t, s, x, packed, epilogue, y, scratch);
    else
        lossk_panel_forward_avx2(s, x, packed, epilogue, y, scratch);
}

void lossk_conv_backward_data_avx2(const lossi_conv_shape *s, const float *dy, const float *packed, float *dx, float *scratch)
{
    if (!has_transpose(s)) {
        lossk_conv_backward_data_blas(s, dy, packed, dx, scratch);
        return;
    }
    lossi_conv_shape back = transpose_of(s);
    lossi_epilogue add = {.residual = dx};
    lossk_conv_forward_avx2(&back, dy, packed, &add, dx, scratch);
}
