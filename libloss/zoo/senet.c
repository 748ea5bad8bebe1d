/* SENet-18 for CIFAR (Hu et al. 2018) as in kuangliu's pytorch-cifar: pre-activation basic blocks
 * whose result is scaled, channel by channel, by what two 1x1 convolutions make of its means. */
#include <stdio.h>

#include "zoo/families.h"
#include "zoo/module.h"

enum { STAGES = 4, BLOCKS = 2, REDUCTION = 16 };

/* The factors of the channels, 0 to 1. */
static loss_node add_excitation(loss_builder *b, loss_node in, const char *module)
{
    size_t channels = loss_builder_shape(b, in).channels,
           fewer = channels < REDUCTION ? 1 : channels / REDUCTION;
    loss_node x = lossi_zoo_conv(b, loss_builder_global_average_pool(b, in), module, "fc1",
                                 LOSS_CONV(.channels = fewer, .kernel = 1, .bias = true));
    x = lossi_zoo_conv(b, loss_builder_relu(b, x), module, "fc2",
                       LOSS_CONV(.channels = channels, .kernel = 1, .bias = true));
    return lossi_zoo_layer(b, "sigmoid", NULL, x, NULL);
}

static loss_node add_block(loss_builder *b, loss_node in, const char *module, size_t channels,
                           size_t stride)
{
    bool changes = stride != 1 || loss_builder_shape(b, in).channels != channels;
    loss_node active = lossi_zoo_norm_relu(b, in, module, "bn1");
    loss_node x = lossi_zoo_conv(
        b, active, module, "conv1",
        LOSS_CONV(.channels = channels, .kernel = 3, .stride = stride, .padding = 1));
    x = lossi_zoo_conv(b, lossi_zoo_norm_relu(b, x, module, "bn2"), module, "conv2",
                       LOSS_CONV(.channels = channels, .kernel = 3, .padding = 1));
    loss_node shortcut =
        changes ? lossi_zoo_conv(b, active, module, "shortcut.0",
                                 LOSS_CONV(.channels = channels, .kernel = 1, .stride = stride))
                : in;
    loss_node scaled = loss_builder_layer(
        b, "multiply", NULL, 2, (const loss_node[]){x, add_excitation(b, x, module)}, NULL);
    return loss_builder_add(b, LOSS_NODES(scaled, shortcut));
}

static loss_node build(loss_builder *b, const lossi_model *model)
{
    char module[LOSSI_ZOO_MODULE_SIZE];
    loss_node x = loss_builder_conv(
        b, loss_builder_input(b), "conv1",
        LOSS_CONV(.channels = lossi_model_channels(model, 64), .kernel = 3, .padding = 1));
    x = loss_builder_relu(b, loss_builder_batchnorm(b, x, "bn1", NULL));
    for (size_t stage = 0; stage < STAGES; stage++)
        for (size_t i = 0; i < BLOCKS; i++) {
            snprintf(module, sizeof module, "layer%zu.%zu", stage + 1, i);
            x = add_block(b, x, module, lossi_model_channels(model, (size_t)64 << stage),
                          stage > 0 && i == 0 ? 2 : 1);
        }
    return lossi_zoo_classify(b, x, "linear");
}

const lossi_family lossi_zoo_senet = {
    .about = "Hu et al. 2018, for CIFAR, of pre-activation basic blocks",
    .entries = {{"senet18", 18}},
    .build = build,
    .keys = {LOSSI_WIDTH_KEY},
};
