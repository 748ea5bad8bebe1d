/* The gradient of a 3 x 3 filter: the transpose of Winograd's convolution. With v the transforms
 * of input tiles and m' those of the output's gradient, u'[o][c] = sum over tiles and images of
 * m'[o] v[c] at each of the points, and dw = the filter transform's transpose of u'. A quarter
 * of the multiplications of the direct sum. */
#include <string.h>

#include "kernels/simd/gemm.h"
#include "kernels/simd/simd.h"
#include "kernels/simd/tiles.h"
#include "kernels/simd/vector.h"

/* BLOCK: columns of a block. LEAST_COLUMNS: with fewer, adding up the sums takes longer than the
 * products. PAD: floats between rows, so that they do not share cache lines. */
enum { BLOCK = 16, LEAST_COLUMNS = 4, PAD = 16 };

typedef struct layout {
    size_t points, columns, block;
    size_t v_row, m_row;     /* floats of a point: inputs [in_c][block][LOSSI_VECTOR], gradients
                                [out_c][block][LOSSI_VECTOR] */
    size_t u_channel, u_row; /* floats of a row of u' [out_c][in_c], of a point */
} layout;

static layout layout_of(const lossi_winograd *t, const lossi_conv_shape *s)
{
    layout l = {.points = t->v_points, .columns = lossi_n_columns(t, s)};
    l.block = lossi_smaller(l.columns, BLOCK);
    l.v_row = s->in_c * l.block * LOSSI_VECTOR + PAD;
    l.m_row = lossi_round_rows(s->out_c) * l.block * LOSSI_VECTOR + PAD;
    /* Sums are stored four at a time, the last perhaps beyond the row; filters are transformed
     * back a vector at a time. */
    l.u_channel = (s->in_c + LOSSI_VECTOR - 1) / LOSSI_VECTOR * LOSSI_VECTOR;
    l.u_row = lossi_round_rows(s->out_c) * l.u_channel + PAD;
    return l;
}

bool lossk_winograd_has_weights(const lossi_winograd *t, const lossi_conv_shape *s)
{
    return t->filter_gradient && lossi_n_columns(t, s) >= LEAST_COLUMNS;
}

size_t lossk_winograd_weights_scratch(const lossi_winograd *t, const lossi_conv_shape *s)
{
    layout l = layout_of(t, s);
    return l.points * (l.v_row + l.m_row + l.u_row);
}

/* v [in_c][n][LOSSI_VECTOR] at each point. */
static void transform_inputs(const lossi_winograd *t, const lossi_conv_shape *s, const layout *l,
                             const lossi_place *places, size_t n, const float *x, float *v)
{
    float squares[BLOCK][6 * 6 * LOSSI_VECTOR];
    for (size_t j = 0; j < n; j++)
        if (places[j].is_copied)
            memset(squares[j], 0, sizeof squares[j]);
    for (size_t c = 0; c < s->in_c; c++, x += s->in_h * s->in_w * s->lanes)
        for (size_t j = 0; j < n; j++, v += LOSSI_VECTOR)
            lossi_transform_input(t, &places[j], x, squares[j], v, l->v_row);
}

/* m [out_c][n][LOSSI_VECTOR] at each point. */
static void transform_gradients(const lossi_winograd *t, const lossi_conv_shape *s, const layout *l,
                                const lossi_place *places, size_t n, const float *dy, float *m)
{
    size_t pitch = s->out_w * s->lanes;
    for (size_t o = 0; o < s->out_c; o++, dy += s->out_h * pitch)
        for (size_t j = 0; j < n; j++, m += LOSSI_VECTOR) {
            const lossi_place *p = &places[j];
            if (p->is_whole) {
                t->output_gradient(dy + p->y, s->lanes, pitch, m, l->m_row);
                continue;
            }
            float square[4 * 4 * LOSSI_VECTOR] = {0};
            for (size_t r = 0; r < lossi_smaller(t->out, s->out_h - p->row); r++)
                for (size_t c = 0; c < lossi_smaller(t->out, s->out_w - p->column); c++)
                    store(square + (r * t->out + c) * LOSSI_VECTOR,
                          load(dy + p->y + r * pitch + c * s->lanes));
            t->output_gradient(square, LOSSI_VECTOR, t->out * LOSSI_VECTOR, m, l->m_row);
        }
}

