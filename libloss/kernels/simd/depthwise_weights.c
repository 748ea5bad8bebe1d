/* The gradients of depthwise filters: for each tap the sum of the products of what meets under it.
 */
#include "kernels/simd/depthwise.h"

/* The sum of the products of what meets, four sums at a time. */
static vector correlate(const lossi_meeting *given, const float *x, const float *dy)
{
    const lossi_meeting m = *given;
    vector sum[4] = {zeros(), zeros(), zeros(), zeros()};
    for (size_t k = 0; k < m.runs; k++) {
        const float *a = x + m.x + k * LOSSI_VECTOR, *b = dy + m.y + k * LOSSI_VECTOR;
        size_t i = 0;
        for (; i + 4 <= m.n; i += 4, a += 4 * m.x_step, b += 4 * m.y_step)
#pragma GCC unroll 4
            for (size_t j = 0; j < 4; j++)
                sum[j] = plus_product(load(a + j * m.x_step), load(b + j * m.y_step), sum[j]);
        for (; i < m.n; i++, a += m.x_step, b += m.y_step)
            sum[0] = plus_product(load(a), load(b), sum[0]);
    }
    return plus(plus(sum[0], sum[1]), plus(sum[2], sum[3]));
}

/* Taps whose sums are kept at once, while a row of the input is near. */
enum { TAPS = 32 };

/* dw [taps from `first` on] of a channel. */
static void correlate_channel(const lossi_windows *s, const float *x, const float *dy, size_t first,
                              float *dw)
{
    size_t n = lossi_windows_area(s) - first;
    vector sums[TAPS];
    n = n < TAPS ? n : TAPS;
    for (size_t t = 0; t < n; t++)
        sums[t] = zeros();
    for (size_t r = 0; r < s->h.out; r++) {
        size_t top, bottom;
        lossi_window_taps(&s->h, r, &top, &bottom);
        for (size_t t = 0; t < n; t++) {
            size_t u = (first + t) / s->w.kernel, v = (first + t) % s->w.kernel;
            if (u < top || u >= bottom)
                continue;
            lossi_meeting m = lossi_meeting_of(s, r, u, v);
            sums[t] = plus(sums[t], correlate(&m, x, dy));
        }
    }
    for (size_t t = 0; t < n; t++)
        dw[first + t] += sum_of_lanes(sums[t]);
}

void lossk_depthwise_weights(const lossi_windows *s, size_t count, const float *x, const float *dy,
                             float *dw, float *dbias)
{
    lossi_maps m = {1, s->h.out * s->w.out, s->lanes, s->lanes};
    for (size_t o = 0; o < s->channels * count; o++, dy += lossi_output_plane(s)) {
        double sum, square;
        if (dbias) {
            lossk_norm_sums(&m, dy, &sum, &square);
            dbias[o] += (float)sum;
        }
        for (size_t first = 0; first < lossi_windows_area(s); first += TAPS)
            correlate_channel(s, x + o / count * lossi_windows_plane(s), dy, first,
                              dw + o * lossi_windows_area(s));
    }
}
