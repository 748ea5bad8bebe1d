/* Convolution of each channel on its own. Under each tap outputs of a row are multiplied with one
 * value of the filter, several vectors at a time. Small maps are first copied into a frame of
 * zeros; of large ones the first and last columns, some of whose taps lie on padding, come one by
 * one. Both sum the same products in the same order. */
#include <string.h>

#include "base/base.h"
#include "kernels/simd/depthwise.h"

/* Sums that are kept in registers. */
enum { SUMS = 8 };

/* Outputs whose taps lie alike: their inputs are `x_step` floats apart, they themselves `y_step`;
 * and so in the next line `x_next` and `y_next` further on, where there are two. */
typedef struct line {
    size_t lines;
    size_t rows, columns;   /* taps */
    size_t x_row, x_column; /* floats from tap to tap */
    ptrdiff_t w_row, w_column;
    const float *x, *w;
    size_t x_step, y_step, x_next, y_next;
    float *y;
    const float *residual, *bias; /* NULL: none, here and below */
    const lossi_bounds *bounds;
} line;

ALWAYS_INLINE void finish(const line *l, size_t at, vector sum)
{
    vector value = l->residual ? plus(load(l->residual + at), sum) : sum;
    if (l->bias)
        value = plus(value, all(l->bias));
    store(l->y + at, l->bounds ? within(l->bounds, value) : value);
}

/* n outputs of each of so many lines; both are constants where this is inlined. */
ALWAYS_INLINE void convolve(const size_t lines, const size_t n, const line *l, size_t first)
{
    const float *x = l->x + first * l->x_step;
    vector sum[2][SUMS];
    for (size_t i = 0; i < lines; i++)
        for (size_t j = 0; j < n; j++)
            sum[i][j] = zeros();
    for (size_t u = 0; u < l->rows; u++)
        for (size_t v = 0; v < l->columns; v++) {
            vector tap = all(l->w + (ptrdiff_t)u * l->w_row + (ptrdiff_t)v * l->w_column);
            const float *from = x + u * l->x_row + v * l->x_column;
#pragma GCC unroll 2
            for (size_t i = 0; i < lines; i++)
#pragma GCC unroll 8
                for (size_t j = 0; j < n; j++)
                    sum[i][j] =
                        plus_product(tap, load(from + i * l->x_next + j * l->x_step), sum[i][j]);
        }
    for (size_t i = 0; i < lines; i++)
        for (size_t j = 0; j < n; j++)
            finish(l, i * l->y_next + (first + j) * l->y_step, sum[i][j]);
}

static void convolve_line(const line *given, size_t n)
{
    const line l = *given; /* or the compiler would read it anew after each store */
    size_t i = 0;
    if (l.lines == 2) { /* n is at most SUMS / 2 */
        switch (n) {
        case 1: convolve(2, 1, &l, 0); break;
        case 2: convolve(2, 2, &l, 0); break;
        case 3: convolve(2, 3, &l, 0); break;
        case 4: convolve(2, 4, &l, 0); break;
        }
        return;
    }
    for (; i + SUMS <= n; i += SUMS)
        convolve(1, SUMS, &l, i);
    switch (n - i) {
    case 1: convolve(1, 1, &l, i); break;
    case 2: convolve(1, 2, &l, i); break;
    case 3: convolve(1, 3, &l, i); break;
    case 4: convolve(1, 4, &l, i); break;
    case 5: convolve(1, 5, &l, i); break;
    case 6: convolve(1, 6, &l, i); break;
    case 7: convolve(1, 7, &l, i); break;
    }
}

/* A channel: what goes in and comes out, and its filter. */
typedef struct channel {
    const float *x, *w;
    float *y;
    const float *residual, *bias;
    const lossi_bounds *bounds;
    bool turned; /* turned: the filter's last tap is the first */
} channel;

