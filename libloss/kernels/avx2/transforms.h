/* What Winograd's transforms of both sizes share. Each is a transform in one direction, applied to columns, then to rows (Lavin & Gray 2016,
 * section 4: u = G g G', v = B' d B, y = A' m A). Rows of a result that share terms are made together and finished before the next: that
 * reads the input more than once, but keeps everything else in registers. */
#ifndef LOSSI_AVX2_TRANSFORMS_H
#define LOSSI_AVX2_TRANSFORMS_H

#include "kernels/avx2/avx2.h"
#include "kernels/avx2/vector.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* The same value of four filters. */
typedef __m128 four;

ALWAYS_INLINE four load_four(const float *at)
{
    return _mm_loadu_ps(at);
}

ALWAYS_INLINE void store_four(float *at, four value)
{
    _mm_storeu_ps(at, value);
}

ALWAYS_INLINE four sum(four a, four b)
{
    return _mm_add_ps(a, b);
}

ALWAYS_INLINE four difference(four a, four b)
{
    return _mm_sub_ps(a, b);
}

ALWAYS_INLINE four scaled(float factor, four a)
{
    return _mm_mul_ps(_mm_set1_ps(factor), a);
}

/* The same address, about which the compiler knows nothing: else it works out all addresses of a tile beforehand, for which there are too
 * few registers. */
ALWAYS_INLINE float *hidden(float *at)
{
    __asm__("" : "+r"(at));
    return at;
}

ALWAYS_INLINE const float *hidden_const(const float *at)
{
    __asm__("" : "+r"(at));
    return at;
}

/* Where the rows of an input tile of `side` begin; a row of zeros for those that are not there. */
ALWAYS_INLINE void find_rows(const float *x, const lossi_tile *tile, int side, const float **rows)
{
    static const float zero_row[6 * LOSSI_MOST_LANES];
    for (int r = 0; r < side; r++)
        rows[r] = x + (size_t)r * tile->pitch;
    if (tile->lacks_top)
        rows[0] = zero_row;
    if (tile->lacks_bottom)
        rows[side - 1] = zero_row;
}

/* Calls `function`(..., first, end) with the columns that are there, first .. end - 1 of `side`, as constants. */
#define FOR_COLUMNS(tile, side, function, ...)                                             \
    (!(tile)->lacks_left ? (!(tile)->lacks_right ? function(__VA_ARGS__, 0, side)          \
                                                 : function(__VA_ARGS__, 0, (side) - 1))   \
                         : (!(tile)->lacks_right ? function(__VA_ARGS__, 1, side)          \
                                                 : function(__VA_ARGS__, 1, (side) - 1)))

/* An output tile on its way to memory. */
typedef struct goal {
    const lossi_ending *ending;
    vector bias;
    float *y;
    size_t step, pitch;
} goal;

ALWAYS_INLINE goal goal_of(const lossi_ending *ending, float *y, size_t step, size_t pitch)
{
    return (goal){ending, ending->bias ? all(ending->bias) : zeros(), y, step, pitch};
}

/* The first n pixels of a row. */
ALWAYS_INLINE void put_row(const goal *g, int row, int n, const vector *pixels)
{
    float *y = hidden(g->y + (size_t)row * g->pitch);
    const float *residual = g->ending->residual ? hidden_const(g->ending->residual + (size_t)row * g->pitch) : NULL;
    for (int c = 0; c < n; c++) {
        vector value = plus(pixels[c], g->bias);
        if (residual)
            value = plus(value, load(residual + (size_t)c * g->step));
        store(y + (size_t)c * g->step, g->ending->relu ? positive(value) : value);
    }
}

#endif
