/* Sums of lanes, of halves or wholes of the vectors of x86 sets. */
#ifndef LOSSI_SIMD_SUMS_H
#define LOSSI_SIMD_SUMS_H

#include <immintrin.h>

/* at [0 .. 2] += the sums of the lanes of a, b and c; at [3] += 0. */
static inline void add_sums_of_eight(float *at, __m256 a, __m256 b, __m256 c)
{
    __m256 pairs = _mm256_hadd_ps(_mm256_hadd_ps(a, b), _mm256_hadd_ps(c, _mm256_setzero_ps()));
    __m128 sums = _mm_add_ps(_mm256_castps256_ps128(pairs), _mm256_extractf128_ps(pairs, 1));
    _mm_storeu_ps(at, _mm_add_ps(_mm_loadu_ps(at), sums));
}

#endif
