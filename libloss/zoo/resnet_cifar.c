/* ResNet-20/32/44/56/110 for CIFAR (He et al. 2016, section 4.2): three stages of 16, 32 and 64
 * channels, (depth - 2) / 6 basic blocks each. Names are those of akamaster's
 * pytorch_resnet_cifar10, whose weights are the ones in circulation. */
#include <stdio.h>

#include "zoo/families.h"
#include "zoo/residual.h"

static loss_node build(loss_builder *b, const lossi_model *model)
{
    size_t n_blocks = (model->entry->depth - 2) / 6;
    char name[LOSSI_ZOO_NAME_SIZE];
    lossi_residual block = {.name = name, .projection = "shortcut"};
    block.shortcut = lossi_model_is(model, "shortcut", "none") ? LOSSI_SHORTCUT_NONE
                     : lossi_model_is(model, "shortcut", "B")  ? LOSSI_SHORTCUT_PROJECTION
                                                               : LOSSI_SHORTCUT_PAD;

    const loss_conv_options *stem =
        LOSS_CONV(.channels = lossi_model_channels(model, 16), .kernel = 3);
    loss_node x = loss_builder_relu(b, lossi_zoo_conv_norm(b, loss_builder_input(b), "", 1, stem));
    for (size_t stage = 0; stage < 3; stage++)
        for (size_t i = 0; i < n_blocks; i++) {
            snprintf(name, sizeof name, "layer%zu.%zu", stage + 1, i);
            block.inner = block.out = lossi_model_channels(model, (size_t)16 << stage);
            block.stride = stage > 0 && i == 0 ? 2 : 1;
            x = lossi_zoo_residual(b, x, &block);
        }
    x = loss_builder_flatten(b, loss_builder_global_average_pool(b, x));
    return loss_builder_linear(b, x, "linear", loss_builder_shape(b, x).classes);
}

const lossi_family lossi_zoo_resnet_cifar = {
    .about = "He et al. 2016, section 4.2, for CIFAR",
    .entries = {{"resnet20", 20},
                {"resnet32", 32},
                {"resnet44", 44},
                {"resnet56", 56},
                {"resnet110", 110}},
    .build = build,
    .keys = {{.is = {"shortcut", "A", "A, B or none",
                     "zero channels, 1x1 convolutions, or no shortcuts"},
              .choices = {"A", "B", "none"}},
             LOSSI_WIDTH_KEY},
    .suffix = "-noshort",
    .suffix_key = "shortcut",
    .suffix_value = "none",
};
