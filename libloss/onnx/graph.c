/* From the messages of a graph to layers: what is needed for the output, in the file's order. */
#include "onnx/graph.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "onnx/emit.h"

static loss_status refuse(const lossi_onnx_graph *g, const char *what, const char *name)
{
    return lossi_fail(LOSS_ERR_FORMAT, "%s: %s%.200s", g->file.path, what, name ? name : "");
}

/* ---- Names ---------------------------------------------------------------------------------- */

static loss_status add_name(lossi_onnx_graph *g, const char *name, lossi_onnx_entry **entry)
{
    *entry = NULL;
    if (lossi_onnx_find(g, name))
        return refuse(g, "two values have the name ", name);
    uint64_t digest = lossi_digest(LOSSI_DIGEST_INIT, name, strlen(name));
    size_t at = digest % g->table_size;
    while (g->table[at])
        at = (at + 1) % g->table_size;
    *entry = &g->entries[g->n_entries];
    **entry = (lossi_onnx_entry){.name = name, .producer = -1, .user = -1, .node = -1};
    g->table[at] = ++g->n_entries;
    return LOSS_OK;
}

/* Floats are parameters, until a node takes them for a constant; all else is constant. */
static loss_status add_initializer(lossi_onnx_graph *g, const Onnx__TensorProto *t)
{
    lossi_onnx_entry *entry;
    lossi_array array;
    if (!t->name || !*t->name)
        return refuse(g, "an initializer has no name", NULL);
    loss_status status = add_name(g, t->name, &entry);
    if (!status)
        status = lossi_onnx_tensor(&g->file, t, &array);
    if (status)
        return status;
    if (array.dtype <= LOSSI_BF16) {
        entry->is = LOSSI_ONNX_PARAMETER;
        entry->array = array;
        entry->tensor = entry->name;
        entry->base = entry;
        entry->shape = (lossi_onnx_shape){.n_dims = array.n_dims, .batch = -1, .outer = 1};
        memcpy(entry->shape.dims, array.dims, sizeof array.dims);
        return LOSS_OK;
    }
    entry->is = LOSSI_ONNX_CONSTANT;
    return lossi_value_of_array(&entry->value, &g->file, &array);
}

static loss_status add_names(lossi_onnx_graph *g)
{
    const Onnx__GraphProto *p = g->proto;
    loss_status status = LOSS_OK;
    size_t n = p->n_initializer + p->n_input;
    for (size_t i = 0; i < p->n_node; i++)
        n += p->node[i]->n_output;
    g->table_size = 2 * n + 1;
    g->entries = calloc(n + 1, sizeof *g->entries);
    g->table = calloc(g->table_size, sizeof *g->table);
    if (!g->entries || !g->table)
        return lossi_fail_nomem(n * sizeof *g->entries);
    for (size_t i = 0; !status && i < p->n_initializer; i++)
        status = add_initializer(g, p->initializer[i]);
    for (size_t i = 0; !status && i < p->n_node; i++) {
        const Onnx__NodeProto *node = p->node[i];
        for (size_t k = 0; !status && k < node->n_output; k++) {
            lossi_onnx_entry *entry = NULL;
            if (!*node->output[k]) /* an output that is left out */
                continue;
            status = add_name(g, node->output[k], &entry);
            if (entry)
                entry->producer = (int)i;
        }
    }
    return status;
}

/* ---- The images, and the logits ------------------------------------------------------------- */

/* A size of the input as the file declares it: 0 where it is open. */
static size_t declared(const Onnx__TensorShapeProto__Dimension *d)
{
    bool is_fixed = d->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
    return is_fixed && d->dim_value > 0 ? (size_t)d->dim_value : 0;
}

/* Images as [n][channels][height][width]; or all their values in one or two dimensions. */
static bool fits_images(const lossi_onnx_graph *g, const Onnx__TensorShapeProto *shape,
                        lossi_onnx_shape *out)
{
    const size_t sides[] = {g->images.channels, g->images.height, g->images.width};
    size_t all = sides[0] * sides[1] * sides[2];
    *out = (lossi_onnx_shape){.n_dims = shape->n_dim, .dims = {1}, .batch = 0, .outer = 1};
    if (shape->n_dim == 4)
        memcpy(out->dims + 1, sides, sizeof sides);
    else if (shape->n_dim == 3 && sides[1] == 1)
        memcpy(out->dims + 1, (size_t[]){sides[0], sides[2]}, 2 * sizeof *sides);
    else if (shape->n_dim == 3 && sides[0] == 1)
        memcpy(out->dims + 1, (size_t[]){sides[1], sides[2]}, 2 * sizeof *sides);
    else if (shape->n_dim == 2)
        out->dims[1] = all;
    else
        return false;
    for (size_t i = 1; i < shape->n_dim; i++)
        if (declared(shape->dim[i]) && declared(shape->dim[i]) != out->dims[i])
            return false;
    return true;
}

