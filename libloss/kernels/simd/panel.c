/* Convolution with any filter: the inputs of output pixels under the taps are packed into
 * panels, a block of columns and a piece of the taps at a time, and multiplied with the filters.
 * Between pieces the sums are kept in y. */
#include "kernels/simd/gemm.h"
#include "kernels/simd/simd.h"
#include "kernels/simd/vector.h"

/* PIECE: taps of a piece, the same in every set, so that sums are cut the same way; a panel of
 * three columns stays in L1. BLOCK: columns of a block, which stays in L2. PAD: floats between
 * panels, so that they do not start on the same cache lines. AHEAD: how many channels ahead the
 * input is prefetched. */
enum { PIECE = 128, BLOCK = 36, PAD = 16, AHEAD = 4 };

static size_t taps(const lossi_conv_shape *s)
{
    return s->in_c * s->kernel * s->kernel;
}

/* Taps of all pieces but the last: whole channels. */
static size_t piece_taps(const lossi_conv_shape *s)
{
    size_t area = s->kernel * s->kernel;
    return area < PIECE ? PIECE / area * area : area;
}

size_t lossk_panel_packed(const lossi_conv_shape *s)
{
    return lossi_round_rows(s->out_c) * taps(s);
}

size_t lossk_panel_scratch(const lossi_conv_shape *s)
{
    size_t columns = s->out_h * s->out_w * s->lanes / LOSSI_VECTOR;
    return (lossi_smaller(taps(s), piece_taps(s)) + PAD) * lossi_smaller(columns, BLOCK) *
           LOSSI_VECTOR;
}

/* A block of filters from output o on, the ones from `end` on zeros: n taps from `first` on,
 * whole channels, into [n][LOSSI_ROWS]. */
static void pack_block(const lossi_conv_shape *s, const lossi_filters *f, size_t o, size_t end,
                       size_t first, size_t n, float *out)
{
    static const float nothing[1];
    const size_t area = s->kernel * s->kernel;
    const float *from[LOSSI_ROWS];
    float factor[LOSSI_ROWS];
    size_t by_input[LOSSI_ROWS], by_tap[LOSSI_ROWS]; /* 0 for what is not there */
    for (size_t r = 0; r < LOSSI_ROWS; r++) {
        bool is_there = o + r < end;
        from[r] = is_there ? f->w + (o + r) * f->by_output + first / area * f->by_input : nothing;
        factor[r] = is_there && f->scale ? f->scale[o + r] : 1;
        by_input[r] = is_there ? f->by_input : 0;
        by_tap[r] = is_there;
    }
    for (size_t c = 0; c < n; c += area)
        for (size_t i = 0; i < area; i++, out += LOSSI_ROWS)
            for (size_t r = 0; r < LOSSI_ROWS; r++)
                out[r] =
                    from[r][c / area * by_input[r] + (f->turned ? area - 1 - i : i) * by_tap[r]] *
                    factor[r];
}

/* Filters are packed piece by piece, so that a piece lies together: [out_c / LOSSI_ROWS][taps of
 * the piece][LOSSI_ROWS] in each. */
void lossk_panel_pack(const lossi_conv_shape *s, const lossi_filters *f, size_t begin, size_t end,
                      float *packed)
{
    size_t k = taps(s), piece = piece_taps(s), rows = lossi_round_rows(s->out_c);
    for (size_t first = 0; first < k; first += piece) {
        size_t n = lossi_smaller(piece, k - first);
        for (size_t o = begin; o < end; o += LOSSI_ROWS)
            pack_block(s, f, o, end, first, n, packed + first * rows + o * n);
    }
}

/* A column: a vector of images of an output pixel. Where its window lies on the input. */
typedef struct window {
    ptrdiff_t row, column; /* of its first tap; may lie on padding */
    ptrdiff_t at;          /* index of its first tap's vector within a channel */
} window;

static window window_of(const lossi_conv_shape *s, size_t column)
{
    size_t vectors = s->lanes / LOSSI_VECTOR, pixel = column / vectors;
    window w = {(ptrdiff_t)(pixel / s->out_w * s->stride) - (ptrdiff_t)s->padding,
                (ptrdiff_t)(pixel % s->out_w * s->stride) - (ptrdiff_t)s->padding, 0};
    w.at = (w.row * (ptrdiff_t)s->in_w + w.column) * (ptrdiff_t)s->lanes +
           (ptrdiff_t)(column % vectors * LOSSI_VECTOR);
    return w;
}

static bool is_inside(const lossi_conv_shape *s, const window *w)
{
    return w->row >= 0 && w->column >= 0 && (size_t)w->row + s->kernel <= s->in_h &&
           (size_t)w->column + s->kernel <= s->in_w;
}

