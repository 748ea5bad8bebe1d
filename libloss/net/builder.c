/* The builder: appends layers, works out their shapes, makes their tensors. The first error
 * sticks. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "net/layer.h"
#include "net/net.h"

/* No image, filter or layer of a sane network is larger; keeps products of a few sizes far from
 * overflow. */
enum { LARGEST_SIZE = 1 << 20 };

struct loss_builder {
    loss_net *net; /* being filled */
    size_t nodes_capacity, tensors_capacity;
    loss_status status;
    char message[512];
};

loss_status loss_builder_create(loss_builder **out, loss_shape shape)
{
    *out = NULL;
    if (!shape.channels || !shape.height || !shape.width || shape.classes < 2)
        return lossi_fail(LOSS_ERR_SHAPE,
                          "images of %zux%zux%zu with %zu classes: no size may be 0, and two "
                          "classes are the least",
                          shape.channels, shape.height, shape.width, shape.classes);
    if (shape.channels > LARGEST_SIZE || shape.height > LARGEST_SIZE ||
        shape.width > LARGEST_SIZE || shape.classes > LARGEST_SIZE)
        return lossi_fail(
            LOSS_ERR_SHAPE,
            "images of %zux%zux%zu with %zu classes: at most %d a side and %d classes",
            shape.channels, shape.height, shape.width, shape.classes, LARGEST_SIZE, LARGEST_SIZE);
    loss_builder *b = calloc(1, sizeof *b);
    loss_net *net = calloc(1, sizeof *net);
    if (!b || !net) {
        free(b);
        free(net);
        return lossi_fail_nomem(sizeof *b + sizeof *net);
    }
    net->shape = shape;
    b->net = net;
    *out = b;
    return LOSS_OK;
}

void loss_builder_free(loss_builder *b)
{
    if (!b)
        return;
    loss_net_free(b->net);
    free(b);
}

/* Keeps the first failure and gives the node that stands for an error. */
static loss_node failed(loss_builder *b, loss_status status)
{
    if (!b->status) {
        b->status = status;
        strncpy(b->message, loss_last_message(), sizeof b->message - 1);
    }
    return -1;
}

/* An empty node of a layer on up to two inputs (-1: none), with the first input's shape; NULL on
 * failure. */
static lossi_node *append(loss_builder *b, const lossi_layer *layer, loss_node first,
                          loss_node second)
{
    if (b->status)
        return NULL;
    loss_net *net = b->net;
    loss_node inputs[2] = {first, second};
    int n_inputs = layer == &lossi_layer_add || layer == &lossi_layer_concat ? 2 : layer ? 1 : 0;
    for (int i = 0; i < n_inputs; i++)
        if (inputs[i] < 0 || (size_t)inputs[i] >= net->n_nodes) {
            failed(b, lossi_fail(LOSS_ERR_ARGUMENT, "%s: input %d is no layer of this network",
                                 layer->name, inputs[i]));
            return NULL;
        }
    if (!lossi_reserve((void **)&net->nodes, &b->nodes_capacity, net->n_nodes,
                       sizeof *net->nodes)) {
        failed(b, lossi_fail_nomem(2 * b->nodes_capacity * sizeof *net->nodes));
        return NULL;
    }
    lossi_node *node = &net->nodes[net->n_nodes];
    memset(node, 0, sizeof *node);
    node->layer = layer;
    node->inputs[0] = first;
    node->inputs[1] = second;
    node->weight = node->bias = node->mean = node->variance = -1;
    if (first >= 0) {
        node->channels = net->nodes[first].channels;
        node->height = net->nodes[first].height;
        node->width = net->nodes[first].width;
    }
    return node;
}

/* Accepts the node that append() gave. */
static loss_node accept(loss_builder *b, const lossi_node *node)
{
    if (b->status)
        return -1;
    size_t size;
    if (!lossi_mul(node->channels, node->height * node->width, &size) || size > SIZE_MAX / 4096)
        return failed(b, lossi_fail(LOSS_ERR_SHAPE, "%s: an output of %zux%zux%zu is too large",
                                    node->layer ? node->layer->name : "input", node->channels,
                                    node->height, node->width));
    return (loss_node)b->net->n_nodes++;
}

