/* Residual blocks: basic and bottleneck, with any of the three shortcuts. */
#include "zoo/residual.h"

#include <stdio.h>

/* A prefix and "conv" or "bn" with any number. */
enum { WHOLE_NAME_SIZE = LOSSI_ZOO_NAME_SIZE + 16 };

loss_node lossi_zoo_conv_norm(loss_builder *b, loss_node in, const char *prefix, int number,
                              const loss_conv_options *conv)
{
    loss_conv_options padded = *conv;
    char name[WHOLE_NAME_SIZE];
    padded.padding = padded.kernel / 2;
    snprintf(name, sizeof name, "%sconv%d", prefix, number);
    loss_node x = loss_builder_conv(b, in, name, &padded);
    snprintf(name, sizeof name, "%sbn%d", prefix, number);
    return loss_builder_batchnorm(b, x, name, NULL);
}

static loss_node add_body(loss_builder *b, loss_node in, const lossi_residual *block)
{
    char prefix[LOSSI_ZOO_NAME_SIZE];
    snprintf(prefix, sizeof prefix, "%s.", block->name);
    const loss_conv_options *strided =
        LOSS_CONV(.channels = block->inner, .kernel = 3, .stride = block->stride);
    if (!block->is_bottleneck) {
        loss_node x = loss_builder_relu(b, lossi_zoo_conv_norm(b, in, prefix, 1, strided));
        return lossi_zoo_conv_norm(b, x, prefix, 2, LOSS_CONV(.channels = block->out, .kernel = 3));
    }
    size_t first = block->stride_is_first ? block->stride : 1;
    const loss_conv_options *narrow =
                                LOSS_CONV(.channels = block->inner, .kernel = 1, .stride = first),
                            *middle = LOSS_CONV(.channels = block->inner, .kernel = 3,
                                                .stride = block->stride / first),
                            *wide = LOSS_CONV(.channels = block->out, .kernel = 1);
    loss_node x = loss_builder_relu(b, lossi_zoo_conv_norm(b, in, prefix, 1, narrow));
    x = loss_builder_relu(b, lossi_zoo_conv_norm(b, x, prefix, 2, middle));
    return lossi_zoo_conv_norm(b, x, prefix, 3, wide);
}

static loss_node add_shortcut(loss_builder *b, loss_node in, const lossi_residual *block)
{
    if (block->stride == 1 && loss_builder_shape(b, in).channels == block->out)
        return in;
    if (block->shortcut == LOSSI_SHORTCUT_PAD)
        return loss_builder_shortcut(b, in, block->out, block->stride);
    char name[LOSSI_ZOO_NAME_SIZE];
    snprintf(name, sizeof name, "%s.%s.0", block->name, block->projection);
    loss_node x = loss_builder_conv(
        b, in, name, LOSS_CONV(.channels = block->out, .kernel = 1, .stride = block->stride));
    snprintf(name, sizeof name, "%s.%s.1", block->name, block->projection);
    return loss_builder_batchnorm(b, x, name, NULL);
}

loss_node lossi_zoo_residual(loss_builder *b, loss_node in, const lossi_residual *block)
{
    loss_node body = add_body(b, in, block);
    if (block->shortcut == LOSSI_SHORTCUT_NONE)
        return loss_builder_relu(b, body);
    return loss_builder_relu(b, loss_builder_add(b, LOSS_NODES(body, add_shortcut(b, in, block))));
}
