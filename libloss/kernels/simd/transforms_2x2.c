/* F(2x2, 3x3): interpolation at 0, 1, -1 and infinity. */
#include "kernels/simd/transforms.h"

enum { IN = 4, OUT = 2 };

/* ---- Filters -------------------------------------------------------------------------------- */

ALWAYS_INLINE void filter_direction(const values g[3], values u[IN])
{
    values outer = 0.5 * (g[0] + g[2]), middle = 0.5 * g[1];
    u[0] = g[0];
    u[1] = outer + middle;
    u[2] = outer - middle;
    u[3] = g[2];
}

static void filter(const float *w, float *u, size_t stride)
{
    TRANSFORM_FILTERS(IN, filter_direction, w, u, stride);
}

/* ---- Input ---------------------------------------------------------------------------------- */

/* The difference or sum of two rows, transformed along the row. */
ALWAYS_INLINE void put_input_row(const float *a, const float *b, bool is_sum, size_t step, float *v,
                                 size_t stride, int first, int end)
{
    vector d[IN];
#pragma GCC unroll 4
    for (int c = 0; c < IN; c++) {
        vector left = c < first || c >= end ? zeros() : load(a + (size_t)c * step);
        vector right = c < first || c >= end ? zeros() : load(b + (size_t)c * step);
        d[c] = is_sum ? plus(left, right) : minus(left, right);
    }
    store(v, minus(d[0], d[2]));
    store(v + stride, plus(d[1], d[2]));
    store(v + 2 * stride, minus(d[2], d[1]));
    store(v + 3 * stride, minus(d[1], d[3]));
}

ALWAYS_INLINE void input_columns(const float *const rows[IN], size_t step, float *v, size_t stride,
                                 int first, int end)
{
    put_input_row(rows[0], rows[2], false, step, v, stride, first, end);
    put_input_row(rows[1], rows[2], true, step, v + IN * stride, stride, first, end);
    put_input_row(rows[2], rows[1], false, step, v + 2 * IN * stride, stride, first, end);
    put_input_row(rows[1], rows[3], false, step, v + 3 * IN * stride, stride, first, end);
}

static void input(const float *x, const lossi_tile *tile, float *v, size_t stride)
{
    const float *rows[IN];
    find_rows(x, tile, IN, rows);
    FOR_COLUMNS(tile, IN, input_columns, rows, tile->step, v, stride);
}

/* ---- Output --------------------------------------------------------------------------------- */

ALWAYS_INLINE void put_output_row(const vector m[IN], const goal *g, int row)
{
    vector y[OUT] = {plus(m[0], plus(m[1], m[2])), minus(m[1], plus(m[2], m[3]))};
    put_row(g, row, OUT, y);
}

static void output(const float *m, size_t stride, const lossi_ending *ending, float *y, size_t step,
                   size_t pitch)
{
    const goal g = goal_of(ending, y, step, pitch);
    const size_t row = IN * stride;
    vector first[IN], second[IN];
#pragma GCC unroll 4
    for (int c = 0; c < IN; c++) {
        const float *from = m + (size_t)c * stride;
        vector second_row = load(from + row), third_row = load(from + 2 * row);
        first[c] = plus(load(from), plus(second_row, third_row));
        second[c] = minus(second_row, plus(third_row, load(from + 3 * row)));
    }
    put_output_row(first, &g, 0);
    put_output_row(second, &g, 1);
}

static const lossi_sums SUMS[] = {{IN * IN, 1}, {0, 0}};

const lossi_winograd lossk_winograd_2x2 = {
    .out = OUT,
    .in = IN,
    .step = 1,
    .v_points = IN * IN,
    .m_points = IN * IN,
    .sums = SUMS,
    .filter = filter,
    .input = input,
    .output = output,
};
