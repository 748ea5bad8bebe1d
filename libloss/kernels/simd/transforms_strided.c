/* 3 x 3 filters of stride 2, output tiles of 2 x 2 (Yepez & Ko 2020, "Stride 2 1-D, 2-D, and 3-D
 * Winograd for convolutional neural networks"). In one direction two outputs
 *
 *   y0 = g0 x0 + g1 x1 + g2 x2 = A + B,   A = g0 (x0 - x2) + g1 x1,   B = (g0 + g2) x2,
 *   y1 = g0 x2 + g1 x3 + g2 x4 = C + B,   C = g2 (x4 - x2) + g1 x3
 *
 * take five products instead of six, in both directions 25 instead of 36. Of the nine sums in two
 * directions, those of A and C have two terms a direction: the 25 values of a transform are
 * ordered by the sums they go to. */
#include "kernels/simd/transforms.h"

enum { IN = 5, OUT = 2, SIDES = 3, POINTS = IN * IN };

/* Values in one direction: of A, of A, of B, of C, of C. Where those in two directions go: sums
 * of four terms first. */
static const unsigned char ORDER[IN][IN] = {
    {0, 1, 16, 4, 5},   {2, 3, 17, 6, 7},     {20, 21, 24, 22, 23},
    {8, 9, 18, 12, 13}, {10, 11, 19, 14, 15},
};
/* The nine sums in that order; the one of rows A, columns C is AC. */
enum { AA, AC, CA, CC, AB, CB, BA, BC, BB };

static const lossi_sums SUMS[] = {{4, 4}, {4, 2}, {1, 1}, {0, 0}};

/* ---- Filters -------------------------------------------------------------------------------- */

ALWAYS_INLINE void filter_direction(const values g[3], values u[IN])
{
    u[0] = g[0];
    u[1] = g[1];
    u[2] = g[0] + g[2];
    u[3] = g[2];
    u[4] = g[1];
}

static void filter(const float *w, float *u, size_t stride)
{
    float made[POINTS * LOSSI_ROWS], *at = made;
    TRANSFORM_FILTERS(IN, filter_direction, w, at, LOSSI_ROWS);
    for (size_t i = 0; i < POINTS; i++)
        memcpy(u + ORDER[i / IN][i % IN] * stride, made + i * LOSSI_ROWS, LOSSI_ROWS * sizeof *u);
}

/* ---- Input ---------------------------------------------------------------------------------- */

/* A row of columns' transforms, transformed along the row. */
ALWAYS_INLINE void put_input_row(const vector d[IN], const int row, float *v, size_t stride)
{
    const vector out[IN] = {minus(d[0], d[2]), d[1], d[2], minus(d[4], d[2]), d[3]};
    for (int c = 0; c < IN; c++)
        store(v + ORDER[row][c] * stride, out[c]);
}

ALWAYS_INLINE void input_columns(const float *const rows[IN], size_t step, float *v, size_t stride,
                                 int first, int end)
{
    /* The rows that a row of the transform takes: a difference, or one as it is. */
    static const int ROW[IN] = {0, 1, 2, 4, 3}, MINUS[IN] = {2, -1, -1, 2, -1};
#pragma GCC unroll 5
    for (int r = 0; r < IN; r++) {
        vector d[IN];
        const float *row = hidden_const(rows[ROW[r]]),
                    *other = MINUS[r] < 0 ? NULL : hidden_const(rows[MINUS[r]]);
        for (int c = 0; c < IN; c++) {
            bool is_there = c >= first && c < end;
            d[c] = is_there ? load(row + (size_t)c * step) : zeros();
            if (is_there && other)
                d[c] = minus(d[c], load(other + (size_t)c * step));
        }
        put_input_row(d, r, v, stride);
    }
}

static void input(const float *x, const lossi_tile *tile, float *v, size_t stride)
{
    const float *rows[IN];
    find_rows(x, tile, IN, rows);
    FOR_COLUMNS(tile, IN, input_columns, rows, tile->step, v, stride);
}

/* ---- Output --------------------------------------------------------------------------------- */

static void output(const float *m, size_t stride, const lossi_ending *ending, float *y, size_t step,
                   size_t pitch)
{
    const goal g = goal_of(ending, y, step, pitch);
    vector b[SIDES] = {load(m + BA * stride), load(m + BB * stride), load(m + BC * stride)};
    vector top[SIDES] = {plus(load(m + AA * stride), b[0]), plus(load(m + AB * stride), b[1]),
                         plus(load(m + AC * stride), b[2])};
    vector bottom[SIDES] = {plus(load(m + CA * stride), b[0]), plus(load(m + CB * stride), b[1]),
                            plus(load(m + CC * stride), b[2])};
    const vector first[OUT] = {plus(top[0], top[1]), plus(top[2], top[1])};
    const vector second[OUT] = {plus(bottom[0], bottom[1]), plus(bottom[2], bottom[1])};
    put_row(&g, 0, OUT, first);
    put_row(&g, 1, OUT, second);
}

const lossi_winograd lossk_winograd_strided = {
    .out = OUT,
    .in = IN,
    .step = 2,
    .v_points = POINTS,
    .m_points = SIDES * SIDES,
    .sums = SUMS,
    .filter = filter,
    .input = input,
    .output = output,
};