/* Outputs begin .. end - 1 of so many rows from r on, whose taps are the same. */
static void convolve_columns(const lossi_windows *s, const channel *c, size_t r, size_t rows,
                             size_t begin, size_t end)
{
    size_t top, bottom, left, right, vectors = s->lanes / LOSSI_VECTOR, at = 0;
    lossi_window_taps(&s->h, r, &top, &bottom);
    lossi_window_taps(&s->w, begin, &left, &right);
    line l = {.lines = rows,
              .rows = bottom - top,
              .columns = right - left,
              .x_row = s->h.dilation * s->w.in * s->lanes,
              .x_column = s->w.dilation * s->lanes,
              .w_row = (ptrdiff_t)s->w.kernel,
              .w_column = 1,
              .w = c->w,
              .x_next = s->h.stride * s->w.in * s->lanes,
              .y_next = s->w.out * s->lanes,
              .y = c->y + (r * s->w.out + begin) * s->lanes,
              .bias = c->bias,
              .bounds = c->bounds};
    if (c->residual)
        l.residual = c->residual + (r * s->w.out + begin) * s->lanes;
    if (l.rows && l.columns)
        at = (r * s->h.stride + top * s->h.dilation - s->h.padding) * s->w.in +
             begin * s->w.stride + left * s->w.dilation - s->w.padding;
    l.x = c->x + at * s->lanes;
    if (c->turned) {
        l.w += lossi_windows_area(s) - 1;
        l.w_row = -l.w_row;
        l.w_column = -1;
    }
    l.w += (ptrdiff_t)top * l.w_row + (ptrdiff_t)left * l.w_column;
    if (s->w.stride == 1 || end - begin == 1) { /* vectors are a run */
        l.x_step = l.y_step = LOSSI_VECTOR;
        convolve_line(&l, (end - begin) * vectors);
        return;
    }
    l.x_step = s->w.stride * s->lanes;
    l.y_step = s->lanes;
    for (size_t v = 0; v < vectors; v++, l.x += LOSSI_VECTOR, l.y += LOSSI_VECTOR) {
        convolve_line(&l, end - begin);
        l.residual = l.residual ? l.residual + LOSSI_VECTOR : NULL;
    }
}

static void convolve_direct(const lossi_windows *s, const channel *c)
{
    size_t begin, end, unused; /* outputs of which no tap lies on padding */
    lossi_window_outputs(&s->w, 0, &begin, &unused);
    lossi_window_outputs(&s->w, s->w.kernel - 1, &unused, &end);
    end = end > begin ? end : begin;
    for (size_t r = 0; r < s->h.out; r++) {
        for (size_t k = 0; k < begin; k++)
            convolve_columns(s, c, r, 1, k, k + 1);
        if (end > begin)
            convolve_columns(s, c, r, 1, begin, end);
        for (size_t k = end; k < s->w.out; k++)
            convolve_columns(s, c, r, 1, k, k + 1);
    }
}

/* ---- Frames --------------------------------------------------------------------------------- */

/* Most floats of a frame, which is on the stack and should stay near. */
enum { FRAME = 12 * 1024 };

/* What windows reach over along an axis, without padding. */
static lossi_window framed(const lossi_window *w)
{
    lossi_window f = *w;
    f.in = (w->out - 1) * w->stride + (w->kernel - 1) * w->dilation + 1;
    f.padding = 0;
    return f;
}

/* Products along an axis that are of the input, not of padding. */
static size_t products_of(const lossi_window *w)
{
    size_t n = 0, begin, end;
    for (size_t o = 0; o < w->out; o++) {
        lossi_window_taps(w, o, &begin, &end);
        n += end - begin;
    }
    return n;
}

/* True where a frame fits, there is padding, and at least half of all products are of the input. */
static bool is_framed(const lossi_windows *s, const lossi_windows *f)
{
    size_t all = s->h.out * s->h.kernel * s->w.out * s->w.kernel;
    size_t needed = products_of(&s->h) * products_of(&s->w);
    return lossi_windows_plane(f) <= FRAME && needed < all && 2 * needed >= all;
}

static void copy_into_frame(const lossi_windows *s, const lossi_windows *f, const float *x,
                            float *frame)
{
    size_t rows = lossi_smaller(s->h.in, f->h.in - s->h.padding),
           n = lossi_smaller(s->w.in, f->w.in - s->w.padding) * s->lanes;
    for (size_t r = 0; r < rows; r++) {
        float *to = frame + ((r + s->h.padding) * f->w.in + s->w.padding) * s->lanes;
        const float *from = x + r * s->w.in * s->lanes;
        for (size_t i = 0; i < n; i += LOSSI_VECTOR)
            store(to + i, load(from + i));
    }
}