static const char *shape_text(const Onnx__TensorShapeProto *shape, char text[128])
{
    size_t at = 0;
    for (size_t i = 0; i < shape->n_dim && at < 100; i++) {
        size_t size = declared(shape->dim[i]);
        at += (size_t)(size ? snprintf(text + at, 24, "%s%zu", i ? "x" : "", size)
                            : snprintf(text + at, 24, "%s?", i ? "x" : ""));
    }
    text[at] = 0;
    return text;
}

static loss_status add_input(lossi_onnx_graph *g)
{
    const Onnx__ValueInfoProto *input = NULL;
    char text[128];
    for (size_t i = 0; i < g->proto->n_input; i++) {
        const Onnx__ValueInfoProto *one = g->proto->input[i];
        if (lossi_onnx_find(g, one->name)) /* an initializer, before version 4 of the format */
            continue;
        if (input)
            return refuse(g, "expected one input, of images; there is also ", one->name);
        input = one;
    }
    const Onnx__TypeProto__Tensor *type =
        input && input->type && input->type->value_case == ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE
            ? input->type->tensor_type
            : NULL;
    if (!type || !input->name || !*input->name || !type->shape)
        return refuse(g, "expected an input of images with its shape", NULL);
    bool is_whole = type->elem_type == ONNX__TENSOR_PROTO__DATA_TYPE__INT64 ||
                    type->elem_type == ONNX__TENSOR_PROTO__DATA_TYPE__INT32;
    if (type->elem_type != ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT &&
        type->elem_type != ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT16 &&
        type->elem_type != ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE && !is_whole)
        return refuse(g, "expected images of floats; others are the type of input ", input->name);
    lossi_onnx_shape shape;
    if (!fits_images(g, type->shape, &shape))
        return lossi_fail(LOSS_ERR_SHAPE, "%s: its input %.60s is %s; the images are %zux%zux%zu",
                          g->file.path, input->name, shape_text(type->shape, text),
                          g->images.channels, g->images.height, g->images.width);
    g->traced_images = declared(type->shape->dim[0]);
    lossi_onnx_entry *entry;
    loss_status status = add_name(g, input->name, &entry);
    if (status)
        return status;
    entry->is = LOSSI_ONNX_ACTIVATION;
    entry->is_whole = is_whole;
    entry->node = loss_builder_input(g->builder);
    entry->shape = shape;
    return LOSS_OK;
}

static loss_status find_logits(lossi_onnx_graph *g, lossi_onnx_entry **entry)
{
    if (g->proto->n_output != 1)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: %zu outputs; expected one, of the classes%s",
                          g->file.path, g->proto->n_output,
                          g->proto->n_output > 1 ? " (export the network in evaluation mode)" : "");
    *entry = lossi_onnx_find(g, g->proto->output[0]->name);
    return *entry ? LOSS_OK : refuse(g, "nothing computes its output ", g->proto->output[0]->name);
}

/* The node whose values these are, perhaps in other sizes. */
static const Onnx__NodeProto *maker_of(const lossi_onnx_graph *g, const lossi_onnx_entry *entry)
{
    const Onnx__NodeProto *node = g->proto->node[entry->producer];
    for (;;) {
        const lossi_onnx_operator *o = lossi_onnx_find_operator(node->op_type);
        const lossi_onnx_entry *in = o && o->of_weights ? lossi_onnx_find(g, node->input[0]) : NULL;
        if (!in || in->producer < 0)
            return node;
        node = g->proto->node[in->producer];
    }
}

/* Cross-entropy of probabilities has another minimum than that of logits, and gives no error. */
static loss_status check_last(lossi_onnx_graph *g, const lossi_onnx_entry *entry)
{
    lossi_onnx_call call = {.graph = g, .node = maker_of(g, entry)};
    const lossi_onnx_operator *o = lossi_onnx_find_operator(call.node->op_type);
    return o && o->gives_probabilities
               ? lossi_onnx_refuse(&call, "the network ends in it, and gives probabilities; losses "
                                          "take what is before it. Export the network without it "
                                          "(or with LogSoftmax for --loss nll)")
               : LOSS_OK;
}

