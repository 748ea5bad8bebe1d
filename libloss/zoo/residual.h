/* The residual block that both ResNet families are made of (He et al. 2016, figures 2 and 5). */
#ifndef LOSSI_RESIDUAL_H
#define LOSSI_RESIDUAL_H

#include <loss/net.h>

enum { LOSSI_ZOO_NAME_SIZE = 64 }; /* of a layer's name */

typedef enum lossi_residual_shortcut {
    LOSSI_SHORTCUT_NONE =
        0, /* no addition at all: the network of Li et al. 2018 without skip connections */
    LOSSI_SHORTCUT_PAD = 1, /* option A: strided, zero channels */
    LOSSI_SHORTCUT_PROJECTION =
        2 /* option B: 1x1 convolution and BatchNorm where the shape changes */
} lossi_residual_shortcut;

typedef struct lossi_residual {
    const char *name;       /* of the module, such as "layer1.0" */
    const char *projection; /* name of the projection within it */
    size_t inner, out; /* channels within, channels of the output; the same if not a bottleneck */
    size_t stride;
    bool is_bottleneck;   /* 1x1, 3x3 (which has the stride), 1x1; else 3x3 (which has the stride),
                             3x3 */
    bool stride_is_first; /* of a bottleneck: on its first 1x1 */
    lossi_residual_shortcut shortcut;
} lossi_residual;

loss_node lossi_zoo_residual(loss_builder *b, loss_node in, const lossi_residual *block);

/** Convolution "PREFIXconvNUMBER" and BatchNorm "PREFIXbnNUMBER". The padding keeps the size at
 * stride 1. */
loss_node lossi_zoo_conv_norm(loss_builder *b, loss_node in, const char *prefix, int number,
                              const loss_conv_options *conv);

#endif
