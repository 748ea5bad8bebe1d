/* Maps of 2 x 2 and 3 x 3 pixels that lie within their border of zeros: an input has no more pixels
 * than the output, so that fewer products do than for a tile of a larger map. In one direction
 *
 *   y[i] = g0 x[i - 1] + g1 x[i] + g2 x[i + 1],   x[-1] = x[n] = 0,
 *
 * is a product with a Toeplitz matrix of three diagonals. n = 2 takes three products:
 *
 *   y0 = g1 (x0 + x1) + (g2 - g1) x1,   y1 = g1 (x0 + x1) + (g0 - g1) x0.
 *
 * n = 3 takes four: the even part of the filter acts on (1, +-sqrt(3), 1), the odd part on
 * (1, +-1, -1), and each has them as eigenvectors once a fourth pixel that is always zero is added.
 * n + 1 is the least for these matrices (Strassen 1983, "Rank and optimal computation of generic
 * tensors": their size and half the rank of a commutator). Both directions take 9 and 16, where
 * tiles of F(2x2, 3x3) take 16 and 64. */
#include "kernels/simd/transforms.h"

/* ---- 2 x 2 ---------------------------------------------------------------------------------- */

ALWAYS_INLINE void filter_direction_2(const values g[3], values u[3])
{
    u[0] = g[1];
    u[1] = g[2] - g[1];
    u[2] = g[0] - g[1];
}

static void filter_2(const float *w, float *u, size_t stride)
{
    TRANSFORM_FILTERS(3, filter_direction_2, w, u, stride);
}

ALWAYS_INLINE void input_direction_2(const vector x[2], vector v[3])
{
    v[0] = plus(x[0], x[1]);
    v[1] = x[1];
    v[2] = x[0];
}

ALWAYS_INLINE void output_direction_2(const vector m[3], vector y[2])
{
    y[0] = plus(m[0], m[1]);
    y[1] = plus(m[0], m[2]);
}

/* ---- 3 x 3 ---------------------------------------------------------------------------------- */

#define ROOT_3 1.7320508075688772

ALWAYS_INLINE void filter_direction_3(const values g[3], values u[4])
{
    values even = (g[0] + g[2]) / ROOT_3, odd = g[0] - g[2];
    u[0] = 0.25 * (g[1] + odd);
    u[1] = 0.25 * (g[1] - odd);
    u[2] = 0.25 * (g[1] + even);
    u[3] = 0.25 * (g[1] - even);
}

static void filter_3(const float *w, float *u, size_t stride)
{
    TRANSFORM_FILTERS(4, filter_direction_3, w, u, stride);
}

ALWAYS_INLINE void input_direction_3(const vector x[3], vector v[4])
{
    vector odd = minus(x[0], x[2]), even = plus(x[0], x[2]), middle = times((float)ROOT_3, x[1]);
    v[0] = minus(odd, x[1]);
    v[1] = plus(odd, x[1]);
    v[2] = plus(even, middle);
    v[3] = minus(even, middle);
}

ALWAYS_INLINE void output_direction_3(const vector m[4], vector y[3])
{
    vector odd = plus(m[0], m[1]), even = plus(m[2], m[3]);
    y[0] = plus(even, odd);
    y[1] = plus_times((float)ROOT_3, minus(m[2], m[3]), minus(m[0], m[1]));
    y[2] = minus(even, odd);
}

/* ---- Both directions ------------------------------------------------------------------------ */

/* The input begins a row and a column before the map. */
#define DEFINE_WHOLE(n, points)                                                                    \
    static void input_##n(const float *x, const lossi_tile *tile, float *v, size_t stride)         \
    {                                                                                              \
        vector columns[n][points], in[n], out[points];                                             \
        x += tile->pitch + tile->step;                                                             \
        for (int c = 0; c < (n); c++) {                                                            \
            for (int r = 0; r < (n); r++)                                                          \
                in[r] = load(x + (size_t)r * tile->pitch + (size_t)c * tile->step);                \
            input_direction_##n(in, columns[c]);                                                   \
        }                                                                                          \
        for (int r = 0; r < (points); r++) {                                                       \
            for (int c = 0; c < (n); c++)                                                          \
                in[c] = columns[c][r];                                                             \
            input_direction_##n(in, out);                                                          \
            for (int c = 0; c < (points); c++, v += stride)                                        \
                store(v, out[c]);                                                                  \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    static void output_##n(const float *m, size_t stride, const lossi_ending *ending, float *y,    \
                           size_t step, size_t pitch)                                              \
    {                                                                                              \
        const goal g = goal_of(ending, y, step, pitch);                                            \
        vector columns[points][n], in[points], out[n];                                             \
        for (int c = 0; c < (points); c++) {                                                       \
            for (int r = 0; r < (points); r++)                                                     \
                in[r] = load(m + (size_t)(r * (points) + c) * stride);                             \
            output_direction_##n(in, columns[c]);                                                  \
        }                                                                                          \
        for (int r = 0; r < (n); r++) {                                                            \
            for (int c = 0; c < (points); c++)                                                     \
                in[c] = columns[c][r];                                                             \
            output_direction_##n(in, out);                                                         \
            put_row(&g, r, n, out);                                                                \
        }                                                                                          \
    }                                                                                              \
                                                                                                   \
    static const lossi_sums SUMS_##n[] = {{(points) * (points), 1}, {0, 0}};                       \
                                                                                                   \
    const lossi_winograd lossk_winograd_whole_##n = {                                              \
        .out = (n),                                                                                \
        .in = (n) + 2,                                                                             \
        .step = 1,                                                                                 \
        .v_points = (points) * (points),                                                           \
        .m_points = (points) * (points),                                                           \
        .sums = SUMS_##n,                                                                          \
        .filter = filter_##n,                                                                      \
        .input = input_##n,                                                                        \
        .output = output_##n,                                                                      \
    }

DEFINE_WHOLE(2, 3);
DEFINE_WHOLE(3, 4);
