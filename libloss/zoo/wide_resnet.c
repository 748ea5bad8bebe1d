/* Wide ResNets (Zagoruyko & Komodakis 2016): pre-activation basic blocks, (depth - 4) / 6 a stage,
 * of 16, 32 and 64 channels times a factor. Names are those of xternalz's WideResNet-pytorch. Where
 * the channels change, the first activation is shared by the block and its 1x1 shortcut. */
#include <stdio.h>
#include <string.h>

#include "zoo/families.h"
#include "zoo/module.h"

typedef struct layout {
    const char *name;
    size_t depth, factor;
} layout;

static const layout layouts[] = {
    {"wrn16-4", 16, 4}, {"wrn16-8", 16, 8}, {"wrn28-10", 28, 10}, {"wrn40-4", 40, 4}};

static const layout *layout_of(const char *name)
{
    size_t i = 0;
    while (strcmp(layouts[i].name, name) != 0)
        i++;
    return &layouts[i];
}

static loss_node add_block(loss_builder *b, loss_node in, const char *module, size_t channels,
                           size_t stride, double dropout)
{
    const loss_conv_options *first = LOSS_CONV(.channels = channels, .kernel = 3, .stride = stride,
                                               .padding = 1),
                            *second = LOSS_CONV(.channels = channels, .kernel = 3, .padding = 1);
    loss_node active = lossi_zoo_norm_relu(b, in, module, "bn1");
    loss_node x = lossi_zoo_conv(b, active, module, "conv1", first);
    x = lossi_zoo_norm_relu(b, x, module, "bn2");
    if (dropout > 0)
        x = loss_builder_dropout(b, x, dropout);
    x = lossi_zoo_conv(b, x, module, "conv2", second);
    if (loss_builder_shape(b, in).channels == channels)
        return loss_builder_add(b, LOSS_NODES(x, in));
    loss_node shortcut =
        lossi_zoo_conv(b, active, module, "convShortcut",
                       LOSS_CONV(.channels = channels, .kernel = 1, .stride = stride));
    return loss_builder_add(b, LOSS_NODES(x, shortcut));
}

static loss_node build(loss_builder *b, const lossi_model *model)
{
    const layout *l = layout_of(model->entry->name);
    double dropout = lossi_model_number(model, "dropout");
    char module[LOSSI_ZOO_MODULE_SIZE];
    loss_node x = loss_builder_conv(
        b, loss_builder_input(b), "conv1",
        LOSS_CONV(.channels = lossi_model_channels(model, 16), .kernel = 3, .padding = 1));
    for (size_t stage = 0; stage < 3; stage++)
        for (size_t i = 0; i < (l->depth - 4) / 6; i++) {
            size_t channels = lossi_model_channels(model, ((size_t)16 << stage) * l->factor);
            snprintf(module, sizeof module, "block%zu.layer.%zu", stage + 1, i);
            x = add_block(b, x, module, channels, stage > 0 && i == 0 ? 2 : 1, dropout);
        }
    x = loss_builder_relu(b, loss_builder_batchnorm(b, x, "bn1", NULL));
    return lossi_zoo_classify(b, x, "fc");
}

const lossi_family lossi_zoo_wide_resnet = {
    .about = "Zagoruyko & Komodakis 2016, for CIFAR: depth and factor",
    .entries = {{"wrn16-4", 16}, {"wrn16-8", 16}, {"wrn28-10", 28}, {"wrn40-4", 40}},
    .build = build,
    .keys = {LOSSI_DROPOUT_KEY("0", "between a block's convolutions, in training"),
             LOSSI_WIDTH_KEY},
};
