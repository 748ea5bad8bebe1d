/* Convolution of each channel on its own. Under each tap outputs of a row are multiplied with one
 * value of the filter, several vectors at a time; the first and last columns of a map, some of
 * whose taps lie on padding, come one by one. */
#include "kernels/simd/simd.h"
#include "kernels/simd/vector.h"

/* Outputs whose taps lie alike: their inputs are `x_step` floats apart, they themselves `y_step`.
 */
typedef struct line {
    size_t rows, columns;   /* taps */
    size_t x_row, x_column; /* floats from tap to tap */
    ptrdiff_t w_row, w_column;
    const float *x, *w;
    size_t x_step, y_step;
    float *y;
    const float *residual, *bias; /* NULL: none, here and below */
    const lossi_bounds *bounds;
} line;

ALWAYS_INLINE void convolve(const size_t n, const line *l, size_t first)
{
    const float *x = l->x + first * l->x_step;
    vector sum[8];
    for (size_t j = 0; j < n; j++)
        sum[j] = zeros();
    for (size_t u = 0; u < l->rows; u++)
        for (size_t v = 0; v < l->columns; v++) {
            vector tap = all(l->w + (ptrdiff_t)u * l->w_row + (ptrdiff_t)v * l->w_column);
            const float *from = x + u * l->x_row + v * l->x_column;
#pragma GCC unroll 8
            for (size_t j = 0; j < n; j++)
                sum[j] = plus_product(tap, load(from + j * l->x_step), sum[j]);
        }
    for (size_t j = 0; j < n; j++) {
        size_t at = (first + j) * l->y_step;
        vector value = l->residual ? plus(load(l->residual + at), sum[j]) : sum[j];
        if (l->bias)
            value = plus(value, all(l->bias));
        store(l->y + at, l->bounds ? within(l->bounds, value) : value);
    }
}

static void convolve_line(const line *given, size_t n)
{
    const line l = *given; /* or the compiler would read it anew after each store */
    size_t i = 0;
    for (; i + 8 <= n; i += 8)
        convolve(8, &l, i);
    for (; i + 4 <= n; i += 4)
        convolve(4, &l, i);
    for (; i < n; i++)
        convolve(1, &l, i);
}

/* A channel: what goes in and comes out, and its filter. */
typedef struct channel {
    const float *x, *w;
    float *y;
    const float *residual, *bias;
    const lossi_bounds *bounds;
    bool turned; /* turned: the filter's last tap is the first */
} channel;

