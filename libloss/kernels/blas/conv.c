/* Convolution as GEMM on im2col blocks: y [out_c][columns] = w [out_c][taps] x columns [taps][columns]. Because activations are
 * [c][n][h][w], a block's columns are a contiguous run in each row of y, and 1 x 1 convolutions need no im2col at all. */
#include <cblas.h>
#include <stdbool.h>

#include "kernels/blas/blas.h"

/* A block holds about this many values (so that it stays in L2), but never fewer columns than keep a GEMM busy. */
enum { BLOCK_VALUES = 48 * 1024, BLOCK_COLUMNS = 192 };

#if LOSSI_REAL_IS_FLOAT
#define GEMM cblas_sgemm
#else
#define GEMM cblas_dgemm
#endif

/* c [m][n] = a b + beta c, row-major with leading dimensions. */
static void gemm(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, size_t m, size_t n, size_t k, const lossi_real *a, size_t lda,
                 const lossi_real *b, size_t ldb, lossi_real beta, lossi_real *c, size_t ldc)
{
    GEMM(CblasRowMajor, ta, tb, (blasint)m, (blasint)n, (blasint)k, 1, a, (blasint)lda, b, (blasint)ldb, beta, c, (blasint)ldc);
}

static size_t taps(const lossi_conv_shape *s)
{
    return s->in_c * s->kernel * s->kernel;
}

/* The input is its own column matrix. */
static bool is_pointwise(const lossi_conv_shape *s)
{
    return s->kernel == 1 && s->stride == 1 && s->padding == 0;
}

/* The largest block: whole images if several fit, else rows of one. */
static lossi_column_block largest_block(const lossi_conv_shape *s)
{
    size_t wanted = BLOCK_VALUES / taps(s);
    if (wanted < BLOCK_COLUMNS)
        wanted = BLOCK_COLUMNS;
    size_t plane = s->out_h * s->out_w;
    if (wanted >= plane || s->out_h == 1) {
        size_t n_images = wanted / plane;
        n_images = n_images < 1 ? 1 : n_images > s->n ? s->n : n_images;
        return (lossi_column_block){0, n_images, 0, s->out_h};
    }
    size_t rows = wanted / s->out_w;
    return (lossi_column_block){0, 1, 0, rows ? rows : 1};
}

/* Steps to the block after b (at first: the largest block); false past the last. */
static bool next_block(const lossi_conv_shape *s, const lossi_column_block *largest, lossi_column_block *b)
{
    b->row += b->rows;
    if (b->row >= s->out_h) {
        b->row = 0;
        b->image += b->n_images;
    }
    if (b->image >= s->n)
        return false;
    size_t rows_left = s->out_h - b->row, images_left = s->n - b->image;
    b->rows = largest->rows < rows_left ? largest->rows : rows_left;
    b->n_images = largest->n_images < images_left ? largest->n_images : images_left;
    return true;
}

/* Index of a block's first column in a row of y. */
static size_t first_column(const lossi_conv_shape *s, const lossi_column_block *b)
{
    return (b->image * s->out_h + b->row) * s->out_w;
}

size_t lossk_conv_scratch_blas(const lossi_conv_shape *s)
{
    if (is_pointwise(s))
        return 0;
    lossi_column_block b = largest_block(s);
    return taps(s) * lossk_block_columns(s, &b);
}

void lossk_conv_forward_blas(const lossi_conv_shape *s, const lossi_real *x, const lossi_real *w, const lossi_real *bias,
                             lossi_real *y, lossi_real *scratch)
{
    size_t columns = s->n * s->out_h * s->out_w, k = taps(s);
    for (size_t o = 0; bias && o < s->out_c; o++)
        for (size_t j = 0; j < columns; j++)
            y[o * columns + j] = bias[o];
    lossi_real beta = bias ? 1 : 0;
    if (is_pointwise(s)) {
        gemm(CblasNoTrans, CblasNoTrans, s->out_c, columns, k, w, k, x, columns, beta, y, columns);
        return;
    }
    lossi_column_block largest = largest_block(s), b = largest;
    do {
        size_t n = lossk_block_columns(s, &b);
        lossk_im2col(s, &b, x, scratch);
        gemm(CblasNoTrans, CblasNoTrans, s->out_c, n, k, w, k, scratch, n, beta, y + first_column(s, &b), columns);
    } while (next_block(s, &largest, &b));
}

void lossk_conv_backward_data_blas(const lossi_conv_shape *s, const lossi_real *dy, const lossi_real *w, lossi_real *dx,
                                   lossi_real *scratch)
{
    size_t columns = s->n * s->out_h * s->out_w, k = taps(s);
    if (is_pointwise(s)) {
        gemm(CblasTrans, CblasNoTrans, k, columns, s->out_c, w, k, dy, columns, 1, dx, columns);
        return;
    }
    lossi_column_block largest = largest_block(s), b = largest;
    do {
        size_t n = lossk_block_columns(s, &b);
        gemm(CblasTrans, CblasNoTrans, k, n, s->out_c, w, k, dy + first_column(s, &b), columns, 0, scratch, n);
        lossk_col2im(s, &b, scratch, dx);
    } while (next_block(s, &largest, &b));
}

void lossk_conv_backward_weights_blas(const lossi_conv_shape *s, const lossi_real *x, const lossi_real *dy, lossi_real *dw,
                                      lossi_real *dbias, lossi_real *scratch)
{
    size_t columns = s->n * s->out_h * s->out_w, k = taps(s);
    for (size_t o = 0; dbias && o < s->out_c; o++) {
        double sum = 0;
        for (size_t j = 0; j < columns; j++)
            sum += (double)dy[o * columns + j];
        dbias[o] += (lossi_real)sum;
    }
    if (is_pointwise(s)) {
        gemm(CblasNoTrans, CblasTrans, s->out_c, k, columns, dy, columns, x, columns, 1, dw, k);
        return;
    }
    lossi_column_block largest = largest_block(s), b = largest;
    do {
        size_t n = lossk_block_columns(s, &b);
        lossk_im2col(s, &b, x, scratch);
        gemm(CblasNoTrans, CblasTrans, s->out_c, k, n, dy + first_column(s, &b), columns, scratch, n, 1, dw, k);
    } while (next_block(s, &largest, &b));
}
