/* VGG as in the code of Li et al. 2018 (cifar10/models/vgg.py): BatchNorm after each convolution,
 * and before the classifier a linear layer with BatchNorm. Its VGG-9 has other convolutions than
 * vgg9 has. */
#include <stdio.h>

#include "zoo/families.h"

enum { MOST_STAGES = 5, NAME_SIZE = 32 };

typedef struct layout {
    size_t depth;
    size_t convolutions[MOST_STAGES]; /* of each stage; max pooling follows it */
} layout;

static const size_t channels[MOST_STAGES] = {64, 128, 256, 512, 512};

static const layout layouts[] = {
    {9, {2, 2, 3}},
    {16, {2, 2, 3, 3, 3}},
    {19, {2, 2, 4, 4, 4}},
};

static const layout *layout_of(size_t depth)
{
    size_t i = 0;
    while (layouts[i].depth != depth)
        i++;
    return &layouts[i];
}

/* PyTorch numbers every module of the sequence, those without parameters too. */
static loss_node add_conv(loss_builder *b, loss_node in, size_t *module, size_t n_channels)
{
    char name[NAME_SIZE];
    snprintf(name, sizeof name, "features.%zu", *module);
    loss_node x = loss_builder_conv(
        b, in, name, LOSS_CONV(.channels = n_channels, .kernel = 3, .padding = 1, .bias = true));
    snprintf(name, sizeof name, "features.%zu", *module + 1);
    *module += 3;
    return loss_builder_relu(b, loss_builder_batchnorm(b, x, name, NULL));
}

static loss_node build(loss_builder *b, const lossi_model *model)
{
    const layout *l = layout_of(model->entry->depth);
    loss_node x = loss_builder_input(b);
    size_t module = 0, width = 0;
    for (size_t stage = 0; stage < MOST_STAGES && l->convolutions[stage]; stage++) {
        width = lossi_model_channels(model, channels[stage]);
        for (size_t i = 0; i < l->convolutions[stage]; i++)
            x = add_conv(b, x, &module, width);
        x = loss_builder_max_pool(b, x, LOSS_POOL(.kernel = 2));
        module++;
    }
    x = loss_builder_linear(b, loss_builder_flatten(b, x), "fc.0", width);
    x = loss_builder_relu(b, loss_builder_batchnorm(b, x, "fc.1", NULL));
    return loss_builder_linear(b, x, "classifier", loss_builder_shape(b, x).classes);
}

const lossi_family lossi_zoo_vgg_li = {
    .about = "VGG of Li et al. 2018: BatchNorm, and a linear layer before the classifier",
    .entries = {{"vgg9-li", 9}, {"vgg16-li", 16}, {"vgg19-li", 19}},
    .build = build,
    .keys = {LOSSI_WIDTH_KEY},
};
