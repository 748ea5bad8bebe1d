/* Networks as text, written: docs/net-format.md. What keys and tensors a layer has is asked of the
 * table of its kind. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "net/builder.h"
#include "zoo/zoo.h"

static const loss_file_kind TEXT = {"text", 0, NULL, 0};

typedef struct writer {
    const loss_net *net;
    const char *path;
    char **names; /* [n_nodes] of layers; NULL: it needs none */
    loss_file *file;
    loss_status status;
} writer;

static void fail(writer *w, const char *what, const char *name)
{
    char shown[128];
    loss_text_escape(name, strlen(name), shown, sizeof shown);
    if (!w->status)
        w->status = lossi_fail(LOSS_ERR_FORMAT, "%s: cannot be written as text: %s%s", w->path,
                               what, shown);
}

/* ---- Names ---------------------------------------------------------------------------------- */

/* One word of a line. The name of a layer has no equals sign, as a key has. */
static bool is_word(const char *name, size_t n, bool is_layer)
{
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)name[i] <= ' ' || name[i] == '#' || (is_layer && name[i] == '='))
            return false;
    return n > 0;
}

static bool is_taken(const writer *w, const char *name)
{
    for (size_t i = 0; i < w->net->n_nodes; i++)
        if (w->names[i] && strcmp(w->names[i], name) == 0)
            return true;
    return false;
}

/* Whether a tensor's name begins as those of a layer of this name would. */
static bool is_of_tensors(const writer *w, const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i < w->net->n_tensors; i++) {
        const char *tensor = w->net->tensors[i].name;
        if (strncmp(tensor, name, n) == 0 && (tensor[n] == '.' || !tensor[n]))
            return true;
    }
    return false;
}

/* A name by kind and number. */
static char *make_name(const writer *w, size_t i)
{
    const char *kind = w->net->nodes[i].layer->name;
    char *name = lossi_format("%s%zu", kind, i);
    for (size_t k = 2; name && (is_taken(w, name) || is_of_tensors(w, name)); k++) {
        free(name);
        name = lossi_format("%s%zu_%zu", kind, i, k);
    }
    return name;
}

/* Gives a layer NAME of NAME.weight where its tensors are called so, and no other layer is.
 * @return false when memory is out */
static bool name_by_tensors(writer *w, size_t i)
{
    const lossi_node *node = &w->net->nodes[i];
    size_t n, t = 0;
    if (!lossi_node_prefix(w->net, node, &n))
        return true;
    while (node->tensors[t] < 0)
        t++;
    const char *first = w->net->tensors[node->tensors[t]].name;
    if (!is_word(first, n, true))
        return true;
    char *name = lossi_format("%.*s", (int)n, first);
    if (!name)
        return false;
    if (is_taken(w, name))
        free(name);
    else
        w->names[i] = name;
    return true;
}

/* Whether the inputs of node i need not be written: they are the line before, or begin with it
 * where a second one follows. */
static size_t inputs_left_out(const writer *w, size_t i)
{
    const lossi_node *node = &w->net->nodes[i];
    bool follows = node->n_inputs && (size_t)node->inputs[0] + 1 == i;
    return follows && node->n_inputs == lossi_least_inputs(node->layer) && node->n_inputs <= 2;
}

/* Layers with tensors have names, and those that a line refers to. */
static void find_names(writer *w)
{
    const loss_net *net = w->net;
    bool *is_named = calloc(net->n_nodes, sizeof *is_named);
    w->names = calloc(net->n_nodes, sizeof *w->names);
    bool has_memory = is_named && w->names && (w->names[0] = lossi_strdup("input"));
    for (size_t i = 1; has_memory && i < net->n_nodes; i++) {
        const lossi_node *node = &net->nodes[i];
        for (size_t k = inputs_left_out(w, i); k < node->n_inputs; k++)
            is_named[node->inputs[k]] = true;
        if (node->layer->tensors[0].suffix) {
            is_named[i] = true;
            has_memory = name_by_tensors(w, i);
        }
    }
    for (size_t i = 1; has_memory && i < net->n_nodes; i++)
        if (is_named[i] && !w->names[i])
            has_memory = (w->names[i] = make_name(w, i)) != NULL;
    free(is_named);
    if (!has_memory)
        w->status = lossi_fail_nomem(net->n_nodes * sizeof *w->names);
}