/* A tensor NAME.suffix, still without values; its number, or -1. */
static int add_tensor(loss_builder *b, const char *name, const char *suffix, loss_tensor_kind kind,
                      size_t n_dims, const size_t *dims)
{
    loss_net *net = b->net;
    if (b->status)
        return -1;
    char *full = lossi_format("%s.%s", name, suffix);
    if (!full || !lossi_reserve((void **)&net->tensors, &b->tensors_capacity, net->n_tensors,
                                sizeof *net->tensors)) {
        free(full);
        return failed(b, lossi_fail_nomem(sizeof *net->tensors));
    }
    for (size_t i = 0; i < net->n_tensors; i++)
        if (strcmp(net->tensors[i].name, full) == 0) {
            failed(b, lossi_fail(LOSS_ERR_ARGUMENT, "%s: two tensors of this name", full));
            free(full);
            return -1;
        }
    lossi_tensor *tensor = &net->tensors[net->n_tensors];
    *tensor = (lossi_tensor){.name = full, .kind = kind, .n_dims = n_dims, .count = 1};
    for (size_t i = 0; i < n_dims; i++) {
        tensor->dims[i] = dims[i];
        if (!lossi_mul(tensor->count, dims[i], &tensor->count))
            tensor->count = SIZE_MAX;
    }
    return (int)net->n_tensors++;
}

loss_node loss_builder_input(loss_builder *b)
{
    lossi_node *node = append(b, NULL, -1, -1);
    if (!node)
        return -1;
    if (b->net->n_nodes)
        return failed(b, lossi_fail(LOSS_ERR_ARGUMENT,
                                    "input: it must be the first layer, and there is one only"));
    node->channels = b->net->shape.channels;
    node->height = b->net->shape.height;
    node->width = b->net->shape.width;
    return accept(b, node);
}

/* Size of one side after a window of `kernel` has gone over `in` values; 0 if it does not fit. */
static size_t side_after(size_t in, size_t kernel, size_t stride, size_t padding)
{
    size_t padded = in + 2 * padding;
    return padded < kernel ? 0 : (padded - kernel) / stride + 1;
}

/* Sets a node's height and width to what a window leaves of its input's. */
static bool slide(loss_builder *b, lossi_node *node, const char *name, size_t kernel, size_t stride,
                  size_t padding)
{
    if (!kernel || kernel > LARGEST_SIZE || stride > LARGEST_SIZE || padding > LARGEST_SIZE) {
        failed(b, lossi_fail(LOSS_ERR_ARGUMENT,
                             "%s: kernel %zu, stride %zu, padding %zu: out of range", name, kernel,
                             stride, padding));
        return false;
    }
    size_t height = side_after(node->height, kernel, stride, padding);
    size_t width = side_after(node->width, kernel, stride, padding);
    if (!height || !width) {
        failed(b,
               lossi_fail(LOSS_ERR_SHAPE,
                          "%s: a %zux%zu window does not fit its input of %zux%zu (padding %zu); "
                          "images of %zux%zu are too small for this network",
                          name, kernel, kernel, node->height, node->width, padding,
                          b->net->shape.height, b->net->shape.width));
        return false;
    }
    node->height = height;
    node->width = width;
    return true;
}

/* Convolution and linear: the tensors after the shapes are known. */
static loss_node add_filter(loss_builder *b, lossi_node *node, const char *name, size_t in_channels,
                            size_t n_dims)
{
    size_t k = node->conv.kernel, dims[4] = {node->conv.channels, in_channels, k, k};
    node->channels = node->conv.channels;
    node->weight = add_tensor(b, name, "weight", LOSS_TENSOR_WEIGHT, n_dims, dims);
    if (node->conv.bias)
        node->bias = add_tensor(b, name, "bias", LOSS_TENSOR_BIAS, 1, dims);
    return accept(b, node);
}

loss_node loss_builder_conv(loss_builder *b, loss_node in, const char *name,
                            const loss_conv_options *given)
{
    loss_conv_options conv = LOSS_CONV_OPTIONS_INIT;
    loss_status status = LOSSI_OPTIONS(conv, given);
    if (status)
        return failed(b, status);
    lossi_node *node = append(b, &lossi_layer_conv, in, -1);
    if (!node)
        return -1;
    if (!conv.stride)
        conv.stride = 1;
    if (!conv.channels || conv.channels > LARGEST_SIZE)
        return failed(b, lossi_fail(LOSS_ERR_ARGUMENT, "%s: %zu output channels; from 1 to %d",
                                    name, conv.channels, LARGEST_SIZE));
    node->conv = conv;
    size_t in_channels = node->channels;
    if (!slide(b, node, name, conv.kernel, conv.stride, conv.padding))
        return -1;
    return add_filter(b, node, name, in_channels, 4);
}