static loss_status check_logits(lossi_onnx_graph *g, const lossi_onnx_entry *entry)
{
    char text[LOSSI_DIMS_TEXT];
    const lossi_onnx_shape *s = &entry->shape;
    if (entry->is != LOSSI_ONNX_ACTIVATION || s->batch < 0 || entry->producer < 0)
        return refuse(g, "it does not depend on the images: output ", entry->name);
    size_t size = 1;
    for (size_t i = 0; i < s->n_dims; i++)
        size *= s->dims[i];
    if (s->batch != 0 || s->dims[0] != 1 || s->n_dims < 2 || s->dims[1] != size ||
        size != g->images.classes)
        return lossi_fail(
            LOSS_ERR_SHAPE, "%s: its output is %s for each image; expected %zu values, one a class",
            g->file.path, lossi_dims_text(s->n_dims, s->dims, text), g->images.classes);
    loss_status status = check_last(g, entry);
    if (status)
        return status;
    lossi_onnx_call call = {.graph = g, .node = g->proto->node[entry->producer]};
    g->logits = lossi_onnx_reshaped(&call, entry->node, &(lossi_onnx_dims){1, {size}});
    return lossi_onnx_builder_status(&call, g->logits);
}

/* ---- Nodes ---------------------------------------------------------------------------------- */

/* Marks all that an output needs, without recursion: a graph may be as deep as it likes. */
static loss_status mark_needed(lossi_onnx_graph *g, lossi_onnx_entry *logits)
{
    int *stack = malloc((g->proto->n_node + 1) * sizeof *stack);
    bool *is_marked = calloc(g->proto->n_node + 1, sizeof *is_marked);
    size_t n = 0;
    if (stack && is_marked && logits->producer >= 0) {
        is_marked[logits->producer] = true;
        stack[n++] = logits->producer;
    }
    logits->is_needed = true;
    logits->n_users++;
    while (stack && is_marked && n) {
        int user = stack[--n];
        const Onnx__NodeProto *node = g->proto->node[user];
        for (size_t i = 0; i < node->n_input; i++) {
            lossi_onnx_entry *in = lossi_onnx_find(g, node->input[i]);
            if (!in)
                continue;
            in->is_needed = true;
            in->n_users++;
            in->user = user;
            if (in->producer >= 0 && !is_marked[in->producer]) {
                is_marked[in->producer] = true;
                stack[n++] = in->producer;
            }
        }
    }
    bool is_out = !stack || !is_marked;
    free(stack);
    free(is_marked);
    return is_out ? lossi_fail_nomem(g->proto->n_node * sizeof *stack) : LOSS_OK;
}

static bool has_word(const char *words, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = words; n && at && (at = strstr(at, word)); at += n)
        if ((at == words || at[-1] == ' ') && (at[n] == ' ' || !at[n]))
            return true;
    return false;
}

static loss_status find_operator(lossi_onnx_call *call)
{
    const Onnx__NodeProto *node = call->node;
    bool is_standard = !node->domain || !*node->domain || strcmp(node->domain, "ai.onnx") == 0;
    call->operator= is_standard && node->op_type ? lossi_onnx_find_operator(node->op_type) : NULL;
    if (!call->operator) {
        char *names = lossi_onnx_operator_names();
        loss_status status =
            names ? lossi_onnx_refuse(call, "this operator%s%.60s is not known; known are %s",
                                      is_standard ? "" : " of ", is_standard ? "" : node->domain,
                                      names)
                  : lossi_fail_nomem(0);
        free(names);
        return status;
    }
    for (size_t i = 0; i < node->n_attribute; i++) {
        const Onnx__AttributeProto *a = node->attribute[i];
        if (!a->name || !has_word(call->operator->attributes, a->name) ||
            (a->ref_attr_name && *a->ref_attr_name))
            return lossi_onnx_refuse(call, "attribute %.60s is not known", a->name ? a->name : "");
    }
    return LOSS_OK;
}

