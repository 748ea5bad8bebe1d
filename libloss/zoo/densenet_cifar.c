/* DenseNets for CIFAR (Huang et al. 2017, table 2): three blocks of 3x3 convolutions, in the BC
 * form with a 1x1 bottleneck before each and half of the channels after a block. Names, and the
 * 2 * growth channels of the first convolution, are those of bearpaw's pytorch-classification. */
#include <stdio.h>
#include <string.h>

#include "zoo/families.h"
#include "zoo/module.h"

enum { BLOCKS = 3, BOTTLENECK = 4 };

typedef struct layout {
    const char *name;
    size_t depth, growth;
    bool is_bc;
} layout;

static const layout layouts[] = {{"densenet40", 40, 12, false},
                                 {"densenet100-bc", 100, 12, true},
                                 {"densenet190-bc", 190, 40, true}};

static const layout *layout_of(const char *name)
{
    size_t i = 0;
    while (strcmp(layouts[i].name, name) != 0)
        i++;
    return &layouts[i];
}

static loss_node add_layer(loss_builder *b, loss_node in, const char *module, size_t growth,
                           bool is_bc)
{
    const loss_conv_options *narrow = LOSS_CONV(.channels = BOTTLENECK * growth, .kernel = 1),
                            *conv = LOSS_CONV(.channels = growth, .kernel = 3, .padding = 1);
    loss_node x = lossi_zoo_norm_relu(b, in, module, "bn1");
    x = lossi_zoo_conv(b, x, module, "conv1", is_bc ? narrow : conv);
    if (is_bc)
        x = lossi_zoo_conv(b, lossi_zoo_norm_relu(b, x, module, "bn2"), module, "conv2", conv);
    return loss_builder_concat(b, LOSS_NODES(in, x));
}

static loss_node add_transition(loss_builder *b, loss_node in, const char *module, bool is_bc)
{
    size_t channels = loss_builder_shape(b, in).channels;
    loss_node x = lossi_zoo_norm_relu(b, in, module, "bn1");
    x = lossi_zoo_conv(b, x, module, "conv1",
                       LOSS_CONV(.channels = is_bc ? channels / 2 : channels, .kernel = 1));
    return loss_builder_average_pool(b, x, LOSS_POOL(.kernel = 2));
}

static loss_node build(loss_builder *b, const lossi_model *model)
{
    const layout *l = layout_of(model->entry->name);
    size_t growth = lossi_model_channels(model, l->growth),
           n_layers = (l->depth - 4) / (l->is_bc ? 6 : 3);
    char module[LOSSI_ZOO_MODULE_SIZE];
    loss_node x = loss_builder_conv(b, loss_builder_input(b), "conv1",
                                    LOSS_CONV(.channels = 2 * growth, .kernel = 3, .padding = 1));
    for (size_t block = 1; block <= BLOCKS; block++) {
        for (size_t i = 0; i < n_layers; i++) {
            snprintf(module, sizeof module, "dense%zu.%zu", block, i);
            x = add_layer(b, x, module, growth, l->is_bc);
        }
        snprintf(module, sizeof module, "trans%zu", block);
        if (block < BLOCKS)
            x = add_transition(b, x, module, l->is_bc);
    }
    x = loss_builder_relu(b, loss_builder_batchnorm(b, x, "bn", NULL));
    return lossi_zoo_classify(b, x, "fc");
}

const lossi_family lossi_zoo_densenet_cifar = {
    .about = "Huang et al. 2017, for CIFAR, growth 12 (190: 40)",
    .entries = {{"densenet40", 40}, {"densenet100-bc", 100}, {"densenet190-bc", 190}},
    .build = build,
    .keys = {LOSSI_WIDTH_KEY},
};
