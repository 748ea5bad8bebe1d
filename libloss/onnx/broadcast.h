/* Layers of several operands, with ONNX's broadcasting: dimensions are aligned at the last. */
#ifndef LOSSI_ONNX_BROADCAST_H
#define LOSSI_ONNX_BROADCAST_H

#include "onnx/emit.h"

/** A layer of the network, and its sizes as ONNX counts them. */
typedef struct lossi_onnx_term {
    loss_node node;
    lossi_onnx_shape shape;
} lossi_onnx_term;

/** Input i as an operand. @return as lossi_onnx_operand() */
loss_status lossi_onnx_term_of(lossi_onnx_call *call, size_t i, lossi_onnx_term *term);

/** Values that are not in the file as an operand; takes them over.
 *  @return LOSS_OK, or an error of the builder */
loss_status lossi_onnx_constant_term(lossi_onnx_call *call, lossi_value *value,
                                     lossi_onnx_term *term);

/** The shape of what two operands give. Where one of them depends on the images and the other does
 * not, the other has one value for all of them.
 *  @return LOSS_OK, LOSS_ERR_FORMAT */
loss_status lossi_onnx_join_shapes(lossi_onnx_call *call, const lossi_onnx_shape *a,
                                   const lossi_onnx_shape *b, lossi_onnx_shape *out);

/** An operand with ones before its dims, and without the batch's dimension of the output.
 *  @param least  dims that it has at least */
loss_node lossi_onnx_aligned(lossi_onnx_call *call, const lossi_onnx_term *in,
                             const lossi_onnx_shape *out, size_t least);

/** A layer of a kind with n operands, and its shape.
 *  @return LOSS_OK, LOSS_ERR_FORMAT, or an error of the builder */
loss_status lossi_onnx_combine(lossi_onnx_call *call, const char *kind, size_t n,
                               const lossi_onnx_term *in, lossi_onnx_term *out);

/** A layer of a kind with one operand, of the same shape.
 *  @param keys  NULL: none. @return LOSS_OK, or an error of the builder */
loss_status lossi_onnx_apply(lossi_onnx_call *call, const char *kind, const loss_layer_key *keys,
                             lossi_onnx_term *term);

/** Makes output i that layer. @return as lossi_onnx_set_node() */
loss_status lossi_onnx_set_term(lossi_onnx_call *call, size_t i, const lossi_onnx_term *term);

#endif
