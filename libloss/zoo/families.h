/* The families of the zoo: a family is one file, which defines its table, and one row here. Its
 * function adds a whole network to an empty builder and gives its logits. Layers are added in the
 * order of the PyTorch modules, so that tensors come in the order of a state_dict. */
#ifndef LOSSI_FAMILIES_H
#define LOSSI_FAMILIES_H

#include "zoo/model_name.h"

/* clang-format off */
#define LOSSI_FAMILIES(X) \
    X(resnet_cifar) \
    X(resnet_cifar_bottleneck) \
    X(preact_resnet) \
    X(wide_resnet) \
    X(resnet) \
    X(resnet_bottleneck) \
    X(vgg) \
    X(vgg_li) \
    X(vgg_imagenet) \
    X(resnext) \
    X(senet) \
    X(densenet) \
    X(densenet_cifar) \
    X(mobilenet) \
    X(vit) \
    X(lenet) \
    X(mlp)
/* clang-format on */

#define LOSSI_FAMILY_DECLARATION(name) extern const lossi_family lossi_zoo_##name;
LOSSI_FAMILIES(LOSSI_FAMILY_DECLARATION)
#undef LOSSI_FAMILY_DECLARATION

#endif
