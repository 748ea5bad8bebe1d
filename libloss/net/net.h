/* Inside a network: layers in the order they were built (inputs come before their users), and
 * tensors. */
#ifndef LOSSI_NET_H
#define LOSSI_NET_H

#include <loss/net.h>

#include "base/base.h"
#include "base/real.h"

struct lossi_layer;
struct lossi_loss;
struct lossi_own_tensor;

/** At most: dimensions of an image's part of an output, keys of a layer kind, values of a key,
 * tensors of a layer. */
enum {
    LOSSI_MOST_DIMS = 6,
    LOSSI_MOST_KEYS = 8,
    LOSSI_MOST_VALUES = 2 * LOSSI_MOST_DIMS,
    LOSSI_MOST_TENSORS = 4
};

/** What a key of a layer is set to: numbers, or the number of a word in the key's list. */
typedef struct lossi_values {
    size_t n;
    double v[LOSSI_MOST_VALUES];
} lossi_values;

/** A key of one value. */
#define LOSSI_VALUE(x) ((lossi_values){1, {(double)(x)}})

/** A parameter or running statistic. */
typedef struct lossi_tensor {
    char *name;
    const struct lossi_own_tensor *own; /* what the layer's kind says of it */
    loss_tensor_kind kind;
    size_t n_dims, dims[LOSSI_MOST_DIMS], count;
    lossi_real *values;    /* [count] */
    loss_tensor_info info; /* what the caller sees of it */
} lossi_tensor;

/** One layer. */
typedef struct lossi_node {
    const struct lossi_layer *layer; /* NULL: the images */
    size_t n_inputs;                 /* 0: it depends on parameters only */
    int *inputs;                     /* [n_inputs] numbers of nodes; owned */
    /* The output for one image, outermost dimension first: [channels][height][width] of maps.
     * Dimensions beyond n_dims are 1. */
    size_t n_dims, dims[LOSSI_MOST_DIMS];
    int tensors[LOSSI_MOST_TENSORS];    /* numbers, in the order of the kind's table; -1: none */
    lossi_values keys[LOSSI_MOST_KEYS]; /* in the order of the kind's table */
} lossi_node;

/** What a network is trained for. */
enum { LOSSI_MOST_LOSS_KEYS = 2 };
typedef struct lossi_objective {
    const struct lossi_loss *loss;
    char *name; /* canonical; NULL: the first loss of the table, as it stands there. Owned. */
    double keys[LOSSI_MOST_LOSS_KEYS]; /* in the order of the loss's table */
    double *weights;                   /* [n_weights] of classes; NULL: 1. Owned. */
    size_t n_weights;
    double l2;              /* lambda of lambda / 2 |w|^2 */
    loss_function function; /* of the caller, where the loss is one */
} lossi_objective;

struct loss_net {
    char *model;
    loss_shape shape;
    lossi_objective objective;
    size_t n_nodes, n_tensors;
    lossi_node *nodes; /* the last one is the logits */
    lossi_tensor *tensors;
    size_t n_folded_norms; /* convolutions that seem to have a BatchNorm in them */
};

/** Values of a node's output for one image. */
size_t lossi_node_size(const lossi_node *node);

/** Values of one channel of it: of all dimensions but the first. */
static inline size_t lossi_node_pixels(const lossi_node *node)
{
    const size_t *d = node->dims;
    return d[1] * d[2] * d[3] * d[4] * d[5];
}

/** The value of a key that has one. */
static inline double lossi_node_value(const lossi_node *node, size_t key)
{
    return node->keys[key].v[0];
}

/** The same, as a count. */
static inline size_t lossi_node_key(const lossi_node *node, size_t key)
{
    return (size_t)node->keys[key].v[0];
}

/** The number of the node that a layer's work is measured by: its first input; the images' for
 * layers without inputs. */
static inline size_t lossi_node_first(const lossi_node *node)
{
    return node->n_inputs ? (size_t)node->inputs[0] : 0;
}

/** True if the node takes the output of node `in`. */
bool lossi_node_reads(const lossi_node *node, size_t in);

/** True for what SGD updates and directions move: everything but running statistics. */
bool lossi_tensor_is_trainable(const lossi_tensor *tensor);

/** True for filters; other parameters are biases and the like, which directions may leave out. */
bool lossi_tensor_is_filter(const lossi_tensor *tensor);

/** Fills in `info` of all tensors, when they stay where they are. */
void lossi_net_describe(loss_net *net);

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

/** LOSS_ERR_SHAPE unless the data have images, and those of the network's shape. */
loss_status lossi_net_check_data(const loss_net *net, const loss_dataset *data);
/** The same, and unless they hold what the network's loss compares its outputs with. */
loss_status lossi_net_check_loss(const loss_net *net, const loss_dataset *data);
/** LOSS_ERR_SHAPE with both shapes in the message. */
loss_status lossi_net_fail_shape(const loss_net *net, const loss_dataset *data);

#endif
