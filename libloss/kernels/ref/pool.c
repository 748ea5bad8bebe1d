/* Pooling over windows that may reach into the padding, image by image. */
#include <math.h>

#include "kernels/ref/ref.h"

/* First and one past the last input index under the window of output `out`, clipped to the
 * input. */
static void window(const lossi_pool_shape *s, size_t out, size_t in_size, size_t kernel,
                   size_t *begin, size_t *end)
{
    size_t from = out * s->stride, to = from + kernel; /* counted from the padded edge */
    *begin = from < s->padding ? 0 : from - s->padding;
    *end = to < s->padding ? 0 : to - s->padding;
    if (*end > in_size)
        *end = in_size;
}

/* Input pixels under the window of one output pixel. */
typedef struct area {
    size_t top, bottom, left, right;
} area;

static area area_of(const lossi_pool_shape *s, size_t r, size_t c)
{
    area a;
    window(s, r, s->in_h, s->kernel_h, &a.top, &a.bottom);
    window(s, c, s->in_w, s->kernel_w, &a.left, &a.right);
    return a;
}

/* Pixel of the first largest value of image i under the window; a NaN counts as largest. plane
 * [in_h][in_w][lanes] */
static size_t largest(const lossi_pool_shape *s, const lossi_real *plane, const area *a, size_t i)
{
    size_t best = a->top * s->in_w + a->left;
    for (size_t y = a->top; y < a->bottom; y++)
        for (size_t x = a->left; x < a->right; x++) {
            size_t at = y * s->in_w + x;
            lossi_real value = plane[at * s->lanes + i], most = plane[best * s->lanes + i];
            if (value > most || (isnan(value) && !isnan(most)))
                best = at;
        }
    return best;
}

/* Calls for every output pixel of every channel; `out` counts them. */
#define FOR_EACH_OUTPUT(s, channel, r, c, out)                                                     \
    for (size_t channel = 0, out = 0; channel < (s)->channels; channel++)                          \
        for (size_t r = 0; r < (s)->out_h; r++)                                                    \
            for (size_t c = 0; c < (s)->out_w; c++, out++)

void lossk_max_pool_ref(const lossi_pool_shape *s, const lossi_real *x, lossi_real *y)
{
    FOR_EACH_OUTPUT(s, channel, r, c, out)
    {
        const lossi_real *plane = x + channel * s->in_h * s->in_w * s->lanes;
        area a = area_of(s, r, c);
        for (size_t i = 0; i < s->lanes; i++)
            y[out * s->lanes + i] = plane[largest(s, plane, &a, i) * s->lanes + i];
    }
}

void lossk_max_pool_backward_ref(const lossi_pool_shape *s, const lossi_real *x,
                                 const lossi_real *dy, lossi_real *dx)
{
    FOR_EACH_OUTPUT(s, channel, r, c, out)
    {
        size_t plane = channel * s->in_h * s->in_w * s->lanes;
        area a = area_of(s, r, c);
        for (size_t i = 0; i < s->lanes; i++)
            dx[plane + largest(s, x + plane, &a, i) * s->lanes + i] += dy[out * s->lanes + i];
    }
}

void lossk_average_pool_ref(const lossi_pool_shape *s, const lossi_real *x, lossi_real *y)
{
    double size = (double)(s->kernel_h * s->kernel_w);
    FOR_EACH_OUTPUT(s, channel, r, c, out)
    {
        const lossi_real *plane = x + channel * s->in_h * s->in_w * s->lanes;
        area a = area_of(s, r, c);
        double sum[LOSSI_MOST_LANES] = {0};
        for (size_t k = a.top; k < a.bottom; k++)
            for (size_t j = a.left; j < a.right; j++)
                for (size_t i = 0; i < s->lanes; i++)
                    sum[i] += (double)plane[(k * s->in_w + j) * s->lanes + i];
        for (size_t i = 0; i < s->lanes; i++)
            y[out * s->lanes + i] = (lossi_real)(sum[i] / size);
    }
}

void lossk_average_pool_backward_ref(const lossi_pool_shape *s, const lossi_real *dy,
                                     lossi_real *dx)
{
    lossi_real share = (lossi_real)1 / (lossi_real)(s->kernel_h * s->kernel_w);
    FOR_EACH_OUTPUT(s, channel, r, c, out)
    {
        lossi_real *plane = dx + channel * s->in_h * s->in_w * s->lanes;
        area a = area_of(s, r, c);
        for (size_t k = a.top; k < a.bottom; k++)
            for (size_t j = a.left; j < a.right; j++)
                for (size_t i = 0; i < s->lanes; i++)
                    plane[(k * s->in_w + j) * s->lanes + i] += share * dy[out * s->lanes + i];
    }
}
