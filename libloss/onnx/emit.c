#include "onnx/emit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Sizes ---------------------------------------------------------------------------------- */

lossi_onnx_dims lossi_onnx_image_dims(const lossi_onnx_shape *shape)
{
    lossi_onnx_dims dims = {.n = 0};
    for (size_t i = 0; i < shape->n_dims; i++)
        if (lossi_onnx_image_axis(shape, i) >= 0)
            dims.v[dims.n++] = shape->dims[i];
    if (!dims.n)
        dims.v[dims.n++] = 1;
    return dims;
}

int lossi_onnx_image_axis(const lossi_onnx_shape *shape, size_t axis)
{
    bool is_dropped = shape->batch >= 0 && shape->dims[shape->batch] == 1;
    if (is_dropped && shape->batch == (int)axis)
        return -1;
    return (int)axis - (is_dropped && shape->batch < (int)axis);
}

static bool has_dims(const lossi_node *node, const lossi_onnx_dims *dims)
{
    return node->n_dims == dims->n && memcmp(node->dims, dims->v, dims->n * sizeof *dims->v) == 0;
}

loss_layer_key lossi_onnx_sizes(const char *key, size_t n, const double *values)
{
    return (loss_layer_key){.name = key, .n = n, .values = values};
}

loss_node lossi_onnx_reshaped(lossi_onnx_call *call, loss_node node, const lossi_onnx_dims *dims)
{
    const loss_net *net = lossi_builder_net(call->graph->builder);
    if (!net || node < 0 || has_dims(&net->nodes[node], dims))
        return node;
    if (dims->n == 1)
        return lossi_onnx_layer(call, "flatten", 1, &node, NULL);
    double sizes[LOSSI_ARRAY_MAX_DIMS];
    for (size_t i = 0; i < dims->n; i++)
        sizes[i] = (double)dims->v[i];
    const loss_layer_key keys[] = {lossi_onnx_sizes("shape", dims->n, sizes),
                                   {NULL, NULL, 0, NULL}};
    return lossi_onnx_layer(call, "reshape", 1, &node, keys);
}

/* ---- Layers --------------------------------------------------------------------------------- */

/* A name that no initializer has, until the layer's tensors get theirs. */
static const char *layer_name(const lossi_onnx_call *call, char name[32])
{
    const loss_net *net = lossi_builder_net(call->graph->builder);
    snprintf(name, 32, "#%zu", net ? net->n_nodes : 0);
    return name;
}

loss_node lossi_onnx_layer(lossi_onnx_call *call, const char *kind, size_t n_inputs,
                           const loss_node *inputs, const loss_layer_key *keys)
{
    char name[32];
    return loss_builder_layer(call->graph->builder, kind, layer_name(call, name), n_inputs, inputs,
                              keys);
}

loss_status lossi_onnx_builder_status(lossi_onnx_call *call, loss_node node)
{
    if (node >= 0)
        return LOSS_OK;
    char message[512];
    loss_status status =
        loss_builder_finish(call->graph->builder, -1, call->graph->file.path, &(loss_net *){NULL});
    call->graph->builder = NULL;
    snprintf(message, sizeof message, "%s", loss_last_message());
    return lossi_onnx_fail(call, status ? status : LOSS_ERR_ARGUMENT, "%s", message);
}

loss_status lossi_onnx_set_maps(lossi_onnx_call *call, loss_node node)
{
    loss_status status = lossi_onnx_builder_status(call, node);
    if (status)
        return status;
    const lossi_node *made = &lossi_builder_net(call->graph->builder)->nodes[node];
    lossi_onnx_shape shape = {.n_dims = made->n_dims + 1, .dims = {1}, .batch = 0, .outer = 1};
    memcpy(shape.dims + 1, made->dims, made->n_dims * sizeof *shape.dims);
    return lossi_onnx_set_node(call, 0, node, &shape);
}

/* ---- Inputs --------------------------------------------------------------------------------- */

/* An entry's tensor as a layer without inputs. */
static loss_node emit_values(lossi_onnx_call *call, const char *kind, const lossi_onnx_dims *dims)
{
    double sizes[LOSSI_ARRAY_MAX_DIMS];
    for (size_t i = 0; i < dims->n; i++)
        sizes[i] = (double)dims->v[i];
    const loss_layer_key keys[] = {lossi_onnx_sizes("shape", dims->n, sizes),
                                   {NULL, NULL, 0, NULL}};
    return lossi_onnx_layer(call, kind, 0, NULL, keys);
}

