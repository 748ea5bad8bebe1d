/* What the layers of a network are, for whoever lists them. */
#include <stdio.h>
#include <string.h>

#include "net/layer.h"

/* Whether a key has the value that it has where it is not given. */
static bool is_standard(const lossi_key *key, const lossi_values *values)
{
    if (key->is_optional)
        return values->n == 0;
    return !key->is_needed && values->n == 1 && values->v[0] == key->standard;
}

/* A value of a key, as the .net format has it: whole numbers without an exponent. */
static const char *value_text(const lossi_key *key, double value, char number[LOSS_NUMBER_SIZE])
{
    if (key->words)
        return key->words[(size_t)value];
    if (key->is_fraction)
        return loss_number_print(value, number);
    snprintf(number, LOSS_NUMBER_SIZE, "%.0f", value);
    return number;
}

void lossi_node_keys_text(const lossi_node *node, char text[LOSSI_KEYS_TEXT])
{
    char number[LOSS_NUMBER_SIZE];
    size_t at = 0;
    text[0] = 0;
    for (size_t k = 0; node->layer && node->layer->keys[k].name; k++) {
        const lossi_key *key = &node->layer->keys[k];
        const lossi_values *values = &node->keys[k];
        if (is_standard(key, values))
            continue;
        at += (size_t)snprintf(text + at, LOSSI_KEYS_TEXT - at, "%s%s=", at ? " " : "", key->name);
        for (size_t i = 0; i < values->n; i++)
            at += (size_t)snprintf(text + at, LOSSI_KEYS_TEXT - at, "%s%s", i ? "," : "",
                                   value_text(key, values->v[i], number));
    }
}

bool lossi_node_prefix(const loss_net *net, const lossi_node *node, size_t *length)
{
    const char *first = NULL;
    *length = 0;
    for (size_t t = 0; t < LOSSI_MOST_TENSORS; t++) {
        if (node->tensors[t] < 0)
            continue;
        const lossi_tensor *tensor = &net->tensors[node->tensors[t]];
        size_t n = strlen(tensor->name), end = strlen(tensor->own->suffix);
        end += end > 0; /* the dot */
        if (n <= end || (end && (tensor->name[n - end] != '.' ||
                                 strcmp(tensor->name + n - end + 1, tensor->own->suffix) != 0)))
            return false;
        if (first && (n - end != *length || memcmp(first, tensor->name, n - end) != 0))
            return false;
        first = tensor->name;
        *length = n - end;
    }
    return first != NULL;
}

/* What the layer's parameters are called: NAME of NAME.weight, or the first of them. */
static void print_name(const loss_net *net, const lossi_node *node, loss_layer_info *info)
{
    size_t length;
    bool has_prefix = lossi_node_prefix(net, node, &length);
    for (size_t t = 0; t < LOSSI_MOST_TENSORS; t++)
        if (node->tensors[t] >= 0) {
            const char *name = net->tensors[node->tensors[t]].name;
            snprintf(info->name, sizeof info->name, "%.*s",
                     (int)(has_prefix ? length : strlen(name)), name);
            return;
        }
}

size_t loss_net_n_layers(const loss_net *net)
{
    return net ? net->n_nodes : 0;
}

loss_status loss_net_layer(const loss_net *net, size_t i, loss_layer_info *out)
{
    LOSSI_REQUIRE(net && out && i < net->n_nodes);
    loss_layer_info info = LOSS_LAYER_INFO_INIT;
    loss_status status = LOSSI_OPTIONS(info, out);
    if (status)
        return status;
    const lossi_node *node = &net->nodes[i];
    char keys[LOSSI_KEYS_TEXT];
    info = (loss_layer_info)LOSS_LAYER_INFO_INIT;
    info.kind = node->layer ? node->layer->name : "input";
    print_name(net, node, &info);
    lossi_node_keys_text(node, keys);
    snprintf(info.keys, sizeof info.keys, "%.*s", (int)sizeof info.keys - 1, keys);
    info.n_inputs = node->n_inputs;
    info.inputs = node->inputs;
    info.n_dims = node->n_dims;
    info.dims = node->dims;
    for (size_t t = 0; t < LOSSI_MOST_TENSORS; t++)
        if (node->tensors[t] >= 0) {
            const lossi_tensor *tensor = &net->tensors[node->tensors[t]];
            info.n_tensors++;
            info.parameters += lossi_tensor_is_trainable(tensor) ? tensor->count : 0;
            info.is_batchnorm = info.is_batchnorm || tensor->kind == LOSS_TENSOR_RUNNING_MEAN;
        }
    if (node->layer && node->layer->macs)
        info.macs = node->layer->macs(node, &net->nodes[lossi_node_first(node)]);
    lossi_put_result(out, &info, sizeof info);
    return LOSS_OK;
}
