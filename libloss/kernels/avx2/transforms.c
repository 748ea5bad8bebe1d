/* Winograd's transforms F(2x2, 3x3) and F(4x4, 3x3), Lavin & Gray 2016, section 4: u = G g G', v = B' d B, y = A' m A. Each is a
 * transform in one direction, applied to columns, then to rows. */
#include "kernels/avx2/avx2.h"
#include "kernels/avx2/vector.h"

/* The same value of four filters. */
typedef __m128 four;

static inline four sum(four a, four b)
{
    return _mm_add_ps(a, b);
}

static inline four difference(four a, four b)
{
    return _mm_sub_ps(a, b);
}

static inline four scaled(float factor, four a)
{
    return _mm_mul_ps(_mm_set1_ps(factor), a);
}

/* ---- 4 x 4: interpolation at 0, A, -A, B, -B and infinity ------------------------------------------------------------- */

/* The usual 1 and 2 round twice as badly (measured on normal numbers); see Barabasz et al. 2020, "Error analysis and improving the accuracy
 * of Winograd convolution". All values below are exact. */
#define A 0.75f
#define B 1.5f

static inline void filter_4(const four g[3], four u[6])
{
    const float by_a = 1 / (2 * A * A * (A * A - B * B)), by_b = 1 / (2 * B * B * (B * B - A * A));
    four even_a = scaled(by_a, sum(g[0], scaled(A * A, g[2]))), odd_a = scaled(by_a * A, g[1]);
    four even_b = scaled(by_b, sum(g[0], scaled(B * B, g[2]))), odd_b = scaled(by_b * B, g[1]);
    u[0] = scaled(1 / (A * A * B * B), g[0]);
    u[1] = sum(even_a, odd_a);
    u[2] = difference(even_a, odd_a);
    u[3] = sum(even_b, odd_b);
    u[4] = difference(even_b, odd_b);
    u[5] = g[2];
}

static inline void input_4(const vector d[6], vector v[6])
{
    vector even_a = plus_times(-B * B, d[2], d[4]), odd_a = plus_times(-B * B, d[1], d[3]);
    vector even_b = plus_times(-A * A, d[2], d[4]), odd_b = plus_times(-A * A, d[1], d[3]);
    v[0] = plus_times(A * A * B * B, d[0], plus_times(-(A * A + B * B), d[2], d[4]));
    v[1] = plus_times(A, odd_a, even_a);
    v[2] = plus_times(-A, odd_a, even_a);
    v[3] = plus_times(B, odd_b, even_b);
    v[4] = plus_times(-B, odd_b, even_b);
    v[5] = plus_times(A * A * B * B, d[1], plus_times(-(A * A + B * B), d[3], d[5]));
}

static inline void output_4(const vector m[6], vector y[4])
{
    vector even_a = plus(m[1], m[2]), odd_a = minus(m[1], m[2]), even_b = plus(m[3], m[4]), odd_b = minus(m[3], m[4]);
    y[0] = plus(m[0], plus(even_a, even_b));
    y[1] = plus_times(A, odd_a, times(B, odd_b));
    y[2] = plus_times(A * A, even_a, times(B * B, even_b));
    y[3] = plus_times(A * A * A, odd_a, plus_times(B * B * B, odd_b, m[5]));
}

/* ---- 2 x 2 ----------------------------------------------------------------------------------------------------------- */

static inline void filter_2(const four g[3], four u[4])
{
    four outer = scaled(0.5f, sum(g[0], g[2])), middle = scaled(0.5f, g[1]);
    u[0] = g[0];
    u[1] = sum(outer, middle);
    u[2] = difference(outer, middle);
    u[3] = g[2];
}

static inline void input_2(const vector d[4], vector v[4])
{
    v[0] = minus(d[0], d[2]);
    v[1] = plus(d[1], d[2]);
    v[2] = minus(d[2], d[1]);
    v[3] = minus(d[1], d[3]);
}

static inline void output_2(const vector m[4], vector y[2])
{
    y[0] = plus(m[0], plus(m[1], m[2]));
    y[1] = minus(m[1], plus(m[2], m[3]));
}

/* ---- Both directions ------------------------------------------------------------------------------------------------- */

/* The functions of lossi_winograd for tiles of `out`, of which the input has `in` a side. */
#define BOTH_DIRECTIONS(out_, in_, name)                                                                                      \
    static void filter_##name(const float *w, float *u, size_t stride)                                                        \
    {                                                                                                                         \
        four columns[3][in_], in[3], out[in_];                                                                                \
        for (size_t c = 0; c < 3; c++) {                                                                                      \
            for (size_t r = 0; r < 3; r++)                                                                                    \
                in[r] = _mm_loadu_ps(w + (3 * r + c) * 4);                                                                    \
            filter_##out_(in, columns[c]);                                                                                    \
        }                                                                                                                     \
        for (size_t r = 0; r < in_; r++) {                                                                                    \
            for (size_t c = 0; c < 3; c++)                                                                                    \
                in[c] = columns[c][r];                                                                                        \
            filter_##out_(in, out);                                                                                           \
            for (size_t c = 0; c < in_; c++, u += stride)                                                                     \
                _mm_storeu_ps(u, out[c]);                                                                                     \
        }                                                                                                                     \
    }                                                                                                                         \
    static void input_##name(const float *x, size_t step, size_t pitch, float *v, size_t stride)                              \
    {                                                                                                                         \
        vector half[in_][in_], in[in_], result[in_]; /* half: [column][row] */                                                \
        for (size_t c = 0; c < in_; c++) {                                                                                    \
            for (size_t r = 0; r < in_; r++)                                                                                  \
                in[r] = load(x + r * pitch + c * step);                                                                       \
            input_##out_(in, half[c]);                                                                                        \
        }                                                                                                                     \
        for (size_t r = 0; r < in_; r++) {                                                                                    \
            for (size_t c = 0; c < in_; c++)                                                                                  \
                in[c] = half[c][r];                                                                                           \
            input_##out_(in, result);                                                                                         \
            for (size_t c = 0; c < in_; c++, v += stride)                                                                     \
                store(v, result[c]);                                                                                          \
        }                                                                                                                     \
    }                                                                                                                         \
    static void output_##name(const float *m, size_t stride, const lossi_ending *e, float *y, size_t step, size_t pitch)      \
    {                                                                                                                         \
        vector half[in_][out_], in[in_], result[out_], bias = e->bias ? all(e->bias) : zeros(); /* half: [row][column] */     \
        for (size_t r = 0; r < in_; r++) {                                                                                    \
            for (size_t c = 0; c < in_; c++, m += stride)                                                                     \
                in[c] = load(m);                                                                                              \
            output_##out_(in, half[r]);                                                                                       \
        }                                                                                                                     \
        for (size_t c = 0; c < out_; c++) {                                                                                   \
            for (size_t r = 0; r < in_; r++)                                                                                  \
                in[r] = half[r][c];                                                                                           \
            output_##out_(in, result);                                                                                        \
            for (size_t r = 0; r < out_; r++) {                                                                               \
                vector value = plus(result[r], bias);                                                                         \
                if (e->residual)                                                                                              \
                    value = plus(value, load(e->residual + r * pitch + c * step));                                            \
                store(y + r * pitch + c * step, e->relu ? positive(value) : value);                                           \
            }                                                                                                                 \
        }                                                                                                                     \
    }                                                                                                                         \
    const lossi_winograd lossk_winograd_##name##_avx2 = {out_, in_, filter_##name, input_##name, output_##name};

BOTH_DIRECTIONS(2, 4, 2x2)
BOTH_DIRECTIONS(4, 6, 4x4)
