/* ResNeXt-29 for CIFAR (Xie et al. 2017, section 5.3): bottlenecks whose 3x3 convolution has so
 * many groups, of 64 channels each in the first stage and twice as many from stage to stage. Names
 * are those of bearpaw's pytorch-classification, which are prlz77's. */
#include <stdio.h>
#include <string.h>

#include "zoo/families.h"
#include "zoo/module.h"

enum { EXPANSION = 4, BLOCKS = 3, STAGES = 3 };

typedef struct layout {
    const char *name;
    size_t groups;
} layout;

static const layout layouts[] = {{"resnext29-8x64d", 8}, {"resnext29-16x64d", 16}};

static const layout *layout_of(const char *name)
{
    size_t i = 0;
    while (strcmp(layouts[i].name, name) != 0)
        i++;
    return &layouts[i];
}

static loss_node add_block(loss_builder *b, loss_node in, const char *module, size_t groups,
                           size_t base, size_t stride)
{
    size_t out = EXPANSION * base;
    loss_node x = lossi_zoo_conv_then_norm(b, in, module, "conv_reduce", "bn_reduce",
                                           LOSS_CONV(.channels = groups * base, .kernel = 1));
    x = lossi_zoo_conv_then_norm(b, loss_builder_relu(b, x), module, "conv_conv", "bn",
                                 LOSS_CONV(.channels = groups * base, .kernel = 3, .stride = stride,
                                           .padding = 1, .groups = groups));
    x = lossi_zoo_conv_then_norm(b, loss_builder_relu(b, x), module, "conv_expand", "bn_expand",
                                 LOSS_CONV(.channels = out, .kernel = 1));
    if (loss_builder_shape(b, in).channels != out)
        in = lossi_zoo_conv_then_norm(b, in, module, "shortcut.shortcut_conv",
                                      "shortcut.shortcut_bn",
                                      LOSS_CONV(.channels = out, .kernel = 1, .stride = stride));
    return loss_builder_relu(b, loss_builder_add(b, LOSS_NODES(in, x)));
}

static loss_node build(loss_builder *b, const lossi_model *model)
{
    size_t groups = layout_of(model->entry->name)->groups, base = lossi_model_channels(model, 64);
    char module[LOSSI_ZOO_MODULE_SIZE];
    loss_node x = loss_builder_conv(b, loss_builder_input(b), "conv_1_3x3",
                                    LOSS_CONV(.channels = base, .kernel = 3, .padding = 1));
    x = loss_builder_relu(b, loss_builder_batchnorm(b, x, "bn_1", NULL));
    for (size_t stage = 0; stage < STAGES; stage++)
        for (size_t i = 0; i < BLOCKS; i++) {
            snprintf(module, sizeof module, "stage_%zu.stage_%zu_bottleneck_%zu", stage + 1,
                     stage + 1, i);
            x = add_block(b, x, module, groups, base << stage, stage > 0 && i == 0 ? 2 : 1);
        }
    return lossi_zoo_classify(b, x, "classifier");
}

const lossi_family lossi_zoo_resnext = {
    .about = "Xie et al. 2017, for CIFAR: groups x channels of each",
    .entries = {{"resnext29-8x64d", 29}, {"resnext29-16x64d", 29}},
    .build = build,
    .keys = {LOSSI_WIDTH_KEY},
};
