/* Kernels on vectors, whatever their width: see vector.h. Convolution is Winograd's for 3 x 3
 * filters of stride 1 (Lavin & Gray 2016), else GEMM on panels packed on the way. For float
 * only, and compiled for each set with flags of its own: nothing here may run before cpu.c has
 * asked the processor. */
#ifndef LOSSI_SIMD_H
#define LOSSI_SIMD_H

#include "kernels/kernels.h"
#include "kernels/simd/names.h"

/** Filters as they lie in memory: that of output o and input c is at w + o * by_output + c *
 * by_input, and its tap in row i and column j i * by_row + j * by_column values further on. Scaled
 * by scale[o] unless NULL. */
typedef struct lossi_filters {
    const float *w, *scale;
    size_t by_output, by_input;
    ptrdiff_t by_row, by_column;
} lossi_filters;

/** On a map of one pixel all taps but one lie on padding; which that is. */
static inline bool lossi_is_one_tap(const lossi_conv_shape *s)
{
    return s->kernel > 1 && s->in_h == 1 && s->in_w == 1 && s->out_h == 1 && s->out_w == 1 &&
           s->padding < s->kernel;
}

static inline size_t lossi_first_tap(const lossi_conv_shape *s)
{
    return lossi_is_one_tap(s) ? s->padding * (s->kernel + 1) : 0;
}

/* GEMM on packed panels: any filter. Filters made ready are [out_c / LOSSI_ROWS][in_c * kernel *
 * kernel][LOSSI_ROWS]. */
size_t lossk_panel_packed(const lossi_conv_shape *s);
size_t lossk_panel_scratch(const lossi_conv_shape *s);
void lossk_panel_pack(const lossi_conv_shape *s, const lossi_filters *f, size_t begin, size_t end,
                      float *packed);
void lossk_panel_forward(const lossi_conv_shape *s, const float *x, const float *packed,
                         const lossi_epilogue *epilogue, float *y, float *scratch);

/* The same for the gradient of the input. The filters are those of the convolution with their
 * channels exchanged: begin and end count input channels. */
size_t lossk_panel_packed_backward(const lossi_conv_shape *s);
size_t lossk_panel_scratch_backward(const lossi_conv_shape *s);
void lossk_panel_pack_backward(const lossi_conv_shape *s, const lossi_filters *f, size_t begin,
                               size_t end, float *packed);
/** dx += the gradient. */
void lossk_panel_backward(const lossi_conv_shape *s, const float *dy, const float *packed,
                          float *dx, float *scratch);

/** What follows a tile of one channel. */
typedef struct lossi_ending {
    const float *bias;          /* the channel's; NULL: none */
    const float *residual;      /* laid out as the tile, may be it; NULL: none */
    const lossi_bounds *bounds; /* NULL: none */
} lossi_ending;

/** How a tile of the input lies in memory, and which of its first and last rows and columns are
 * zeros instead. */
typedef struct lossi_tile {
    size_t step, pitch; /* floats from column to column, from row to row */
    bool lacks_top, lacks_bottom, lacks_left, lacks_right;
} lossi_tile;

/** So many sums, each of so many products. */
typedef struct lossi_sums {
    size_t count, terms;
} lossi_sums;

/** Winograd's convolution with output tiles of 2 x 2 to 4 x 4 vectors: each value of a
 * transformed filter is multiplied with the same of a transformed input, and sums of these
 * products are transformed back. Of an output tile, columns lie `step` floats apart, rows
 *  `pitch`; the values of a transform lie `stride` floats apart. */
typedef struct lossi_winograd {
    size_t out, in;            /* sides of an output tile and of the input it needs */
    size_t step;               /* the convolution's stride */
    size_t v_points, m_points; /* values of a transform, sums of their products */
    const lossi_sums *sums;    /* which values are summed, in their order; {0, 0} ends the list */
    /** LOSSI_ROWS filters [3][3][LOSSI_ROWS] into v_points times [LOSSI_ROWS]. */
    void (*filter)(const float *w, float *u, size_t stride);
    /** Input [in][in] into v_points vectors. Where x lacks a row or column it is not read. */
    void (*input)(const float *x, const lossi_tile *tile, float *v, size_t stride);
    /** m_points vectors into output [out][out]. */
    void (*output)(const float *m, size_t stride, const lossi_ending *ending, float *y, size_t step,
                   size_t pitch);
    /** The transposes of `output` and `filter`, which take gradients the other way: a gradient
     * of the output [out][out] into m_points vectors; v_points vectors, each a value of as many
     * filters, into [3][3] vectors. NULL: there are none. */
    void (*output_gradient)(const float *dy, size_t step, size_t pitch, float *m, size_t stride);
    void (*filter_gradient)(const float *u, size_t stride, float *dw);
} lossi_winograd;

