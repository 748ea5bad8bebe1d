/* VGG (Simonyan & Zisserman 2015) with torchvision's classifier: the maps pooled to 7x7, and three
 * linear layers, of 4096 outputs before the last, with dropout between them. */
#include "zoo/families.h"
#include "zoo/module.h"
#include "zoo/vgg.h"

enum { SIDE = 7, OUTPUTS = 4096 };

static loss_node add_hidden(loss_builder *b, const lossi_model *model, loss_node in,
                            const char *name)
{
    double p = lossi_model_number(model, "dropout");
    loss_node x = loss_builder_linear(b, in, name, lossi_model_channels(model, OUTPUTS));
    x = loss_builder_relu(b, x);
    return p > 0 ? loss_builder_dropout(b, x, p) : x;
}

static loss_node build(loss_builder *b, const lossi_model *model)
{
    loss_node x =
        lossi_zoo_layer(b, "adaptive_average_pool", NULL, lossi_zoo_vgg_features(b, model),
                        LOSS_KEYS(LOSS_NUMBERS("size", SIDE)));
    x = add_hidden(b, model, loss_builder_flatten(b, x), "classifier.0");
    x = add_hidden(b, model, x, "classifier.3");
    return loss_builder_linear(b, x, "classifier.6", loss_builder_shape(b, x).classes);
}

const lossi_family lossi_zoo_vgg_imagenet = {
    .about = "Simonyan & Zisserman 2015, torchvision's classifier of three layers",
    .entries = {{"vgg11-imagenet", 11},
                {"vgg13-imagenet", 13},
                {"vgg16-imagenet", 16},
                {"vgg19-imagenet", 19}},
    .build = build,
    .keys = {{.is = {"bn", "0", "0 or 1", "BatchNorm after each convolution"},
              .choices = {"0", "1"}},
             LOSSI_DROPOUT_KEY("0.5", "after each hidden layer of the classifier, in training"),
             {.is = {"pool", "max", "max or average", "pooling after the convolutions"},
              .choices = {"max", "average"}},
             LOSSI_WIDTH_KEY},
    .suffix = "-bn",
    .suffix_key = "bn",
    .suffix_value = "1",
};
