/* The table of kernels: all arithmetic on activations goes through it. A set of kernels is a
 * table that is always whole; the strict reference (kernels/ref) is the oracle of the tests and
 * runs anywhere.
 *
 * Activations are those of a chunk of images, laid out [c][h][w][lanes]: a pixel of all images
 * is one or more vectors, so that filters of any size, stride and number of channels are
 * vectorised alike, without tails. A chunk of fewer images than lanes has zeros for the others
 * at its input, and carries them along. Kernels keep no state, allocate nothing and may run in
 * many threads. */
#ifndef LOSSI_KERNELS_H
#define LOSSI_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/real.h"

/** Lanes, images of a chunk, are a multiple of the set's vector, at most LOSSI_MOST_VECTORS of
 * them; and at most LOSSI_MOST_LANES. */
enum { LOSSI_MOST_VECTORS = 4, LOSSI_MOST_LANES = 64 };

/** Geometry of a convolution over a chunk: input [in_c][in_h][in_w][lanes], filter
 * [out_c][in_c][kernel][kernel], output [out_c][out_h][out_w][lanes]. A linear layer is a 1 x 1
 * convolution of 1 x 1 maps. */
typedef struct lossi_conv_shape {
    size_t lanes;
    size_t in_c, in_h, in_w;
    size_t out_c, out_h, out_w;
    size_t kernel, stride, padding;
} lossi_conv_shape;

/** How windows slide along one axis of maps: tap t of output o lies on input
 * o * stride + t * dilation - padding, or on padding where there is none. */
typedef struct lossi_window {
    size_t in, out; /* pixels */
    size_t kernel, stride, dilation, padding;
} lossi_window;

/** Windows over maps, whatever is done with them. */
typedef struct lossi_windows {
    size_t lanes, channels; /* of the input */
    lossi_window h, w;
} lossi_windows;

/** Taps of output o that do not lie on padding: begin .. end - 1. */
static inline void lossi_window_taps(const lossi_window *w, size_t o, size_t *begin, size_t *end)
{
    size_t first = o * w->stride, d = w->dilation, reach = w->in + w->padding;
    *begin = first < w->padding ? (w->padding - first + d - 1) / d : 0;
    *end = reach <= first ? 0 : (reach - first + d - 1) / d;
    *begin = *begin < w->kernel ? *begin : w->kernel;
    *end = *end > w->kernel ? w->kernel : *end < *begin ? *begin : *end;
}

/** Outputs of which tap t does not lie on padding: begin .. end - 1. */
static inline void lossi_window_outputs(const lossi_window *w, size_t t, size_t *begin, size_t *end)
{
    size_t first = t * w->dilation, stride = w->stride, reach = w->in + w->padding;
    *begin = first < w->padding ? (w->padding - first + stride - 1) / stride : 0;
    *end = reach <= first ? 0 : (reach - first + stride - 1) / stride;
    *begin = *begin < w->out ? *begin : w->out;
    *end = *end > w->out ? w->out : *end < *begin ? *begin : *end;
}

/** Values of the input and of a filter of one channel. */
static inline size_t lossi_windows_plane(const lossi_windows *s)
{
    return s->h.in * s->w.in * s->lanes;
}
static inline size_t lossi_windows_area(const lossi_windows *s)
{
    return s->h.kernel * s->w.kernel;
}

/** Geometry of pooling. Every window has at least one pixel of the input. */
typedef struct lossi_pool_shape {
    lossi_windows windows;
    size_t after_h, after_w; /* padding after the last row and column */
    bool leaves_padding_out; /* an average is over the pixels of the input only */
    /* Output o of `out` is over pixels o in / out, rounded down, to (o + 1) in / out, rounded up;
     * of the windows only `in` and `out` count. */
    bool is_adaptive;
} lossi_pool_shape;

/** What an output is over, along one axis: pixels begin, begin + step, ... before `end`; `count` is
 * what an average divides by. */
typedef struct lossi_range {
    size_t begin, end, step, count;
} lossi_range;

