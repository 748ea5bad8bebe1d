/* A filter that slides over x: the inputs under the taps are packed into panels, a block of
 * positions and a piece of the taps at a time, and multiplied with the filters. Between pieces the
 * sums are kept in y. */
#include "kernels/simd/panel.h"

#include "kernels/simd/gemm.h"
#include "kernels/simd/vector.h"

/* PIECE: taps of a piece, the same in every set, so that sums are cut the same way. BLOCK: columns
 * of a block: its piece and the input of the next stay in L2. PAD: floats between panels, so that
 * they do not start on the same cache lines. */
enum { PIECE = 256, BLOCK = LOSSI_VECTOR < 16 ? 36 : 24, PAD = 16 };

static size_t area_of(const lossi_slide *s)
{
    return s->taps_h * s->taps_w;
}

/* Taps of all pieces but the last: whole channels. */
static size_t piece_taps(const lossi_slide *s)
{
    size_t area = area_of(s);
    return area < PIECE ? PIECE / area * area : area;
}

/* A column is a vector of images of a position. */
static size_t n_columns(const lossi_slide *s)
{
    return s->rows * s->columns * s->lanes / LOSSI_VECTOR;
}

size_t lossk_slide_scratch(const lossi_slide *s)
{
    size_t k = s->in_c * area_of(s);
    return (lossi_smaller(k, piece_taps(s)) + PAD) * lossi_smaller(n_columns(s), BLOCK) *
           LOSSI_VECTOR;
}

/* A block of filters from output o on, the ones from `end` on zeros: n taps from `first` on,
 * whole channels, into [n][LOSSI_ROWS]. */
static void pack_block(const lossi_slide *s, const lossi_filters *f, size_t o, size_t end,
                       size_t first, size_t n, float *out)
{
    static const float nothing[1];
    const size_t area = area_of(s);
    const float *from[LOSSI_ROWS];
    float factor[LOSSI_ROWS];
    ptrdiff_t is_there[LOSSI_ROWS];
    for (size_t r = 0; r < LOSSI_ROWS; r++) {
        is_there[r] = o + r < end;
        from[r] = is_there[r] ? f->w + (o + r) * f->by_output : nothing;
        factor[r] = is_there[r] && f->scale ? f->scale[o + r] : 1;
    }
    for (size_t c = first / area; c < (first + n) / area; c++)
        for (size_t u = 0; u < s->taps_h; u++)
            for (size_t v = 0; v < s->taps_w; v++, out += LOSSI_ROWS) {
                ptrdiff_t at = (ptrdiff_t)(c * f->by_input) + (ptrdiff_t)u * f->by_row +
                               (ptrdiff_t)v * f->by_column;
                for (size_t r = 0; r < LOSSI_ROWS; r++)
                    out[r] = from[r][at * is_there[r]] * factor[r];
            }
}

/* Filters are packed piece by piece, so that a piece lies together: [out_c / LOSSI_ROWS][taps of
 * the piece][LOSSI_ROWS] in each. */
void lossk_slide_pack(const lossi_slide *s, const lossi_filters *f, size_t begin, size_t end,
                      float *packed)
{
    size_t k = s->in_c * area_of(s), piece = piece_taps(s), rows = lossi_round_rows(s->out_c);
    for (size_t first = 0; first < k; first += piece) {
        size_t n = lossi_smaller(piece, k - first);
        for (size_t o = begin; o < end; o += LOSSI_ROWS)
            pack_block(s, f, o, end, first, n, packed + first * rows + o * n);
    }
}

/* Where the taps of a column lie on the input. */
typedef struct window {
    ptrdiff_t row, column; /* of its first tap; may lie on padding */
    ptrdiff_t at;          /* index of its first tap's vector within a channel */
} window;

static window window_of(const lossi_slide *s, size_t column)
{
    size_t vectors = s->lanes / LOSSI_VECTOR, position = column / vectors;
    window w = {(ptrdiff_t)(position / s->columns * s->stride) + s->row,
                (ptrdiff_t)(position % s->columns * s->stride) + s->column, 0};
    w.at = (w.row * (ptrdiff_t)s->in_w + w.column) * (ptrdiff_t)s->lanes +
           (ptrdiff_t)(column % vectors * LOSSI_VECTOR);
    return w;
}

static bool is_inside(const lossi_slide *s, const window *w)
{
    return w->row >= 0 && w->column >= 0 && (size_t)w->row + s->taps_h <= s->in_h &&
           (size_t)w->column + s->taps_w <= s->in_w;
}

/* The taps of one column in channels begin .. end - 1 into out, `step` floats apart; taps_h and
 * taps_w are constants where it matters. */
