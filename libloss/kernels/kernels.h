/* The table of kernels: all arithmetic on activations goes through it. A set of kernels is a table that is always whole; the
 * strict reference (kernels/ref) is the oracle of the tests and runs anywhere.
 *
 * Activations of a chunk of n images are laid out [c][n][h][w]: a convolution by GEMM then writes its output in place,
 * and a channel is one contiguous run of n*h*w values. Kernels keep no state, allocate nothing and may run in many threads. */
#ifndef LOSSI_KERNELS_H
#define LOSSI_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "base/real.h"

/** Geometry of a convolution over a chunk: input [in_c][n][in_h][in_w], filter [out_c][in_c][kernel][kernel], output
 *  [out_c][n][out_h][out_w]. A linear layer is a 1 x 1 convolution of 1 x 1 maps. */
typedef struct lossi_conv_shape {
    size_t n;
    size_t in_c, in_h, in_w;
    size_t out_c, out_h, out_w;
    size_t kernel, stride, padding;
} lossi_conv_shape;

/** Geometry of pooling over `planes` = c * n maps. */
typedef struct lossi_pool_shape {
    size_t planes;
    size_t in_h, in_w, out_h, out_w;
    size_t kernel_h, kernel_w, stride, padding;
} lossi_pool_shape;

typedef struct lossi_kernels {
    const char *name;

    /** Values of scratch memory that the three convolution kernels below need. */
    size_t (*conv_scratch)(const lossi_conv_shape *s);
    /** y = w * x + bias; bias [out_c] may be NULL. */
    void (*conv_forward)(const lossi_conv_shape *s, const lossi_real *x, const lossi_real *w, const lossi_real *bias,
                         lossi_real *y, lossi_real *scratch);
    /** dx += the gradient of the input, given dy. */
    void (*conv_backward_data)(const lossi_conv_shape *s, const lossi_real *dy, const lossi_real *w, lossi_real *dx,
                               lossi_real *scratch);
    /** dw += the gradient of the filter; dbias += that of the bias unless NULL. */
    void (*conv_backward_weights)(const lossi_conv_shape *s, const lossi_real *x, const lossi_real *dy, lossi_real *dw,
                                  lossi_real *dbias, lossi_real *scratch);

    /** Largest value under the window, NaN if there is one; padding is never the largest. */
    void (*max_pool)(const lossi_pool_shape *s, const lossi_real *x, lossi_real *y);
    /** dx at the first largest value of each window += dy. */
    void (*max_pool_backward)(const lossi_pool_shape *s, const lossi_real *x, const lossi_real *dy, lossi_real *dx);
    /** Sum under the window / the window's area, padding counted as zeros. */
    void (*average_pool)(const lossi_pool_shape *s, const lossi_real *x, lossi_real *y);
    void (*average_pool_backward)(const lossi_pool_shape *s, const lossi_real *dy, lossi_real *dx);

    /** Per channel, over m contiguous values: sum[c] = sum x, square[c] = sum x^2, in double. */
    void (*norm_sums)(size_t channels, size_t m, const lossi_real *x, double *sum, double *square);
    /** y = scale[c] x + shift[c]; y may be x. */
    void (*norm_apply)(size_t channels, size_t m, const lossi_real *x, const lossi_real *scale, const lossi_real *shift,
                       lossi_real *y);
    /** Per channel: sum_dy[c] = sum dy, sum_dy_x[c] = sum dy (x - mean[c]), in double. */
    void (*norm_backward_sums)(size_t channels, size_t m, const lossi_real *x, const lossi_real *dy, const double *mean,
                               double *sum_dy, double *sum_dy_x);
    /** dx += by_dy[c] dy + by_x[c] x + constant[c] */
    void (*norm_backward)(size_t channels, size_t m, const lossi_real *x, const lossi_real *dy, const lossi_real *by_dy,
                          const lossi_real *by_x, const lossi_real *constant, lossi_real *dx);

    /** y = max(x, 0), NaN stays NaN; y may be x. */
    void (*relu)(size_t count, const lossi_real *x, lossi_real *y);
    /** dx += dy where y > 0. */
    void (*relu_backward)(size_t count, const lossi_real *y, const lossi_real *dy, lossi_real *dx);
    /** y = a + b; y may be a or b. */
    void (*add)(size_t count, const lossi_real *a, const lossi_real *b, lossi_real *y);

    /** Softmax cross-entropy of logits [classes][n], each image on its own, in double.
     *  loss [n]: -log softmax(logits)[label]; correct [n]: 1 if the first largest logit is the label's (0 if one is NaN);
     *  dlogits [classes][n] = (softmax - onehot) * scale, unless NULL. */
    void (*xent)(size_t classes, size_t n, const lossi_real *logits, const uint8_t *labels, double *loss, uint8_t *correct,
                 double scale, lossi_real *dlogits);
} lossi_kernels;

/** Slow, strict and obvious: any processor, any shape. */
extern const lossi_kernels lossi_kernels_ref;
/** im2col and OpenBLAS: any processor, any shape. */
extern const lossi_kernels lossi_kernels_blas;

#endif
