/* Sums of BatchNorm image by image, added up in a fixed order: a compiler may then vectorise them as they stand. */
#include "kernels/blas/blas.h"

static double total(const double lane[LOSSI_LANES])
{
    return ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
}

void lossk_norm_sums_blas(size_t channels, size_t pixels, size_t n, const lossi_real *x, double *sum, double *square)
{
    for (size_t c = 0; c < channels; c++) {
        double sums[LOSSI_LANES] = {0}, squares[LOSSI_LANES] = {0};
        for (size_t p = 0; p < pixels; p++, x += LOSSI_LANES)
            for (size_t i = 0; i < LOSSI_LANES; i++) {
                double value = (double)x[i];
                sums[i] += value;
                squares[i] += value * value;
            }
        for (size_t i = n; i < LOSSI_LANES; i++)
            sums[i] = squares[i] = 0;
        sum[c] = total(sums);
        square[c] = total(squares);
    }
}

void lossk_norm_backward_sums_blas(size_t channels, size_t pixels, const lossi_real *x, const lossi_real *dy, const double *mean,
                                   double *sum_dy, double *sum_dy_x)
{
    for (size_t c = 0; c < channels; c++) {
        double sums[LOSSI_LANES] = {0}, products[LOSSI_LANES] = {0};
        for (size_t p = 0; p < pixels; p++, x += LOSSI_LANES, dy += LOSSI_LANES)
            for (size_t i = 0; i < LOSSI_LANES; i++) {
                sums[i] += (double)dy[i];
                products[i] += (double)dy[i] * ((double)x[i] - mean[c]);
            }
        sum_dy[c] = total(sums);
        sum_dy_x[c] = total(products);
    }
}
