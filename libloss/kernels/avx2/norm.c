/* BatchNorm's sums and maps. Sums are kept lane by lane in double and added up in a fixed order. */
#include "kernels/avx2/avx2.h"
#include "kernels/avx2/vector.h"

typedef struct doubles {
    __m256d low, high; /* lanes 0 .. 3 and 4 .. 7 */
} doubles;

static inline doubles widen(vector a)
{
    return (doubles){_mm256_cvtps_pd(_mm256_castps256_ps128(a)), _mm256_cvtps_pd(_mm256_extractf128_ps(a, 1))};
}

static inline doubles added(doubles a, doubles b)
{
    return (doubles){_mm256_add_pd(a.low, b.low), _mm256_add_pd(a.high, b.high)};
}

/* a b + c */
static inline doubles added_product(doubles a, doubles b, doubles c)
{
    return (doubles){_mm256_fmadd_pd(a.low, b.low, c.low), _mm256_fmadd_pd(a.high, b.high, c.high)};
}

/* The sum of the first n lanes. */
static double total(doubles a, size_t n)
{
    double lanes[LOSSI_VECTOR], sum = 0;
    _mm256_storeu_pd(lanes, a.low);
    _mm256_storeu_pd(lanes + 4, a.high);
    for (size_t i = 0; i < n && i < LOSSI_VECTOR; i++)
        sum += lanes[i];
    return sum;
}

static const doubles nothing;

void lossk_norm_sums_avx2(const lossi_maps *m, const float *x, double *sum, double *square)
{
    for (size_t c = 0; c < m->channels; c++, x += m->pixels * m->lanes) {
        sum[c] = square[c] = 0;
        for (size_t lane = 0; lane < m->images; lane += LOSSI_VECTOR) {
            doubles sums = nothing, squares = nothing;
            for (size_t p = 0; p < m->pixels; p++) {
                doubles value = widen(load(x + p * m->lanes + lane));
                sums = added(sums, value);
                squares = added_product(value, value, squares);
            }
            sum[c] += total(sums, m->images - lane);
            square[c] += total(squares, m->images - lane);
        }
    }
}

void lossk_norm_apply_avx2(const lossi_maps *m, const float *x, const float *scale, const float *shift, bool relu, float *y)
{
    size_t n = m->pixels * m->lanes;
    for (size_t c = 0; c < m->channels; c++, x += n, y += n) {
        vector factor = all(scale + c), offset = all(shift + c);
        for (size_t j = 0; j < n; j += LOSSI_VECTOR) {
            vector value = plus_product(factor, load(x + j), offset);
            store(y + j, relu ? positive(value) : value);
        }
    }
}

void lossk_norm_backward_sums_avx2(const lossi_maps *m, const float *x, const float *dy, const double *mean, double *sum_dy,
                                   double *sum_dy_x)
{
    size_t n = m->pixels * m->lanes;
    for (size_t c = 0; c < m->channels; c++, x += n, dy += n) {
        __m256d minus_mean = _mm256_set1_pd(-mean[c]);
        doubles centre = {minus_mean, minus_mean}, sums = nothing, products = nothing;
        for (size_t j = 0; j < n; j += LOSSI_VECTOR) {
            doubles gradient = widen(load(dy + j));
            sums = added(sums, gradient);
            products = added_product(gradient, added(widen(load(x + j)), centre), products);
        }
        sum_dy[c] = total(sums, LOSSI_VECTOR);
        sum_dy_x[c] = total(products, LOSSI_VECTOR);
    }
}

/* All ones in the first n lanes. */
static vector first_lanes(size_t n)
{
    __m256i number = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return _mm256_castsi256_ps(_mm256_cmpgt_epi32(_mm256_set1_epi32(n < LOSSI_VECTOR ? (int)n : LOSSI_VECTOR), number));
}

void lossk_norm_backward_avx2(const lossi_maps *m, const float *x, const float *dy, const float *by_dy, const float *by_x,
                              const float *constant, float *dx)
{
    size_t n = m->pixels * m->lanes;
    for (size_t c = 0; c < m->channels; c++, x += n, dy += n, dx += n)
        for (size_t lane = 0; lane < m->images; lane += LOSSI_VECTOR) {
            vector images = first_lanes(m->images - lane), a = all(by_dy + c), b = all(by_x + c), offset = all(constant + c);
            for (size_t j = lane; j < n; j += m->lanes) {
                vector change = plus_product(a, load(dy + j), plus_product(b, load(x + j), offset));
                store(dx + j, plus(load(dx + j), _mm256_and_ps(images, change)));
            }
        }
}
