/* Vectors of AVX-512 (F alone): sixteen floats. What each function does: kernels/simd/vector.h. */
#ifndef LOSSI_AVX512_VECTOR_H
#define LOSSI_AVX512_VECTOR_H

#include <immintrin.h>
#include <stddef.h>

#include "kernels/simd/x86.h"

/* 24 sums, three columns and a filter's value, of 32 registers. */
enum { LOSSI_VECTOR = 16, LOSSI_ROWS = 8, LOSSI_COLUMNS = 3 };

typedef __m512 vector;
typedef __mmask16 mask;

static inline vector zeros(void)
{
    return _mm512_setzero_ps();
}

static inline vector load(const float *at)
{
    return _mm512_loadu_ps(at);
}

static inline void store(float *at, vector value)
{
    _mm512_storeu_ps(at, value);
}

static inline vector all(const float *at)
{
    return _mm512_set1_ps(*at);
}

static inline vector plus(vector a, vector b)
{
    return _mm512_add_ps(a, b);
}

static inline vector minus(vector a, vector b)
{
    return _mm512_sub_ps(a, b);
}

static inline vector plus_product(vector a, vector b, vector c)
{
    return _mm512_fmadd_ps(a, b, c);
}

static inline vector times(float factor, vector a)
{
    return _mm512_mul_ps(_mm512_set1_ps(factor), a);
}

static inline vector plus_times(float factor, vector a, vector b)
{
    return _mm512_fmadd_ps(_mm512_set1_ps(factor), a, b);
}

static inline vector kept(vector a)
{
    __asm__("" : "+v"(a));
    return a;
}

/* The instructions give their second argument when one of them is NaN. */
static inline vector larger(vector a, vector b)
{
    return _mm512_max_ps(a, b);
}

static inline vector smaller(vector a, vector b)
{
    return _mm512_min_ps(a, b);
}

static inline vector positive(vector a)
{
    return larger(zeros(), a);
}

/* Lanes 8 .. 15. */
static inline __m256 upper(vector a)
{
    return _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(a), 1));
}

static inline float sum_of_lanes(vector a)
{
    __m256 eight = _mm256_add_ps(_mm512_castps512_ps256(a), upper(a));
    __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

static inline void add_three_sums(float *at, vector a, vector b, vector c)
{
    add_sums_of_eight(at, _mm256_add_ps(_mm512_castps512_ps256(a), upper(a)),
                      _mm256_add_ps(_mm512_castps512_ps256(b), upper(b)),
                      _mm256_add_ps(_mm512_castps512_ps256(c), upper(c)));
}

/* ---- Masks ---------------------------------------------------------------------------------- */

static inline mask first_lanes(size_t n)
{
    return (mask)(n < LOSSI_VECTOR ? (1u << n) - 1 : 0xffffu);
}

static inline mask greater(vector a, vector b)
{
    return _mm512_cmp_ps_mask(a, b, _CMP_GT_OQ);
}

static inline mask equal(vector a, vector b)
{
    return _mm512_cmp_ps_mask(a, b, _CMP_EQ_OQ);
}

static inline mask is_nan(vector a)
{
    return _mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q);
}

static inline mask either(mask a, mask b)
{
    return (mask)(a | b);
}

static inline vector where(mask m, vector a)
{
    return _mm512_maskz_mov_ps(m, a);
}

static inline vector unless(mask m, vector a)
{
    return _mm512_maskz_mov_ps((mask)~m, a);
}

static inline vector chosen(mask m, vector there, vector elsewhere)
{
    return _mm512_mask_blend_ps(m, elsewhere, there);
}

/* ---- Doubles -------------------------------------------------------------------------------- */

typedef struct doubles {
    __m512d low, high; /* lanes 0 .. 7 and 8 .. 15 */
} doubles;

static inline doubles widen(vector a)
{
    return (doubles){_mm512_cvtps_pd(_mm512_castps512_ps256(a)), _mm512_cvtps_pd(upper(a))};
}

static inline doubles no_doubles(void)
{
    return (doubles){_mm512_setzero_pd(), _mm512_setzero_pd()};
}

static inline doubles all_doubles(double value)
{
    return (doubles){_mm512_set1_pd(value), _mm512_set1_pd(value)};
}

static inline doubles added(doubles a, doubles b)
{
    return (doubles){_mm512_add_pd(a.low, b.low), _mm512_add_pd(a.high, b.high)};
}

static inline doubles added_product(doubles a, doubles b, doubles c)
{
    return (doubles){_mm512_fmadd_pd(a.low, b.low, c.low), _mm512_fmadd_pd(a.high, b.high, c.high)};
}

static inline void store_doubles(double *at, doubles value)
{
    _mm512_storeu_pd(at, value.low);
    _mm512_storeu_pd(at + 8, value.high);
}

#endif
