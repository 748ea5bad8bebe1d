/* Pooling, image by image. */
#include <math.h>

#include "kernels/ref/ref.h"

/* Index of the vector of pixel (r, c) of a channel. */
static size_t index_of(const lossi_pool_shape *s, size_t r, size_t c)
{
    return (r * s->windows.w.in + c) * s->windows.lanes;
}

/* Calls for every pixel under a window; `at` is its vector. */
#define FOR_EACH_PIXEL(s, rows, columns, at)                                                       \
    for (size_t i_ = (rows)->begin; i_ < (rows)->end; i_ += (rows)->step)                          \
        for (size_t at = index_of(s, i_, (columns)->begin),                                        \
                    end_ = index_of(s, i_, (columns)->end);                                        \
             at < end_; at += (columns)->step * (s)->windows.lanes)

/* The first largest value of image i under the window; a NaN counts as largest.
 * @param x  the channel */
static size_t largest(const lossi_pool_shape *s, const lossi_real *x, const lossi_range *rows,
                      const lossi_range *columns, size_t i)
{
    size_t best = index_of(s, rows->begin, columns->begin) + i;
    FOR_EACH_PIXEL(s, rows, columns, at)
    {
        lossi_real value = x[at + i], most = x[best];
        if (value > most || (isnan(value) && !isnan(most)))
            best = at + i;
    }
    return best;
}

/* Calls for every output pixel of every channel; `out` counts them. */
#define FOR_EACH_OUTPUT(s, channel, r, c, out)                                                     \
    for (size_t channel = 0, out = 0; channel < (s)->windows.channels; channel++)                  \
        for (size_t r = 0; r < (s)->windows.h.out; r++)                                            \
            for (size_t c = 0; c < (s)->windows.w.out; c++, out++)

void lossk_max_pool_ref(const lossi_pool_shape *s, const lossi_real *x, lossi_real *y)
{
    FOR_EACH_OUTPUT(s, channel, r, c, out)
    {
        const lossi_real *plane = x + channel * lossi_windows_plane(&s->windows);
        lossi_range rows = lossi_pool_rows(s, r), columns = lossi_pool_columns(s, c);
        for (size_t i = 0; i < s->windows.lanes; i++)
            y[out * s->windows.lanes + i] = plane[largest(s, plane, &rows, &columns, i)];
    }
}

void lossk_max_pool_backward_ref(const lossi_pool_shape *s, const lossi_real *x,
                                 const lossi_real *dy, lossi_real *dx)
{
    FOR_EACH_OUTPUT(s, channel, r, c, out)
    {
        size_t plane = channel * lossi_windows_plane(&s->windows);
        lossi_range rows = lossi_pool_rows(s, r), columns = lossi_pool_columns(s, c);
        for (size_t i = 0; i < s->windows.lanes; i++)
            dx[plane + largest(s, x + plane, &rows, &columns, i)] += dy[out * s->windows.lanes + i];
    }
}

void lossk_max_pool_tangent(const lossi_pool_shape *s, const lossi_real *x, const lossi_real *t,
                            lossi_real *y)
{
    FOR_EACH_OUTPUT(s, channel, r, c, out)
    {
        size_t plane = channel * lossi_windows_plane(&s->windows);
        lossi_range rows = lossi_pool_rows(s, r), columns = lossi_pool_columns(s, c);
        for (size_t i = 0; i < s->windows.lanes; i++)
            y[out * s->windows.lanes + i] = t[plane + largest(s, x + plane, &rows, &columns, i)];
    }
}

void lossk_average_pool_ref(const lossi_pool_shape *s, const lossi_real *x, lossi_real *y)
{
    size_t lanes = s->windows.lanes;
    FOR_EACH_OUTPUT(s, channel, r, c, out)
    {
        const lossi_real *plane = x + channel * lossi_windows_plane(&s->windows);
        lossi_range rows = lossi_pool_rows(s, r), columns = lossi_pool_columns(s, c);
        double sum[LOSSI_MOST_LANES] = {0}, size = (double)(rows.count * columns.count);
        FOR_EACH_PIXEL(s, &rows, &columns, at)
        for (size_t i = 0; i < lanes; i++)
            sum[i] += (double)plane[at + i];
        for (size_t i = 0; i < lanes; i++)
            y[out * lanes + i] = (lossi_real)(sum[i] / size);
    }
}

void lossk_average_pool_backward_ref(const lossi_pool_shape *s, const lossi_real *dy,
                                     lossi_real *dx)
{
    size_t lanes = s->windows.lanes;
    FOR_EACH_OUTPUT(s, channel, r, c, out)
    {
        lossi_real *plane = dx + channel * lossi_windows_plane(&s->windows);
        lossi_range rows = lossi_pool_rows(s, r), columns = lossi_pool_columns(s, c);
        lossi_real share = (lossi_real)1 / (lossi_real)(rows.count * columns.count);
        FOR_EACH_PIXEL(s, &rows, &columns, at)
        for (size_t i = 0; i < lanes; i++)
            plane[at + i] += share * dy[out * lanes + i];
    }
}
