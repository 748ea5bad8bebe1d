/* Short names for what the kernels do with vectors of eight floats. */
#ifndef LOSSI_AVX2_VECTOR_H
#define LOSSI_AVX2_VECTOR_H

#include <immintrin.h>

typedef __m256 vector;

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

/* Brings a line of memory near, also from beyond the end of an array. */
static inline void prefetch(const float *at)
{
    __builtin_prefetch(at);
}

/* The same for a line that will be written. */
static inline void prefetch_to_write(const float *at)
{
    __builtin_prefetch(at, 1);
}

/* Eight times the same. */
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

/* a b + c, rounded once */
static inline vector plus_product(vector a, vector b, vector c)
{
    return _mm256_fmadd_ps(a, b, c);
}

static inline vector times(float factor, vector a)
{
    return _mm256_mul_ps(_mm256_set1_ps(factor), a);
}

/* factor a + b */
static inline vector plus_times(float factor, vector a, vector b)
{
    return _mm256_fmadd_ps(_mm256_set1_ps(factor), a, b);
}

/* The same, in a register: keeps the compiler from loading a vector anew for each product it is in. */
static inline vector kept(vector a)
{
    __asm__("" : "+x"(a));
    return a;
}

/* ReLU. NaN stays NaN: max gives its second argument when one of them is. */
static inline vector positive(vector a)
{
    return _mm256_max_ps(zeros(), a);
}

#endif
