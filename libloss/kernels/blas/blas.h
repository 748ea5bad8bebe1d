/* The kernels of the set "blas" that replace reference ones: convolution as im2col and GEMM
 * (Chellapilla et al. 2006), and loops written so that a compiler vectorises them without being
 * allowed to reorder sums. */
#ifndef LOSSI_KERNELS_BLAS_H
#define LOSSI_KERNELS_BLAS_H

#include "kernels/kernels.h"

/** columns [in_c * kernel * kernel][n_rows * out_w * lanes] = the input vectors under each
 * filter tap, for output rows from `row` on. */
void lossk_im2col(const lossi_conv_shape *s, size_t row, size_t n_rows, const lossi_real *x,
                  lossi_real *columns);
/** The reverse: each value of columns is added to dx where it was taken from. */
void lossk_col2im(const lossi_conv_shape *s, size_t row, size_t n_rows, const lossi_real *columns,
                  lossi_real *dx);

size_t lossk_conv_scratch_blas(const lossi_conv_shape *s);
void lossk_conv_forward_blas(const lossi_conv_shape *s, const lossi_real *x, const lossi_real *w,
                             const lossi_epilogue *epilogue, lossi_real *y, lossi_real *scratch);
void lossk_conv_backward_data_blas(const lossi_conv_shape *s, const lossi_real *dy,
                                   const lossi_real *w, lossi_real *dx, lossi_real *scratch);
void lossk_conv_backward_weights_blas(const lossi_conv_shape *s, const lossi_real *x,
                                      const lossi_real *dy, lossi_real *dw, lossi_real *dbias,
                                      lossi_real *scratch);
void lossk_norm_sums_blas(const lossi_maps *m, const lossi_real *x, double *sum, double *square);
void lossk_norm_backward_sums_blas(const lossi_maps *m, const lossi_real *x, const lossi_real *dy,
                                   const double *mean, double *sum_dy, double *sum_dy_x);

#endif
