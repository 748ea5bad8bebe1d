/* Adding layers of any kind to a network under construction. */
#ifndef LOSSI_BUILDER_H
#define LOSSI_BUILDER_H

#include "net/layer.h"

/** Largest value of a key that counts something; keeps products of a few sizes far from overflow.
 */
enum { LOSSI_LARGEST_SIZE = 1 << 20 };

/** Tensors of kinds with filters and perhaps a bias. */
#define LOSSI_FILTER_TENSORS                                                                       \
    .tensors = {{"weight", LOSS_TENSOR_WEIGHT, LOSSI_INITIAL_HE, true},                            \
                {"bias", LOSS_TENSOR_BIAS, LOSSI_INITIAL_ZEROS, false}}

/** Adds a layer.
 *  @param name    NULL where the kind has no tensors.
 *  @param inputs  [n_inputs]
 *  @param keys    [keys of the kind], in the table's order.
 *  @return the layer, or -1 after an error, which sticks. */
loss_node lossi_builder_add(loss_builder *b, const lossi_layer *kind, const char *name,
                            size_t n_inputs, const loss_node *inputs, const lossi_values *keys);

/** Takes layers away that others do not depend on: those without a part in the logits.
 *  @return the number that the logits have now; -1 after an error */
loss_node lossi_builder_prune(loss_builder *b, loss_node logits);

/** Makes an error stick. @return -1 */
loss_node lossi_builder_fail(loss_builder *b, loss_status status);

/** Dimensions as text, such as 16x8x8. */
enum { LOSSI_SHAPE_TEXT = 21 * LOSSI_MOST_DIMS };
const char *lossi_shape_text(const lossi_node *node, char text[LOSSI_SHAPE_TEXT]);

#endif
