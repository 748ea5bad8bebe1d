/* The gradient of a filter: for LOSSI_ROWS outputs x 3 taps at a time, products of dy and x are
 * summed over pixels in vectors, whose lanes are added up at the end of a strip of rows. A strip
 * of x is copied with its padding, so that the inner loop knows no borders. What leaves too few
 * pixels to a sum is a product of matrices instead (weights_product.c). */
#include <string.h>

#include "kernels/simd/gemm.h"
#include "kernels/simd/simd.h"
#include "kernels/simd/tiles.h"
#include "kernels/simd/vector.h"

/* STRIP: floats of LOSSI_ROWS channels of a strip of dy, 16 KB, half of L1. With fewer vectors than
 * FEW_VECTORS to a sum, adding up their lanes takes longer than the product of matrices, and with
 * fewer than ENOUGH_VECTORS too unless there are FEW_CHANNELS, which fill no vector of taps. */
enum { STRIP = 4 * 1024, FEW_VECTORS = 16, ENOUGH_VECTORS = 64, FEW_CHANNELS = 16, TAPS = 3 };

/* Output rows of a strip. */
static size_t strip_rows(const lossi_conv_shape *s)
{
    size_t rows = STRIP / LOSSI_ROWS / (s->out_w * s->lanes);
    return rows < 1 ? 1 : rows < s->out_h ? rows : s->out_h;
}

/* Winograd's tiles, where the gradient goes by way of them. */
static const lossi_winograd *tiles_of(const lossi_conv_shape *s)
{
    const lossi_winograd *t = lossk_tiles(s);
    return t && lossk_winograd_has_weights(t, s) ? t : NULL;
}

static bool is_product(const lossi_conv_shape *s)
{
    size_t vectors = strip_rows(s) * s->out_w * s->lanes / LOSSI_VECTOR;
    return s->kernel == 1 || vectors < FEW_VECTORS ||
           (vectors < ENOUGH_VECTORS && s->in_c >= FEW_CHANNELS && !tiles_of(s));
}

/* Floats of a row of the padded strip, and its rows, for some output rows. */
static size_t padded_pitch(const lossi_conv_shape *s)
{
    return ((s->out_w - 1) * s->stride + s->kernel) * s->lanes;
}

static size_t padded_rows(const lossi_conv_shape *s, size_t rows)
{
    return (rows - 1) * s->stride + s->kernel;
}

size_t lossk_weights_scratch(const lossi_conv_shape *s)
{
    if (is_product(s))
        return lossk_weights_product_scratch(s);
    const lossi_winograd *t = tiles_of(s);
    return t ? lossk_winograd_weights_scratch(t, s)
             : padded_rows(s, strip_rows(s)) * padded_pitch(s);
}

/* The input of output rows `row` and `rows` more, of one channel, with zeros where it is
 * padding. */
static void copy_strip(const lossi_conv_shape *s, const float *x, size_t row, size_t rows,
                       float *out)
{
    size_t pitch = padded_pitch(s), width = pitch / s->lanes, n = padded_rows(s, rows);
    size_t left = s->padding < width ? s->padding : width;
    size_t inside = width - left < s->in_w ? width - left : s->in_w;
    for (size_t r = 0; r < n; r++, out += pitch) {
        size_t from =
            row * s->stride + r - s->padding; /* wraps above the first row, and is too large then */
        if (from >= s->in_h) {
            memset(out, 0, pitch * sizeof *out);
            continue;
        }
        memset(out, 0, left * s->lanes * sizeof *out);
        memcpy(out + left * s->lanes, x + from * s->in_w * s->lanes,
               inside * s->lanes * sizeof *out);
        memset(out + (left + inside) * s->lanes, 0,
               (width - left - inside) * s->lanes * sizeof *out);
    }
}

/* Pixels that are summed over: `count` vectors in each of `rows` rows. */
typedef struct walk {
    size_t rows, count;
    size_t x_pitch, x_step, dy_pitch, dy_step,
        dy_channel; /* floats from row to row, vector to vector, channel to channel */
} walk;

