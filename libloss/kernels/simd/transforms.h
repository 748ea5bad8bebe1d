/* What Winograd's transforms of both sizes share. Each is a transform in one direction, applied
 * to columns, then to rows (Lavin & Gray 2016, section 4: u = G g G', v = B' d B, y = A' m A).
 * Rows of a result that share terms are made together and finished before the next: that reads
 * the input more than once, but keeps everything else in registers. */
#ifndef LOSSI_SIMD_TRANSFORMS_H
#define LOSSI_SIMD_TRANSFORMS_H

#include <string.h>

#include "kernels/simd/gemm.h"
#include "kernels/simd/simd.h"
#include "kernels/simd/vector.h"

/* The same value of LOSSI_ROWS filters. In double: the transforms' factors are not exact in
 * float, and an error that all filters share adds up from layer to layer. */
typedef float float_values __attribute__((vector_size(LOSSI_ROWS * sizeof(float))));
typedef double values __attribute__((vector_size(LOSSI_ROWS * sizeof(double))));

ALWAYS_INLINE void load_values(const float *at, values *v)
{
    float_values narrow;
    memcpy(&narrow, at, sizeof narrow);
    *v = __builtin_convertvector(narrow, values);
}

ALWAYS_INLINE void store_values(float *at, const values *v)
{
    float_values narrow = __builtin_convertvector(*v, float_values);
    memcpy(at, &narrow, sizeof narrow);
}

/* The same address, about which the compiler knows nothing: else it works out all addresses of a
 * tile beforehand, for which there are too few registers. */
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

/* in * in times of LOSSI_ROWS filters, `stride` floats apart: `direction` takes three taps to
 * `in` values. */
#define TRANSFORM_FILTERS(in, direction, w, u, stride)                                             \
    do {                                                                                           \
        values columns[3][in], taps[3], row[in];                                                   \
        for (int c = 0; c < 3; c++) {                                                              \
            for (int r = 0; r < 3; r++)                                                            \
                load_values((w) + (3 * r + c) * LOSSI_ROWS, &taps[r]);                             \
            direction(taps, columns[c]);                                                           \
        }                                                                                          \
        for (int r = 0; r < (in); r++) {                                                           \
            for (int c = 0; c < 3; c++)                                                            \
                taps[c] = columns[c][r];                                                           \
            direction(taps, row);                                                                  \
            for (int c = 0; c < (in); c++, (u) += (stride))                                        \
                store_values(u, &row[c]);                                                          \
        }                                                                                          \
    } while (0)

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

/* Calls `function`(..., first, end) with the columns that are there, first .. end - 1 of `side`,
 * as constants. */
#define FOR_COLUMNS(tile, side, function, ...)                                                     \
    (!(tile)->lacks_left ? (!(tile)->lacks_right ? function(__VA_ARGS__, 0, side)                  \
                                                 : function(__VA_ARGS__, 0, (side)-1))             \
                         : (!(tile)->lacks_right ? function(__VA_ARGS__, 1, side)                  \
                                                 : function(__VA_ARGS__, 1, (side)-1)))

/* An output tile on its way to memory. The ending's parts are kept here, or the compiler would
 * read them anew after each store. */
typedef struct goal {
    vector bias;
    const float *residual;      /* NULL: none */
    const lossi_bounds *bounds; /* NULL: none */
    float *y;
    size_t step, pitch;
} goal;

ALWAYS_INLINE goal goal_of(const lossi_ending *ending, float *y, size_t step, size_t pitch)
{
    return (goal){ending->bias ? all(ending->bias) : zeros(),
                  ending->residual,
                  ending->bounds,
                  y,
                  step,
                  pitch};
}

/* The first n pixels of a row. */
ALWAYS_INLINE void put_row(const goal *g, int row, int n, const vector *pixels)
{
    float *y = hidden(g->y + (size_t)row * g->pitch);
    const float *residual = g->residual ? hidden_const(g->residual + (size_t)row * g->pitch) : NULL;
    for (int c = 0; c < n; c++) {
        vector value = plus(pixels[c], g->bias);
        if (residual)
            value = plus(value, load(residual + (size_t)c * g->step));
        store(y + (size_t)c * g->step, g->bounds ? within(g->bounds, value) : value);
    }
}

#endif