static inline lossi_range lossi_pool_range(const lossi_pool_shape *s, const lossi_window *w,
                                           size_t after, size_t o)
{
    if (s->is_adaptive) {
        size_t begin = o * w->in / w->out, end = ((o + 1) * w->in + w->out - 1) / w->out;
        return (lossi_range){begin, end, 1, end - begin};
    }
    size_t first, last, from = o * w->stride, d = w->dilation;
    lossi_window_taps(w, o, &first, &last);
    size_t begin = from + first * d - w->padding, left = w->in + w->padding + after - from,
           padded = (left + d - 1) / d;
    lossi_range r = {begin, begin + (last - first - 1) * d + 1, d, last - first};
    if (!s->leaves_padding_out)
        r.count = padded < w->kernel ? padded : w->kernel;
    return r;
}
static inline lossi_range lossi_pool_rows(const lossi_pool_shape *s, size_t o)
{
    return lossi_pool_range(s, &s->windows.h, s->after_h, o);
}
static inline lossi_range lossi_pool_columns(const lossi_pool_shape *s, size_t o)
{
    return lossi_pool_range(s, &s->windows.w, s->after_w, o);
}

/** Between which values are kept: min(max(x, least), most). ReLU is 0 .. infinity. */
typedef struct lossi_bounds {
    lossi_real least, most;
} lossi_bounds;

/** A value kept within bounds, NULL: none; NaN stays NaN. */
static inline lossi_real lossi_bounded(const lossi_bounds *b, lossi_real x)
{
    lossi_real above = b && x < b->least ? b->least : x;
    return b && above > b->most ? b->most : above;
}

/** What follows a convolution pixel by pixel: y = w * x + bias + residual, kept within bounds,
 * without the parts that are absent. */
typedef struct lossi_epilogue {
    const lossi_real *bias;     /* [out_c]; NULL: none */
    const lossi_real *residual; /* [out_c][out_h][out_w][lanes], may be y; NULL: none */
    const lossi_bounds *bounds; /* NULL: none */
} lossi_epilogue;

/** Filters are made ready in pieces of this many channels. */
enum { LOSSI_PACK = 16 };

/** Activations [channels][pixels][lanes], of which the first `images` lanes are images. */
typedef struct lossi_maps {
    size_t channels, pixels, lanes, images;
} lossi_maps;

/** Functions of one value; k: their constants. */
typedef enum lossi_curve {
    LOSSI_CURVE_LEAKY_RELU, /**< k[0]: slope below 0 */
    LOSSI_CURVE_ELU,        /**< k[0]: alpha */
    LOSSI_CURVE_SELU,
    LOSSI_CURVE_GELU, /**< k[0]: 0 by erf, 1 by tanh */
    LOSSI_CURVE_SILU,
    LOSSI_CURVE_SIGMOID,
    LOSSI_CURVE_TANH,
    LOSSI_CURVE_HARD_SIGMOID, /**< k[0]: slope; k[1]: value at 0 */
    LOSSI_CURVE_HARD_SWISH,
    LOSSI_CURVE_SOFTPLUS, /**< k[0]: beta; k[1]: beta x from which on it is x */
    LOSSI_CURVE_MISH,
    LOSSI_CURVE_SOFTSIGN,
    LOSSI_CURVE_CLIP, /**< k[0]: least; k[1]: most; NaN: none */
    LOSSI_CURVE_EXP,
    LOSSI_CURVE_LOG,
    LOSSI_CURVE_SQRT,
    LOSSI_CURVE_ABS,
    LOSSI_CURVE_NEG,
    LOSSI_CURVE_RECIPROCAL,
    LOSSI_CURVE_ERF,
    LOSSI_CURVE_SCALE, /**< k[0]: factor; k[1]: shift */
    LOSSI_N_CURVES
} lossi_curve;
enum { LOSSI_CURVE_CONSTANTS = 2 };

/** A product of matrices that every image has for itself: a [m][k], b [k][n], c [m][n]. Steps in
 * elements, which are [lanes], from row to row and from column to column. */
typedef struct lossi_product {
    size_t lanes, m, n, k;
    size_t a_row, a_column, b_row, b_column, c_row, c_column;
} lossi_product;

/** Values [sets][size][lanes], normalised set by set for each image: to mean 0, unless it is kept,
 * and variance 1. Weight and bias [n_weights] are those of runs of values, in turn. */