loss_node loss_builder_linear(loss_builder *b, loss_node in, const char *name, size_t out)
{
    lossi_node *node = append(b, &lossi_layer_conv, in, -1);
    if (!node)
        return -1;
    if (node->height != 1 || node->width != 1)
        return failed(
            b, lossi_fail(LOSS_ERR_SHAPE,
                          "%s: its input is %zux%zux%zu; flatten or pool it to features first",
                          name, node->channels, node->height, node->width));
    if (!out || out > LARGEST_SIZE)
        return failed(b, lossi_fail(LOSS_ERR_ARGUMENT, "%s: %zu outputs; from 1 to %d", name, out,
                                    LARGEST_SIZE));
    node->conv = *LOSS_CONV(.channels = out, .kernel = 1, .stride = 1, .bias = true);
    return add_filter(b, node, name, node->channels, 2);
}

loss_node loss_builder_batchnorm(loss_builder *b, loss_node in, const char *name)
{
    lossi_node *node = append(b, &lossi_layer_norm, in, -1);
    if (!node)
        return -1;
    size_t dims[1] = {node->channels};
    node->weight = add_tensor(b, name, "weight", LOSS_TENSOR_NORM_WEIGHT, 1, dims);
    node->bias = add_tensor(b, name, "bias", LOSS_TENSOR_NORM_BIAS, 1, dims);
    node->mean = add_tensor(b, name, "running_mean", LOSS_TENSOR_RUNNING_MEAN, 1, dims);
    node->variance = add_tensor(b, name, "running_var", LOSS_TENSOR_RUNNING_VAR, 1, dims);
    return accept(b, node);
}

loss_node loss_builder_relu(loss_builder *b, loss_node in)
{
    lossi_node *node = append(b, &lossi_layer_relu, in, -1);
    return node ? accept(b, node) : -1;
}

static loss_node add_pool(loss_builder *b, loss_node in, const lossi_layer *layer,
                          const loss_pool_options *given)
{
    loss_pool_options pool = LOSS_POOL_OPTIONS_INIT;
    loss_status status = LOSSI_OPTIONS(pool, given);
    if (status)
        return failed(b, status);
    lossi_node *node = append(b, layer, in, -1);
    if (!node)
        return -1;
    if (!pool.stride)
        pool.stride = pool.kernel;
    if (2 * pool.padding > pool.kernel)
        return failed(b, lossi_fail(LOSS_ERR_ARGUMENT,
                                    "%s: padding %zu is more than half the kernel %zu", layer->name,
                                    pool.padding, pool.kernel));
    node->pool = pool;
    return slide(b, node, layer->name, pool.kernel, pool.stride, pool.padding) ? accept(b, node)
                                                                               : -1;
}

loss_node loss_builder_max_pool(loss_builder *b, loss_node in, const loss_pool_options *pool)
{
    return add_pool(b, in, &lossi_layer_max_pool, pool);
}

loss_node loss_builder_average_pool(loss_builder *b, loss_node in, const loss_pool_options *pool)
{
    return add_pool(b, in, &lossi_layer_average_pool, pool);
}

loss_node loss_builder_global_average_pool(loss_builder *b, loss_node in)
{
    lossi_node *node = append(b, &lossi_layer_average_pool, in, -1);
    if (!node)
        return -1;
    node->pool.stride = 1; /* and kernel 0: the whole map */
    node->height = node->width = 1;
    return accept(b, node);
}

loss_node loss_builder_flatten(loss_builder *b, loss_node in)
{
    lossi_node *node = append(b, &lossi_layer_flatten, in, -1);
    if (!node)
        return -1;
    node->channels = lossi_node_size(node);
    node->height = node->width = 1;
    return accept(b, node);
}

loss_node loss_builder_add(loss_builder *b, loss_node x, loss_node y)
{
    lossi_node *node = append(b, &lossi_layer_add, x, y);
    if (!node)
        return -1;
    const lossi_node *other = &b->net->nodes[y];
    if (node->channels != other->channels || node->height != other->height ||
        node->width != other->width)
        return failed(b, lossi_fail(LOSS_ERR_SHAPE, "add: %zux%zux%zu and %zux%zux%zu",
                                    node->channels, node->height, node->width, other->channels,
                                    other->height, other->width));
    return accept(b, node);
}

