/* LeNet-5 (LeCun et al. 1998) with ReLU and max pooling, named as in PyTorch's tutorial. */
#include "zoo/zoo.h"

static loss_node add_stage(loss_builder *b, loss_node in, const char *name, size_t channels)
{
    loss_node x =
        loss_builder_conv(b, in, name, LOSS_CONV(.channels = channels, .kernel = 5, .bias = true));
    return loss_builder_max_pool(b, loss_builder_relu(b, x), LOSS_POOL(.kernel = 2));
}

loss_node lossi_zoo_lenet(loss_builder *b, const lossi_model *model)
{
    loss_node x = add_stage(b, loss_builder_input(b), "conv1", lossi_model_channels(model, 6));
    x = loss_builder_flatten(b, add_stage(b, x, "conv2", lossi_model_channels(model, 16)));
    x = loss_builder_relu(b, loss_builder_linear(b, x, "fc1", lossi_model_channels(model, 120)));
    x = loss_builder_relu(b, loss_builder_linear(b, x, "fc2", lossi_model_channels(model, 84)));
    return loss_builder_linear(b, x, "fc3", loss_builder_shape(b, x).classes);
}
