/* Windows of convolutions and pools: how ONNX gives them, and the keys of the layers. */
#ifndef LOSSI_ONNX_WINDOW_H
#define LOSSI_ONNX_WINDOW_H

#include "onnx/emit.h"

enum { LOSSI_ONNX_MOST_SIDES = 3, LOSSI_ONNX_MOST_WINDOW_KEYS = 10 };

typedef struct lossi_onnx_window {
    size_t n; /* sides: 1 to 3 */
    size_t in[LOSSI_ONNX_MOST_SIDES];
    double kernel[LOSSI_ONNX_MOST_SIDES], stride[LOSSI_ONNX_MOST_SIDES],
        dilation[LOSSI_ONNX_MOST_SIDES];
    double padding[2 * LOSSI_ONNX_MOST_SIDES]; /* before each side, then after each */
    size_t n_keys;
    loss_layer_key keys[LOSSI_ONNX_MOST_WINDOW_KEYS + 1]; /* ended by a name of NULL */
    double single[LOSSI_ONNX_MOST_WINDOW_KEYS];           /* values of keys with one */
} lossi_onnx_window;

/** Reads kernel_shape, strides, dilations, pads and auto_pad for an input of maps.
 *  @param kernel  [n] of the weights; NULL: the attribute has it
 *  @return LOSS_OK, LOSS_ERR_FORMAT */
loss_status lossi_onnx_read_window(const lossi_onnx_call *call, const lossi_onnx_shape *in,
                                   const size_t *kernel, lossi_onnx_window *w);
/** Appends the keys kernel, stride, padding and dilation; what is standard is left out. */
void lossi_onnx_window_keys(lossi_onnx_window *w);
/** Appends a key of a number for each side, unless all are 0. */
void lossi_onnx_window_sides(lossi_onnx_window *w, const char *name, const double *values);
/** Appends a key of one number. */
void lossi_onnx_window_key(lossi_onnx_window *w, const char *name, double value);

#endif
