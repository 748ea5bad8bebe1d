/* Layers by the name of their module and their own. */
#include "zoo/module.h"

#include <stdio.h>

enum { NAME_SIZE = 2 * LOSSI_ZOO_MODULE_SIZE };

static const char *within(char whole[NAME_SIZE], const char *module, const char *name)
{
    snprintf(whole, NAME_SIZE, "%s.%s", module, name);
    return whole;
}

loss_node lossi_zoo_conv(loss_builder *b, loss_node in, const char *module, const char *name,
                         const loss_conv_options *conv)
{
    char whole[NAME_SIZE];
    return loss_builder_conv(b, in, within(whole, module, name), conv);
}

loss_node lossi_zoo_conv_then_norm(loss_builder *b, loss_node in, const char *module,
                                   const char *conv_name, const char *norm,
                                   const loss_conv_options *conv)
{
    char whole[NAME_SIZE];
    loss_node x = lossi_zoo_conv(b, in, module, conv_name, conv);
    return loss_builder_batchnorm(b, x, within(whole, module, norm), NULL);
}

loss_node lossi_zoo_norm_relu(loss_builder *b, loss_node in, const char *module, const char *name)
{
    char whole[NAME_SIZE];
    return loss_builder_relu(b, loss_builder_batchnorm(b, in, within(whole, module, name), NULL));
}

loss_node lossi_zoo_classify(loss_builder *b, loss_node in, const char *name)
{
    loss_node x = loss_builder_flatten(b, loss_builder_global_average_pool(b, in));
    return loss_builder_linear(b, x, name, loss_builder_shape(b, x).classes);
}

loss_node lossi_zoo_layer(loss_builder *b, const char *kind, const char *name, loss_node in,
                          const loss_layer_key *keys)
{
    return loss_builder_layer(b, kind, name, 1, &in, keys);
}