/* A constant as a layer, made at its first use. */
static loss_status emit_constant(lossi_onnx_call *call, lossi_onnx_entry *entry)
{
    const lossi_value *value = entry->value;
    if (value->batch >= 0)
        return lossi_onnx_refuse(call, "its input %.100s has other values for each image",
                                 entry->name);
    entry->shape = (lossi_onnx_shape){.n_dims = value->n_dims, .batch = -1, .outer = 1};
    memcpy(entry->shape.dims, value->dims, sizeof value->dims);
    for (size_t i = 0; i < value->count; i++)
        if (value->times_n[i])
            return lossi_onnx_refuse(call, "its result depends on the number of images");
    lossi_onnx_dims dims = lossi_onnx_image_dims(&entry->shape);
    entry->node = emit_values(call, "constant", &dims);
    loss_status status = lossi_onnx_builder_status(call, entry->node);
    return status ? status : lossi_onnx_give(call, entry->node, "", entry, entry->name, false);
}

/* A parameter as a layer, in the sizes that the file has. */
static loss_status emit_parameter(lossi_onnx_call *call, lossi_onnx_entry *base)
{
    bool is_constant = lossi_onnx_is_made_up(base->tensor);
    if (base->used_by)
        return lossi_onnx_refuse(call, "it takes parameter %.100s, which node %.100s has",
                                 base->tensor, base->used_by);
    lossi_onnx_dims dims = {.n = base->array.n_dims};
    memcpy(dims.v, base->array.dims, sizeof dims.v);
    if (!dims.n)
        dims = (lossi_onnx_dims){1, {1}};
    base->node = emit_values(call, is_constant ? "constant" : "parameter", &dims);
    loss_status status = lossi_onnx_builder_status(call, base->node);
    return status ? status : lossi_onnx_give(call, base->node, "", base, base->tensor, false);
}

/* The layer that a name stands for. */
static loss_status find_layer(lossi_onnx_call *call, lossi_onnx_entry *entry, loss_node *node)
{
    loss_status status = LOSS_OK;
    if (entry->is == LOSSI_ONNX_PARAMETER) {
        if (entry->base->node < 0)
            status = emit_parameter(call, entry->base);
        *node = entry->base->node;
        if (status || !entry->is_transposed)
            return status;
        const double order[] = {1, 0};
        const loss_layer_key keys[] = {lossi_onnx_sizes("order", 2, order), {NULL, NULL, 0, NULL}};
        *node = lossi_onnx_layer(call, "transpose", 1, node, keys);
        return lossi_onnx_builder_status(call, *node);
    }
    if (entry->is == LOSSI_ONNX_CONSTANT && entry->node < 0)
        status = emit_constant(call, entry);
    *node = entry->node;
    return status;
}

loss_status lossi_onnx_operand(lossi_onnx_call *call, size_t i, loss_node *node,
                               lossi_onnx_shape *shape)
{
    const lossi_onnx_entry *entry = lossi_onnx_input(call, i);
    *node = -1;
    if (entry && entry->is == LOSSI_ONNX_ACTIVATION && entry->is_whole)
        return lossi_onnx_refuse(call, "of whole numbers that depend on the images; they only name "
                                       "places (Gather), or become floats (Cast)");
    return lossi_onnx_whole_operand(call, i, node, shape);
}

loss_status lossi_onnx_whole_operand(lossi_onnx_call *call, size_t i, loss_node *node,
                                     lossi_onnx_shape *shape)
{
    lossi_onnx_entry *entry = lossi_onnx_input(call, i);
    *node = -1;
    if (!entry)
        return lossi_onnx_refuse(call, "input %zu is left out", i);
    loss_status status = find_layer(call, entry, node);
    if (status)
        return status;
    *shape = entry->shape;
    lossi_onnx_dims dims = lossi_onnx_image_dims(shape);
    *node = lossi_onnx_reshaped(call, *node, &dims);
    return lossi_onnx_builder_status(call, *node);
}