/* True if all inputs are constants; an initializer with a made-up name can be one. */
static bool is_constant(const lossi_onnx_call *call)
{
    for (size_t i = 0; i < call->node->n_input; i++) {
        const lossi_onnx_entry *in = lossi_onnx_input(call, i);
        if (in && in->is != LOSSI_ONNX_CONSTANT &&
            !(in->is == LOSSI_ONNX_PARAMETER && lossi_onnx_is_made_up(in->tensor)))
            return false;
    }
    return true;
}

static loss_status read_node(lossi_onnx_graph *g, const Onnx__NodeProto *node)
{
    lossi_onnx_call call = {.graph = g, .node = node};
    loss_status status = find_operator(&call);
    for (size_t i = 0; !status && i < node->n_input; i++) {
        const lossi_onnx_entry *in = lossi_onnx_input(&call, i);
        if (*node->input[i] && (!in || in->is == LOSSI_ONNX_UNKNOWN))
            status = lossi_onnx_refuse(&call, "nothing before it computes its input %.100s",
                                       node->input[i]);
    }
    if (status)
        return status;
    const lossi_onnx_operator *o = call.operator;
    const lossi_onnx_entry *first = lossi_onnx_input(&call, 0);
    bool is_weight = first && first->is == LOSSI_ONNX_PARAMETER && o->of_weights;
    if (o->fold && (o->of_shape || (is_constant(&call) && !is_weight)))
        return o->fold(&call);
    if (o->map)
        return o->map(&call);
    return lossi_onnx_refuse(&call, "it is read for constants only");
}

static loss_status read_nodes(lossi_onnx_graph *g)
{
    loss_status status = LOSS_OK;
    for (size_t i = 0; !status && i < g->proto->n_node; i++) {
        const Onnx__NodeProto *node = g->proto->node[i];
        bool is_needed = false; /* one that another took along is done */
        for (size_t k = 0; k < node->n_output; k++) {
            const lossi_onnx_entry *out = lossi_onnx_find(g, node->output[k]);
            is_needed = is_needed || (out && out->is_needed && out->is == LOSSI_ONNX_UNKNOWN);
        }
        if (is_needed)
            status = read_node(g, node);
    }
    return status;
}

/* ---- The whole ------------------------------------------------------------------------------ */

static loss_status check_version(lossi_onnx_graph *g)
{
    const Onnx__ModelProto *model = g->file.model;
    for (size_t i = 0; i < model->n_opset_import; i++) {
        const Onnx__OperatorSetIdProto *set = model->opset_import[i];
        if (!set->domain || !*set->domain || strcmp(set->domain, "ai.onnx") == 0)
            g->version = set->version;
    }
    if (g->version < LOSSI_ONNX_OLDEST || g->version > LOSSI_ONNX_NEWEST)
        return lossi_fail(
            LOSS_ERR_FORMAT, "%s: version %lld of the operators; expected %d to %d (opset_version)",
            g->file.path, (long long)g->version, LOSSI_ONNX_OLDEST, LOSSI_ONNX_NEWEST);
    if (!model->graph)
        return refuse(g, "there is no graph in it", NULL);
    g->proto = model->graph;
    if (g->proto->n_sparse_initializer)
        return refuse(g, "sparse initializers are not read", NULL);
    if (g->proto->n_node > LOSSI_LARGEST_SIZE)
        return refuse(g, "more than a million nodes", NULL);
    return LOSS_OK;
}

loss_status lossi_onnx_graph_build(lossi_onnx_graph *g)
{
    lossi_onnx_entry *logits = NULL;
    loss_status status = check_version(g);
    if (!status)
        status = loss_builder_create(&g->builder, g->images);
    if (!status)
        status = add_names(g);
    if (!status)
        status = add_input(g);
    if (!status)
        status = find_logits(g, &logits);
    if (!status)
        status = mark_needed(g, logits);
    if (!status)
        status = read_nodes(g);
    return status ? status : check_logits(g, logits);
}

void lossi_onnx_graph_free(lossi_onnx_graph *g)
{
    for (size_t i = 0; i < g->n_entries; i++)
        lossi_value_free(g->entries[i].value);
    for (size_t i = 0; i < g->n_settings; i++) {
        lossi_value_free(g->settings[i].value);
        free(g->settings[i].tensor);
    }
    free(g->settings);
    free(g->entries);
    free(g->table);
    loss_builder_free(g->builder);
    lossi_onnx_file_free(&g->file);
    *g = (lossi_onnx_graph){0};
}
