/* Convolution of each channel on its own, from its definition. */
#include "kernels/ref/ref.h"

/* A filter's place: output channel o, pixel (r, c), and its taps that lie on the input. */
typedef struct place {
    size_t top, bottom, left, right;
} place;

static place place_of(const lossi_windows *s, size_t r, size_t c)
{
    place p;
    lossi_window_taps(&s->h, r, &p.top, &p.bottom);
    lossi_window_taps(&s->w, c, &p.left, &p.right);
    return p;
}

/* Index of the vector of the input under tap (u, v) of output (r, c), in channel k. */
static size_t input_index(const lossi_windows *s, size_t k, size_t r, size_t c, size_t u, size_t v)
{
    size_t row = r * s->h.stride + u * s->h.dilation - s->h.padding,
           column = c * s->w.stride + v * s->w.dilation - s->w.padding;
    return k * lossi_windows_plane(s) + (row * s->w.in + column) * s->lanes;
}

/* Calls for every output pixel of every filter; `out` counts them. */
#define FOR_EACH_OUTPUT(s, count, o, r, c, out)                                                    \
    for (size_t o = 0, out = 0; o < (s)->channels * (count); o++)                                  \
        for (size_t r = 0; r < (s)->h.out; r++)                                                    \
            for (size_t c = 0; c < (s)->w.out; c++, out++)
#define FOR_EACH_TAP(p, u, v)                                                                      \
    for (size_t u = (p)->top; u < (p)->bottom; u++)                                                \
        for (size_t v = (p)->left; v < (p)->right; v++)

void lossk_depthwise_ref(const lossi_windows *s, size_t count, const lossi_real *x,
                         const lossi_real *w, const lossi_epilogue *e, lossi_real *y)
{
    FOR_EACH_OUTPUT(s, count, o, r, c, out)
    {
        place p = place_of(s, r, c);
        double sum[LOSSI_MOST_LANES] = {0};
        FOR_EACH_TAP(&p, u, v)
        {
            const lossi_real *from = x + input_index(s, o / count, r, c, u, v);
            double tap = (double)w[(o * s->h.kernel + u) * s->w.kernel + v];
            for (size_t i = 0; i < s->lanes; i++)
                sum[i] += tap * (double)from[i];
        }
        for (size_t i = 0; i < s->lanes; i++) {
            double value = sum[i] + (e->bias ? (double)e->bias[o] : 0) +
                           (e->residual ? (double)e->residual[out * s->lanes + i] : 0);
            y[out * s->lanes + i] = lossi_bounded(e->bounds, (lossi_real)value);
        }
    }
}

void lossk_depthwise_data_ref(const lossi_windows *s, size_t count, const lossi_real *dy,
                              const lossi_real *w, lossi_real *dx)
{
    FOR_EACH_OUTPUT(s, count, o, r, c, out)
    {
        place p = place_of(s, r, c);
        FOR_EACH_TAP(&p, u, v)
        {
            lossi_real *to = dx + input_index(s, o / count, r, c, u, v);
            for (size_t i = 0; i < s->lanes; i++)
                to[i] += w[(o * s->h.kernel + u) * s->w.kernel + v] * dy[out * s->lanes + i];
        }
    }
}

void lossk_depthwise_weights_ref(const lossi_windows *s, size_t count, const lossi_real *x,
                                 const lossi_real *dy, lossi_real *dw, lossi_real *dbias)
{
    size_t n = s->h.out * s->w.out * s->lanes;
    for (size_t o = 0; o < s->channels * count; o++, dy += n) {
        double all = 0;
        for (size_t j = 0; j < n; j++)
            all += (double)dy[j];
        if (dbias)
            dbias[o] += (lossi_real)all;
        for (size_t u = 0; u < s->h.kernel; u++)
            for (size_t v = 0; v < s->w.kernel; v++) {
                size_t top, bottom, left, right;
                double sum = 0;
                lossi_window_outputs(&s->h, u, &top, &bottom);
                lossi_window_outputs(&s->w, v, &left, &right);
                for (size_t r = top; r < bottom; r++)
                    for (size_t c = left; c < right; c++)
                        for (size_t i = 0; i < s->lanes; i++)
                            sum += (double)x[input_index(s, o / count, r, c, u, v) + i] *
                                   (double)dy[(r * s->w.out + c) * s->lanes + i];
                dw[(o * s->h.kernel + u) * s->w.kernel + v] += (lossi_real)sum;
            }
    }
}