typedef struct lossi_norm_sets {
    size_t sets, size, lanes, images;
    size_t run, n_weights;
    double eps; /* added to the variance */
    bool keeps_mean;
} lossi_norm_sets;

/** Which weight value e of a set has. */
static inline size_t lossi_set_weight(const lossi_norm_sets *s, size_t set, size_t e)
{
    return (set * s->size + e) / s->run % s->n_weights;
}

typedef struct lossi_kernels {
    const char *name;
    size_t vector;  /* a power of two */
    bool uses_blas; /* calls OpenBLAS, whose bits depend on the core that it takes itself for */

    /** Dense convolutions of square filters. A filter of one tap made ready serves maps of any
     * size. */
    /** Values of a filter made ready for conv_forward / for conv_backward_data, and of the
     * scratch memory that convolutions of just this shape need: smaller ones may need more. */
    size_t (*conv_packed)(const lossi_conv_shape *s);
    size_t (*conv_packed_backward)(const lossi_conv_shape *s);
    size_t (*conv_scratch)(const lossi_conv_shape *s);
    /** Multiply-adds of the matrix products that conv_forward comes down to, for a chunk. */
    double (*conv_products)(const lossi_conv_shape *s);
    /** Makes output channels begin .. end - 1 of a filter ready; begin is a multiple of
     * LOSSI_PACK, and so is end unless it is the last. Channels are scaled by scale [out_c]
     * unless NULL. */
    void (*conv_pack)(const lossi_conv_shape *s, const lossi_real *w, const lossi_real *scale,
                      size_t begin, size_t end, lossi_real *packed);
    void (*conv_forward)(const lossi_conv_shape *s, const lossi_real *x, const lossi_real *packed,
                         const lossi_epilogue *epilogue, lossi_real *y, lossi_real *scratch);
    /** The same for the gradient of the input; begin and end count input channels. */
    void (*conv_pack_backward)(const lossi_conv_shape *s, const lossi_real *w, size_t begin,
                               size_t end, lossi_real *packed);
    /** dx += the gradient of the input, given dy. */
    void (*conv_backward_data)(const lossi_conv_shape *s, const lossi_real *dy,
                               const lossi_real *packed, lossi_real *dx, lossi_real *scratch);
    /** dw += the gradient of the filter; dbias += that of the bias unless NULL. */
    void (*conv_backward_weights)(const lossi_conv_shape *s, const lossi_real *x,
                                  const lossi_real *dy, lossi_real *dw, lossi_real *dbias,
                                  lossi_real *scratch);

    /** columns [channels][taps][n rows of outputs][lanes] = the inputs under each tap, zeros for
     * padding: what a filter of one tap makes a convolution of. Rows from number `row` on. */
    void (*unfold)(const lossi_windows *s, size_t row, size_t n, const lossi_real *x,
                   lossi_real *columns);
    /** The reverse: each value is added to dx where it was taken from. */
    void (*fold)(const lossi_windows *s, size_t row, size_t n, const lossi_real *columns,
                 lossi_real *dx);

    /** Convolution of each channel on its own with `count` filters: output o is that of channel
     * o / count, and w is [channels * count][kernel h][kernel w], as it is. */
    void (*depthwise)(const lossi_windows *s, size_t count, const lossi_real *x,
                      const lossi_real *w, const lossi_epilogue *epilogue, lossi_real *y);
    /** dx += the gradient of the input, given dy. */
    void (*depthwise_backward_data)(const lossi_windows *s, size_t count, const lossi_real *dy,
                                    const lossi_real *w, lossi_real *dx);
    /** dw += the gradient of the filters; dbias += that of the bias unless NULL. */
    void (*depthwise_backward_weights)(const lossi_windows *s, size_t count, const lossi_real *x,
                                       const lossi_real *dy, lossi_real *dw, lossi_real *dbias);

    /** Largest value under the window, NaN if there is one; padding is never the largest. */
    void (*max_pool)(const lossi_pool_shape *s, const lossi_real *x, lossi_real *y);
    /** dx at the first largest value of each window += dy. */
    void (*max_pool_backward)(const lossi_pool_shape *s, const lossi_real *x, const lossi_real *dy,
                              lossi_real *dx);
    /** y = t at the first largest value of each window. */
    void (*max_pool_tangent)(const lossi_pool_shape *s, const lossi_real *x, const lossi_real *t,
                             lossi_real *y);
    /** Sum under the window / its count of pixels. */
    void (*average_pool)(const lossi_pool_shape *s, const lossi_real *x, lossi_real *y);
    void (*average_pool_backward)(const lossi_pool_shape *s, const lossi_real *dy, lossi_real *dx);

    /** Per channel, over the images: sum[c] = sum x, square[c] = sum x^2, in double. */
    void (*norm_sums)(const lossi_maps *m, const lossi_real *x, double *sum, double *square);
    /** y = scale[c] x + shift[c], kept within bounds unless they are NULL; y may be x. */
    void (*norm_apply)(const lossi_maps *m, const lossi_real *x, const lossi_real *scale,
                       const lossi_real *shift, const lossi_bounds *bounds, lossi_real *y);
    /** Per channel: sum_dy[c] = sum dy, sum_dy_x[c] = sum dy (x - mean[c]), in double; dy is
     * zero beyond the images. */
    void (*norm_backward_sums)(const lossi_maps *m, const lossi_real *x, const lossi_real *dy,
                               const double *mean, double *sum_dy, double *sum_dy_x);
    /** dx += by_dy[c] dy + by_x[c] x + constant[c] for the images; beyond them dx stays. */
    void (*norm_backward)(const lossi_maps *m, const lossi_real *x, const lossi_real *dy,
                          const lossi_real *by_dy, const lossi_real *by_x,
                          const lossi_real *constant, lossi_real *dx);

    /** y = weight * x normalised + bias; without weight or bias where NULL. */
    void (*normalise)(const lossi_norm_sets *s, const lossi_real *x, const lossi_real *weight,
                      const lossi_real *bias, lossi_real *y);
    /** dx += the gradient of the input, given dy. */
    void (*normalise_backward)(const lossi_norm_sets *s, const lossi_real *x,
                               const lossi_real *weight, const lossi_real *dy, lossi_real *dx);
    /** The gradients of weight and bias, added; dbias may be NULL. */
    void (*normalise_weights)(const lossi_norm_sets *s, const lossi_real *x, const lossi_real *dy,
                              lossi_real *dweight, lossi_real *dbias);

    /** y = x; they do not overlap. */
    void (*copy)(size_t count, const lossi_real *x, lossi_real *y);
    /** y = 0. */
    void (*zero)(size_t count, lossi_real *y);
    /** The same beyond the images. */
    void (*clear_others)(const lossi_maps *m, lossi_real *y);
    /** y = max(x, 0), NaN stays NaN; y may be x. */
    void (*relu)(size_t count, const lossi_real *x, lossi_real *y);
    /** dx += dy where y > 0. */
    void (*relu_backward)(size_t count, const lossi_real *y, const lossi_real *dy, lossi_real *dx);
    /** y = a + b; y may be a or b. */
    void (*add)(size_t count, const lossi_real *a, const lossi_real *b, lossi_real *y);
    /** y = the curve's derivative of that order (0: its value, 1, 2) at x; y may be x. */
    void (*curve)(lossi_curve curve, unsigned order, const double k[LOSSI_CURVE_CONSTANTS],
                  size_t count, const lossi_real *x, lossi_real *y);

    /** c += a b. */
    void (*product)(const lossi_product *p, const lossi_real *a, const lossi_real *b,
                    lossi_real *c);

    /** Softmax cross-entropy of logits [classes][lanes] (m->pixels is 1), each of the n images
     * on its own, in double. loss [n]: -log softmax(logits)[label]; correct [n]: 1 if the first
     * largest logit is the label's (0 if one is NaN); dlogits [classes][lanes] = (softmax -
     * onehot) * scale, zero beyond the images, unless NULL. */
    void (*xent)(const lossi_maps *m, const lossi_real *logits, const uint32_t *labels,
                 double *loss, uint8_t *correct, double scale, lossi_real *dlogits);
} lossi_kernels;

/** Slow, strict and obvious: any processor, any shape. */
extern const lossi_kernels lossi_kernels_ref;
/** im2col and OpenBLAS: any processor, any shape. */
extern const lossi_kernels lossi_kernels_blas;

#endif
