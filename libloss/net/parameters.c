/* Tensors of a network: access, initialisation, copies, digest. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "net/layer.h"
#include "net/objective.h"

void loss_net_free(loss_net *net)
{
    if (!net)
        return;
    for (size_t i = 0; i < net->n_tensors; i++) {
        free(net->tensors[i].name);
        free(net->tensors[i].values);
    }
    for (size_t i = 0; i < net->n_nodes; i++)
        free(net->nodes[i].inputs);
    free(net->tensors);
    free(net->nodes);
    free(net->model);
    lossi_objective_free(&net->objective);
    free(net);
}

size_t lossi_node_size(const lossi_node *node)
{
    return node->dims[0] * lossi_node_pixels(node);
}

bool lossi_node_reads(const lossi_node *node, size_t in)
{
    for (size_t k = 0; k < node->n_inputs; k++)
        if (node->inputs[k] == (int)in)
            return true;
    return false;
}

bool lossi_tensor_is_trainable(const lossi_tensor *tensor)
{
    return tensor->kind != LOSS_TENSOR_RUNNING_MEAN && tensor->kind != LOSS_TENSOR_RUNNING_VAR &&
           tensor->kind != LOSS_TENSOR_CONSTANT;
}

bool lossi_tensor_is_filter(const lossi_tensor *tensor)
{
    return tensor->own->is_filter;
}

const char *loss_net_model(const loss_net *net)
{
    return net ? net->model : NULL;
}

loss_shape loss_net_shape(const loss_net *net)
{
    return net ? net->shape : (loss_shape){0};
}

size_t loss_net_n_tensors(const loss_net *net)
{
    return net ? net->n_tensors : 0;
}

size_t loss_net_n_parameters(const loss_net *net)
{
    size_t n = 0;
    for (size_t i = 0; net && i < net->n_tensors; i++)
        n += lossi_tensor_is_trainable(&net->tensors[i]) ? net->tensors[i].count : 0;
    return n;
}

size_t loss_net_n_folded_norms(const loss_net *net)
{
    return net ? net->n_folded_norms : 0;
}

double loss_net_macs(const loss_net *net)
{
    double macs = 0;
    for (size_t i = 0; net && i < net->n_nodes; i++) {
        const lossi_node *node = &net->nodes[i];
        if (node->layer && node->layer->macs)
            macs += node->layer->macs(node, &net->nodes[lossi_node_first(node)]);
    }
    return macs;
}

void lossi_net_describe(loss_net *net)
{
    for (size_t i = 0; i < net->n_tensors; i++) {
        lossi_tensor *t = &net->tensors[i];
        t->info = (loss_tensor_info){t->name, t->n_dims, t->dims, t->count, t->kind};
    }
}

const loss_tensor_info *loss_net_tensor(const loss_net *net, size_t i)
{
    return net && i < net->n_tensors ? &net->tensors[i].info : NULL;
}

void loss_net_get(const loss_net *net, size_t i, float *values)
{
    if (!net || !values || i >= net->n_tensors)
        return;
    for (size_t j = 0; j < net->tensors[i].count; j++)
        values[j] = (float)net->tensors[i].values[j];
}

void loss_net_set(loss_net *net, size_t i, const float *values)
{
    if (!net || !values || i >= net->n_tensors)
        return;
    for (size_t j = 0; j < net->tensors[i].count; j++)
        net->tensors[i].values[j] = (lossi_real)values[j];
}

/* He et al. 2015: normal with variance 2 / fan_in. */
static void draw_weight(lossi_tensor *tensor, uint64_t seed)
{
    enum { PART = 256 };
    float normal[PART];
    double deviation = sqrt(2 / ((double)tensor->count / (double)tensor->dims[0]));
    lossi_stream stream =
        lossi_stream_make(seed, LOSSI_RANDOM_INIT, lossi_random_detail(tensor->name));
    for (size_t first = 0; first < tensor->count; first += PART) {
        size_t n = tensor->count - first < PART ? tensor->count - first : PART;
        lossi_random_normal_at(&stream, first, normal, n);
        for (size_t j = 0; j < n; j++)
            tensor->values[first + j] = (lossi_real)(deviation * (double)normal[j]);
    }
}

static const lossi_real CONSTANTS[] = {
    [LOSSI_INITIAL_ZEROS] = 0, [LOSSI_INITIAL_ONES] = 1, [LOSSI_INITIAL_QUARTERS] = 0.25f};