/* ---- Lines ---------------------------------------------------------------------------------- */

/* The tensors of a layer that are not called NAME.suffix. */
static void write_tensor_names(writer *w, size_t i)
{
    const lossi_node *node = &w->net->nodes[i];
    for (size_t t = 0; t < LOSSI_MOST_TENSORS; t++) {
        if (node->tensors[t] < 0)
            continue;
        const lossi_tensor *tensor = &w->net->tensors[node->tensors[t]];
        const char *suffix = tensor->own->suffix, *dot = *suffix ? "." : "";
        char *usual = lossi_format("%s%s%s", w->names[i], dot, suffix);
        if (!usual)
            w->status = lossi_fail_nomem(strlen(tensor->name));
        else if (!is_word(tensor->name, strlen(tensor->name), false))
            fail(w, "a blank or a # in the name of tensor ", tensor->name);
        else if (strcmp(usual, tensor->name) != 0)
            loss_file_print(w->file, " name%s%s=%s", dot, suffix, tensor->name);
        free(usual);
    }
}

static void write_layer(writer *w, size_t i)
{
    const lossi_node *node = &w->net->nodes[i];
    char keys[LOSSI_KEYS_TEXT];
    if (w->names[i])
        loss_file_print(w->file, "%s = ", w->names[i]);
    loss_file_print(w->file, "%s", node->layer->name);
    for (size_t k = inputs_left_out(w, i); k < node->n_inputs; k++)
        loss_file_print(w->file, " %s", w->names[node->inputs[k]]);
    lossi_node_keys_text(node, keys);
    loss_file_print(w->file, "%s%s", *keys ? " " : "", keys);
    write_tensor_names(w, i);
    loss_file_print(w->file, "\n");
}

static void write_head(writer *w)
{
    const loss_shape *s = &w->net->shape;
    char model[256];
    loss_text_escape(w->net->model, strlen(w->net->model), model, sizeof model);
    loss_file_print(w->file, "# %s, of images %zux%zux%zu in %zu classes\n", model, s->channels,
                    s->height, s->width, s->classes);
    if (w->net->n_folded_norms)
        loss_file_print(w->file, "# convolutions that seem to hold a BatchNorm: %zu\n",
                        w->net->n_folded_norms);
}

/* What the reader would refuse. */
static void check_sizes(writer *w)
{
    char text[64];
    size_t n = w->net->n_nodes - 1, most = LOSSI_NET_MOST_LAYERS;
    snprintf(text, sizeof text, "%zu; at most %zu are possible", n, most);
    if (n >= most)
        fail(w, "its number of layers is ", text);
    for (size_t i = 1; !w->status && i < w->net->n_nodes; i++)
        if (w->net->nodes[i].n_inputs + 2 * LOSSI_MOST_KEYS > LOSSI_NET_MOST_WORDS)
            fail(w, "too many inputs of a layer: ", w->net->nodes[i].layer->name);
}

loss_status loss_net_write(const loss_net *net, const char *path)
{
    LOSSI_REQUIRE(net && path);
    writer w = {.net = net, .path = path};
    check_sizes(&w);
    if (!w.status)
        find_names(&w);
    if (!w.status)
        w.status = loss_file_open(&w.file, path, &TEXT);
    if (!w.status)
        write_head(&w);
    for (size_t i = 1; !w.status && i < net->n_nodes; i++)
        write_layer(&w, i);
    for (size_t i = 0; w.names && i < net->n_nodes; i++)
        free(w.names[i]);
    free(w.names);
    if (!w.status)
        return loss_file_commit(w.file);
    loss_file_abandon(w.file);
    return w.status;
}
