/* Layers for the node at hand: its inputs as layers of the network, their sizes, and the tensors
 * that the layer takes from the file. */
#ifndef LOSSI_ONNX_EMIT_H
#define LOSSI_ONNX_EMIT_H

#include "onnx/graph.h"

/** Room for the dims of one image. */
typedef struct lossi_onnx_dims {
    size_t n, v[LOSSI_ARRAY_MAX_DIMS];
} lossi_onnx_dims;

/** A shape without the batch: what the network's layers see. */
lossi_onnx_dims lossi_onnx_image_dims(const lossi_onnx_shape *shape);
/** Where a dimension of the shape is among those; -1: it is the batch's. */
int lossi_onnx_image_axis(const lossi_onnx_shape *shape, size_t axis);

/** Input i as a layer whose dims are exactly those of an image. Parameters and constants become
 * layers without inputs.
 *  @return LOSS_OK, LOSS_ERR_FORMAT, LOSS_ERR_NOMEM */
loss_status lossi_onnx_operand(lossi_onnx_call *call, size_t i, loss_node *node,
                               lossi_onnx_shape *shape);
/** The same of an input that may be whole numbers, computed from the images. */
loss_status lossi_onnx_whole_operand(lossi_onnx_call *call, size_t i, loss_node *node,
                                     lossi_onnx_shape *shape);
/** Input 0 as maps of an image: [images][channels][height][width] or [images][channels][length].
 *  @param least, most  how many dimensions it may have, with the batch's */
loss_status lossi_onnx_maps(lossi_onnx_call *call, size_t least, size_t most, loss_node *node,
                            lossi_onnx_shape *shape);

/** A layer of a kind with one input. -1 after an error, which sticks to the builder. */
loss_node lossi_onnx_layer(lossi_onnx_call *call, const char *kind, size_t n_inputs,
                           const loss_node *inputs, const loss_layer_key *keys);
/** A key of n sizes. */
loss_layer_key lossi_onnx_sizes(const char *key, size_t n, const double *values);
/** Makes output 0 that layer, with the dims that it has and the batch before them. */
loss_status lossi_onnx_set_maps(lossi_onnx_call *call, loss_node node);
/** A layer that only gives its input other dims; the same layer where they are so. */
loss_node lossi_onnx_reshaped(lossi_onnx_call *call, loss_node node, const lossi_onnx_dims *dims);
/** The message of the layer that could not be added, with the node before it. */
loss_status lossi_onnx_builder_status(lossi_onnx_call *call, loss_node node);

/** Input i as a tensor of this layer: an initializer with `n_dims` dimensions (SIZE_MAX: any
 * number) that no other layer has. *entry is NULL where the input is left out and may be.
 *  @return LOSS_OK, LOSS_ERR_FORMAT */
loss_status lossi_onnx_weights(lossi_onnx_call *call, size_t i, bool may_lack, size_t n_dims,
                               lossi_onnx_entry **entry);
/** Dimension d of an initializer as it is meant. */
size_t lossi_onnx_side(const lossi_onnx_entry *entry, size_t d);
/** Gives a tensor of a layer an initializer's values, and its name.
 *  @param transposed  of two dimensions: the layer has them the other way than the graph means it
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT (the name is there twice), LOSS_ERR_NOMEM */
loss_status lossi_onnx_give(lossi_onnx_call *call, loss_node node, const char *suffix,
                            lossi_onnx_entry *entry, const char *name, bool transposed);
/** A layer without inputs that has these values.
 *  @param value  taken over, also on failure */
loss_status lossi_onnx_values(lossi_onnx_call *call, lossi_value *value, loss_node *node,
                              lossi_onnx_shape *shape);

#endif
