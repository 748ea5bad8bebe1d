/* Pooling over windows that may reach into the padding. */
#include <math.h>

#include "kernels/ref/ref.h"

/* First and one past the last input index under the window of output `out`, clipped to the input. */
static void window(const lossi_pool_shape *s, size_t out, size_t in_size, size_t kernel, size_t *begin, size_t *end)
{
    size_t from = out * s->stride, to = from + kernel; /* counted from the padded edge */
    *begin = from < s->padding ? 0 : from - s->padding;
    *end = to < s->padding ? 0 : to - s->padding;
    if (*end > in_size)
        *end = in_size;
}

/* Index into the plane of the first largest value under the window; a NaN counts as largest. */
static size_t largest(const lossi_pool_shape *s, const lossi_real *plane, size_t r, size_t c)
{
    size_t top, bottom, left, right;
    window(s, r, s->in_h, s->kernel_h, &top, &bottom);
    window(s, c, s->in_w, s->kernel_w, &left, &right);
    size_t best = top * s->in_w + left;
    for (size_t i = top; i < bottom; i++)
        for (size_t j = left; j < right; j++) {
            size_t at = i * s->in_w + j;
            if (plane[at] > plane[best] || (isnan(plane[at]) && !isnan(plane[best])))
                best = at;
        }
    return best;
}

void lossk_max_pool_ref(const lossi_pool_shape *s, const lossi_real *x, lossi_real *y)
{
    for (size_t p = 0; p < s->planes; p++)
        for (size_t r = 0; r < s->out_h; r++)
            for (size_t c = 0; c < s->out_w; c++) {
                const lossi_real *plane = x + p * s->in_h * s->in_w;
                y[(p * s->out_h + r) * s->out_w + c] = plane[largest(s, plane, r, c)];
            }
}

void lossk_max_pool_backward_ref(const lossi_pool_shape *s, const lossi_real *x, const lossi_real *dy, lossi_real *dx)
{
    for (size_t p = 0; p < s->planes; p++)
        for (size_t r = 0; r < s->out_h; r++)
            for (size_t c = 0; c < s->out_w; c++) {
                size_t plane = p * s->in_h * s->in_w;
                dx[plane + largest(s, x + plane, r, c)] += dy[(p * s->out_h + r) * s->out_w + c];
            }
}

void lossk_average_pool_ref(const lossi_pool_shape *s, const lossi_real *x, lossi_real *y)
{
    double area = (double)(s->kernel_h * s->kernel_w);
    for (size_t p = 0; p < s->planes; p++)
        for (size_t r = 0; r < s->out_h; r++)
            for (size_t c = 0; c < s->out_w; c++) {
                size_t top, bottom, left, right;
                window(s, r, s->in_h, s->kernel_h, &top, &bottom);
                window(s, c, s->in_w, s->kernel_w, &left, &right);
                double sum = 0;
                for (size_t i = top; i < bottom; i++)
                    for (size_t j = left; j < right; j++)
                        sum += (double)x[(p * s->in_h + i) * s->in_w + j];
                y[(p * s->out_h + r) * s->out_w + c] = (lossi_real)(sum / area);
            }
}

void lossk_average_pool_backward_ref(const lossi_pool_shape *s, const lossi_real *dy, lossi_real *dx)
{
    lossi_real share = (lossi_real)1 / (lossi_real)(s->kernel_h * s->kernel_w);
    for (size_t p = 0; p < s->planes; p++)
        for (size_t r = 0; r < s->out_h; r++)
            for (size_t c = 0; c < s->out_w; c++) {
                size_t top, bottom, left, right;
                window(s, r, s->in_h, s->kernel_h, &top, &bottom);
                window(s, c, s->in_w, s->kernel_w, &left, &right);
                for (size_t i = top; i < bottom; i++)
                    for (size_t j = left; j < right; j++)
                        dx[(p * s->in_h + i) * s->in_w + j] += share * dy[(p * s->out_h + r) * s->out_w + c];
            }
}
