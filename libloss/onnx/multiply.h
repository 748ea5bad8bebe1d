/* Products of two layers. */
#ifndef LOSSI_ONNX_MULTIPLY_H
#define LOSSI_ONNX_MULTIPLY_H

#include "onnx/broadcast.h"

/** The product of two operands as ONNX's MatMul has it: matrices in the last two dimensions, and
 * broadcasting before them; a vector is a row on the left and a column on the right.
 *  @return LOSS_OK, LOSS_ERR_FORMAT, or an error of the builder */
loss_status lossi_onnx_multiply(lossi_onnx_call *call, const lossi_onnx_term in[2],
                                lossi_onnx_term *out);

/** Swaps the two dimensions of an operand.
 *  @return LOSS_OK, LOSS_ERR_FORMAT, or an error of the builder */
loss_status lossi_onnx_turn(lossi_onnx_call *call, lossi_onnx_term *term);

/** An operand with its dimensions in another order: dimension i is what order[i] was.
 *  @return LOSS_OK, or an error of the builder */
loss_status lossi_onnx_reorder(lossi_onnx_call *call, const size_t *order, lossi_onnx_term *term);

#endif
