/* Convolution from its definition, for each image i of the chunk:
 *   y[o][r][c] = bias[o] + sum over k, u, v of w[o][k][u][v] x[k][r s - p + u][c s - p + v]
 * with zeros outside the input. The backward kernels walk the same terms. A filter made ready is
 * the filter. */
#include "kernels/ref/ref.h"

static size_t filter_index(const lossi_conv_shape *s, size_t o, size_t k, size_t u, size_t v)
{
    return ((o * s->in_c + k) * s->kernel + u) * s->kernel + v;
}

/* Index of the vector of output pixel (r, c) of channel o. */
static size_t output_index(const lossi_conv_shape *s, size_t o, size_t r, size_t c)
{
    return ((o * s->out_h + r) * s->out_w + c) * s->lanes;
}

/* Index of the vector of x under tap (u, v) of channel k for output (r, c); false: it is
 * padding. */
static bool input_index(const lossi_conv_shape *s, size_t k, size_t r, size_t c, size_t u, size_t v,
                        size_t *index)
{
    size_t row = r * s->stride + u, column = c * s->stride + v; /* counted from the padded corner */
    if (row < s->padding || column < s->padding || row - s->padding >= s->in_h ||
        column - s->padding >= s->in_w)
        return false;
    *index = ((k * s->in_h + row - s->padding) * s->in_w + column - s->padding) * s->lanes;
    return true;
}

size_t lossk_conv_packed_ref(const lossi_conv_shape *s)
{
    return s->out_c * s->in_c * s->kernel * s->kernel;
}

size_t lossk_conv_scratch_ref(const lossi_conv_shape *s)
{
    (void)s;
    return 0;
}

double lossk_conv_products_ref(const lossi_conv_shape *s)
{
    return (double)(s->in_c * s->kernel * s->kernel * s->out_c) *
           (double)(s->out_h * s->out_w * s->lanes);
}

void lossk_conv_pack_ref(const lossi_conv_shape *s, const lossi_real *w, const lossi_real *scale,
                         size_t begin, size_t end, lossi_real *packed)
{
    size_t n = s->in_c * s->kernel * s->kernel;
    for (size_t o = begin; o < end; o++)
        for (size_t j = 0; j < n; j++)
            packed[o * n + j] = scale ? w[o * n + j] * scale[o] : w[o * n + j];
}

void lossk_conv_pack_backward_ref(const lossi_conv_shape *s, const lossi_real *w, size_t begin,
                                  size_t end, lossi_real *packed)
{
    size_t taps = s->kernel * s->kernel;
    for (size_t o = 0; o < s->out_c; o++)
        for (size_t j = begin * taps; j < end * taps; j++)
            packed[o * s->in_c * taps + j] = w[o * s->in_c * taps + j];
}

static lossi_real finish(const lossi_epilogue *e, size_t o, size_t at, double sum)
{
    if (e->bias)
        sum += (double)e->bias[o];
    if (e->residual)
        sum += (double)e->residual[at];
    return lossi_bounded(e->bounds, (lossi_real)sum);
}

void lossk_conv_forward_ref(const lossi_conv_shape *s, const lossi_real *x, const lossi_real *w,
                            const lossi_epilogue *epilogue, lossi_real *y, lossi_real *scratch)
{
    (void)scratch;
    for (size_t o = 0; o < s->out_c; o++)
        for (size_t r = 0; r < s->out_h; r++)
            for (size_t c = 0; c < s->out_w; c++) {
                double sum[LOSSI_MOST_LANES] = {0};
                for (size_t k = 0; k < s->in_c; k++)
                    for (size_t u = 0; u < s->kernel; u++)
                        for (size_t v = 0; v < s->kernel; v++) {
                            size_t at;
                            if (!input_index(s, k, r, c, u, v, &at))
                                continue;
                            for (size_t i = 0; i < s->lanes; i++)
                                sum[i] +=
                                    (double)w[filter_index(s, o, k, u, v)] * (double)x[at + i];
                        }
                size_t out = output_index(s, o, r, c);
                for (size_t i = 0; i < s->lanes; i++)
                    y[out + i] = finish(epilogue, o, out + i, sum[i]);
            }
}

void lossk_conv_backward_data_ref(const lossi_conv_shape *s, const lossi_real *dy,
                                  const lossi_real *w, lossi_real *dx, lossi_real *scratch)
{
    (void)scratch;
    for (size_t o = 0; o < s->out_c; o++)
        for (size_t r = 0; r < s->out_h; r++)
            for (size_t c = 0; c < s->out_w; c++)
                for (size_t k = 0; k < s->in_c; k++)
                    for (size_t u = 0; u < s->kernel; u++)
                        for (size_t v = 0; v < s->kernel; v++) {
                            size_t at;
                            if (!input_index(s, k, r, c, u, v, &at))
                                continue;
                            for (size_t i = 0; i < s->lanes; i++)
                                dx[at + i] += w[filter_index(s, o, k, u, v)] *
                                              dy[output_index(s, o, r, c) + i];
                        }
}

/* Sum over output pixels and images of dy times the input under tap (u, v) of channel k. */
static double correlate(const lossi_conv_shape *s, const lossi_real *x, const lossi_real *dy,
                        size_t o, size_t k, size_t u, size_t v)
{
    double sum = 0;
    for (size_t r = 0; r < s->out_h; r++)
        for (size_t c = 0; c < s->out_w; c++) {
            size_t at;
            if (!input_index(s, k, r, c, u, v, &at))
                continue;
            for (size_t i = 0; i < s->lanes; i++)
                sum += (double)x[at + i] * (double)dy[output_index(s, o, r, c) + i];
        }
    return sum;
}

void lossk_conv_backward_weights_ref(const lossi_conv_shape *s, const lossi_real *x,
                                     const lossi_real *dy, lossi_real *dw, lossi_real *dbias,
                                     lossi_real *scratch)
{
    (void)scratch;
    size_t m = s->out_h * s->out_w * s->lanes;
    for (size_t o = 0; o < s->out_c; o++) {
        double sum_dy = 0;
        for (size_t j = 0; j < m; j++)
            sum_dy += (double)dy[o * m + j];
        if (dbias)
            dbias[o] += (lossi_real)sum_dy;
        for (size_t k = 0; k < s->in_c; k++)
            for (size_t u = 0; u < s->kernel; u++)
                for (size_t v = 0; v < s->kernel; v++)
                    dw[filter_index(s, o, k, u, v)] += (lossi_real)correlate(s, x, dy, o, k, u, v);
    }
}
