/* Sums of BatchNorm lane by lane, added up in a fixed order: a compiler may then vectorise them
 * as they stand. */
#include "kernels/blas/blas.h"

void lossk_norm_sums_blas(const lossi_maps *m, const lossi_real *x, double *sum, double *square)
{
    for (size_t c = 0; c < m->channels; c++) {
        double sums[LOSSI_MOST_LANES] = {0}, squares[LOSSI_MOST_LANES] = {0};
        for (size_t p = 0; p < m->pixels; p++, x += m->lanes)
            for (size_t i = 0; i < m->lanes; i++) {
                double value = (double)x[i];
                sums[i] += value;
                squares[i] += value * value;
            }
        sum[c] = square[c] = 0;
        for (size_t i = 0; i < m->images; i++) {
            sum[c] += sums[i];
            square[c] += squares[i];
        }
    }
}

void lossk_norm_backward_sums_blas(const lossi_maps *m, const lossi_real *x, const lossi_real *dy,
                                   const double *mean, double *sum_dy, double *sum_dy_x)
{
    for (size_t c = 0; c < m->channels; c++) {
        double sums[LOSSI_MOST_LANES] = {0}, products[LOSSI_MOST_LANES] = {0};
        for (size_t p = 0; p < m->pixels; p++, x += m->lanes, dy += m->lanes)
            for (size_t i = 0; i < m->lanes; i++) {
                sums[i] += (double)dy[i];
                products[i] += (double)dy[i] * ((double)x[i] - mean[c]);
            }
        sum_dy[c] = sum_dy_x[c] = 0;
        for (size_t i = 0; i < m->images; i++) {
            sum_dy[c] += sums[i];
            sum_dy_x[c] += products[i];
        }
    }
}
