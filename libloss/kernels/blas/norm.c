/* Sums of BatchNorm in eight lanes, added up in a fixed order: a compiler may then vectorise them as they stand. */
#include "kernels/blas/blas.h"

enum { LANES = 8 };

static double total(const double lane[LANES])
{
    return ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
}

void lossk_norm_sums_blas(size_t channels, size_t m, const lossi_real *x, double *sum, double *square)
{
    for (size_t c = 0; c < channels; c++, x += m) {
        double sums[LANES] = {0}, squares[LANES] = {0};
        size_t i = 0;
        for (; i + LANES <= m; i += LANES)
            for (size_t l = 0; l < LANES; l++) {
                double value = (double)x[i + l];
                sums[l] += value;
                squares[l] += value * value;
            }
        for (; i < m; i++) {
            sums[i % LANES] += (double)x[i];
            squares[i % LANES] += (double)x[i] * (double)x[i];
        }
        sum[c] = total(sums);
        square[c] = total(squares);
    }
}

void lossk_norm_backward_sums_blas(size_t channels, size_t m, const lossi_real *x, const lossi_real *dy, const double *mean,
                                   double *sum_dy, double *sum_dy_x)
{
    for (size_t c = 0; c < channels; c++, x += m, dy += m) {
        double sums[LANES] = {0}, products[LANES] = {0};
        size_t i = 0;
        for (; i + LANES <= m; i += LANES)
            for (size_t l = 0; l < LANES; l++) {
                sums[l] += (double)dy[i + l];
                products[l] += (double)dy[i + l] * ((double)x[i + l] - mean[c]);
            }
        for (; i < m; i++) {
            sums[i % LANES] += (double)dy[i];
            products[i % LANES] += (double)dy[i] * ((double)x[i] - mean[c]);
        }
        sum_dy[c] = total(sums);
        sum_dy_x[c] = total(products);
    }
}
