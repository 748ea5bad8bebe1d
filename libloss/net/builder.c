/* The builder: appends layers of any kind, as their tables describe them. The first error
 * sticks. */
#include "net/builder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/objective.h"

struct loss_builder {
    loss_net *net; /* being filled */
    size_t nodes_capacity, tensors_capacity;
    loss_status status;
    char message[512];
};

loss_status loss_builder_create(loss_builder **out, loss_shape shape)
{
    LOSSI_REQUIRE(out);
    *out = NULL;
    if (!shape.channels || !shape.height || !shape.width || !shape.classes)
        return lossi_fail(LOSS_ERR_SHAPE,
                          "images of %zux%zux%zu with %zu classes: no size may be 0",
                          shape.channels, shape.height, shape.width, shape.classes);
    if (shape.channels > LOSSI_LARGEST_SIZE || shape.height > LOSSI_LARGEST_SIZE ||
        shape.width > LOSSI_LARGEST_SIZE || shape.classes > LOSSI_LARGEST_SIZE)
        return lossi_fail(
            LOSS_ERR_SHAPE,
            "images of %zux%zux%zu with %zu classes: at most %d a side and %d classes",
            shape.channels, shape.height, shape.width, shape.classes, LOSSI_LARGEST_SIZE,
            LOSSI_LARGEST_SIZE);
    loss_builder *b = calloc(1, sizeof *b);
    loss_net *net = calloc(1, sizeof *net);
    if (!b || !net) {
        free(b);
        free(net);
        return lossi_fail_nomem(sizeof *b + sizeof *net);
    }
    net->shape = shape;
    lossi_objective_begin(&net->objective);
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

loss_node lossi_builder_fail(loss_builder *b, loss_status status)
{
    if (b && !b->status) {
        b->status = status;
        strncpy(b->message, loss_last_message(), sizeof b->message - 1);
    }
    return -1;
}

const char *lossi_shape_text(const lossi_node *node, char text[LOSSI_SHAPE_TEXT])
{
    int at = 0;
    for (size_t d = 0; d < node->n_dims; d++)
        at += snprintf(text + at, LOSSI_SHAPE_TEXT - (size_t)at, d ? "x%zu" : "%zu", node->dims[d]);
    return text;
}

/* ---- Adding a layer ------------------------------------------------------------------------- */

static loss_status check_inputs(const loss_net *net, const lossi_layer *kind, const char *name,
                                size_t n_inputs, const loss_node *inputs)
{
    size_t least = lossi_least_inputs(kind), most = lossi_most_inputs(kind);
    if (n_inputs < least || n_inputs > most)
        return lossi_fail(LOSS_ERR_ARGUMENT, "%s: %zu inputs; expected %s%zu", name, n_inputs,
                          most == least ? "" : "at least ", least);
    for (size_t i = 0; i < n_inputs; i++)
        if (inputs[i] < 0 || (size_t)inputs[i] >= net->n_nodes)
            return lossi_fail(LOSS_ERR_ARGUMENT, "%s: input %d is no layer of this network", name,
                              inputs[i]);
    return LOSS_OK;
}

static loss_status set_keys(lossi_node *node, const lossi_layer *kind, const char *name,
                            const lossi_values *keys)
{
    for (size_t k = 0; kind->keys[k].name; k++) {
        loss_status status = lossi_key_check(&kind->keys[k], name, &keys[k]);
        if (status)
            return status;
        node->keys[k] = keys[k];
    }
    return LOSS_OK;
}

static loss_status check_tensor_name(const loss_net *net, const char *name)
{
    for (size_t i = 0; i < net->n_tensors; i++)
        if (strcmp(net->tensors[i].name, name) == 0)
            return lossi_fail(LOSS_ERR_ARGUMENT, "%s: two tensors of this name", name);
    return LOSS_OK;
}

/* A tensor NAME.suffix, still without values; its number in *number. */
static loss_status add_tensor(loss_builder *b, const char *name, const lossi_own_tensor *own,
                              const struct lossi_tensor_shape *shape, int *number)
{
    loss_net *net = b->net;
    char *full = lossi_format("%s%s%s", name, *own->suffix ? "." : "", own->suffix);
    if (!full || !lossi_reserve((void **)&net->tensors, &b->tensors_capacity, net->n_tensors,
                                sizeof *net->tensors)) {
        free(full);
        return lossi_fail_nomem(sizeof *net->tensors);
    }
    loss_status status = check_tensor_name(net, full);
    if (status) {
        free(full);
        return status;
    }
    lossi_tensor *tensor = &net->tensors[net->n_tensors];
    *tensor = (lossi_tensor){
        .name = full, .own = own, .kind = own->kind, .n_dims = shape->n_dims, .count = 1};
    for (size_t i = 0; i < shape->n_dims; i++) {
        tensor->dims[i] = shape->dims[i];
        if (!lossi_mul(tensor->count, shape->dims[i], &tensor->count))
            tensor->count = SIZE_MAX;
    }
    *number = (int)net->n_tensors++;
    return LOSS_OK;
}

static loss_status check_size(const lossi_node *node, const char *name)
{
    char text[LOSSI_SHAPE_TEXT];
    size_t size = 1;
    for (size_t d = 0; d < LOSSI_MOST_DIMS; d++)
        if (!lossi_mul(size, node->dims[d], &size) || size > SIZE_MAX / 4096)
            return lossi_fail(LOSS_ERR_SHAPE, "%s: an output of %s is too large", name,
                              lossi_shape_text(node, text));
    return LOSS_OK;
}

/* Fills in the new node: inputs, keys, and what the kind makes of them. */
static loss_status fill(loss_builder *b, lossi_node *node, const char *name, size_t n_inputs,
                        const loss_node *inputs, const lossi_values *keys)
{
    loss_net *net = b->net;
    const lossi_layer *kind = node->layer;
    const char *called = name ? name : kind->name;
    if (kind->tensors[0].suffix && !name)
        return lossi_fail(LOSS_ERR_ARGUMENT, "%s: a layer with parameters needs a name",
                          kind->name);
    loss_status status = check_inputs(net, kind, called, n_inputs, inputs);
    if (!status)
        status = set_keys(node, kind, called, keys);
    if (!status && !(node->inputs = lossi_alloc(n_inputs + 1, sizeof *node->inputs)))
        status = lossi_fail_nomem(n_inputs * sizeof *node->inputs);
    if (status)
        return status;
    for (size_t i = 0; i < n_inputs; i++)
        node->inputs[i] = inputs[i];
    node->n_inputs = n_inputs;
    lossi_addition a = {.name = called, .images = net->shape, .nodes = net->nodes, .node = node};
    a.in = &net->nodes[lossi_node_first(node)];
    node->n_dims = a.in->n_dims;
    memcpy(node->dims, a.in->dims, sizeof node->dims);
    status = kind->add ? kind->add(&a) : LOSS_OK;
    if (!status)
        status = check_size(node, called);
    for (size_t t = 0; !status && kind->tensors[t].suffix; t++)
        if (a.tensors[t].n_dims)
            status = add_tensor(b, called, &kind->tensors[t], &a.tensors[t], &node->tensors[t]);
    return status;
}

/* A place for one more node, zeroed; NULL when memory is out. */
static lossi_node *next_node(loss_builder *b)
{
    loss_net *net = b->net;
    if (!lossi_reserve((void **)&net->nodes, &b->nodes_capacity, net->n_nodes,
                       sizeof *net->nodes)) {
        lossi_builder_fail(b, lossi_fail_nomem(2 * b->nodes_capacity * sizeof *net->nodes));
        return NULL;
    }
    lossi_node *node = &net->nodes[net->n_nodes];
    memset(node, 0, sizeof *node);
    for (size_t t = 0; t < LOSSI_MOST_TENSORS; t++)
        node->tensors[t] = -1;
    return node;
}

loss_node lossi_builder_add(loss_builder *b, const lossi_layer *kind, const char *name,
                            size_t n_inputs, const loss_node *inputs, const lossi_values *keys)
{
    lossi_node *node = !b || b->status ? NULL : next_node(b);
    if (!node)
        return -1;
    if (n_inputs && !inputs)
        return lossi_builder_fail(
            b, lossi_fail(LOSS_ERR_ARGUMENT, "%s: inputs is NULL", name ? name : kind->name));
    node->layer = kind;
    loss_status status = fill(b, node, name, n_inputs, inputs, keys);
    if (!status)
        return (loss_node)b->net->n_nodes++;
    free(node->inputs);
    return lossi_builder_fail(b, status);
}

loss_node loss_builder_layer(loss_builder *b, const char *kind_name, const char *name,
                             size_t n_inputs, const loss_node *inputs, const loss_layer_key *given)
{
    if (!b || b->status)
        return -1;
    if (!kind_name)
        return lossi_builder_fail(b, lossi_fail(LOSS_ERR_ARGUMENT, "layer: kind is NULL"));
    const lossi_layer *kind = lossi_find_layer(kind_name, "");
    lossi_values keys[LOSSI_MOST_KEYS];
    loss_status status =
        kind ? lossi_keys_read(kind, name ? name : kind_name, given, keys) : LOSS_ERR_NAME;
    return status ? lossi_builder_fail(b, status)
                  : lossi_builder_add(b, kind, name, n_inputs, inputs, keys);
}

loss_status loss_builder_name_tensor(loss_builder *b, loss_node at, const char *suffix,
                                     const char *name)
{
    LOSSI_REQUIRE(b && suffix && name);
    if (b->status)
        return b->status;
    if (at < 0 || (size_t)at >= b->net->n_nodes)
        return lossi_fail(LOSS_ERR_ARGUMENT, "%d is no layer of this network", at);
    const lossi_node *node = &b->net->nodes[at];
    for (size_t t = 0; t < LOSSI_MOST_TENSORS; t++) {
        if (node->tensors[t] < 0 || strcmp(node->layer->tensors[t].suffix, suffix) != 0)
            continue;
        lossi_tensor *tensor = &b->net->tensors[node->tensors[t]];
        if (strcmp(tensor->name, name) == 0)
            return LOSS_OK;
        loss_status status = check_tensor_name(b->net, name);
        char *copy = status ? NULL : lossi_strdup(name);
        if (!copy)
            return status ? status : lossi_fail_nomem(strlen(name));
        free(tensor->name);
        tensor->name = copy;
        return LOSS_OK;
    }
    return lossi_fail(LOSS_ERR_NAME, "layer %d has no tensor %.60s", at, suffix);
}

loss_node loss_builder_input(loss_builder *b)
{
    if (!b || b->status)
        return -1;
    if (b->net->n_nodes)
        return lossi_builder_fail(
            b, lossi_fail(LOSS_ERR_ARGUMENT,
                          "input: it must be the first layer, and there is one only"));
    lossi_node *node = next_node(b);
    if (!node)
        return -1;
    const loss_shape *shape = &b->net->shape;
    node->n_dims = 3;
    for (size_t d = 0; d < LOSSI_MOST_DIMS; d++)
        node->dims[d] = 1;
    node->dims[0] = shape->channels;
    node->dims[1] = shape->height;
    node->dims[2] = shape->width;
    loss_status status = check_size(node, "input");
    return status ? lossi_builder_fail(b, status) : (loss_node)b->net->n_nodes++;
}

/* ---- The whole ------------------------------------------------------------------------------ */

loss_shape loss_builder_shape(const loss_builder *b, loss_node at)
{
    if (!b || at < 0 || (size_t)at >= b->net->n_nodes)
        return (loss_shape){0, 0, 0, 0};
    const size_t *dims = b->net->nodes[at].dims;
    return (loss_shape){dims[0], dims[1], dims[2], b->net->shape.classes};
}

/* The first layer that no other takes as input, or -1. The loss does not depend on such a layer. */
static int unused_layer(const loss_net *net)
{
    for (size_t i = 0; i + 1 < net->n_nodes; i++) {
        bool used = false;
        for (size_t j = i + 1; j < net->n_nodes && !used; j++)
            used = lossi_node_reads(&net->nodes[j], i);
        if (!used)
            return (int)i;
    }
    return -1;
}

/* True for the layers that one of them depends on, and for itself. */
static bool *find_needed(const loss_net *net, loss_node logits)
{
    bool *is_needed = calloc(net->n_nodes + 1, sizeof *is_needed);
    if (!is_needed)
        return NULL;
    is_needed[0] = is_needed[logits] = true;
    for (size_t i = (size_t)logits; i > 0; i--)
        for (size_t k = 0; is_needed[i] && k < net->nodes[i].n_inputs; k++)
            is_needed[net->nodes[i].inputs[k]] = true;
    return is_needed;
}

/* Moves a node's tensors to the front, behind the n that are there; frees those of one that goes.
 * Tensors stand in the order of their nodes. */
static void move_tensors(loss_net *net, lossi_node *node, bool stays, size_t *n)
{
    for (size_t t = 0; t < LOSSI_MOST_TENSORS; t++) {
        if (node->tensors[t] < 0)
            continue;
        lossi_tensor *tensor = &net->tensors[node->tensors[t]];
        if (stays) {
            net->tensors[*n] = *tensor;
            node->tensors[t] = (int)(*n)++;
        } else {
            free(tensor->name);
        }
    }
}

loss_node lossi_builder_prune(loss_builder *b, loss_node logits)
{
    if (b->status || logits < 0)
        return logits;
    loss_net *net = b->net;
    bool *is_needed = find_needed(net, logits);
    int *number = lossi_alloc(net->n_nodes, sizeof *number);
    if (!is_needed || !number) {
        free(is_needed);
        free(number);
        return lossi_builder_fail(b, lossi_fail_nomem(net->n_nodes * sizeof *number));
    }
    size_t n = 0, n_tensors = 0;
    for (size_t i = 0; i < net->n_nodes; i++) {
        lossi_node *node = &net->nodes[i];
        move_tensors(net, node, is_needed[i], &n_tensors);
        if (!is_needed[i]) {
            free(node->inputs);
            continue;
        }
        for (size_t k = 0; k < node->n_inputs; k++)
            node->inputs[k] = number[node->inputs[k]];
        number[i] = (int)n;
        net->nodes[n++] = *node;
    }
    net->n_nodes = n;
    net->n_tensors = n_tensors;
    logits = number[logits];
    free(is_needed);
    free(number);
    return logits;
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
    if (out)
        *out = NULL;
    else
        loss_builder_free(b);
    LOSSI_REQUIRE(out && b);
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
        lossi_net_describe(net);
        *out = net;
        b->net = NULL;
    }
    loss_builder_free(b);
    return status;
}
