/* ResNets with BatchNorm and ReLU before the convolutions (He et al. 2016, "Identity mappings"),
 * for CIFAR: bottleneck blocks, (depth - 2) / 9 a stage, of 16, 32 and 64 channels and four times
 * as many between blocks. Names are those of bearpaw's pytorch-classification; the 1x1 shortcut
 * takes the block's input as it is. */
#include <stdio.h>

#include "zoo/families.h"

enum { MODULE_SIZE = 48, NAME_SIZE = MODULE_SIZE + 24, EXPANSION = 4 };

/* BatchNorm, ReLU and convolution number n of a block. */
static loss_node add_conv(loss_builder *b, loss_node in, const char *module, int number,
                          const loss_conv_options *conv)
{
    char name[NAME_SIZE];
    snprintf(name, sizeof name, "%s.bn%d", module, number);
    loss_node x = loss_builder_relu(b, loss_builder_batchnorm(b, in, name, NULL));
    snprintf(name, sizeof name, "%s.conv%d", module, number);
    return loss_builder_conv(b, x, name, conv);
}

static loss_node add_block(loss_builder *b, loss_node in, const char *module, size_t channels,
                           size_t stride)
{
    size_t out = EXPANSION * channels;
    loss_node x = add_conv(b, in, module, 1, LOSS_CONV(.channels = channels, .kernel = 1));
    x = add_conv(b, x, module, 2,
                 LOSS_CONV(.channels = channels, .kernel = 3, .stride = stride, .padding = 1));
    x = add_conv(b, x, module, 3, LOSS_CONV(.channels = out, .kernel = 1));
    if (stride == 1 && loss_builder_shape(b, in).channels == out)
        return loss_builder_add(b, LOSS_NODES(x, in));
    char name[NAME_SIZE];
    snprintf(name, sizeof name, "%s.downsample.0", module);
    return loss_builder_add(
        b,
        LOSS_NODES(x, loss_builder_conv(
                          b, in, name, LOSS_CONV(.channels = out, .kernel = 1, .stride = stride))));
}

static loss_node build(loss_builder *b, const lossi_model *model)
{
    char module[MODULE_SIZE];
    loss_node x = loss_builder_conv(
        b, loss_builder_input(b), "conv1",
        LOSS_CONV(.channels = lossi_model_channels(model, 16), .kernel = 3, .padding = 1));
    for (size_t stage = 0; stage < 3; stage++)
        for (size_t i = 0; i < (model->entry->depth - 2) / 9; i++) {
            snprintf(module, sizeof module, "layer%zu.%zu", stage + 1, i);
            x = add_block(b, x, module, lossi_model_channels(model, (size_t)16 << stage),
                          stage > 0 && i == 0 ? 2 : 1);
        }
    x = loss_builder_relu(b, loss_builder_batchnorm(b, x, "bn", NULL));
    x = loss_builder_flatten(b, loss_builder_global_average_pool(b, x));
    return loss_builder_linear(b, x, "fc", loss_builder_shape(b, x).classes);
}

const lossi_family lossi_zoo_preact_resnet = {
    .about = "He et al. 2016 (Identity mappings), pre-activation bottlenecks, for CIFAR",
    .entries = {{"preresnet110", 110}, {"preresnet164", 164}},
    .build = build,
    .keys = {LOSSI_WIDTH_KEY},
};
