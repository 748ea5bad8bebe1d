/* The pieces of BatchNorm: sums per channel and the affine maps they lead to. */
#include "kernels/ref/ref.h"

/* Index of image i at pixel p of channel c. */
static size_t index_of(const lossi_maps *m, size_t c, size_t p, size_t i)
{
    return (c * m->pixels + p) * m->lanes + i;
}

void lossk_norm_sums_ref(const lossi_maps *m, const lossi_real *x, double *sum, double *square)
{
    for (size_t c = 0; c < m->channels; c++) {
        sum[c] = square[c] = 0;
        for (size_t p = 0; p < m->pixels; p++)
            for (size_t i = 0; i < m->images; i++) {
                double value = (double)x[index_of(m, c, p, i)];
                sum[c] += value;
                square[c] += value * value;
            }
    }
}

void lossk_norm_apply_ref(const lossi_maps *m, const lossi_real *x, const lossi_real *scale,
                          const lossi_real *shift, const lossi_bounds *bounds, lossi_real *y)
{
    size_t n = m->pixels * m->lanes;
    for (size_t c = 0; c < m->channels; c++)
        for (size_t j = 0; j < n; j++) {
            lossi_real value = scale[c] * x[c * n + j] + shift[c];
            y[c * n + j] = lossi_bounded(bounds, value);
        }
}

void lossk_norm_backward_sums_ref(const lossi_maps *m, const lossi_real *x, const lossi_real *dy,
                                  const double *mean, double *sum_dy, double *sum_dy_x)
{
    size_t n = m->pixels * m->lanes;
    for (size_t c = 0; c < m->channels; c++) {
        sum_dy[c] = sum_dy_x[c] = 0;
        for (size_t j = 0; j < n; j++) {
            sum_dy[c] += (double)dy[c * n + j];
            sum_dy_x[c] += (double)dy[c * n + j] * ((double)x[c * n + j] - mean[c]);
        }
    }
}

void lossk_norm_backward_ref(const lossi_maps *m, const lossi_real *x, const lossi_real *dy,
                             const lossi_real *by_dy, const lossi_real *by_x,
                             const lossi_real *constant, lossi_real *dx)
{
    for (size_t c = 0; c < m->channels; c++)
        for (size_t p = 0; p < m->pixels; p++)
            for (size_t i = 0; i < m->images; i++) {
                size_t at = index_of(m, c, p, i);
                dx[at] += by_dy[c] * dy[at] + by_x[c] * x[at] + constant[c];
            }
}
