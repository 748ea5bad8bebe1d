/* The families of the zoo. Each function adds a whole network to an empty builder and gives its logits. Layers are
 * added in the order of the PyTorch modules, so that tensors come in the order of a state_dict. */
#ifndef LOSSI_ZOO_H
#define LOSSI_ZOO_H

#include "zoo/model_name.h"

loss_node lossi_zoo_resnet_cifar(loss_builder *b, const lossi_model *model);
loss_node lossi_zoo_resnet(loss_builder *b, const lossi_model *model);
loss_node lossi_zoo_vgg(loss_builder *b, const lossi_model *model);
loss_node lossi_zoo_lenet(loss_builder *b, const lossi_model *model);

#endif