loss_node loss_builder_concat(loss_builder *b, loss_node x, loss_node y)
{
    lossi_node *node = append(b, &lossi_layer_concat, x, y);
    if (!node)
        return -1;
    const lossi_node *other = &b->net->nodes[y];
    if (node->height != other->height || node->width != other->width)
        return failed(b, lossi_fail(LOSS_ERR_SHAPE,
                                    "concat: %zux%zux%zu and %zux%zux%zu differ in height or width",
                                    node->channels, node->height, node->width, other->channels,
                                    other->height, other->width));
    node->channels += other->channels;
    return accept(b, node);
}

loss_node loss_builder_shortcut(loss_builder *b, loss_node in, size_t channels, size_t stride)
{
    lossi_node *node = append(b, &lossi_layer_shortcut, in, -1);
    if (!node)
        return -1;
    if (channels < node->channels || channels > LARGEST_SIZE || !stride)
        return failed(
            b, lossi_fail(LOSS_ERR_ARGUMENT,
                          "shortcut: %zu channels from %zu, stride %zu: it can only add channels",
                          channels, node->channels, stride));
    node->stride = stride;
    node->channels = channels;
    return slide(b, node, "shortcut", 1, stride, 0) ? accept(b, node) : -1;
}

loss_node loss_builder_dropout(loss_builder *b, loss_node in, double p)
{
    lossi_node *node = append(b, &lossi_layer_dropout, in, -1);
    if (!node)
        return -1;
    if (!(p >= 0 && p < 1))
        return failed(b, lossi_fail(LOSS_ERR_ARGUMENT, "dropout: p is %g; 0 <= p < 1", p));
    node->p = p;
    return accept(b, node);
}

loss_shape loss_builder_shape(const loss_builder *b, loss_node at)
{
    if (at < 0 || (size_t)at >= b->net->n_nodes)
        return (loss_shape){0, 0, 0, 0};
    const lossi_node *node = &b->net->nodes[at];
    return (loss_shape){node->channels, node->height, node->width, b->net->shape.classes};
}

/* The first layer that no other takes as input, or -1. The loss does not depend on such a layer. */
static int unused_layer(const loss_net *net)
{
    for (size_t i = 0; i + 1 < net->n_nodes; i++) {
        bool used = false;
        for (size_t j = i + 1; j < net->n_nodes && !used; j++)
            used = net->nodes[j].inputs[0] == (int)i || net->nodes[j].inputs[1] == (int)i;
        if (!used)
            return (int)i;
    }
    return -1;
}

const loss_net *lossi_builder_net(const loss_builder *b)
{
    return b->status ? NULL : b->net;
}

static loss_status allocate_values(loss_net *net)
{
    for (size_t i = 0; i < net->n_tensors; i++) {
        lossi_tensor *tensor = &net->tensors[i];
        tensor->values = lossi_alloc(tensor->count, sizeof *tensor->values);
        if (!tensor->values)
            return lossi_fail(LOSS_ERR_NOMEM, "%s: out of memory for the %zu values of %s",
                              net->model, tensor->count, tensor->name);
    }
    return LOSS_OK;
}

loss_status loss_builder_finish(loss_builder *b, loss_node logits, const char *model,
                                loss_net **out)
{
    *out = NULL;
    loss_net *net = b->net;
    loss_shape shape = loss_builder_shape(b, logits);
    if (b->status)
        lossi_fail(b->status, "%s", b->message);
    else if (logits < 1 || (size_t)logits + 1 != net->n_nodes)
        b->status = lossi_fail(LOSS_ERR_ARGUMENT,
                               "%s: the logits must be the layer that was added last", model);
    else if (unused_layer(net) >= 0)
        b->status = lossi_fail(LOSS_ERR_ARGUMENT, "%s: no layer takes the output of layer %d",
                               model, unused_layer(net));
    else if (shape.channels != net->shape.classes || shape.height != 1 || shape.width != 1)
        b->status =
            lossi_fail(LOSS_ERR_SHAPE, "%s: the logits are %zux%zux%zu; expected %zu classes",
                       model, shape.channels, shape.height, shape.width, net->shape.classes);
    else if (!(net->model = lossi_strdup(model)))
        b->status = lossi_fail_nomem(strlen(model) + 1);
    else if (!(b->status = allocate_values(net)))
        loss_net_initialise(net, 0);
    loss_status status = b->status;
    if (!status) {
        *out = net;
        b->net = NULL;
    }
    loss_builder_free(b);
    return status;
}
