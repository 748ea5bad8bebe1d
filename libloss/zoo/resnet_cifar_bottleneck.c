/* ResNets of bottleneck blocks for CIFAR: three stages of 16, 32 and 64 channels, (depth - 2) / 9
 * blocks each, four times as many channels between blocks. Names are those of bearpaw's
 * pytorch-classification. */
#include <stdio.h>

#include "zoo/families.h"
#include "zoo/residual.h"

enum { EXPANSION = 4 };

static loss_node build(loss_builder *b, const lossi_model *model)
{
    char name[LOSSI_ZOO_NAME_SIZE];
    lossi_residual block = {.name = name, .projection = "downsample", .is_bottleneck = true};
    block.shortcut =
        lossi_model_is(model, "shortcut", "none") ? LOSSI_SHORTCUT_NONE : LOSSI_SHORTCUT_PROJECTION;
    const loss_conv_options *stem =
        LOSS_CONV(.channels = lossi_model_channels(model, 16), .kernel = 3);
    loss_node x = loss_builder_relu(b, lossi_zoo_conv_norm(b, loss_builder_input(b), "", 1, stem));
    for (size_t stage = 0; stage < 3; stage++)
        for (size_t i = 0; i < (model->entry->depth - 2) / 9; i++) {
            snprintf(name, sizeof name, "layer%zu.%zu", stage + 1, i);
            block.inner = lossi_model_channels(model, (size_t)16 << stage);
            block.out = EXPANSION * block.inner;
            block.stride = stage > 0 && i == 0 ? 2 : 1;
            x = lossi_zoo_residual(b, x, &block);
        }
    x = loss_builder_flatten(b, loss_builder_global_average_pool(b, x));
    return loss_builder_linear(b, x, "fc", loss_builder_shape(b, x).classes);
}

const lossi_family lossi_zoo_resnet_cifar_bottleneck = {
    .about = "He et al. 2016 for CIFAR, of bottleneck blocks",
    .entries = {{"resnet110-bottleneck", 110}, {"resnet164", 164}},
    .build = build,
    .keys = {{.is = {"shortcut", "B", "B or none",
                     "1x1 convolutions where the shape changes, or no shortcuts"},
              .choices = {"B", "none"}},
             LOSSI_WIDTH_KEY},
};
