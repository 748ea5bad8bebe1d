/* DenseNet-121 (Huang et al. 2017, table 1: blocks of 6, 12, 24 and 16 layers, growth 32,
 * compression 1/2). For CIFAR its stem is one 3x3 convolution. Two styles of it are in
 * circulation: torchvision's names, where a layer's new channels come after the old ones; and
 * those of kuangliu's pytorch-cifar, which Li et al. 2018 used, where they come before. */
#include <stdio.h>

#include "zoo/families.h"
#include "zoo/module.h"

enum { N_BLOCKS = 4, BOTTLENECK = 4 };

static const size_t n_layers[N_BLOCKS] = {6, 12, 24, 16};

/* What the modules of a style are called; %zu is the number of a block, then that of a layer. */
typedef struct style {
    const char *stem, *stem_norm, *layer, *transition, *last_norm, *classifier;
    size_t first_layer; /* number of a block's first layer */
    const char *norm1, *norm2, *transition_norm;
    bool new_comes_first;
} style;

static const style torchvision = {"features.conv0",
                                  "features.norm0",
                                  "features.denseblock%zu.denselayer%zu",
                                  "features.transition%zu",
                                  "features.norm5",
                                  "classifier",
                                  1,
                                  "norm1",
                                  "norm2",
                                  "norm",
                                  false};
static const style kuangliu = {"conv1", "bn1", "dense%zu.%zu", "trans%zu", "bn", "linear",
                               0,       "bn1", "bn2",          "bn",       true};

static loss_node add_layer(loss_builder *b, loss_node in, const style *s, const char *module,
                           size_t growth)
{
    loss_node x = lossi_zoo_norm_relu(b, in, module, s->norm1);
    x = lossi_zoo_conv(b, x, module, "conv1",
                       LOSS_CONV(.channels = BOTTLENECK * growth, .kernel = 1));
    x = lossi_zoo_norm_relu(b, x, module, s->norm2);
    x = lossi_zoo_conv(b, x, module, "conv2",
                       LOSS_CONV(.channels = growth, .kernel = 3, .padding = 1));
    bool swaps = s->new_comes_first;
    return loss_builder_concat(b, LOSS_NODES(swaps ? x : in, swaps ? in : x));
}

static loss_node add_transition(loss_builder *b, loss_node in, const style *s, size_t number)
{
    char module[LOSSI_ZOO_MODULE_SIZE];
    snprintf(module, sizeof module, s->transition, number);
    loss_node x = lossi_zoo_norm_relu(b, in, module, s->transition_norm);
    size_t half = loss_builder_shape(b, in).channels / 2;
    x = lossi_zoo_conv(b, x, module, "conv", LOSS_CONV(.channels = half, .kernel = 1));
    return loss_builder_average_pool(b, x, LOSS_POOL(.kernel = 2));
}

static loss_node add_stem(loss_builder *b, const lossi_model *model, const style *s, size_t growth)
{
    bool has_pool = lossi_model_is(model, "stem", "imagenet"),
         is_imagenet = has_pool || lossi_model_is(model, "stem", "imagenet-nopool");
    const loss_conv_options *conv =
        LOSS_CONV(.channels = 2 * growth, .kernel = is_imagenet ? 7 : 3,
                  .stride = is_imagenet ? 2 : 1, .padding = is_imagenet ? 3 : 1);
    loss_node x = loss_builder_conv(b, loss_builder_input(b), s->stem, conv);
    if (lossi_model_is(model, "stem", "cifar"))
        return x;
    x = loss_builder_relu(b, loss_builder_batchnorm(b, x, s->stem_norm, NULL));
    return has_pool ? loss_builder_max_pool(b, x, LOSS_POOL(.kernel = 3, .stride = 2, .padding = 1))
                    : x;
}

static loss_node build(loss_builder *b, const lossi_model *model)
{
    const style *s = lossi_model_is(model, "style", "kuangliu") ? &kuangliu : &torchvision;
    size_t growth = lossi_model_channels(model, 32);
    char module[LOSSI_ZOO_MODULE_SIZE];
    loss_node x = add_stem(b, model, s, growth);
    for (size_t block = 0; block < N_BLOCKS; block++) {
        for (size_t i = 0; i < n_layers[block]; i++) {
            snprintf(module, sizeof module, s->layer, block + 1, i + s->first_layer);
            x = add_layer(b, x, s, module, growth);
        }
        if (block + 1 < N_BLOCKS)
            x = add_transition(b, x, s, block + 1);
    }
    x = loss_builder_relu(b, loss_builder_batchnorm(b, x, s->last_norm, NULL));
    return lossi_zoo_classify(b, x, s->classifier);
}

const lossi_family lossi_zoo_densenet = {
    .about = "Huang et al. 2017, growth 32",
    .entries = {{"densenet121", 121}},
    .build = build,
    .keys =
        {{.is =
              {"stem", "cifar", "cifar, cifar-bn, imagenet or imagenet-nopool",
               "3x3 convolution, with BatchNorm, or 7x7 of stride 2; max pooling after it or none"},
          .choices = {"cifar", "cifar-bn", "imagenet", "imagenet-nopool"}},
         {.is = {"style", "torchvision", "torchvision or kuangliu",
                 "names of tensors and order of channels"},
          .choices = {"torchvision", "kuangliu"}},
         LOSSI_WIDTH_KEY},

};
