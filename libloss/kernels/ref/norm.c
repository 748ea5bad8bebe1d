/* The pieces of BatchNorm: sums per channel and the affine maps they lead to. */
#include "kernels/ref/ref.h"

void lossk_norm_sums_ref(size_t channels, size_t pixels, size_t n, const lossi_real *x, double *sum, double *square)
{
    for (size_t c = 0; c < channels; c++) {
        sum[c] = square[c] = 0;
        for (size_t p = 0; p < pixels; p++)
            for (size_t i = 0; i < n; i++) {
                double value = (double)x[(c * pixels + p) * LOSSI_LANES + i];
                sum[c] += value;
                square[c] += value * value;
            }
    }
}

void lossk_norm_apply_ref(size_t channels, size_t pixels, const lossi_real *x, const lossi_real *scale, const lossi_real *shift,
                          bool relu, lossi_real *y)
{
    size_t m = pixels * LOSSI_LANES;
    for (size_t c = 0; c < channels; c++)
        for (size_t i = 0; i < m; i++) {
            lossi_real value = scale[c] * x[c * m + i] + shift[c];
            y[c * m + i] = relu && value < 0 ? 0 : value;
        }
}

void lossk_norm_backward_sums_ref(size_t channels, size_t pixels, const lossi_real *x, const lossi_real *dy, const double *mean,
                                  double *sum_dy, double *sum_dy_x)
{
    size_t m = pixels * LOSSI_LANES;
    for (size_t c = 0; c < channels; c++) {
        sum_dy[c] = sum_dy_x[c] = 0;
        for (size_t i = 0; i < m; i++) {
            sum_dy[c] += (double)dy[c * m + i];
            sum_dy_x[c] += (double)dy[c * m + i] * ((double)x[c * m + i] - mean[c]);
        }
    }
}

void lossk_norm_backward_ref(size_t channels, size_t pixels, size_t n, const lossi_real *x, const lossi_real *dy,
                             const lossi_real *by_dy, const lossi_real *by_x, const lossi_real *constant, lossi_real *dx)
{
    for (size_t c = 0; c < channels; c++)
        for (size_t p = 0; p < pixels; p++)
            for (size_t i = 0; i < n; i++) {
                size_t at = (c * pixels + p) * LOSSI_LANES + i;
                dx[at] += by_dy[c] * dy[at] + by_x[c] * x[at] + constant[c];
            }
}
