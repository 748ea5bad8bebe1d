/* The convolutions that both VGG families begin with. */
#ifndef LOSSI_VGG_H
#define LOSSI_VGG_H

#include "zoo/model_name.h"

/** torchvision's `features` for the depth of the model's entry, by its keys `bn` and `pool`. */
loss_node lossi_zoo_vgg_features(loss_builder *b, const lossi_model *model);

#endif
