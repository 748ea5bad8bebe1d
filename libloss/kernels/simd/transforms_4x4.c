/* F(4x4, 3x3): interpolation at 0, A, -A, B, -B and infinity. The usual 1 and 2 round twice as
 * badly (measured on normal numbers); see Barabasz et al. 2020, "Error analysis and improving
 * the accuracy of Winograd convolution". Filters are transformed in double: their factors, such as
 * 1 / (A A B B), are not exact in float, and that error is the same for all filters. */
#include "kernels/simd/transforms.h"

#define A 0.75f
#define B 1.5f

enum { IN = 6, OUT = 4 };

/* ---- Filters -------------------------------------------------------------------------------- */

ALWAYS_INLINE void filter_direction(const values g[3], values u[IN])
{
    const double by_a = 1 / (2.0 * A * A * (A * A - B * B)),
                 by_b = 1 / (2.0 * B * B * (B * B - A * A));
    values even_a = by_a * (g[0] + A * A * g[2]), odd_a = by_a * A * g[1];
    values even_b = by_b * (g[0] + B * B * g[2]), odd_b = by_b * B * g[1];
    u[0] = 1 / (1.0 * A * A * B * B) * g[0];
    u[1] = even_a + odd_a;
    u[2] = even_a - odd_a;
    u[3] = even_b + odd_b;
    u[4] = even_b - odd_b;
    u[5] = g[2];
}

static void filter(const float *w, float *u, size_t stride)
{
    TRANSFORM_FILTERS(IN, filter_direction, w, u, stride);
}

/* ---- Input ---------------------------------------------------------------------------------- */

/* The outer values of a direction: number 0 of d[0], d[2], d[4], number 5 of d[1], d[3], d[5]. */
ALWAYS_INLINE vector outer(vector first, vector second, vector third)
{
    return plus_times(A * A * B * B, first, plus_times(-(A * A + B * B), second, third));
}

/* A row of columns' transforms, transformed along the row. A and B = 2 A are multiplied in once,
 * so that the rest are sums: processors have units for those beside the ones for products. */
ALWAYS_INLINE void put_input_row(const vector d[IN], float *v, size_t stride)
{
    vector third = times(A, d[3]);
    vector even_a = plus_times(-B * B, d[2], d[4]), odd_a = plus_times(-A * B * B, d[1], third);
    vector even_b = plus_times(-A * A, d[2], d[4]),
           odd_b = plus_times(-B * A * A, d[1], plus(third, third));
    v = hidden(v);
    store(v, outer(d[0], d[2], d[4]));
    store(v + stride, plus(even_a, odd_a));
    store(v + 2 * stride, minus(even_a, odd_a));
    store(v + 3 * stride, plus(even_b, odd_b));
    store(v + 4 * stride, minus(even_b, odd_b));
    store(v + 5 * stride, outer(d[1], d[3], d[5]));
}

/* Rows 1 and 2 (point A, other B) or 3 and 4 (point B, other A). */
ALWAYS_INLINE void put_input_pair(const float *const rows[IN], size_t step, float *v, size_t stride,
                                  float point, float other, int first, int end)
{
    vector positive_point[IN], negative_point[IN];
    const float *row_1 = hidden_const(rows[1]), *row_2 = hidden_const(rows[2]),
                *row_3 = hidden_const(rows[3]), *row_4 = hidden_const(rows[4]);
#pragma GCC unroll 6
    for (int c = 0; c < IN; c++) {
        if (c < first || c >= end) {
            positive_point[c] = negative_point[c] = zeros();
            continue;
        }
        size_t at = (size_t)c * step;
        vector even = plus_times(-other * other, load(row_2 + at), load(row_4 + at));
        vector odd = plus_times(-other * other, load(row_1 + at), load(row_3 + at));
        positive_point[c] = plus_times(point, odd, even);
        negative_point[c] = plus_times(-point, odd, even);
    }
    put_input_row(positive_point, v, stride);
    put_input_row(negative_point, v + IN * stride, stride);
}

ALWAYS_INLINE void put_outer_row(const float *first_row, const float *second_row,
                                 const float *third_row, size_t step, float *v, size_t stride,
                                 int first, int end)
{
    vector d[IN];
    first_row = hidden_const(first_row), second_row = hidden_const(second_row),
    third_row = hidden_const(third_row);
#pragma GCC unroll 6
    for (int c = 0; c < IN; c++) {
        size_t at = (size_t)c * step;
        d[c] = c < first || c >= end
                   ? zeros()
                   : outer(load(first_row + at), load(second_row + at), load(third_row + at));
    }
    put_input_row(d, v, stride);
}

ALWAYS_INLINE void input_columns(const float *const rows[IN], size_t step, float *v, size_t stride,
                                 int first, int end)
{
    put_outer_row(rows[0], rows[2], rows[4], step, v, stride, first, end);
    put_input_pair(rows, step, v + IN * stride, stride, A, B, first, end);
    put_input_pair(rows, step, v + 3 * IN * stride, stride, B, A, first, end);
    put_outer_row(rows[1], rows[3], rows[5], step, v + 5 * IN * stride, stride, first, end);
}

static void input(const float *x, const lossi_tile *tile, float *v, size_t stride)
{
    const float *rows[IN];
    find_rows(x, tile, IN, rows);
    if (tile->step == LOSSI_VECTOR) /* most often, and then addresses are constants */
        FOR_COLUMNS(tile, IN, input_columns, rows, LOSSI_VECTOR, v, stride);
    else
        FOR_COLUMNS(tile, IN, input_columns, rows, tile->step, v, stride);
}

