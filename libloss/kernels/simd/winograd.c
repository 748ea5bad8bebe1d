/* Winograd's minimal filtering (Lavin & Gray 2016): filters and tiles of the input are
 * transformed, multiplied point by point (a GEMM over channels for each), and transformed back.
 * A column is a vector of images of a tile; columns are worked on in blocks whose transforms
 * stay in L2 where they can. */
#include <string.h>

#include "kernels/simd/gemm.h"
#include "kernels/simd/simd.h"
#include "kernels/simd/tiles.h"
#include "kernels/simd/vector.h"

/* BLOCK_VALUES: floats that the transforms of a block may take. LEAST_COLUMNS, MOST_COLUMNS:
 * columns of a block. A block is one panel if there are at most LOSSI_TERMS inputs and MOST_OUTPUTS
 * outputs, and besides at most FEW_CHANNELS channels in all or at least MANY_COLUMNS columns in the
 * chunk. PAD: floats between rows, so that they do not fall on the same cache lines. */
enum {
    BLOCK_VALUES = 96 * 1024,
    LEAST_COLUMNS = 9,
    MOST_COLUMNS = 48,
    MOST_OUTPUTS = 2 * LOSSI_TERMS,
    FEW_CHANNELS = 96,
    MANY_COLUMNS = 12,
    PAD = 16
};

/* How the transforms of a block lie in memory, in floats. Where it can be, a block is a panel, and
 * the points of a channel lie together: [channel][points][width]. So they are written and read in
 * long runs, and stay in L2 up to 64 channels or so. Else a point's lie together, since then its
 * filters are read once for many columns: inputs [points][panels][in_c][width], outputs
 * [points][out_c][columns]. */
typedef struct layout {
    size_t columns, block; /* columns of a chunk, of a block */
    bool is_panel;
    size_t v_row, m_row; /* of a channel if a block is a panel, else of a point: of all channels'
                            inputs, of all channels' outputs */
    size_t v_size, m_size;
} layout;

static layout layout_of(const lossi_winograd *t, const lossi_conv_shape *s)
{
    layout l = {.columns = lossi_n_columns(t, s)};
    l.is_panel = s->in_c <= LOSSI_TERMS && s->out_c <= MOST_OUTPUTS &&
                 (s->in_c + s->out_c <= FEW_CHANNELS || l.columns >= MANY_COLUMNS);
    size_t rows = lossi_round_rows(s->out_c);
    if (l.is_panel) {
        l.block = lossi_smaller(LOSSI_COLUMNS, l.columns);
        l.v_row = t->v_points * l.block * LOSSI_VECTOR + PAD;
        l.m_row = t->m_points * l.block * LOSSI_VECTOR + PAD;
        l.v_size = s->in_c * l.v_row;
        l.m_size = rows * l.m_row;
        return l;
    }
    size_t wanted = BLOCK_VALUES / ((t->v_points * s->in_c + t->m_points * rows) * LOSSI_VECTOR);
    wanted = wanted < LEAST_COLUMNS  ? LEAST_COLUMNS
             : wanted > MOST_COLUMNS ? MOST_COLUMNS
                                     : wanted / LOSSI_COLUMNS * LOSSI_COLUMNS;
    l.block = lossi_smaller(wanted, l.columns);
    l.v_row = s->in_c * l.block * LOSSI_VECTOR + PAD;
    l.m_row = rows * l.block * LOSSI_VECTOR + PAD;
    l.v_size = t->v_points * l.v_row;
    l.m_size = t->m_points * l.m_row;
    return l;
}

size_t lossk_winograd_packed(const lossi_winograd *t, const lossi_conv_shape *s)
{
    return t->v_points * lossi_round_rows(s->out_c) * s->in_c;
}

/* For this shape and no other: a smaller one may have another layout and need more. */
size_t lossk_winograd_scratch(const lossi_winograd *t, const lossi_conv_shape *s)
{
    layout l = layout_of(t, s);
    return l.v_size + l.m_size;
}

double lossk_winograd_products(const lossi_winograd *t, const lossi_conv_shape *s)
{
    return (double)(t->v_points * s->in_c * s->out_c) *
           (double)(lossi_n_columns(t, s) * LOSSI_VECTOR);
}

/* A block of filters from output o on, of input c: [9][LOSSI_ROWS], zeros for outputs from `end`
 * on. */
static void gather_filters(const lossi_filters *f, size_t o, size_t end, size_t c,
                           float w[9 * LOSSI_ROWS])
{
    for (size_t r = 0; r < LOSSI_ROWS; r++) {
        const float *from = f->w + (o + r) * f->by_output + c * f->by_input;
        float factor = f->scale && o + r < end ? f->scale[o + r] : 1;
        for (ptrdiff_t i = 0; i < 9; i++)
            w[i * LOSSI_ROWS + (ptrdiff_t)r] =
                o + r < end ? from[i / 3 * f->by_row + i % 3 * f->by_column] * factor : 0;
    }
}

void lossk_winograd_pack(const lossi_winograd *t, const lossi_conv_shape *s, const lossi_filters *f,
                         size_t begin, size_t end, float *packed)
{
    size_t point = lossi_round_rows(s->out_c) * s->in_c;
    for (size_t o = begin; o < end; o += LOSSI_ROWS)
        for (size_t c = 0; c < s->in_c; c++) {
            float w[9 * LOSSI_ROWS];
            gather_filters(f, o, end, c, w);
            t->filter(w, packed + (o / LOSSI_ROWS * s->in_c + c) * LOSSI_ROWS, point);
        }
}