/* sums[r][j] += sum of dy of channel r, `channel` floats after the one before, times x at tap j. */
static __attribute__((noinline)) void correlate(const walk *w, const float *x,
                                                const size_t taps[TAPS], const float *dy,
                                                size_t channel, float sums[LOSSI_ROWS][TAPS])
{
    vector sum[LOSSI_ROWS][TAPS];
    for (size_t r = 0; r < LOSSI_ROWS; r++)
        for (size_t j = 0; j < TAPS; j++)
            sum[r][j] = zeros();
    for (size_t row = 0; row < w->rows; row++) {
        const float *first = x + row * w->x_pitch + taps[0], *second = first + (taps[1] - taps[0]),
                    *third = first + (taps[2] - taps[0]);
        const float *from = dy + row * w->dy_pitch;
        for (size_t n = w->count; n-- > 0;
             first += w->x_step, second += w->x_step, third += w->x_step, from += w->dy_step) {
            vector tap[TAPS] = {kept(load(first)), kept(load(second)), kept(load(third))};
#pragma GCC unroll 8
            for (size_t r = 0; r < LOSSI_ROWS; r++) {
                vector gradient = load(from + r * channel);
#pragma GCC unroll 3
                for (size_t j = 0; j < TAPS; j++)
                    sum[r][j] = plus_product(gradient, tap[j], sum[r][j]);
            }
        }
    }
    for (size_t r = 0; r < LOSSI_ROWS; r++)
        for (size_t j = 0; j < TAPS; j++)
            sums[r][j] += sum_of_lanes(sum[r][j]);
}

/* All taps of one channel of the padded strip x with `rows` outputs, LOSSI_ROWS or one, dy being
 * that of the first; dw: of the first and this channel. */
static void correlate_outputs(const lossi_conv_shape *s, const walk *w, size_t vectors,
                              const float *x, const float *dy, size_t rows, float *dw)
{
    size_t area = s->kernel * s->kernel;
    for (size_t t = 0; t < area; t += TAPS) {
        size_t offsets[TAPS], n = area - t < TAPS ? area - t : TAPS;
        float sums[LOSSI_ROWS][TAPS] = {{0}};
        for (size_t j = 0; j < TAPS; j++) {
            size_t tap = t + (j < n ? j : n - 1);
            offsets[j] = tap / s->kernel * padded_pitch(s) + tap % s->kernel * s->lanes;
        }
        for (size_t v = 0; v < vectors; v++)
            correlate(w, x + v * LOSSI_VECTOR, offsets, dy + v * LOSSI_VECTOR,
                      rows == 1 ? 0 : w->dy_channel, sums);
        for (size_t r = 0; r < rows; r++)
            for (size_t j = 0; j < n; j++)
                dw[r * s->in_c * area + t + j] += sums[r][j];
    }
}

static void add_bias(const lossi_conv_shape *s, const float *dy, float *dbias)
{
    lossi_maps m = {1, s->out_h * s->out_w, s->lanes, s->lanes};
    for (size_t o = 0; o < s->out_c; o++) {
        double sum, square;
        lossk_norm_sums(&m, dy + o * m.pixels * m.lanes, &sum, &square);
        dbias[o] += (float)sum;
    }
}

void lossk_conv_backward_weights(const lossi_conv_shape *s, const float *x, const float *dy,
                                 float *dw, float *dbias, float *scratch)
{
    if (dbias)
        add_bias(s, dy, dbias);
    if (is_product(s)) {
        lossk_weights_product(s, x, dy, dw, scratch);
        return;
    }
    const lossi_winograd *t = tiles_of(s);
    if (t) {
        lossk_winograd_weights(t, s, x, dy, dw, scratch);
        return;
    }
    size_t area = s->kernel * s->kernel, vectors = s->lanes / LOSSI_VECTOR;
    walk w = {.x_pitch = s->stride * padded_pitch(s),
              .dy_pitch = s->out_w * s->lanes,
              .dy_channel = s->out_h * s->out_w * s->lanes};
    if (s->stride == 1) { /* a row's vectors are a run */
        w.count = s->out_w * vectors;
        w.x_step = w.dy_step = LOSSI_VECTOR;
        vectors = 1;
    } else {
        w.count = s->out_w;
        w.x_step = s->stride * s->lanes;
        w.dy_step = s->lanes;
    }
    for (size_t row = 0, step = strip_rows(s); row < s->out_h; row += step) {
        w.rows = s->out_h - row < step ? s->out_h - row : step;
        for (size_t c = 0; c < s->in_c; c++) {
            copy_strip(s, x + c * s->in_h * s->in_w * s->lanes, row, w.rows, scratch);
            for (size_t o = 0, n; o < s->out_c; o += n) {
                n = s->out_c - o < LOSSI_ROWS ? 1 : LOSSI_ROWS;
                correlate_outputs(s, &w, vectors, scratch, dy + o * w.dy_channel + row * w.dy_pitch,
                                  n, dw + (o * s->in_c + c) * area);
            }
        }
    }
}