/* The taps of one column in channels begin .. end - 1 into out, `step` floats apart; kernel is a
 * constant where it matters. */
ALWAYS_INLINE void pack_column(const lossi_conv_shape *s, size_t kernel, const float *x,
                               const window *w, size_t begin, size_t end, float *out, size_t step)
{
    size_t plane = s->in_h * s->in_w * s->lanes, pitch = s->in_w * s->lanes;
    bool inside = is_inside(s, w);
    for (size_t c = begin; c < end; c++) {
        const float *first = x + c * plane + w->at;
        for (size_t u = 0; u < kernel; u++)
            for (size_t v = 0; v < kernel; v++, out += step) {
                bool is_input = inside || ((size_t)(w->row + (ptrdiff_t)u) < s->in_h &&
                                           (size_t)(w->column + (ptrdiff_t)v) < s->in_w);
                store(out, is_input ? load(first + u * pitch + v * s->lanes) : zeros());
            }
    }
}

/* Where panels begin in scratch: those of k taps and these columns before them. */
static size_t panel_offset(size_t k, size_t columns, size_t panels)
{
    return columns * k * LOSSI_VECTOR + panels * PAD;
}

/* 1 x 1: columns lie side by side in x. Channel by channel, as channels may be a power of two
 * apart and push each other out of the cache. */
static void pack_pointwise(const lossi_conv_shape *s, const float *x, size_t first, size_t n,
                           size_t begin, size_t end, float *out)
{
    size_t plane = s->in_h * s->in_w * s->lanes;
    for (size_t k = begin; k < end; k++) {
        const float *in = x + k * plane + first * LOSSI_VECTOR;
        for (size_t i = 0; i < n * LOSSI_VECTOR; i += LOSSI_VECTOR * 2)
            prefetch(in + AHEAD * plane + i);
        for (size_t j = 0, width, panels = 0; j < n; j += width, panels++) {
            width = lossi_panel_width(n - j);
            float *at =
                out + panel_offset(end - begin, j, panels) + (k - begin) * width * LOSSI_VECTOR;
            for (size_t i = 0; i < width; i++, in += LOSSI_VECTOR, at += LOSSI_VECTOR)
                store(at, load(in));
        }
    }
}

/* Taps begin .. end - 1, whole channels, of n columns from number `first` on. */
static void pack_panels(const lossi_conv_shape *s, const float *x, size_t first, size_t n,
                        size_t begin, size_t end, float *out)
{
    if (s->kernel == 1 && s->stride == 1 && s->padding == 0) {
        pack_pointwise(s, x, first, n, begin, end, out);
        return;
    }
    size_t area = s->kernel * s->kernel;
    for (size_t j = 0, width, panels = 0; j < n; j += width, panels++) {
        width = lossi_panel_width(n - j);
        float *at = out + panel_offset(end - begin, j, panels);
        for (size_t i = 0; i < width; i++, at += LOSSI_VECTOR) {
            window w = window_of(s, first + j + i);
            if (s->kernel == 3)
                pack_column(s, 3, x, &w, begin / area, end / area, at, width * LOSSI_VECTOR);
            else if (s->kernel == 1)
                pack_column(s, 1, x, &w, begin / area, end / area, at, width * LOSSI_VECTOR);
            else
                pack_column(s, s->kernel, x, &w, begin / area, end / area, at,
                            width * LOSSI_VECTOR);
        }
    }
}

void lossk_panel_forward(const lossi_conv_shape *s, const float *x, const float *packed,
                         const lossi_epilogue *epilogue, float *y, float *scratch)
{
    size_t k = taps(s), piece = piece_taps(s),
           columns = s->out_h * s->out_w * s->lanes / LOSSI_VECTOR;
    for (size_t first = 0; first < columns; first += BLOCK)
        for (size_t begin = 0; begin < k; begin += piece) {
            size_t n = lossi_smaller(BLOCK, columns - first), end = lossi_smaller(begin + piece, k),
                   at = first * LOSSI_VECTOR;
            pack_panels(s, x, first, n, begin, end, scratch);
            const float *before = begin ? y : epilogue->residual;
            lossi_gemm g = {s->out_c,
                            n,
                            end - begin,
                            packed + begin * lossi_round_rows(s->out_c),
                            (end - begin) * LOSSI_ROWS,
                            scratch,
                            PAD,
                            y + at,
                            columns * LOSSI_VECTOR,
                            before ? before + at : NULL,
                            NULL,
                            false};
            if (end == k) {
                g.bias = epilogue->bias;
                g.relu = epilogue->relu;
            }
            lossk_gemm(&g);
        }
}
