/* VGG (Simonyan & Zisserman 2015) as used on small images: torchvision's `features` and one
 * linear layer as classifier. VGG-9 is a shallow one in the same manner; that of Li et al. 2018 is
 * vgg9-li (vgg_li.c). */
#include <stdio.h>

#include "zoo/families.h"
#include "zoo/vgg.h"

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
loss_node lossi_zoo_vgg_features(loss_builder *b, const lossi_model *model)
{
    const layout *l = layout_of(model->entry->depth);
    bool has_norm = lossi_model_is(model, "bn", "1");
    loss_node (*add_pool)(loss_builder *, loss_node, const loss_pool_options *) =
        lossi_model_is(model, "pool", "max") ? loss_builder_max_pool : loss_builder_average_pool;
    char name[NAME_SIZE];
    size_t module = 0;
    loss_node x = loss_builder_input(b);
    for (size_t i = 0; i < l->n; i++) {
        if (l->layers[i] == POOL) {
            x = add_pool(b, x, LOSS_POOL(.kernel = 2));
            module++;
            continue;
        }
        snprintf(name, sizeof name, "features.%zu", module++);
        x = loss_builder_conv(b, x, name,
                              LOSS_CONV(.channels = lossi_model_channels(model, l->layers[i]),
                                        .kernel = 3, .padding = 1, .bias = true));
        if (has_norm) {
            snprintf(name, sizeof name, "features.%zu", module++);
            x = loss_builder_batchnorm(b, x, name, NULL);
        }
        x = loss_builder_relu(b, x);
        module++;
    }
    return x;
}

static loss_node build(loss_builder *b, const lossi_model *model)
{
    loss_node x = loss_builder_flatten(b, lossi_zoo_vgg_features(b, model));
    double p = lossi_model_number(model, "dropout");
    if (p > 0)
        x = loss_builder_dropout(b, x, p);
    return loss_builder_linear(b, x, "classifier", loss_builder_shape(b, x).classes);
}

const lossi_family lossi_zoo_vgg = {
    .about = "Simonyan & Zisserman 2015, one linear layer as classifier",
    .entries = {{"vgg9", 9}, {"vgg11", 11}, {"vgg13", 13}, {"vgg16", 16}, {"vgg19", 19}},
    .build = build,
    .keys = {{.is = {"bn", "0", "0 or 1", "BatchNorm after each convolution"},
              .choices = {"0", "1"}},
             LOSSI_DROPOUT_KEY("0", "before the classifier, in training"),
             {.is = {"pool", "max", "max or average", "pooling after the convolutions"},
              .choices = {"max", "average"}},
             LOSSI_WIDTH_KEY},
    .suffix = "-bn",
    .suffix_key = "bn",
    .suffix_value = "1",
};
