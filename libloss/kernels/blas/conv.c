/* Convolution as GEMM: y [out_c][columns] = w [out_c][taps] x columns [taps][columns], a column
 * being a pixel of an image. Because activations are [c][h][w][lanes], some rows' columns are a
 * contiguous run in each row of y, and 1 x 1 convolutions need no im2col at all. A filter made
 * ready is the filter, scaled. */
#include <cblas.h>
#include <string.h>

#include "base/base.h"
#include "kernels/blas/blas.h"

/* A block holds about this many values (so that it stays in L2), but never fewer columns than
 * keep a GEMM busy. */
enum { BLOCK_VALUES = 48 * 1024, BLOCK_COLUMNS = 192 };

#if LOSSI_REAL_IS_FLOAT
#define GEMM cblas_sgemm
#else
#define GEMM cblas_dgemm
#endif

/* c [m][n] = a b + beta c, row-major with leading dimensions. On one thread: ours take whole
 * chunks, and with more the bits would be others. The host program may have set their number
 * meanwhile. */
static void gemm(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, size_t m, size_t n, size_t k,
                 const lossi_real *a, size_t lda, const lossi_real *b, size_t ldb, lossi_real beta,
                 lossi_real *c, size_t ldc)
{
    if (openblas_get_num_threads() != 1)
        openblas_set_num_threads(1);
    GEMM(CblasRowMajor, ta, tb, (blasint)m, (blasint)n, (blasint)k, 1, a, (blasint)lda, b,
         (blasint)ldb, beta, c, (blasint)ldc);
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

static size_t row_columns(const lossi_conv_shape *s)
{
    return s->out_w * s->lanes;
}

/* Output rows of a block. */
static size_t block_rows(const lossi_conv_shape *s)
{
    size_t wanted = BLOCK_VALUES / taps(s);
    if (wanted < BLOCK_COLUMNS)
        wanted = BLOCK_COLUMNS;
    size_t rows = wanted / row_columns(s);
    return rows < 1 ? 1 : rows > s->out_h ? s->out_h : rows;
}

size_t lossk_conv_scratch_blas(const lossi_conv_shape *s)
{
    return is_pointwise(s) ? 0 : taps(s) * block_rows(s) * row_columns(s);
}

static void finish(const lossi_conv_shape *s, const lossi_epilogue *e, lossi_real *y)
{
    size_t m = s->out_h * row_columns(s);
    for (size_t o = 0; (e->bias || e->bounds) && o < s->out_c; o++, y += m) {
        lossi_real bias = e->bias ? e->bias[o] : 0;
        for (size_t j = 0; j < m; j++)
            y[j] = lossi_bounded(e->bounds, y[j] + bias);
    }
}

void lossk_conv_forward_blas(const lossi_conv_shape *s, const lossi_real *x, const lossi_real *w,
                             const lossi_epilogue *epilogue, lossi_real *y, lossi_real *scratch)
{
    size_t columns = s->out_h * row_columns(s), k = taps(s);
    if (epilogue->residual && epilogue->residual != y)
        memcpy(y, epilogue->residual, s->out_c * columns * sizeof *y);
    lossi_real beta = epilogue->residual ? 1 : 0;
    if (is_pointwise(s))
        gemm(CblasNoTrans, CblasNoTrans, s->out_c, columns, k, w, k, x, columns, beta, y, columns);
    for (size_t row = 0, step = block_rows(s); !is_pointwise(s) && row < s->out_h; row += step) {
        size_t rows = lossi_smaller(step, s->out_h - row), n = rows * row_columns(s);
        lossk_im2col(s, row, rows, x, scratch);
        gemm(CblasNoTrans, CblasNoTrans, s->out_c, n, k, w, k, scratch, n, beta,
             y + row * row_columns(s), columns);
    }
    finish(s, epilogue, y);
}

void lossk_conv_backward_data_blas(const lossi_conv_shape *s, const lossi_real *dy,
                                   const lossi_real *w, lossi_real *dx, lossi_real *scratch)
{
    size_t columns = s->out_h * row_columns(s), k = taps(s);
    if (is_pointwise(s)) {
        gemm(CblasTrans, CblasNoTrans, k, columns, s->out_c, w, k, dy, columns, 1, dx, columns);
        return;
    }
    for (size_t row = 0, step = block_rows(s); row < s->out_h; row += step) {
        size_t rows = lossi_smaller(step, s->out_h - row), n = rows * row_columns(s);
        gemm(CblasTrans, CblasNoTrans, k, n, s->out_c, w, k, dy + row * row_columns(s), columns, 0,
             scratch, n);
        lossk_col2im(s, row, rows, scratch, dx);
    }
}

void lossk_conv_backward_weights_blas(const lossi_conv_shape *s, const lossi_real *x,
                                      const lossi_real *dy, lossi_real *dw, lossi_real *dbias,
                                      lossi_real *scratch)
{
    size_t columns = s->out_h * row_columns(s), k = taps(s);
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
    for (size_t row = 0, step = block_rows(s); row < s->out_h; row += step) {
        size_t rows = lossi_smaller(step, s->out_h - row), n = rows * row_columns(s);
        lossk_im2col(s, row, rows, x, scratch);
        gemm(CblasNoTrans, CblasTrans, s->out_c, k, n, dy + row * row_columns(s), columns, scratch,
             n, 1, dw, k);
    }
}
