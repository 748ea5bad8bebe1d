/* The pieces of BatchNorm: sums per channel and the affine maps they lead to. */
#include "kernels/ref/ref.h"

void lossk_norm_sums_ref(size_t channels, size_t m, const lossi_real *x, double *sum, double *square)
{
    for (size_t c = 0; c < channels; c++) {
        sum[c] = square[c] = 0;
        for (size_t i = 0; i < m; i++) {
            double value = (double)x[c * m + i];
            sum[c] += value;
            square[c] += value * value;
        }
    }
}

void lossk_norm_apply_ref(size_t channels, size_t m, const lossi_real *x, const lossi_real *scale, const lossi_real *shift,
                          lossi_real *y)
{
    for (size_t c = 0; c < channels; c++)
        for (size_t i = 0; i < m; i++)
            y[c * m + i] = scale[c] * x[c * m + i] + shift[c];
}

void lossk_norm_backward_sums_ref(size_t channels, size_t m, const lossi_real *x, const lossi_real *dy, const double *mean,
                                  double *sum_dy, double *sum_dy_x)
{
    for (size_t c = 0; c < channels; c++) {
        sum_dy[c] = sum_dy_x[c] = 0;
        for (size_t i = 0; i < m; i++) {
            sum_dy[c] += (double)dy[c * m + i];
            sum_dy_x[c] += (double)dy[c * m + i] * ((double)x[c * m + i] - mean[c]);
        }
    }
}

void lossk_norm_backward_ref(size_t channels, size_t m, const lossi_real *x, const lossi_real *dy, const lossi_real *by_dy,
                             const lossi_real *by_x, const lossi_real *constant, lossi_real *dx)
{
    for (size_t c = 0; c < channels; c++)
        for (size_t i = 0; i < m; i++)
            dx[c * m + i] += by_dy[c] * dy[c * m + i] + by_x[c] * x[c * m + i] + constant[c];
}
