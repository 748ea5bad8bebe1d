/* ResNet-18/34/50/101 (He et al. 2016, table 1) with torchvision's names. The stem is ImageNet's,
 * or for small images one 3x3 convolution; with max pooling or without. A bottleneck has its
 * stride on the 3x3 convolution (torchvision) or on the first 1x1 (the paper, Caffe). */
#include <stdio.h>

#include "zoo/families.h"
#include "zoo/residual.h"

typedef struct layout {
    size_t depth;
    size_t blocks[4]; /* of each stage */
    bool is_bottleneck;
} layout;

static const layout layouts[] = {
    {18, {2, 2, 2, 2}, false},
    {34, {3, 4, 6, 3}, false},
    {50, {3, 4, 6, 3}, true},
    {101, {3, 4, 23, 3}, true},
};

static const layout *layout_of(size_t depth)
{
    size_t i = 0;
    while (layouts[i].depth != depth)
        i++;
    return &layouts[i];
}

static loss_node add_stem(loss_builder *b, const lossi_model *model)
{
    bool is_plain = lossi_model_is(model, "stem", "imagenet"),
         is_imagenet = is_plain || lossi_model_is(model, "stem", "imagenet-nopool"),
         has_pool = is_plain || lossi_model_is(model, "stem", "cifar-pool");
    const loss_conv_options *conv =
        LOSS_CONV(.channels = lossi_model_channels(model, 64), .kernel = is_imagenet ? 7 : 3,
                  .stride = is_imagenet ? 2 : 1);
    loss_node x = loss_builder_relu(b, lossi_zoo_conv_norm(b, loss_builder_input(b), "", 1, conv));
    return has_pool ? loss_builder_max_pool(b, x, LOSS_POOL(.kernel = 3, .stride = 2, .padding = 1))
                    : x;
}

static loss_node build(loss_builder *b, const lossi_model *model)
{
    const layout *l = layout_of(model->entry->depth);
    char name[LOSSI_ZOO_NAME_SIZE];
    lossi_residual block = {
        .name = name, .projection = "downsample", .is_bottleneck = l->is_bottleneck};
    block.stride_is_first = lossi_model_is(model, "stride", "1x1");
    block.shortcut =
        lossi_model_is(model, "shortcut", "none") ? LOSSI_SHORTCUT_NONE : LOSSI_SHORTCUT_PROJECTION;

    loss_node x = add_stem(b, model);
    for (size_t stage = 0; stage < 4; stage++)
        for (size_t i = 0; i < l->blocks[stage]; i++) {
            size_t channels = (size_t)64 << stage;
            snprintf(name, sizeof name, "layer%zu.%zu", stage + 1, i);
            block.inner = lossi_model_channels(model, channels);
            block.out = lossi_model_channels(model, l->is_bottleneck ? 4 * channels : channels);
            block.stride = stage > 0 && i == 0 ? 2 : 1;
            x = lossi_zoo_residual(b, x, &block);
        }
    x = loss_builder_flatten(b, loss_builder_global_average_pool(b, x));
    return loss_builder_linear(b, x, "fc", loss_builder_shape(b, x).classes);
}

const lossi_family lossi_zoo_resnet = {
    .about = "He et al. 2016, table 1, basic blocks",
    .entries = {{"resnet18", 18}, {"resnet34", 34}},
    .build = build,
    .keys = {{.is = {"shortcut", "B", "B or none",
                     "1x1 convolutions where the shape changes, or no shortcuts"},
              .choices = {"B", "none"}},
             {.is = {"stem", "cifar", "cifar, cifar-pool, imagenet or imagenet-nopool",
                     "3x3 convolution, or 7x7 of stride 2; max pooling after it or none"},
              .choices = {"cifar", "cifar-pool", "imagenet", "imagenet-nopool"}},
             LOSSI_WIDTH_KEY},
    .suffix = "-noshort",
    .suffix_key = "shortcut",
    .suffix_value = "none",
};

const lossi_family lossi_zoo_resnet_bottleneck = {
    .about = "He et al. 2016, table 1, bottleneck blocks",
    .entries = {{"resnet50", 50}, {"resnet101", 101}},
    .build = build,
    .keys = {{.is = {"shortcut", "B", "B or none",
                     "1x1 convolutions where the shape changes, or no shortcuts"},
              .choices = {"B", "none"}},
             {.is = {"stem", "cifar", "cifar, cifar-pool, imagenet or imagenet-nopool",
                     "3x3 convolution, or 7x7 of stride 2; max pooling after it or none"},
              .choices = {"cifar", "cifar-pool", "imagenet", "imagenet-nopool"}},
             {.is = {"stride", "3x3", "3x3 or 1x1",
                     "convolution of a block that has the stride: torchvision's, or caffe's and "
                     "the paper's"},
              .choices = {"3x3", "1x1"}},
             LOSSI_WIDTH_KEY},
    .suffix = "-noshort",
    .suffix_key = "shortcut",
    .suffix_value = "none",
};
