/* The gradient of a filter as one product of matrices: dw[o][e], with e a tap of an input channel,
 * is the sum over pixels and images of dy[o] times the input under the tap. For filters of one tap,
 * and for maps so small that the lanes of vectors of images would be added up after few products.
 *
 * Vectors hold taps here instead of images: dy is turned into blocks [terms][LOSSI_ROWS], the input
 * into panels [terms][width][LOSSI_VECTOR], where terms are the images of pixels, one pixel after
 * the other. */
#include "kernels/simd/gemm.h"
#include "kernels/simd/simd.h"
#include "kernels/simd/vector.h"

/* TERMS: about so many terms are a block. SUMS: floats of a group of rows of sums, 128 KB, that are
 * made before they are added to dw. PAD: floats between panels, so that they do not start on the
 * same cache lines. */
enum { TERMS = 256, SUMS = 32 * 1024, PAD = 16 };

typedef struct layout {
    size_t pixels, terms; /* of a block */
    size_t tap, taps;     /* the first that sees input anywhere, and how many there are */
    size_t e;             /* in_c * taps */
    size_t columns;       /* vectors of these */
    bool is_direct;       /* e is whole vectors and a row of dw: sums are added to it at once */
    size_t group;         /* else: rows of sums */
} layout;

static layout layout_of(const lossi_conv_shape *s)
{
    size_t area = s->kernel * s->kernel, taps = lossi_is_one_tap(s) ? 1 : area;
    layout l = {.pixels = lossi_smaller(lossi_larger(TERMS / s->lanes, 1), s->out_h * s->out_w),
                .tap = lossi_first_tap(s),
                .taps = taps,
                .e = s->in_c * taps};
    l.terms = l.pixels * s->lanes;
    l.columns = (l.e + LOSSI_VECTOR - 1) / LOSSI_VECTOR;
    l.is_direct = taps == area && l.e % LOSSI_VECTOR == 0;
    l.group = SUMS / (l.columns * LOSSI_VECTOR) / LOSSI_ROWS * LOSSI_ROWS;
    l.group = l.is_direct ? 0 : lossi_smaller(lossi_larger(l.group, LOSSI_ROWS), s->out_c);
    return l;
}

static size_t a_size(const lossi_conv_shape *s, const layout *l)
{
    return lossi_round_rows(s->out_c) * l->terms;
}

static size_t b_size(const layout *l)
{
    size_t most_panels = (l->columns + 1) / 2;
    return l->columns * l->terms * LOSSI_VECTOR + most_panels * PAD;
}

size_t lossk_weights_product_scratch(const lossi_conv_shape *s)
{
    layout l = layout_of(s);
    return a_size(s, &l) + b_size(&l) + l.group * l.columns * LOSSI_VECTOR;
}

static const float nothing[LOSSI_MOST_LANES];

/* `pixels` of dy from pixel `first` on. Rows that fill the last block up are zeros. */
static void turn_gradients(const lossi_conv_shape *s, const float *dy, size_t first, size_t pixels,
                           float *a)
{
    size_t plane = s->out_h * s->out_w * s->lanes, terms = pixels * s->lanes;
    for (size_t o = 0; o < s->out_c; o += LOSSI_ROWS, a += terms * LOSSI_ROWS)
        for (size_t r = 0; r < LOSSI_ROWS; r += 4) {
            const float *from[4];
            size_t step[4];
            for (size_t q = 0; q < 4; q++) {
                bool is_there = o + r + q < s->out_c;
                from[q] = is_there ? dy + (o + r + q) * plane + first * s->lanes : nothing;
                step[q] = is_there ? 4 : 0;
            }
            for (size_t i = 0; i < terms; i += 4) {
                transpose_four(from, a + i * LOSSI_ROWS + r, LOSSI_ROWS);
                for (size_t q = 0; q < 4; q++)
                    from[q] += step[q];
            }
        }
}

/* A tap of a channel. */
typedef struct tap {
    const float *channel; /* NULL: there is none */
    size_t row, column;   /* of the input, for the first output pixel. Above and left of the input
                             they wrap, and are too large */
} tap;

