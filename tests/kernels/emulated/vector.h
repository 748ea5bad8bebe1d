/* The sixteen lanes of AVX-512 as two vectors of AVX2, so that kernels for vectors of sixteen
 * are tested where there is no AVX-512. Slow: its sums do not fit the registers. What each
 * function does: kernels/simd/vector.h. */
#ifndef LOSSI_EMULATED_VECTOR_H
#define LOSSI_EMULATED_VECTOR_H

#include <immintrin.h>
#include <stddef.h>

#include "kernels/simd/x86.h"

/* As in kernels/avx512/vector.h. */
enum { LOSSI_VECTOR = 16, LOSSI_ROWS = 8, LOSSI_COLUMNS = 3 };

typedef struct vector {
    __m256 low, high; /* lanes 0 .. 7 and 8 .. 15 */
} vector;
typedef unsigned mask; /* bit i: lane i */

static inline vector zeros(void)
{
    return (vector){_mm256_setzero_ps(), _mm256_setzero_ps()};
}

static inline vector load(const float *at)
{
    return (vector){_mm256_loadu_ps(at), _mm256_loadu_ps(at + 8)};
}

static inline void store(float *at, vector value)
{
    _mm256_storeu_ps(at, value.low);
    _mm256_storeu_ps(at + 8, value.high);
}

static inline vector all(const float *at)
{
    return (vector){_mm256_broadcast_ss(at), _mm256_broadcast_ss(at)};
}

static inline vector plus(vector a, vector b)
{
    return (vector){_mm256_add_ps(a.low, b.low), _mm256_add_ps(a.high, b.high)};
}

static inline vector minus(vector a, vector b)
{
    return (vector){_mm256_sub_ps(a.low, b.low), _mm256_sub_ps(a.high, b.high)};
}

static inline vector plus_product(vector a, vector b, vector c)
{
    return (vector){_mm256_fmadd_ps(a.low, b.low, c.low), _mm256_fmadd_ps(a.high, b.high, c.high)};
}

static inline vector times(float factor, vector a)
{
    __m256 by = _mm256_set1_ps(factor);
    return (vector){_mm256_mul_ps(by, a.low), _mm256_mul_ps(by, a.high)};
}

static inline vector plus_times(float factor, vector a, vector b)
{
    return plus_product(all(&factor), a, b);
}

static inline vector kept(vector a)
{
    return a;
}

static inline vector larger(vector a, vector b)
{
    return (vector){_mm256_max_ps(a.low, b.low), _mm256_max_ps(a.high, b.high)};
}

static inline vector smaller(vector a, vector b)
{
    return (vector){_mm256_min_ps(a.low, b.low), _mm256_min_ps(a.high, b.high)};
}

static inline vector positive(vector a)
{
    return larger(zeros(), a);
}

static inline float sum_of_lanes(vector a)
{
    __m256 eight = _mm256_add_ps(a.low, a.high);
    __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

static inline void add_three_sums(float *at, vector a, vector b, vector c)
{
    add_sums_of_eight(at, _mm256_add_ps(a.low, a.high), _mm256_add_ps(b.low, b.high),
                      _mm256_add_ps(c.low, c.high));
}

/* ---- Masks ---------------------------------------------------------------------------------- */

static inline mask first_lanes(size_t n)
{
    return n < LOSSI_VECTOR ? (1u << n) - 1 : 0xffffu;
}

static inline mask bits_of(__m256 low, __m256 high)
{
    return (unsigned)_mm256_movemask_ps(low) | (unsigned)_mm256_movemask_ps(high) << 8;
}

static inline mask greater(vector a, vector b)
{
    return bits_of(_mm256_cmp_ps(a.low, b.low, _CMP_GT_OQ),
                   _mm256_cmp_ps(a.high, b.high, _CMP_GT_OQ));
}

static inline mask equal(vector a, vector b)
{
    return bits_of(_mm256_cmp_ps(a.low, b.low, _CMP_EQ_OQ),
                   _mm256_cmp_ps(a.high, b.high, _CMP_EQ_OQ));
}

static inline mask is_nan(vector a)
{
    return bits_of(_mm256_cmp_ps(a.low, a.low, _CMP_UNORD_Q),
                   _mm256_cmp_ps(a.high, a.high, _CMP_UNORD_Q));
}

static inline mask either(mask a, mask b)
{
    return a | b;
}

static inline vector chosen(mask m, vector there, vector elsewhere)
{
    float yes[LOSSI_VECTOR], no[LOSSI_VECTOR];
    store(yes, there);
    store(no, elsewhere);
    for (size_t i = 0; i < LOSSI_VECTOR; i++)
        if (m >> i & 1)
            no[i] = yes[i];
    return load(no);
}

static inline vector where(mask m, vector a)
{
    return chosen(m, a, zeros());
}

static inline vector unless(mask m, vector a)
{
    return chosen(m, zeros(), a);
}

/* ---- Doubles -------------------------------------------------------------------------------- */

typedef struct doubles {
    double lane[LOSSI_VECTOR];
} doubles;

static inline doubles widen(vector a)
{
    float lanes[LOSSI_VECTOR];
    doubles wide;
    store(lanes, a);
    for (size_t i = 0; i < LOSSI_VECTOR; i++)
        wide.lane[i] = (double)lanes[i];
    return wide;
}

static inline doubles all_doubles(double value)
{
    doubles same;
    for (size_t i = 0; i < LOSSI_VECTOR; i++)
        same.lane[i] = value;
    return same;
}

static inline doubles no_doubles(void)
{
    return all_doubles(0);
}

static inline doubles added(doubles a, doubles b)
{
    for (size_t i = 0; i < LOSSI_VECTOR; i++)
        a.lane[i] += b.lane[i];
    return a;
}

static inline doubles added_product(doubles a, doubles b, doubles c)
{
    for (size_t i = 0; i < LOSSI_VECTOR; i++)
        c.lane[i] = __builtin_fma(a.lane[i], b.lane[i], c.lane[i]);
    return c;
}

static inline void store_doubles(double *at, doubles value)
{
    for (size_t i = 0; i < LOSSI_VECTOR; i++)
        at[i] = value.lane[i];
}

#endif