/** F(2 x 2) and F(4 x 4) of stride 1, 2 x 2 of stride 2, and whole maps of 2 x 2 and 3 x 3. */
extern const lossi_winograd lossk_winograd_2x2, lossk_winograd_4x4, lossk_winograd_strided,
    lossk_winograd_whole_2, lossk_winograd_whole_3;

size_t lossk_winograd_packed(const lossi_winograd *t, const lossi_conv_shape *s);
size_t lossk_winograd_scratch(const lossi_winograd *t, const lossi_conv_shape *s);
/** Multiply-adds for a chunk. */
double lossk_winograd_products(const lossi_winograd *t, const lossi_conv_shape *s);
void lossk_winograd_pack(const lossi_winograd *t, const lossi_conv_shape *s, const lossi_filters *f,
                         size_t begin, size_t end, float *packed);
void lossk_winograd_forward(const lossi_winograd *t, const lossi_conv_shape *s, const float *x,
                            const float *packed, const lossi_epilogue *epilogue, float *y,
                            float *scratch);

/* The gradient of a filter, by way of Winograd's tiles where a chunk has enough of them. */
bool lossk_winograd_has_weights(const lossi_winograd *t, const lossi_conv_shape *s);
size_t lossk_winograd_weights_scratch(const lossi_winograd *t, const lossi_conv_shape *s);
/** dw += the gradient. */
void lossk_winograd_weights(const lossi_winograd *t, const lossi_conv_shape *s, const float *x,
                            const float *dy, float *dw, float *scratch);

/* The same as a product of matrices. */
size_t lossk_weights_product_scratch(const lossi_conv_shape *s);
void lossk_weights_product(const lossi_conv_shape *s, const float *x, const float *dy, float *dw,
                           float *scratch);

/* The same for any shape. */
size_t lossk_weights_scratch(const lossi_conv_shape *s);
void lossk_conv_backward_weights(const lossi_conv_shape *s, const float *x, const float *dy,
                                 float *dw, float *dbias, float *scratch);

/* As in kernels.h. */
size_t lossk_conv_packed(const lossi_conv_shape *s);
size_t lossk_conv_packed_backward(const lossi_conv_shape *s);
size_t lossk_conv_scratch(const lossi_conv_shape *s);
double lossk_conv_products(const lossi_conv_shape *s);
void lossk_conv_pack(const lossi_conv_shape *s, const float *w, const float *scale, size_t begin,
                     size_t end, float *packed);
void lossk_conv_forward(const lossi_conv_shape *s, const float *x, const float *packed,
                        const lossi_epilogue *epilogue, float *y, float *scratch);
void lossk_conv_pack_backward(const lossi_conv_shape *s, const float *w, size_t begin, size_t end,
                              float *packed);
void lossk_conv_backward_data(const lossi_conv_shape *s, const float *dy, const float *packed,
                              float *dx, float *scratch);

void lossk_depthwise(const lossi_windows *s, size_t count, const float *x, const float *w,
                     const lossi_epilogue *epilogue, float *y);
void lossk_depthwise_data(const lossi_windows *s, size_t count, const float *dy, const float *w,
                          float *dx);
void lossk_depthwise_weights(const lossi_windows *s, size_t count, const float *x, const float *dy,
                             float *dw, float *dbias);

void lossk_norm_sums(const lossi_maps *m, const float *x, double *sum, double *square);
void lossk_norm_apply(const lossi_maps *m, const float *x, const float *scale, const float *shift,
                      const lossi_bounds *bounds, float *y);
void lossk_norm_backward_sums(const lossi_maps *m, const float *x, const float *dy,
                              const double *mean, double *sum_dy, double *sum_dy_x);
void lossk_norm_backward(const lossi_maps *m, const float *x, const float *dy, const float *by_dy,
                         const float *by_x, const float *constant, float *dx);
void lossk_normalise(const lossi_norm_sets *s, const float *x, const float *weight,
                     const float *bias, float *y);
void lossk_normalise_backward(const lossi_norm_sets *s, const float *x, const float *weight,
                              const float *dy, float *dx);
void lossk_normalise_weights(const lossi_norm_sets *s, const float *x, const float *dy,
                             float *dweight, float *dbias);
void lossk_relu(size_t count, const float *x, float *y);
void lossk_relu_backward(size_t count, const float *y, const float *dy, float *dx);
void lossk_add(size_t count, const float *a, const float *b, float *y);
void lossk_curve(lossi_curve curve, unsigned order, const double k[LOSSI_CURVE_CONSTANTS],
                 size_t count, const float *x, float *y);
void lossk_product(const lossi_product *p, const float *a, const float *b, float *c);
void lossk_average_pool(const lossi_pool_shape *s, const float *x, float *y);
void lossk_average_pool_backward(const lossi_pool_shape *s, const float *dy, float *dx);
void lossk_max_pool(const lossi_pool_shape *s, const float *x, float *y);
void lossk_max_pool_backward(const lossi_pool_shape *s, const float *x, const float *dy, float *dx);

#endif