void loss_net_initialise(loss_net *net, uint64_t seed)
{
    for (size_t i = 0; net && i < net->n_tensors; i++) {
        lossi_tensor *tensor = &net->tensors[i];
        if (tensor->kind == LOSS_TENSOR_CONSTANT) /* zeros when the network is made, then given */
            continue;
        if (tensor->own->initial == LOSSI_INITIAL_HE)
            draw_weight(tensor, seed);
        else
            for (size_t j = 0; j < tensor->count; j++)
                tensor->values[j] = CONSTANTS[tensor->own->initial];
    }
}

loss_status lossi_net_clone(loss_net **out, const loss_net *net)
{
    *out = NULL;
    loss_net *copy = calloc(1, sizeof *copy);
    if (!copy)
        return lossi_fail_nomem(sizeof *copy);
    copy->shape = net->shape;
    copy->n_folded_norms = net->n_folded_norms;
    copy->model = lossi_strdup(net->model);
    copy->nodes = calloc(net->n_nodes, sizeof *copy->nodes);
    copy->tensors = calloc(net->n_tensors ? net->n_tensors : 1, sizeof *copy->tensors);
    if (!copy->model || !copy->nodes || !copy->tensors ||
        lossi_objective_copy(&copy->objective, &net->objective))
        goto out_of_memory;
    for (size_t i = 0; i < net->n_nodes; i++, copy->n_nodes++) {
        const lossi_node *from = &net->nodes[i];
        lossi_node *to = &copy->nodes[i];
        *to = *from;
        to->inputs = lossi_alloc(from->n_inputs, sizeof *to->inputs);
        if (!to->inputs)
            goto out_of_memory;
        for (size_t k = 0; k < from->n_inputs; k++)
            to->inputs[k] = from->inputs[k];
    }
    for (size_t i = 0; i < net->n_tensors; i++) {
        const lossi_tensor *from = &net->tensors[i];
        lossi_tensor *to = &copy->tensors[i];
        *to = *from;
        to->name = lossi_strdup(from->name);
        to->values = lossi_alloc(from->count, sizeof *to->values);
        copy->n_tensors = i + 1;
        if (!to->name || !to->values)
            goto out_of_memory;
        memcpy(to->values, from->values, from->count * sizeof *to->values);
    }
    lossi_net_describe(copy);
    *out = copy;
    return LOSS_OK;

out_of_memory:
    loss_net_free(copy);
    return lossi_fail(LOSS_ERR_NOMEM, "out of memory for a copy of %s", net->model);
}

/* Dimensions that the digest takes of every tensor, as landscapes have it. */
enum { FEWEST_DIMS = 4 };

void loss_net_digest(const loss_net *net, char digest[17])
{
    uint64_t d = LOSSI_DIGEST_INIT;
    for (size_t i = 0; net && i < net->n_tensors; i++) {
        const lossi_tensor *tensor = &net->tensors[i];
        d = lossi_digest(d, tensor->name, strlen(tensor->name) + 1);
        size_t n_dims = tensor->n_dims > FEWEST_DIMS ? tensor->n_dims : FEWEST_DIMS;
        d = lossi_digest(d, tensor->dims, n_dims * sizeof *tensor->dims);
        d = lossi_digest(d, tensor->values, tensor->count * sizeof *tensor->values);
    }
    if (digest)
        lossi_digest_text(d, digest);
}

loss_status lossi_net_fail_shape(const loss_net *net, const loss_dataset *data)
{
    loss_shape a = net->shape, b = loss_dataset_shape(data);
    return lossi_fail(
        LOSS_ERR_SHAPE,
        "%s takes images of %zux%zux%zu in %zu classes; the data set has %zux%zux%zu in %zu",
        net->model, a.channels, a.height, a.width, a.classes, b.channels, b.height, b.width,
        b.classes);
}

loss_status lossi_net_check_data(const loss_net *net, const loss_dataset *data)
{
    loss_shape a = net->shape, b = loss_dataset_shape(data);
    if (a.channels != b.channels || a.height != b.height || a.width != b.width)
        return lossi_net_fail_shape(net, data);
    if (!loss_dataset_count(data))
        return lossi_fail(LOSS_ERR_SHAPE, "the data set holds no images");
    return LOSS_OK;
}
