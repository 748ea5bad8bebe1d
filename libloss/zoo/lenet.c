/* LeNet-5 (LeCun et al. 1998) as PyTorch's tutorial has it: ReLU, max pooling, two linear layers
 * before the last. The network of 1998 has tanh, average pooling with weights, and a last layer of
 * radial basis functions: its weights have other tensors. */
#include "zoo/families.h"

static loss_node add_stage(loss_builder *b, const lossi_model *model, loss_node in,
                           const char *name, size_t channels)
{
    loss_node x =
        loss_builder_conv(b, in, name, LOSS_CONV(.channels = channels, .kernel = 5, .bias = true));
    x = loss_builder_relu(b, x);
    return lossi_model_is(model, "pool", "max")
               ? loss_builder_max_pool(b, x, LOSS_POOL(.kernel = 2))
               : loss_builder_average_pool(b, x, LOSS_POOL(.kernel = 2));
}

static loss_node build(loss_builder *b, const lossi_model *model)
{
    loss_node x =
        add_stage(b, model, loss_builder_input(b), "conv1", lossi_model_channels(model, 6));
    x = loss_builder_flatten(b, add_stage(b, model, x, "conv2", lossi_model_channels(model, 16)));
    x = loss_builder_relu(b, loss_builder_linear(b, x, "fc1", lossi_model_channels(model, 120)));
    x = loss_builder_relu(b, loss_builder_linear(b, x, "fc2", lossi_model_channels(model, 84)));
    return loss_builder_linear(b, x, "fc3", loss_builder_shape(b, x).classes);
}

const lossi_family lossi_zoo_lenet = {
    .about = "LeNet-5 (LeCun et al. 1998) with ReLU, as in PyTorch's tutorial",
    .entries = {{"lenet5", 5}},
    .build = build,
    .keys = {{.is = {"pool", "max", "max or average", "pooling after the convolutions"},
              .choices = {"max", "average"}},
             LOSSI_WIDTH_KEY},

};