loss_status lossi_onnx_maps(lossi_onnx_call *call, size_t least, size_t most, loss_node *node,
                            lossi_onnx_shape *shape)
{
    loss_status status = lossi_onnx_operand(call, 0, node, shape);
    if (!status && (shape->batch != 0 || shape->dims[0] != 1))
        status = lossi_onnx_refuse(call, "its input's first dimension is not that of the images");
    if (!status && (shape->n_dims < least || shape->n_dims > most))
        status = lossi_onnx_refuse(call, "an input of %zu dimensions; expected %zu", shape->n_dims,
                                   most);
    return status;
}

/* ---- Tensors -------------------------------------------------------------------------------- */

size_t lossi_onnx_side(const lossi_onnx_entry *entry, size_t d)
{
    return entry->shape.dims[d];
}

loss_status lossi_onnx_weights(lossi_onnx_call *call, size_t i, bool may_lack, size_t n_dims,
                               lossi_onnx_entry **entry)
{
    lossi_onnx_entry *in = lossi_onnx_input(call, i);
    *entry = NULL;
    if (!in)
        return may_lack ? LOSS_OK : lossi_onnx_refuse(call, "input %zu is left out", i);
    if (in->is != LOSSI_ONNX_PARAMETER)
        return lossi_onnx_refuse(call,
                                 "input %zu (%.100s) is computed by other nodes; expected an "
                                 "initializer of floats",
                                 i, in->name);
    if (in->shape.n_dims != n_dims && n_dims != SIZE_MAX)
        return lossi_onnx_refuse(call, "initializer %.100s has %zu dimensions; expected %zu",
                                 in->tensor, in->shape.n_dims, n_dims);
    lossi_onnx_entry *base = in->base;
    if (base->used_by || base->node >= 0)
        return lossi_onnx_refuse(
            call,
            "it shares initializer %.100s with node %.100s, and layers that share parameters are "
            "not read. (Exporters join tensors that are equal: of a network before its training "
            "there are many)",
            in->tensor, base->used_by ? base->used_by : "before");
    base->used_by =
        call->node->name && *call->node->name ? call->node->name : call->node->output[0];
    *entry = in;
    return LOSS_OK;
}

/* Has a tensor of a layer named, and set when the network is made. Takes the setting over. */
static loss_status add_setting(lossi_onnx_call *call, loss_node node, const char *suffix,
                               lossi_onnx_setting *setting)
{
    lossi_onnx_graph *g = call->graph;
    if (!setting->tensor || !lossi_reserve((void **)&g->settings, &g->settings_capacity,
                                           g->n_settings, sizeof *setting)) {
        free(setting->tensor);
        lossi_value_free(setting->value);
        return lossi_fail_nomem(sizeof *setting);
    }
    g->settings[g->n_settings++] = *setting;
    loss_status status = loss_builder_name_tensor(g->builder, node, suffix, setting->tensor);
    char message[512];
    snprintf(message, sizeof message, "%s", loss_last_message());
    return status ? lossi_onnx_fail(call, status, "%s", message) : LOSS_OK;
}

loss_status lossi_onnx_give(lossi_onnx_call *call, loss_node node, const char *suffix,
                            lossi_onnx_entry *entry, const char *name, bool transposed)
{
    lossi_onnx_setting setting = {.tensor = lossi_strdup(name),
                                  .from = entry,
                                  .transposed = transposed != entry->is_transposed};
    return add_setting(call, node, suffix, &setting);
}

loss_status lossi_onnx_values(lossi_onnx_call *call, lossi_value *value, loss_node *node,
                              lossi_onnx_shape *shape)
{
    *shape = (lossi_onnx_shape){.n_dims = value->n_dims, .batch = -1, .outer = 1};
    memcpy(shape->dims, value->dims, sizeof value->dims);
    lossi_onnx_dims dims = lossi_onnx_image_dims(shape);
    *node = emit_values(call, "constant", &dims);
    loss_status status = lossi_onnx_builder_status(call, *node);
    if (status) {
        lossi_value_free(value);
        return status;
    }
    const char *of = call->node->n_output ? call->node->output[0] : "";
    lossi_onnx_setting setting = {.tensor = lossi_format("%s.constant%d", of, *node),
                                  .value = value};
    return add_setting(call, *node, "", &setting);
}