ALWAYS_INLINE void pack_column(const lossi_slide *s, size_t taps_h, size_t taps_w, const float *x,
                               const window *w, size_t begin, size_t end, float *out, size_t step)
{
    size_t plane = s->in_h * s->in_w * s->lanes, pitch = s->in_w * s->lanes;
    bool inside = is_inside(s, w);
    for (size_t c = begin; c < end; c++) {
        const float *first = x + c * plane + w->at;
        for (size_t u = 0; u < taps_h; u++)
            for (size_t v = 0; v < taps_w; v++, out += step) {
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

/* Columns lie side by side in x: a filter of one tap that goes from pixel to pixel. */
static bool is_pointwise(const lossi_slide *s)
{
    return area_of(s) == 1 && s->stride == 1 && s->row == 0 && s->column == 0 &&
           s->columns == s->in_w && s->rows <= s->in_h;
}

/* Channel by channel, as channels may be a power of two apart and push each other out of the
 * cache. */
static void pack_pointwise(const lossi_slide *s, const float *x, size_t first, size_t n,
                           size_t begin, size_t end, float *out)
{
    size_t plane = s->in_h * s->in_w * s->lanes;
    for (size_t k = begin; k < end; k++) {
        const float *in = x + k * plane + first * LOSSI_VECTOR;
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
static void pack_panels(const lossi_slide *s, const float *x, size_t first, size_t n, size_t begin,
                        size_t end, float *out)
{
    if (is_pointwise(s)) {
        pack_pointwise(s, x, first, n, begin, end, out);
        return;
    }
    size_t area = area_of(s), from = begin / area, to = end / area;
    for (size_t j = 0, width, panels = 0; j < n; j += width, panels++) {
        width = lossi_panel_width(n - j);
        size_t step = width * LOSSI_VECTOR;
        float *at = out + panel_offset(end - begin, j, panels);
        for (size_t i = 0; i < width; i++, at += LOSSI_VECTOR) {
            window w = window_of(s, first + j + i);
            if (s->taps_h == 3 && s->taps_w == 3)
                pack_column(s, 3, 3, x, &w, from, to, at, step);
            else if (area == 1)
                pack_column(s, 1, 1, x, &w, from, to, at, step);
            else
                pack_column(s, s->taps_h, s->taps_w, x, &w, from, to, at, step);
        }
    }
}

/* The input of the piece of taps from `begin` on for the block of columns from `first` on, where it
 * is copied as it is. */
static lossi_rows rows_of(const lossi_slide *s, const float *x, size_t first, size_t begin)
{
    size_t plane = s->in_h * s->in_w * s->lanes;
    if (!is_pointwise(s) || first >= n_columns(s))
        return (lossi_rows){0};
    return (lossi_rows){x + begin * plane + first * LOSSI_VECTOR,
                        lossi_smaller(s->in_c - begin, PIECE), plane};
}

/* Where columns lie in a channel of y, of n from number `first` on. */
static void place_columns(const lossi_slide *s, size_t first, size_t n, size_t *places)
{
    size_t vectors = s->lanes / LOSSI_VECTOR;
    for (size_t j = 0; j < n; j++) {
        size_t position = (first + j) / vectors;
        size_t row = position / s->columns * s->step + s->y_row,
               column = position % s->columns * s->step + s->y_column;
        places[j] = (row * s->out_w + column) * s->lanes + (first + j) % vectors * LOSSI_VECTOR;
    }
}

void lossk_slide(const lossi_slide *s, const float *x, const float *packed,
                 const lossi_epilogue *epilogue, float *y, float *scratch)
{
    size_t k = s->in_c * area_of(s), piece = piece_taps(s), columns = n_columns(s);
    size_t places[BLOCK];
    for (size_t first = 0; first < columns; first += BLOCK)
        for (size_t begin = 0; begin < k; begin += piece) {
            size_t n = lossi_smaller(BLOCK, columns - first), end = lossi_smaller(begin + piece, k),
                   at = s->step == 1 ? first * LOSSI_VECTOR : 0;
            pack_panels(s, x, first, n, begin, end, scratch);
            const float *before = begin ? y : epilogue->residual;
            lossi_gemm g = {.m = s->out_c,
                            .n = n,
                            .k = end - begin,
                            .a = packed + begin * lossi_round_rows(s->out_c),
                            .a_block = (end - begin) * LOSSI_ROWS,
                            .b = scratch,
                            .b_pad = PAD,
                            .c = y + at,
                            .c_row = s->out_h * s->out_w * s->lanes,
                            .before = before ? before + at : NULL,
                            .next = end < k ? rows_of(s, x, first, end)
                                            : rows_of(s, x, first + BLOCK, 0)};
            if (s->step > 1) {
                place_columns(s, first, n, places);
                g.places = places;
            }
            if (end == k) {
                g.bias = epilogue->bias;
                g.bounds = epilogue->bounds;
            }
            lossk_gemm(&g);
        }
}
