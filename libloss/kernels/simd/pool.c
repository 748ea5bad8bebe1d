/* Pooling, a vector of images at a time. */
#include "kernels/simd/simd.h"
#include "kernels/simd/vector.h"

/* The larger, or NaN if one of them is. */
static inline vector largest(vector best, vector value)
{
    return chosen(either(greater(value, best), is_nan(value)), value, best);
}

/* A window's pixels: `step` floats apart in each of the rows, which are `pitch` floats apart. */
typedef struct area {
    size_t rows, row_end, pitch; /* from `rows` on: of the first pixel */
    size_t width, step;
    size_t count; /* pixels that an average divides by */
} area;

static area area_of(const lossi_pool_shape *s, size_t r, size_t c)
{
    const lossi_windows *w = &s->windows;
    lossi_range rows = lossi_pool_rows(s, r), columns = lossi_pool_columns(s, c);
    area a = {.rows = (rows.begin * w->w.in + columns.begin) * w->lanes,
              .pitch = rows.step * w->w.in * w->lanes,
              .width = (columns.end - columns.begin) * w->lanes,
              .step = columns.step * w->lanes,
              .count = rows.count * columns.count};
    a.row_end = a.rows + (rows.end - rows.begin - 1) * w->w.in * w->lanes + 1;
    return a;
}

/* Calls for every pixel of an area; `at` is its place in the channel. */
#define FOR_EACH_PIXEL(a, at)                                                                      \
    for (size_t row_ = (a)->rows; row_ < (a)->row_end; row_ += (a)->pitch)                         \
        for (size_t at = row_; at < row_ + (a)->width; at += (a)->step)

/* Calls for every vector of outputs of a channel, in their order. */
#define FOR_EACH_OUTPUT(s, a, lane)                                                                \
    for (size_t r_ = 0; r_ < (s)->windows.h.out; r_++)                                             \
        for (size_t c_ = 0; c_ < (s)->windows.w.out; c_++)                                         \
            for (area a = area_of(s, r_, c_), *once_ = &a; once_; once_ = NULL)                    \
                for (size_t lane = 0; lane < (s)->windows.lanes; lane += LOSSI_VECTOR)

static vector largest_of(const area *a, const float *x)
{
    vector best = load(x + a->rows);
    FOR_EACH_PIXEL(a, at)
    best = largest(best, load(x + at));
    return best;
}

void lossk_max_pool(const lossi_pool_shape *s, const float *x, float *y)
{
    for (size_t c = 0; c < s->windows.channels; c++, x += lossi_windows_plane(&s->windows))
        FOR_EACH_OUTPUT(s, a, lane)
        {
            store(y, largest_of(&a, x + lane));
            y += LOSSI_VECTOR;
        }
}

/* Each image's gradient goes to the first that is the largest (or NaN), and is spent then. */
void lossk_max_pool_backward(const lossi_pool_shape *s, const float *x, const float *dy, float *dx)
{
    size_t plane = lossi_windows_plane(&s->windows);
    for (size_t c = 0; c < s->windows.channels; c++, x += plane, dx += plane)
        FOR_EACH_OUTPUT(s, a, lane)
        {
            vector best = largest_of(&a, x + lane), left = load(dy);
            FOR_EACH_PIXEL(&a, at)
            {
                vector value = load(x + lane + at);
                mask is_best = either(equal(value, best), is_nan(value));
                store(dx + lane + at, plus(load(dx + lane + at), where(is_best, left)));
                left = unless(is_best, left);
            }
            dy += LOSSI_VECTOR;
        }
}

/* In double, as the reference does. */
void lossk_average_pool(const lossi_pool_shape *s, const float *x, float *y)
{
    double total[LOSSI_VECTOR];
    for (size_t c = 0; c < s->windows.channels; c++, x += lossi_windows_plane(&s->windows))
        FOR_EACH_OUTPUT(s, a, lane)
        {
            doubles sum = no_doubles();
            FOR_EACH_PIXEL(&a, at)
            sum = added(sum, widen(load(x + lane + at)));
            store_doubles(total, sum);
            for (size_t i = 0; i < LOSSI_VECTOR; i++)
                y[i] = (float)(total[i] / (double)a.count);
            y += LOSSI_VECTOR;
        }
}

void lossk_average_pool_backward(const lossi_pool_shape *s, const float *dy, float *dx)
{
    for (size_t c = 0; c < s->windows.channels; c++, dx += lossi_windows_plane(&s->windows))
        FOR_EACH_OUTPUT(s, a, lane)
        {
            float share = 1 / (float)a.count;
            FOR_EACH_PIXEL(&a, at)
            store(dx + lane + at, plus_times(share, load(dy), load(dx + lane + at)));
            dy += LOSSI_VECTOR;
        }
}
