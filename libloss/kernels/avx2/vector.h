/* Vectors of AVX2: eight floats. What each function does: kernels/simd/vector.h. */
#ifndef LOSSI_AVX2_VECTOR_H
#define LOSSI_AVX2_VECTOR_H

#include <immintrin.h>
#include <stddef.h>

#include "kernels/simd/x86.h"

/* 12 sums, three columns and a filter's value fill the 16 registers. */
enum { LOSSI_VECTOR = 8, LOSSI_ROWS = 4, LOSSI_COLUMNS = 3 };

typedef __m256 vector;
typedef __m256 mask; /* a lane is all ones or all zeros */

static inline vector zeros(void)
{
    return _mm256_setzero_ps();
}

static inline vector load(const float *at)
{
    return _mm256_loadu_ps(at);
}

static inline void store(float *at, vector value)
{
    _mm256_storeu_ps(at, value);
}

static inline vector all(const float *at)
{
    return _mm256_broadcast_ss(at);
}

static inline vector plus(vector a, vector b)
{
    return _mm256_add_ps(a, b);
}

static inline vector minus(vector a, vector b)
{
    return _mm256_sub_ps(a, b);
}

static inline vector plus_product(vector a, vector b, vector c)
{
    return _mm256_fmadd_ps(a, b, c);
}

static inline vector times(float factor, vector a)
{
    return _mm256_mul_ps(_mm256_set1_ps(factor), a);
}

static inline vector plus_times(float factor, vector a, vector b)
{
    return _mm256_fmadd_ps(_mm256_set1_ps(factor), a, b);
}

static inline vector kept(vector a)
{
    __asm__("" : "+x"(a));
    return a;
}

/* The instructions give their second argument when one of them is NaN. */
static inline vector larger(vector a, vector b)
{
    return _mm256_max_ps(a, b);
}

static inline vector smaller(vector a, vector b)
{
    return _mm256_min_ps(a, b);
}

static inline vector positive(vector a)
{
    return larger(zeros(), a);
}

static inline float sum_of_lanes(vector a)
{
    __m128 half = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    half = _mm_add_ps(half, _mm_movehl_ps(half, half));
    return _mm_cvtss_f32(_mm_add_ss(half, _mm_movehdup_ps(half)));
}

static inline void add_three_sums(float *at, vector a, vector b, vector c)
{
    add_sums_of_eight(at, a, b, c);
}

/* ---- Masks ---------------------------------------------------------------------------------- */

static inline mask first_lanes(size_t n)
{
    __m256i number = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return _mm256_castsi256_ps(
        _mm256_cmpgt_epi32(_mm256_set1_epi32(n < LOSSI_VECTOR ? (int)n : LOSSI_VECTOR), number));
}

static inline mask greater(vector a, vector b)
{
    return _mm256_cmp_ps(a, b, _CMP_GT_OQ);
}

static inline mask equal(vector a, vector b)
{
    return _mm256_cmp_ps(a, b, _CMP_EQ_OQ);
}

static inline mask is_nan(vector a)
{
    return _mm256_cmp_ps(a, a, _CMP_UNORD_Q);
}

static inline mask either(mask a, mask b)
{
    return _mm256_or_ps(a, b);
}

static inline vector where(mask m, vector a)
{
    return _mm256_and_ps(m, a);
}

static inline vector unless(mask m, vector a)
{
    return _mm256_andnot_ps(m, a);
}

static inline vector chosen(mask m, vector there, vector elsewhere)
{
    return _mm256_blendv_ps(elsewhere, there, m);
}

/* ---- Doubles -------------------------------------------------------------------------------- */

typedef struct doubles {
    __m256d low, high; /* lanes 0 .. 3 and 4 .. 7 */
} doubles;

static inline doubles widen(vector a)
{
    return (doubles){_mm256_cvtps_pd(_mm256_castps256_ps128(a)),
                     _mm256_cvtps_pd(_mm256_extractf128_ps(a, 1))};
}

static inline doubles no_doubles(void)
{
    return (doubles){_mm256_setzero_pd(), _mm256_setzero_pd()};
}

static inline doubles all_doubles(double value)
{
    return (doubles){_mm256_set1_pd(value), _mm256_set1_pd(value)};
}

static inline doubles added(doubles a, doubles b)
{
    return (doubles){_mm256_add_pd(a.low, b.low), _mm256_add_pd(a.high, b.high)};
}

static inline doubles added_product(doubles a, doubles b, doubles c)
{
    return (doubles){_mm256_fmadd_pd(a.low, b.low, c.low), _mm256_fmadd_pd(a.high, b.high, c.high)};
}

static inline void store_doubles(double *at, doubles value)
{
    _mm256_storeu_pd(at, value.low);
    _mm256_storeu_pd(at + 4, value.high);
}

#endif
