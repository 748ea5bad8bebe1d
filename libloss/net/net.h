/* Inside a network: layers in the order they were built (inputs come before their users), and
 * tensors. */
#ifndef LOSSI_NET_H
#define LOSSI_NET_H

#include <loss/net.h>

#include "base/base.h"
#include "base/real.h"

struct lossi_layer;

/** A parameter or running statistic. */
typedef struct lossi_tensor {
    char *name;
    loss_tensor_kind kind;
    size_t n_dims, dims[4], count;
    lossi_real *values; /* [count] */
} lossi_tensor;

/** One layer with what its kind needs. */
typedef struct lossi_node {
    const struct lossi_layer *layer; /* NULL: the images */
    int inputs[2];                   /* -1: none */
    size_t channels, height, width;  /* of the output */
    int weight, bias;                /* tensor numbers; -1: none */
    int mean, variance;
    loss_conv_options conv; /* convolution, linear */
    loss_pool_options pool; /* pooling */
    size_t stride;          /* shortcut */
    double p;               /* dropout */
} lossi_node;

struct loss_net {
    char *model;
    loss_shape shape;
    size_t n_nodes, n_tensors;
    lossi_node *nodes; /* the last one is the logits */
    lossi_tensor *tensors;
};

/** Values of a node's output for one image. */
size_t lossi_node_size(const lossi_node *node);

/** True for what SGD updates and directions move: everything but running statistics. */
bool lossi_tensor_is_trainable(const lossi_tensor *tensor);

/** The network under construction: layers and tensors, without values; NULL after an error.
 * Borrowed. */
const loss_net *lossi_builder_net(const loss_builder *builder);

/** A network of the same graph with a copy of the values. */
loss_status lossi_net_clone(loss_net **out, const loss_net *net);

/** Direct access to a tensor's values, [count]. Borrowed. */
static inline lossi_real *lossi_net_values(loss_net *net, size_t tensor)
{
    return net->tensors[tensor].values;
}
static inline const lossi_real *lossi_net_values_const(const loss_net *net, size_t tensor)
{
    return net->tensors[tensor].values;
}

/** LOSS_ERR_SHAPE unless the data have the network's image shape and no more classes. */
loss_status lossi_net_check_data(const loss_net *net, const loss_dataset *data);

#endif
