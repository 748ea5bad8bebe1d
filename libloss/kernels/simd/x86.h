/* What the x86 sets share, whatever their vectors: sums of lanes, and squares of 4 x 4 floats. */
#ifndef LOSSI_SIMD_X86_H
#define LOSSI_SIMD_X86_H

#include <immintrin.h>
#include <stddef.h>

/* at [0 .. 2] += the sums of the lanes of a, b and c; at [3] += 0. */
static inline void add_sums_of_eight(float *at, __m256 a, __m256 b, __m256 c)
{
    __m256 pairs = _mm256_hadd_ps(_mm256_hadd_ps(a, b), _mm256_hadd_ps(c, _mm256_setzero_ps()));
    __m128 sums = _mm_add_ps(_mm256_castps256_ps128(pairs), _mm256_extractf128_ps(pairs, 1));
    _mm_storeu_ps(at, _mm_add_ps(_mm_loadu_ps(at), sums));
}

/* Four rows of four floats each, turned into out [4][4], whose rows lie `row` floats apart. */
static inline void transpose_four(const float *const in[4], float *out, size_t row)
{
    __m128 a = _mm_loadu_ps(in[0]), b = _mm_loadu_ps(in[1]), c = _mm_loadu_ps(in[2]),
           d = _mm_loadu_ps(in[3]);
    _MM_TRANSPOSE4_PS(a, b, c, d);
    _mm_storeu_ps(out, a);
    _mm_storeu_ps(out + row, b);
    _mm_storeu_ps(out + 2 * row, c);
    _mm_storeu_ps(out + 3 * row, d);
}

#endif
