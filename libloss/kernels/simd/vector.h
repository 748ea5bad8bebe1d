/* Short names for what the kernels do with a vector, a float of each of LOSSI_VECTOR images. Each
 * set has its own vectors; its vector.h says
 *
 *   LOSSI_VECTOR                     floats of a vector
 *   LOSSI_ROWS, LOSSI_COLUMNS        sums that the GEMM keeps in registers: filters x vectors
 *   zeros, load, store               addresses need not be aligned
 *   all                              one float, in all lanes
 *   quad, load_quad, all_of          four floats side by side; one of them, in all lanes. Only with
 *                                    LOSSI_HAS_QUAD: else they stay in memory
 *   plus, minus, times               times takes a factor
 *   plus_product, plus_times         a b + c, factor a + b: rounded once
 *   kept                             the same, in a register: keeps the compiler from loading
 *                                    a vector anew for each product it is in
 *   positive                         ReLU; NaN stays NaN
 *   larger, smaller                  of two, lane by lane; the second where one of them is NaN
 *   sum_of_lanes                     in an order that is always the same
 *   add_three_sums                   adds three vectors' sums of lanes to three floats that a
 *                                    fourth follows, which stays
 *   transpose_four                   four rows of four floats, turned into columns
 *   mask, first_lanes                a bit for each lane; those of the first n
 *   greater, equal, is_nan, either   greater and equal are false for NaN
 *   where, unless                    the lanes that are in the mask, or are not; zero elsewhere
 *   chosen                           of two vectors, where the mask is and elsewhere
 *   doubles                          a vector's lanes as doubles
 *   widen, no_doubles, all_doubles, added, added_product, store_doubles */
#ifndef LOSSI_SIMD_VECTOR_H
#define LOSSI_SIMD_VECTOR_H

#include <stddef.h>

#include "kernels/kernels.h"

#define LOSSI_TEXT(text) #text
/* clang-format off */
#define LOSSI_VECTOR_OF(set) LOSSI_TEXT(kernels/set/vector.h)
/* clang-format on */
#include LOSSI_VECTOR_OF(LOSSI_SET)

#define ALWAYS_INLINE static inline __attribute__((always_inline))

#ifndef LOSSI_HAS_QUAD
typedef const float *quad;

static inline quad load_quad(const float *at)
{
    return at;
}

static inline vector all_of(quad values, int i)
{
    return all(values + i);
}
#endif

ALWAYS_INLINE vector within(const lossi_bounds *b, vector value)
{
    return smaller(all(&b->most), larger(all(&b->least), value));
}

/* Brings a line of memory near, also from beyond the end of an array. */
static inline void prefetch(const float *at)
{
    __builtin_prefetch(at);
}

/* The same into L2 only, for later. */
static inline void prefetch_to_l2(const float *at)
{
    __builtin_prefetch(at, 0, 2);
}

/* The same for a line that will be written. */
static inline void prefetch_to_write(const float *at)
{
    __builtin_prefetch(at, 1);
}

#endif
