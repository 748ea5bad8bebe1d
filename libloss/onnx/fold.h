/* What operators do to constants: their rows in the tables of operators. All inputs are
 * constants then. */
#ifndef LOSSI_ONNX_FOLD_H
#define LOSSI_ONNX_FOLD_H

#include "onnx/graph.h"

loss_status lossi_onnx_fold_constant(lossi_onnx_call *call);
loss_status lossi_onnx_fold_shape(lossi_onnx_call *call); /* of anything */
loss_status lossi_onnx_fold_size(lossi_onnx_call *call);  /* of anything */
loss_status lossi_onnx_fold_fill(lossi_onnx_call *call);
loss_status lossi_onnx_fold_range(lossi_onnx_call *call);
loss_status lossi_onnx_fold_expand(lossi_onnx_call *call);
loss_status lossi_onnx_fold_gather(lossi_onnx_call *call);
loss_status lossi_onnx_fold_concat(lossi_onnx_call *call);
loss_status lossi_onnx_fold_slice(lossi_onnx_call *call);
loss_status lossi_onnx_fold_transpose(lossi_onnx_call *call);
loss_status lossi_onnx_fold_view(lossi_onnx_call *call); /* Reshape, Squeeze, Unsqueeze, Flatten */
loss_status lossi_onnx_fold_cast(lossi_onnx_call *call); /* Cast, CastLike, Identity */
loss_status lossi_onnx_fold_one(lossi_onnx_call *call);  /* Neg, Floor, Sqrt, ... */
loss_status lossi_onnx_fold_two(lossi_onnx_call *call);  /* Add, Equal, Where, ... */
loss_status lossi_onnx_fold_reduce(lossi_onnx_call *call);
loss_status lossi_onnx_fold_scatter(lossi_onnx_call *call);  /* ScatterND */
loss_status lossi_onnx_fold_triangle(lossi_onnx_call *call); /* Trilu */

/** What a shape becomes under Reshape, Squeeze, Unsqueeze and Flatten, of constants and
 * activations alike: node's attributes and constant inputs say how.
 *  @param out  its batch is set, too
 *  @return LOSS_OK, LOSS_ERR_FORMAT */
loss_status lossi_onnx_view(const lossi_onnx_call *call, const lossi_onnx_shape *in,
                            lossi_onnx_shape *out);

/** A slice, of constants and activations alike: for each dimension its first place, its step and
 * how many. @return LOSS_OK, LOSS_ERR_FORMAT */
typedef struct lossi_onnx_slice {
    size_t first[LOSSI_ARRAY_MAX_DIMS], count[LOSSI_ARRAY_MAX_DIMS];
    int64_t step[LOSSI_ARRAY_MAX_DIMS];
} lossi_onnx_slice;
loss_status lossi_onnx_read_slice(const lossi_onnx_call *call, const lossi_onnx_shape *in,
                                  lossi_onnx_slice *slice);

/** Which dimension goes where under Transpose: output dimension i is input dimension order[i].
 *  @return LOSS_OK, LOSS_ERR_FORMAT */
loss_status lossi_onnx_read_order(const lossi_onnx_call *call, size_t n_dims,
                                  size_t order[LOSSI_ARRAY_MAX_DIMS]);

/** ScatterND's constant updates into a value, at constant places.
 *  @param number  written instead of each update; NULL: the updates
 *  @return LOSS_OK, LOSS_ERR_FORMAT */
loss_status lossi_onnx_scatter(const lossi_onnx_call *call, lossi_value *into,
                               const double *number);

#endif
