/* VGG (Simonyan & Zisserman 2015) as used on small images: torchvision's `features` and one
 * linear layer as classifier. VGG-9 is the shallow one of Li et al. 2018 with that classifier. */
#include <stdio.h>

#include "zoo/zoo.h"

enum { POOL = 0, NAME_SIZE = 32 };

typedef struct layout {
    size_t depth;
    size_t n;
    size_t layers[24]; /* channels of a 3x3 convolution, or POOL */
} layout;

static const layout layouts[] = {
    {9, 10, {64, POOL, 128, POOL, 256, 256, POOL, 512, 512, POOL}},
    {11, 13, {64, POOL, 128, POOL, 256, 256, POOL, 512, 512, POOL, 512, 512, POOL}},
    {13, 15, {64, 64, POOL, 128, 128, POOL, 256, 256, POOL, 512, 512, POOL, 512, 512, POOL}},
    {16,
     18,
     {64, 64, POOL, 128, 128, POOL, 256, 256, 256, POOL, 512, 512, 512, POOL, 512, 512, 512, POOL}},
    {19, 21, {64,  64,  POOL, 128, 128,  POOL, 256, 256, 256, 256, POOL,
              512, 512, 512,  512, POOL, 512,  512, 512, 512, POOL}},
};

static const layout *layout_of(size_t depth)
{
    size_t i = 0;
    while (layouts[i].depth != depth)
        i++;
    return &layouts[i];
}

/* PyTorch numbers every module of the sequence, those without parameters too. */
static loss_node add_features(loss_builder *b, const lossi_model *model)
{
    const layout *l = layout_of(model->entry->depth);
    bool has_norm = lossi_model_is(model, "bn", "1");
    char name[NAME_SIZE];
    size_t module = 0;
    loss_node x = loss_builder_input(b);
    for (size_t i = 0; i < l->n; i++) {
        if (l->layers[i] == POOL) {
            x = loss_builder_max_pool(b, x, LOSS_POOL(.kernel = 2));
            module++;
            continue;
        }
        snprintf(name, sizeof name, "features.%zu", module++);
        x = loss_builder_conv(b, x, name,
                              LOSS_CONV(.channels = lossi_model_channels(model, l->layers[i]),
                                        .kernel = 3, .padding = 1, .bias = true));
        if (has_norm) {
            snprintf(name, sizeof name, "features.%zu", module++);
            x = loss_builder_batchnorm(b, x, name);
        }
        x = loss_builder_relu(b, x);
        module++;
    }
    return x;
}

loss_node lossi_zoo_vgg(loss_builder *b, const lossi_model *model)
{
    loss_node x = loss_builder_flatten(b, add_features(b, model));
    double p = lossi_model_number(model, "dropout");
    if (p > 0)
        x = loss_builder_dropout(b, x, p);
    return loss_builder_linear(b, x, "classifier", loss_builder_shape(b, x).classes);
}