/* Outputs begin .. end - 1 of row r, whose taps are the same. */
static void convolve_columns(const lossi_windows *s, const channel *c, size_t r, size_t begin,
                             size_t end)
{
    size_t top, bottom, left, right, vectors = s->lanes / LOSSI_VECTOR, at = 0;
    lossi_window_taps(&s->h, r, &top, &bottom);
    lossi_window_taps(&s->w, begin, &left, &right);
    line l = {.rows = bottom - top,
              .columns = right - left,
              .x_row = s->h.dilation * s->w.in * s->lanes,
              .x_column = s->w.dilation * s->lanes,
              .w_row = (ptrdiff_t)s->w.kernel,
              .w_column = 1,
              .w = c->w,
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

static void convolve_channel(const lossi_windows *s, const channel *c)
{
    size_t begin, end, unused; /* outputs of which no tap lies on padding */
    lossi_window_outputs(&s->w, 0, &begin, &unused);
    lossi_window_outputs(&s->w, s->w.kernel - 1, &unused, &end);
    end = end > begin ? end : begin;
    for (size_t r = 0; r < s->h.out; r++) {
        for (size_t k = 0; k < begin; k++)
            convolve_columns(s, c, r, k, k + 1);
        if (end > begin)
            convolve_columns(s, c, r, begin, end);
        for (size_t k = end; k < s->w.out; k++)
            convolve_columns(s, c, r, k, k + 1);
    }
}

static size_t output_plane(const lossi_windows *s)
{
    return s->h.out * s->w.out * s->lanes;
}

void lossk_depthwise(const lossi_windows *s, size_t count, const float *x, const float *w,
                     const lossi_epilogue *epilogue, float *y)
{
    for (size_t o = 0; o < s->channels * count; o++) {
        size_t at = o * output_plane(s);
        channel c = {.x = x + o / count * lossi_windows_plane(s),
                     .w = w + o * lossi_windows_area(s),
                     .y = y + at,
                     .residual = epilogue->residual ? epilogue->residual + at : NULL,
                     .bias = epilogue->bias ? epilogue->bias + o : NULL,
                     .bounds = epilogue->bounds};
        convolve_channel(s, &c);
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

/* What meets in a row of outputs under one tap: runs of vectors of the input and the output, in
 * `runs` lots. */
typedef struct meeting {
    size_t n, runs, x, y, x_step, y_step;
} meeting;

static meeting meeting_of(const lossi_windows *s, size_t r, size_t u, size_t v)
{
    size_t begin, end, vectors = s->lanes / LOSSI_VECTOR;
    lossi_window_outputs(&s->w, v, &begin, &end);
    meeting m = {.n = end - begin, .runs = vectors};
    if (end == begin)
        return m;
    m.x = ((r * s->h.stride + u * s->h.dilation - s->h.padding) * s->w.in + begin * s->w.stride +
           v * s->w.dilation - s->w.padding) *
          s->lanes;
    m.y = (r * s->w.out + begin) * s->lanes;
    m.x_step = s->w.stride * s->lanes;
    m.y_step = s->lanes;
    if (s->w.stride == 1) {
        m.n *= vectors;
        m.runs = 1;
        m.x_step = m.y_step = LOSSI_VECTOR;
    }
    return m;
}

static void scatter(const lossi_windows *s, const float *dy, const float *w, float *dx)
{
    for (size_t r = 0; r < s->h.out; r++) {
        size_t top, bottom;
        lossi_window_taps(&s->h, r, &top, &bottom);
        for (size_t u = top; u < bottom; u++)
            for (size_t v = 0; v < s->w.kernel; v++) {
                meeting m = meeting_of(s, r, u, v);
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
    for (size_t o = 0; o < s->channels * count; o++) {
        float *to = dx + o / count * lossi_windows_plane(s);
        channel c = {.x = dy + o * output_plane(s),
                     .w = w + o * lossi_windows_area(s),
                     .y = to,
                     .residual = to,
                     .turned = true};
        if (has_rows && has_columns)
            convolve_channel(&back, &c);
        else
            scatter(s, c.x, c.w, to);
    }
}

/* The sum of the products of what meets, four sums at a time. */
static vector correlate(const meeting *given, const float *x, const float *dy)
{
    const meeting m = *given;
    vector sum[4] = {zeros(), zeros(), zeros(), zeros()};
    for (size_t k = 0; k < m.runs; k++) {
        const float *a = x + m.x + k * LOSSI_VECTOR, *b = dy + m.y + k * LOSSI_VECTOR;
        size_t i = 0;
        for (; i + 4 <= m.n; i += 4, a += 4 * m.x_step, b += 4 * m.y_step)
#pragma GCC unroll 4
            for (size_t j = 0; j < 4; j++)
                sum[j] = plus_product(load(a + j * m.x_step), load(b + j * m.y_step), sum[j]);
        for (; i < m.n; i++, a += m.x_step, b += m.y_step)
            sum[0] = plus_product(load(a), load(b), sum[0]);
    }
    return plus(plus(sum[0], sum[1]), plus(sum[2], sum[3]));
}

/* Taps whose sums are kept at once, while a row of the input is near. */
enum { TAPS = 32 };

/* dw [taps from `first` on] of a channel. */
static void correlate_channel(const lossi_windows *s, const float *x, const float *dy, size_t first,
                              float *dw)
{
    size_t n = lossi_windows_area(s) - first;
    vector sums[TAPS];
    n = n < TAPS ? n : TAPS;
    for (size_t t = 0; t < n; t++)
        sums[t] = zeros();
    for (size_t r = 0; r < s->h.out; r++) {
        size_t top, bottom;
        lossi_window_taps(&s->h, r, &top, &bottom);
        for (size_t t = 0; t < n; t++) {
            size_t u = (first + t) / s->w.kernel, v = (first + t) % s->w.kernel;
            if (u < top || u >= bottom)
                continue;
            meeting m = meeting_of(s, r, u, v);
            sums[t] = plus(sums[t], correlate(&m, x, dy));
        }
    }
    for (size_t t = 0; t < n; t++)
        dw[first + t] += sum_of_lanes(sums[t]);
}

void lossk_depthwise_weights(const lossi_windows *s, size_t count, const float *x, const float *dy,
                             float *dw, float *dbias)
{
    lossi_maps m = {1, s->h.out * s->w.out, s->lanes, s->lanes};
    for (size_t o = 0; o < s->channels * count; o++, dy += output_plane(s)) {
        double sum, square;
        if (dbias) {
            lossk_norm_sums(&m, dy, &sum, &square);
            dbias[o] += (float)sum;
        }
        for (size_t first = 0; first < lossi_windows_area(s); first += TAPS)
            correlate_channel(s, x + o / count * lossi_windows_plane(s), dy, first,
                              dw + o * lossi_windows_area(s));
    }
}