static tap tap_of(const lossi_conv_shape *s, const layout *l, const float *x, size_t e)
{
    size_t t = l->tap + e % l->taps;
    if (e >= l->e)
        return (tap){0};
    return (tap){x + e / l->taps * s->in_h * s->in_w * s->lanes, t / s->kernel - s->padding,
                 t % s->kernel - s->padding};
}

/* The inputs of these pixels under four taps from e on into out [terms], `step` floats apart. */
static void turn_four(const lossi_conv_shape *s, const layout *l, const float *x, size_t e,
                      size_t first, size_t pixels, float *out, size_t step)
{
    tap taps[4];
    size_t column = first % s->out_w * s->stride, row = first / s->out_w * s->stride;
    for (size_t q = 0; q < 4; q++)
        taps[q] = tap_of(s, l, x, e + q);
    for (; pixels; pixels--) {
        const float *from[4];
        for (size_t q = 0; q < 4; q++) {
            size_t r = row + taps[q].row, c = column + taps[q].column;
            from[q] = taps[q].channel && r < s->in_h && c < s->in_w
                          ? taps[q].channel + (r * s->in_w + c) * s->lanes
                          : nothing;
        }
        for (size_t i = 0; i < s->lanes; i += 4, out += 4 * step) {
            transpose_four(from, out, step);
            for (size_t q = 0; q < 4; q++)
                from[q] += 4;
        }
        column += s->stride;
        if (column == s->out_w * s->stride) {
            column = 0;
            row += s->stride;
        }
    }
}

static void turn_inputs(const lossi_conv_shape *s, const layout *l, const float *x, size_t first,
                        size_t pixels, float *b)
{
    for (size_t j = 0, width; j < l->columns; j += width) {
        width = lossi_panel_width(l->columns - j);
        size_t step = width * LOSSI_VECTOR;
        for (size_t i = 0; i < step; i += 4)
            turn_four(s, l, x, j * LOSSI_VECTOR + i, first, pixels, b + i, step);
        b += pixels * s->lanes * step + PAD;
    }
}

/* dw += sums [rows][columns][LOSSI_VECTOR], dw being that of the first row. */
static void add_sums(const lossi_conv_shape *s, const layout *l, size_t rows, const float *sums,
                     float *dw)
{
    size_t area = s->kernel * s->kernel, by_e = l->taps == area ? 1 : area;
    for (size_t o = 0; o < rows; o++, dw += s->in_c * area, sums += l->columns * LOSSI_VECTOR)
        for (size_t e = 0; e < l->e; e++)
            dw[l->tap + e * by_e] += sums[e];
}

void lossk_weights_product(const lossi_conv_shape *s, const float *x, const float *dy, float *dw,
                           float *scratch)
{
    layout l = layout_of(s);
    float *a = scratch, *b = a + a_size(s, &l), *sums = b + b_size(&l);
    size_t all_pixels = s->out_h * s->out_w, row = s->in_c * s->kernel * s->kernel;
    for (size_t first = 0, pixels; first < all_pixels; first += pixels) {
        pixels = lossi_smaller(l.pixels, all_pixels - first);
        turn_gradients(s, dy, first, pixels, a);
        turn_inputs(s, &l, x, first, pixels, b);
        size_t k = pixels * s->lanes;
        lossi_gemm g = {.m = s->out_c,
                        .n = l.columns,
                        .k = k,
                        .a = a,
                        .a_block = k * LOSSI_ROWS,
                        .b = b,
                        .b_pad = PAD,
                        .c = dw,
                        .c_row = row,
                        .before = dw};
        if (l.is_direct) {
            lossk_gemm(&g);
            continue;
        }
        g.c = sums;
        g.c_row = l.columns * LOSSI_VECTOR;
        g.before = NULL;
        for (size_t o = 0; o < s->out_c; o += l.group) {
            g.m = lossi_smaller(l.group, s->out_c - o);
            g.a = a + o * k;
            lossk_gemm(&g);
            add_sums(s, &l, g.m, sums, dw + o * row);
        }
    }
}
