/* c = a b + before, then perhaps an epilogue: every convolution comes down to it. A column is a
 * vector of images.
 *
 *   a  [m / LOSSI_ROWS][k][LOSSI_ROWS]: filters; zeros fill up the last block
 *   b  panels of up to LOSSI_COLUMNS columns, one after the other: [k][width][LOSSI_VECTOR] each,
 *      with `b_pad` floats between two. lossi_panel_width() gives the widths
 *   c  [m][columns][LOSSI_VECTOR], rows `c_row` floats apart
 *
 * Columns do not depend on each other: how they are cut into panels and calls changes no bit. */
#ifndef LOSSI_SIMD_GEMM_H
#define LOSSI_SIMD_GEMM_H

#include "base/base.h"
#include "kernels/kernels.h"
#include "kernels/simd/names.h"
#include "kernels/simd/vector.h"

/** Terms that are summed up before they are added to the sum of those before them: a long chain
 * of additions loses digits. Cut the same way in every set, whatever its vectors, so that a
 * convolution has the same bits in all. */
enum { LOSSI_TERMS = 64 };

_Static_assert(
    LOSSI_PACK % LOSSI_ROWS == 0 && LOSSI_ROWS % 4 == 0 && LOSSI_COLUMNS == 3,
    "pieces of filters are whole blocks, blocks whole quads; panels have 1 .. 3 columns");

/** Rows in memory, `pitch` floats apart. */
typedef struct lossi_rows {
    const float *at;
    size_t n, pitch; /* n is 0 where there are none */
} lossi_rows;

typedef struct lossi_gemm {
    size_t m, n, k; /* rows, columns, terms of each sum */
    const float *a;
    size_t a_block; /* floats from a block of rows of a to the next */
    const float *b;
    size_t b_pad;
    float *c;
    size_t c_row;
    const size_t *places;       /* of the columns in a row of c; NULL: side by side */
    const float *before;        /* laid out as c, may be c; NULL: zeros */
    const float *bias;          /* [m]; NULL: none */
    const lossi_bounds *bounds; /* NULL: none */
    lossi_rows next; /* input that the next product packs, n columns wide: prefetched during this
                        one */
} lossi_gemm;

void lossk_gemm(const lossi_gemm *g);

/** Products of few columns, each the sum over `terms` of a b. For sum number i and term t, with
 * j = i * terms + t:
 *
 *   a  [m / LOSSI_ROWS][k][LOSSI_ROWS], one product after the other; m is a multiple of LOSSI_ROWS
 *   b  row r: [n][LOSSI_VECTOR] at b + r * b_row + j * n * LOSSI_VECTOR
 *   c  row r: [n][LOSSI_VECTOR] at c + r * c_row + i * n * LOSSI_VECTOR
 *
 * k is at most LOSSI_TERMS. */
typedef struct lossi_panels {
    size_t count, terms, m, n, k; /* n is at most LOSSI_COLUMNS */
    const float *a, *b;
    size_t b_row;
    float *c;
    size_t c_row;
} lossi_panels;

void lossk_gemm_panels(const lossi_panels *p);

/** Columns of the next panel when `left` are left: threes, but twos rather than a three and a
 * one. */
static inline size_t lossi_panel_width(size_t left)
{
    return left == 4 ? 2 : left < LOSSI_COLUMNS ? left : LOSSI_COLUMNS;
}

static inline size_t lossi_round_rows(size_t channels)
{
    return (channels + LOSSI_ROWS - 1) / LOSSI_ROWS * LOSSI_ROWS;
}

#endif
