/* ResNet-18/34/50/101 (He et al. 2016, table 1) with torchvision's names, and its stride on the
 * 3x3 convolution of a bottleneck. The stem is ImageNet's, or for small images one 3x3
 * convolution without pooling. */
#include <stdio.h>

#include "zoo/residual.h"
#include "zoo/zoo.h"

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
    bool is_imagenet = lossi_model_is(model, "stem", "imagenet");
    const loss_conv_options *conv =
        LOSS_CONV(.channels = lossi_model_channels(model, 64), .kernel = is_imagenet ? 7 : 3,
                  .stride = is_imagenet ? 2 : 1);
    loss_node x = loss_builder_relu(b, lossi_zoo_conv_norm(b, loss_builder_input(b), "", 1, conv));
    return is_imagenet
               ? loss_builder_max_pool(b, x, LOSS_POOL(.kernel = 3, .stride = 2, .padding = 1))
               : x;
}

loss_node lossi_zoo_resnet(loss_builder *b, const lossi_model *model)
{
    const layout *l = layout_of(model->entry->depth);
    char name[LOSSI_ZOO_NAME_SIZE];
    lossi_residual block = {
        .name = name, .projection = "downsample", .is_bottleneck = l->is_bottleneck};
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
