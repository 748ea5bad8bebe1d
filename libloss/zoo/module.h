/* Layers of a module, "MODULE.NAME" as PyTorch calls them, and the end that most networks have. */
#ifndef LOSSI_MODULE_H
#define LOSSI_MODULE_H

#include <loss/net.h>

enum { LOSSI_ZOO_MODULE_SIZE = 64 }; /* of a module's name; that of a layer in it is twice that */

loss_node lossi_zoo_conv(loss_builder *b, loss_node in, const char *module, const char *name,
                         const loss_conv_options *conv);
/** Convolution CONV, then BatchNorm NORM. */
loss_node lossi_zoo_conv_then_norm(loss_builder *b, loss_node in, const char *module,
                                   const char *conv_name, const char *norm,
                                   const loss_conv_options *conv);
/** BatchNorm, then ReLU. */
loss_node lossi_zoo_norm_relu(loss_builder *b, loss_node in, const char *module, const char *name);
/** The means of the maps, and a linear layer with an output a class. */
loss_node lossi_zoo_classify(loss_builder *b, loss_node in, const char *name);
/** A layer of one input: loss_builder_layer(). */
loss_node lossi_zoo_layer(loss_builder *b, const char *kind, const char *name, loss_node in,
                          const loss_layer_key *keys);

#endif