/* u[r] += for each of `width` channels the sum over n vectors and their lanes of m[r] v; width
 * is a constant where this is inlined, what lies behind in u stays. */
ALWAYS_INLINE void multiply(const int width, size_t n, const float *m, const float *v, float *u,
                            size_t u_channel)
{
    vector sum[LOSSI_ROWS][LOSSI_COLUMNS];
    const size_t step = n * LOSSI_VECTOR;
    for (int r = 0; r < LOSSI_ROWS; r++)
        for (int c = 0; c < LOSSI_COLUMNS; c++)
            sum[r][c] = zeros();
    for (size_t j = 0; j < step; j += LOSSI_VECTOR) {
        vector input[LOSSI_COLUMNS];
#pragma GCC unroll 3
        for (int c = 0; c < width; c++)
            input[c] = kept(load(v + (size_t)c * step + j));
#pragma GCC unroll 8
        for (int r = 0; r < LOSSI_ROWS; r++) {
            vector gradient = kept(load(m + (size_t)r * step + j));
#pragma GCC unroll 3
            for (int c = 0; c < width; c++)
                sum[r][c] = plus_product(gradient, input[c], sum[r][c]);
        }
    }
#pragma GCC unroll 8
    for (int r = 0; r < LOSSI_ROWS; r++)
        add_three_sums(u + (size_t)r * u_channel, sum[r][0], sum[r][1], sum[r][2]);
}

/* u [out_c][in_c] += m v' at one point. */
static void multiply_point(const lossi_conv_shape *s, const layout *l, size_t n, const float *m,
                           const float *v, float *u)
{
    for (size_t o = 0; o < s->out_c; o += LOSSI_ROWS)
        for (size_t c = 0, width; c < s->in_c; c += width) {
            const float *gradients = m + o * n * LOSSI_VECTOR, *inputs = v + c * n * LOSSI_VECTOR;
            float *sums = u + o * l->u_channel + c;
            width = lossi_panel_width(s->in_c - c);
            if (width == 3)
                multiply(3, n, gradients, inputs, sums, l->u_channel);
            else if (width == 2)
                multiply(2, n, gradients, inputs, sums, l->u_channel);
            else
                multiply(1, n, gradients, inputs, sums, l->u_channel);
        }
}

static void add_filter_gradients(const lossi_winograd *t, const lossi_conv_shape *s,
                                 const layout *l, const float *u, float *dw)
{
    float filters[9 * LOSSI_VECTOR];
    for (size_t o = 0; o < s->out_c; o++)
        for (size_t c = 0; c < s->in_c; c += LOSSI_VECTOR) {
            t->filter_gradient(u + o * l->u_channel + c, l->u_row, filters);
            for (size_t k = 0; k < lossi_smaller(LOSSI_VECTOR, s->in_c - c); k++)
                for (size_t i = 0; i < 9; i++)
                    dw[(o * s->in_c + c + k) * 9 + i] += filters[i * LOSSI_VECTOR + k];
        }
}

void lossk_winograd_weights(const lossi_winograd *t, const lossi_conv_shape *s, const float *x,
                            const float *dy, float *dw, float *scratch)
{
    layout l = layout_of(t, s);
    lossi_place places[BLOCK];
    float *v = scratch, *m = v + l.points * l.v_row, *u = m + l.points * l.m_row;
    memset(u, 0, l.points * l.u_row * sizeof *u);
    if (s->out_c % LOSSI_ROWS) /* rows that fill m up stay zeros */
        memset(m, 0, l.points * l.m_row * sizeof *m);
    for (size_t first = 0; first < l.columns; first += l.block) {
        size_t n = lossi_smaller(l.block, l.columns - first);
        for (size_t j = 0; j < n; j++)
            places[j] = lossi_place_of(t, s, first + j);
        transform_inputs(t, s, &l, places, n, x, v);
        transform_gradients(t, s, &l, places, n, dy, m);
        for (size_t p = 0; p < l.points; p++)
            multiply_point(s, &l, n, m + p * l.m_row, v + p * l.v_row, u + p * l.u_row);
    }
    add_filter_gradients(t, s, &l, u, dw);
}