/* ---- Output --------------------------------------------------------------------------------- */

/* A row of columns' transforms, transformed along the row. */
ALWAYS_INLINE void put_output_row(const vector m[IN], const goal *g, int row)
{
    vector even_a = plus(m[1], m[2]), odd_a = minus(m[1], m[2]), even_b = plus(m[3], m[4]),
           odd_b = minus(m[3], m[4]);
    vector y[OUT] = {plus(m[0], plus(even_a, even_b)), plus_times(A, odd_a, times(B, odd_b)),
                     plus_times(A * A, even_a, times(B * B, even_b)),
                     plus_times(A * A * A, odd_a, plus_times(B * B * B, odd_b, m[5]))};
    put_row(g, row, OUT, y);
}

static void output(const float *m, size_t stride, const lossi_ending *ending, float *y, size_t step,
                   size_t pitch)
{
    const goal g = goal_of(ending, y, step, pitch);
    const size_t row = IN * stride;
    vector first[IN], second[IN];
#pragma GCC unroll 6
    for (int c = 0; c < IN; c++) {
        const float *from = hidden_const(m + (size_t)c * stride);
        vector even_a = plus(load(from + row), load(from + 2 * row)),
               even_b = plus(load(from + 3 * row), load(from + 4 * row));
        first[c] = plus(load(from), plus(even_a, even_b));
        second[c] = plus_times(A * A, even_a, times(B * B, even_b));
    }
    put_output_row(first, &g, 0);
    put_output_row(second, &g, 2);
#pragma GCC unroll 6
    for (int c = 0; c < IN; c++) {
        const float *from = hidden_const(m + (size_t)c * stride);
        vector odd_a = minus(load(from + row), load(from + 2 * row)),
               odd_b = minus(load(from + 3 * row), load(from + 4 * row));
        first[c] = plus_times(A, odd_a, times(B, odd_b));
        second[c] =
            plus_times(A * A * A, odd_a, plus_times(B * B * B, odd_b, load(from + 5 * row)));
    }
    put_output_row(first, &g, 1);
    put_output_row(second, &g, 3);
}

/* ---- Gradients ------------------------------------------------------------------------------ */

/* Four values of an output's gradient in one direction. */
ALWAYS_INLINE void output_gradient_direction(const vector y[OUT], vector m[IN])
{
    vector even_a = plus_times(A * A, y[2], y[0]), odd_a = times(A, plus_times(A * A, y[3], y[1]));
    vector even_b = plus_times(B * B, y[2], y[0]), odd_b = times(B, plus_times(B * B, y[3], y[1]));
    m[0] = y[0];
    m[1] = plus(even_a, odd_a);
    m[2] = minus(even_a, odd_a);
    m[3] = plus(even_b, odd_b);
    m[4] = minus(even_b, odd_b);
    m[5] = y[3];
}

static void output_gradient(const float *dy, size_t step, size_t pitch, float *m, size_t stride)
{
    vector columns[OUT][IN], in[OUT], out[IN];
    for (int c = 0; c < OUT; c++) {
        for (int r = 0; r < OUT; r++)
            in[r] = load(dy + (size_t)r * pitch + (size_t)c * step);
        output_gradient_direction(in, columns[c]);
    }
    for (int r = 0; r < IN; r++, m += IN * stride) {
        for (int c = 0; c < OUT; c++)
            in[c] = columns[c][r];
        output_gradient_direction(in, out);
        m = hidden(m);
        for (int c = 0; c < IN; c++)
            store(m + (size_t)c * stride, out[c]);
    }
}

ALWAYS_INLINE void filter_gradient_direction(const vector u[IN], vector g[3])
{
    const float by_a = 1 / (2 * A * A * (A * A - B * B)), by_b = 1 / (2 * B * B * (B * B - A * A));
    vector even_a = times(by_a, plus(u[1], u[2])), odd_a = times(by_a, minus(u[1], u[2]));
    vector even_b = times(by_b, plus(u[3], u[4])), odd_b = times(by_b, minus(u[3], u[4]));
    g[0] = plus_times(1 / (A * A * B * B), u[0], plus(even_a, even_b));
    g[1] = plus_times(A, odd_a, times(B, odd_b));
    g[2] = plus_times(A * A, even_a, plus_times(B * B, even_b, u[5]));
}

static void filter_gradient(const float *u, size_t stride, float *dw)
{
    vector rows[IN][3], in[IN], out[3];
    for (int r = 0; r < IN; r++, u += IN * stride) {
        for (int c = 0; c < IN; c++)
            in[c] = load(u + (size_t)c * stride);
        filter_gradient_direction(in, rows[r]);
    }
    for (int c = 0; c < 3; c++) {
        for (int r = 0; r < IN; r++)
            in[r] = rows[r][c];
        filter_gradient_direction(in, out);
        for (int r = 0; r < 3; r++)
            store(dw + (3 * r + c) * LOSSI_VECTOR, out[r]);
    }
}

static const lossi_sums SUMS[] = {{IN * IN, 1}, {0, 0}};

const lossi_winograd lossk_winograd_4x4 = {
    .out = OUT,
    .in = IN,
    .step = 1,
    .v_points = IN * IN,
    .m_points = IN * IN,
    .sums = SUMS,
    .filter = filter,
    .input = input,
    .output = output,
    .output_gradient = output_gradient,
    .filter_gradient = filter_gradient,
};