/* The inputs of n columns into panels. Columns of a panel lie side by side, so they are made
 * together, channel by channel. */
static void transform_inputs(const lossi_winograd *t, const lossi_conv_shape *s, const layout *l,
                             const lossi_place *places, size_t n, const float *x, float *v)
{
    for (size_t begin = 0, width; begin < n; begin += width) {
        float squares[LOSSI_COLUMNS][6 * 6 * LOSSI_VECTOR];
        const float *channel = x;
        width = lossi_panel_width(n - begin);
        size_t side = width * LOSSI_VECTOR, by_channel = l->is_panel ? l->v_row : side,
               by_point = l->is_panel ? side : l->v_row;
        for (size_t j = 0; j < width; j++)
            if (places[begin + j].is_copied)
                memset(squares[j], 0, sizeof squares[j]);
        for (size_t c = 0; c < s->in_c;
             c++, channel += s->in_h * s->in_w * s->lanes, v += by_channel)
            for (size_t j = 0; j < width; j++)
                lossi_transform_input(t, &places[begin + j], channel, squares[j],
                                      v + j * LOSSI_VECTOR, by_point);
    }
}

/* A tile that reaches beyond the output's last pixels: by way of a whole one. */
static void transform_part(const lossi_winograd *t, const lossi_conv_shape *s, const lossi_place *p,
                           const float *m, size_t stride, const lossi_ending *ending, float *y)
{
    float residual[4 * 4 * LOSSI_VECTOR] = {0}, out[4 * 4 * LOSSI_VECTOR];
    size_t rows = lossi_smaller(t->out, s->out_h - p->row),
           columns = lossi_smaller(t->out, s->out_w - p->column);
    lossi_ending e = *ending;
    for (size_t r = 0; e.residual && r < rows; r++)
        for (size_t c = 0; c < columns; c++)
            store(residual + (r * t->out + c) * LOSSI_VECTOR,
                  load(e.residual + (r * s->out_w + c) * s->lanes));
    e.residual = e.residual ? residual : NULL;
    t->output(m, stride, &e, out, LOSSI_VECTOR, t->out * LOSSI_VECTOR);
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < columns; c++)
            store(y + (r * s->out_w + c) * s->lanes, load(out + (r * t->out + c) * LOSSI_VECTOR));
}

static void transform_outputs(const lossi_winograd *t, const lossi_conv_shape *s, const layout *l,
                              const lossi_place *places, size_t n, const float *m,
                              const lossi_epilogue *epilogue, float *y)
{
    size_t pitch = s->out_w * s->lanes, side = n * LOSSI_VECTOR;
    size_t by_channel = l->is_panel ? l->m_row : side, by_point = l->is_panel ? side : l->m_row;
    for (size_t o = 0; o < s->out_c; o++, m += by_channel)
        for (size_t j = 0; j < n; j++) {
            const lossi_place *p = &places[j];
            const float *from = m + j * LOSSI_VECTOR;
            size_t at = o * s->out_h * pitch + p->y;
            lossi_ending e = {epilogue->bias ? epilogue->bias + o : NULL,
                              epilogue->residual ? epilogue->residual + at : NULL,
                              epilogue->bounds};
            if (p->is_whole)
                t->output(from, by_point, &e, y + at, s->lanes, pitch);
            else
                transform_part(t, s, p, from, by_point, &e, y + at);
        }
}

static void multiply(const lossi_winograd *t, const lossi_conv_shape *s, const layout *l, size_t n,
                     const float *packed, const float *v, float *m)
{
    size_t rows = lossi_round_rows(s->out_c), filters = rows * s->in_c;
    for (const lossi_sums *sums = t->sums; sums->count; sums++) {
        size_t values = sums->count * sums->terms;
        if (l->is_panel) {
            lossk_gemm_panels(&(lossi_panels){.count = sums->count,
                                              .terms = sums->terms,
                                              .m = rows,
                                              .n = n,
                                              .k = s->in_c,
                                              .a = packed,
                                              .b = v,
                                              .b_row = l->v_row,
                                              .c = m,
                                              .c_row = l->m_row});
            v += values * n * LOSSI_VECTOR;
            m += sums->count * n * LOSSI_VECTOR;
            packed += values * filters;
            continue;
        }
        for (size_t i = 0; i < values; i++, v += l->v_row, packed += filters) {
            float *sum = m + i / sums->terms * l->m_row;
            lossk_gemm(&(lossi_gemm){.m = rows,
                                     .n = n,
                                     .k = s->in_c,
                                     .a = packed,
                                     .a_block = s->in_c * LOSSI_ROWS,
                                     .b = v,
                                     .c = sum,
                                     .c_row = n * LOSSI_VECTOR,
                                     .before = i % sums->terms ? sum : NULL});
        }
        m += sums->count * l->m_row;
    }
}

void lossk_winograd_forward(const lossi_winograd *t, const lossi_conv_shape *s, const float *x,
                            const float *packed, const lossi_epilogue *epilogue, float *y,
                            float *scratch)
{
    layout l = layout_of(t, s);
    lossi_place places[MOST_COLUMNS];
    float *v = scratch, *m = scratch + l.v_size;
    for (size_t first = 0, n; first < l.columns; first += n) {
        n = l.is_panel ? lossi_panel_width(l.columns - first)
                       : lossi_smaller(l.block, l.columns - first);
        for (size_t j = 0; j < n; j++)
            places[j] = lossi_place_of(t, s, first + j);
        transform_inputs(t, s, &l, places, n, x, v);
        multiply(t, s, &l, n, packed, v, m);
        transform_outputs(t, s, &l, places, n, m, epilogue, y);
    }
}
