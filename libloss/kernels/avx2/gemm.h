/* c = a b + before, then perhaps an epilogue: what all convolutions come down to. A column is a vector of eight images.
 *   a  [m / 4][k][4]: filters, four rows at a time, the last block filled up with zeros
 *   b  panels of up to three columns one after the other, [k][width][8] each and `b_pad` floats between two; widths as
 *      lossi_panel_width() gives them
 *   c  [m][columns][8], rows `c_row` floats apart
 * Columns do not depend on each other: how they are cut into panels and calls changes no bit. */
#ifndef LOSSI_AVX2_GEMM_H
#define LOSSI_AVX2_GEMM_H

#include "kernels/kernels.h"

enum { LOSSI_ROWS = 4, LOSSI_COLUMNS = 3 };

typedef struct lossi_gemm {
    size_t m, n, k;          /* rows, columns, terms of each sum */
    const float *a;
    size_t a_block;          /* floats from four rows of a to the next four */
    const float *b;
    size_t b_pad;
    float *c;
    size_t c_row;
    const float *before;     /* laid out as c, may be c; NULL: zeros */
    const float *bias;       /* [m]; NULL: none */
    bool relu;
} lossi_gemm;

void lossk_gemm_avx2(const lossi_gemm *g);

/** Columns of the next panel when `left` are left: threes, but twos rather than a three and a one. */
static inline size_t lossi_panel_width(size_t left)
{
    return left == 4 ? 2 : left < LOSSI_COLUMNS ? left : LOSSI_COLUMNS;
}

static inline size_t lossi_round_rows(size_t channels)
{
    return (channels + LOSSI_ROWS - 1) / LOSSI_ROWS * LOSSI_ROWS;
}

#endif
