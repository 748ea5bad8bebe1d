/* MobileNetV2 (Sandler et al. 2018), torchvision's and so named: inverted bottlenecks of a 1x1
 * convolution that widens, a depthwise 3x3 one and a 1x1 one without activation after it. The
 * width multiplies channels as torchvision does: to multiples of 8. */
#include <stdio.h>

#include "zoo/families.h"
#include "zoo/module.h"

enum { DIVISOR = 8 };

/* Blocks of one number of channels, the first of them with the stride. */
typedef struct stage {
    size_t expansion, channels, n, stride;
} stage;

static const stage stages[] = {{1, 16, 1, 1}, {6, 24, 2, 2},  {6, 32, 3, 2}, {6, 64, 4, 2},
                               {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};
enum { N_STAGES = sizeof stages / sizeof *stages, FIRST_STRIDED = 1 };

/* The nearest multiple of 8, but not less than 0.9 of the number. */
static size_t divisible(double channels)
{
    size_t near = (size_t)(channels + DIVISOR / 2.0) / DIVISOR * DIVISOR;
    near = near < DIVISOR ? DIVISOR : near;
    return (double)near < 0.9 * channels ? near + DIVISOR : near;
}

static loss_node add_conv(loss_builder *b, loss_node in, const char *module,
                          const loss_conv_options *conv)
{
    loss_node x = lossi_zoo_conv_then_norm(b, in, module, "0", "1", conv);
    return lossi_zoo_layer(b, "clip", NULL, x,
                           LOSS_KEYS(LOSS_NUMBERS("least", 0), LOSS_NUMBERS("most", 6)));
}

static loss_node add_block(loss_builder *b, loss_node in, size_t number, size_t expansion,
                           size_t out, size_t stride)
{
    size_t inside = loss_builder_shape(b, in).channels, wide = expansion * inside, part = 0;
    char module[LOSSI_ZOO_MODULE_SIZE], last[2][8];
    loss_node x = in;
    if (expansion != 1) {
        snprintf(module, sizeof module, "features.%zu.conv.%zu", number, part++);
        x = add_conv(b, x, module, LOSS_CONV(.channels = wide, .kernel = 1));
    }
    snprintf(module, sizeof module, "features.%zu.conv.%zu", number, part++);
    x = add_conv(
        b, x, module,
        LOSS_CONV(.channels = wide, .kernel = 3, .stride = stride, .padding = 1, .groups = wide));
    snprintf(module, sizeof module, "features.%zu.conv", number);
    snprintf(last[0], sizeof last[0], "%zu", part);
    snprintf(last[1], sizeof last[1], "%zu", part + 1);
    x = lossi_zoo_conv_then_norm(b, x, module, last[0], last[1],
                                 LOSS_CONV(.channels = out, .kernel = 1));
    return stride == 1 && inside == out ? loss_builder_add(b, LOSS_NODES(in, x)) : x;
}

static loss_node build(loss_builder *b, const lossi_model *model)
{
    bool is_cifar = lossi_model_is(model, "stem", "cifar");
    double width = lossi_model_number(model, "width"), p = lossi_model_number(model, "dropout");
    size_t number = 1, last = divisible(1280 * (width > 1 ? width : 1));
    char module[LOSSI_ZOO_MODULE_SIZE];
    loss_node x = add_conv(b, loss_builder_input(b), "features.0",
                           LOSS_CONV(.channels = divisible(32 * width), .kernel = 3,
                                     .stride = is_cifar ? 1 : 2, .padding = 1));
    for (size_t s = 0; s < N_STAGES; s++)
        for (size_t i = 0; i < stages[s].n; i++) {
            bool keeps_size = i > 0 || (is_cifar && s == FIRST_STRIDED);
            x = add_block(b, x, number++, stages[s].expansion,
                          divisible((double)stages[s].channels * width),
                          keeps_size ? 1 : stages[s].stride);
        }
    snprintf(module, sizeof module, "features.%zu", number);
    x = add_conv(b, x, module, LOSS_CONV(.channels = last, .kernel = 1));
    x = loss_builder_flatten(b, loss_builder_global_average_pool(b, x));
    if (p > 0)
        x = loss_builder_dropout(b, x, p);
    return loss_builder_linear(b, x, "classifier.1", loss_builder_shape(b, x).classes);
}

const lossi_family lossi_zoo_mobilenet = {
    .about = "Sandler et al. 2018, as torchvision has it",
    .entries = {{"mobilenetv2", 2}},
    .build = build,
    .keys = {{.is = {"stem", "cifar", "cifar or imagenet",
                     "strides of 1 in the first convolution and the first strided block, or of 2"},
              .choices = {"cifar", "imagenet"}},
             LOSSI_DROPOUT_KEY("0.2", "before the classifier, in training"),
             LOSSI_WIDTH_KEY},
};