static void convolve_framed(const lossi_windows *f, const channel *c)
{
    size_t step = 2 * f->w.out * f->lanes / LOSSI_VECTOR <= SUMS && f->w.stride == 1 ? 2 : 1;
    for (size_t r = 0, n; r < f->h.out; r += n) {
        n = lossi_smaller(step, f->h.out - r);
        convolve_columns(f, c, r, n, 0, f->w.out);
    }
}

/* The frame of a call's channels, of zeros around what is copied into it. */
typedef struct frame {
    bool is_used;
    lossi_windows windows;
    _Alignas(64) float values[FRAME]; /* vectors lie on whole cache lines */
} frame;

static void begin_frame(frame *f, const lossi_windows *s)
{
    f->windows = (lossi_windows){s->lanes, s->channels, framed(&s->h), framed(&s->w)};
    f->is_used = is_framed(s, &f->windows);
    if (f->is_used)
        memset(f->values, 0, lossi_windows_plane(&f->windows) * sizeof *f->values);
}

static void convolve_channel(const lossi_windows *s, frame *f, const channel *given)
{
    if (!f->is_used) {
        convolve_direct(s, given);
        return;
    }
    channel c = *given;
    copy_into_frame(s, &f->windows, c.x, f->values);
    c.x = f->values;
    convolve_framed(&f->windows, &c);
}

/* ---- All channels --------------------------------------------------------------------------- */

void lossk_depthwise(const lossi_windows *s, size_t count, const float *x, const float *w,
                     const lossi_epilogue *epilogue, float *y)
{
    frame f;
    begin_frame(&f, s);
    for (size_t o = 0; o < s->channels * count; o++) {
        size_t at = o * lossi_output_plane(s);
        channel c = {.x = x + o / count * lossi_windows_plane(s),
                     .w = w + o * lossi_windows_area(s),
                     .y = y + at,
                     .residual = epilogue->residual ? epilogue->residual + at : NULL,
                     .bias = epilogue->bias ? epilogue->bias + o : NULL,
                     .bounds = epilogue->bounds};
        convolve_channel(s, &f, &c);
    }
}

/* ---- Backward ------------------------------------------------------------------------------- */

/* The window that takes dy to dx, at stride 1. */
static bool transpose_of(const lossi_window *w, lossi_window *back)
{
    size_t reach = w->dilation * (w->kernel - 1);
    *back = (lossi_window){.in = w->out,
                           .out = w->in,
                           .kernel = w->kernel,
                           .stride = 1,
                           .dilation = w->dilation,
                           .padding = reach - w->padding};
    return w->stride == 1 && w->padding <= reach;
}

static void scatter(const lossi_windows *s, const float *dy, const float *w, float *dx)
{
    for (size_t r = 0; r < s->h.out; r++) {
        size_t top, bottom;
        lossi_window_taps(&s->h, r, &top, &bottom);
        for (size_t u = top; u < bottom; u++)
            for (size_t v = 0; v < s->w.kernel; v++) {
                lossi_meeting m = lossi_meeting_of(s, r, u, v);
                vector tap = all(w + u * s->w.kernel + v);
                for (size_t k = 0; k < m.runs; k++)
                    for (size_t i = 0; i < m.n; i++) {
                        float *to = dx + m.x + k * LOSSI_VECTOR + i * m.x_step;
                        store(to,
                              plus_product(tap, load(dy + m.y + k * LOSSI_VECTOR + i * m.y_step),
                                           load(to)));
                    }
            }
    }
}

void lossk_depthwise_data(const lossi_windows *s, size_t count, const float *dy, const float *w,
                          float *dx)
{
    lossi_windows back = {.lanes = s->lanes, .channels = s->channels};
    bool has_rows = transpose_of(&s->h, &back.h), has_columns = transpose_of(&s->w, &back.w);
    frame f;
    f.is_used = false;
    if (has_rows && has_columns)
        begin_frame(&f, &back);
    for (size_t o = 0; o < s->channels * count; o++) {
        float *to = dx + o / count * lossi_windows_plane(s);
        channel c = {.x = dy + o * lossi_output_plane(s),
                     .w = w + o * lossi_windows_area(s),
                     .y = to,
                     .residual = to,
                     .turned = true};
        if (has_rows && has_columns)
            convolve_channel(&back, &f, &c);
        else
            scatter(s, c.x, c.w, to);
    }
}
