/* Convolution from its definition: y[o][i][r][c] = bias[o] + sum over k, u, v of w[o][k][u][v] x[k][i][r s - p + u][c s - p + v],
 * with zeros outside the input. The backward kernels walk the same terms. */
#include "kernels/ref/ref.h"

#include <stdbool.h>

size_t lossk_conv_scratch_ref(const lossi_conv_shape *s)
{
    (void)s;
    return 0;
}

/* Index into x of the value under tap (u, v) of channel k for output (i, r, c); false: it is padding. */
static bool input_index(const lossi_conv_shape *s, size_t k, size_t i, size_t r, size_t c, size_t u, size_t v, size_t *index)
{
    size_t row = r * s->stride + u, column = c * s->stride + v; /* counted from the padded corner */
    if (row < s->padding || column < s->padding || row - s->padding >= s->in_h || column - s->padding >= s->in_w)
        return false;
    *index = ((k * s->n + i) * s->in_h + row - s->padding) * s->in_w + column - s->padding;
    return true;
}

static size_t filter_index(const lossi_conv_shape *s, size_t o, size_t k, size_t u, size_t v)
{
    return ((o * s->in_c + k) * s->kernel + u) * s->kernel + v;
}

static size_t output_index(const lossi_conv_shape *s, size_t o, size_t i, size_t r, size_t c)
{
    return ((o * s->n + i) * s->out_h + r) * s->out_w + c;
}

void lossk_conv_forward_ref(const lossi_conv_shape *s, const lossi_real *x, const lossi_real *w, const lossi_real *bias,
                            lossi_real *y, lossi_real *scratch)
{
    (void)scratch;
    for (size_t o = 0; o < s->out_c; o++)
        for (size_t i = 0; i < s->n; i++)
            for (size_t r = 0; r < s->out_h; r++)
                for (size_t c = 0; c < s->out_w; c++) {
                    double sum = bias ? (double)bias[o] : 0;
                    for (size_t k = 0; k < s->in_c; k++)
                        for (size_t u = 0; u < s->kernel; u++)
                            for (size_t v = 0; v < s->kernel; v++) {
                                size_t at;
                                if (input_index(s, k, i, r, c, u, v, &at))
                                    sum += (double)w[filter_index(s, o, k, u, v)] * (double)x[at];
                            }
                    y[output_index(s, o, i, r, c)] = (lossi_real)sum;
                }
}

void lossk_conv_backward_data_ref(const lossi_conv_shape *s, const lossi_real *dy, const lossi_real *w, lossi_real *dx,
                                  lossi_real *scratch)
{
    (void)scratch;
    for (size_t o = 0; o < s->out_c; o++)
        for (size_t i = 0; i < s->n; i++)
            for (size_t r = 0; r < s->out_h; r++)
                for (size_t c = 0; c < s->out_w; c++)
                    for (size_t k = 0; k < s->in_c; k++)
                        for (size_t u = 0; u < s->kernel; u++)
                            for (size_t v = 0; v < s->kernel; v++) {
                                size_t at;
                                if (input_index(s, k, i, r, c, u, v, &at))
                                    dx[at] += w[filter_index(s, o, k, u, v)] * dy[output_index(s, o, i, r, c)];
                            }
}

void lossk_conv_backward_weights_ref(const lossi_conv_shape *s, const lossi_real *x, const lossi_real *dy, lossi_real *dw,
                                     lossi_real *dbias, lossi_real *scratch)
{
    (void)scratch;
    for (size_t o = 0; o < s->out_c; o++) {
        double sum_dy = 0;
        for (size_t j = 0; j < s->n * s->out_h * s->out_w; j++)
            sum_dy += (double)dy[o * s->n * s->out_h * s->out_w + j];
        if (dbias)
            dbias[o] += (lossi_real)sum_dy;
        for (size_t k = 0; k < s->in_c; k++)
            for (size_t u = 0; u < s->kernel; u++)
                for (size_t v = 0; v < s->kernel; v++) {
                    double sum = 0;
                    for (size_t i = 0; i < s->n; i++)
                        for (size_t r = 0; r < s->out_h; r++)
                            for (size_t c = 0; c < s->out_w; c++) {
                                size_t at;
                                if (input_index(s, k, i, r, c, u, v, &at))
                                    sum += (double)x[at] * (double)dy[output_index(s, o, i, r, c)];
                            }
                    dw[filter_index(s, o, k, u, v)] += (lossi_real)sum;
                }
    }
}
