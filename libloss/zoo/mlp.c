/* A multilayer perceptron: hidden layers of one size with ReLU, numbered as in a PyTorch
 * Sequential of Flatten, Linear, ReLU, Linear, ... */
#include <stdio.h>

#include "zoo/families.h"

enum { NAME_SIZE = 32, MOST_HIDDEN = 100, LARGEST_SIZE = 1 << 16 };

static bool allows_hidden(double n)
{
    return n >= 1 && n <= MOST_HIDDEN && n == (int)n;
}

static bool allows_size(double n)
{
    return n >= 1 && n <= LARGEST_SIZE && n == (int)n;
}

static loss_node build(loss_builder *b, const lossi_model *model)
{
    size_t hidden = (size_t)lossi_model_number(model, "hidden"),
           size = lossi_model_channels(model, (size_t)lossi_model_number(model, "size"));
    char name[NAME_SIZE];
    loss_node x = loss_builder_flatten(b, loss_builder_input(b));
    for (size_t i = 0; i < hidden; i++) {
        snprintf(name, sizeof name, "%zu", 1 + 2 * i);
        x = loss_builder_relu(b, loss_builder_linear(b, x, name, size));
    }
    snprintf(name, sizeof name, "%zu", 1 + 2 * hidden);
    return loss_builder_linear(b, x, name, loss_builder_shape(b, x).classes);
}

const lossi_family lossi_zoo_mlp = {
    .about = "multilayer perceptron with ReLU",
    .entries = {{"mlp", 0}},
    .build = build,
    .keys = {{.is = {"hidden", "2", "a whole number, 1 to 100", "hidden layers"},
              .allows = allows_hidden},
             {.is = {"size", "512", "a whole number, 1 to 65536", "outputs of each hidden layer"},
              .allows = allows_size},
             LOSSI_WIDTH_KEY},
};
