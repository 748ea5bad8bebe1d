/* Networks as text, one layer a line: docs/net-format.md. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/file.h"
#include "zoo/zoo.h"

enum { MOST_WORDS = 64, MOST_KEYS = 4, MOST_LAYERS = 1 << 14, LARGEST_FILE = 4 << 20 };

typedef enum layer_key { CHANNELS, KERNEL, STRIDE, PADDING, BIAS, OUTPUTS, P, N_KEYS } layer_key;
static const char *const key_names[N_KEYS] = {"channels", "kernel",  "stride", "padding",
                                              "bias",     "outputs", "p"};

/* One line, cut into words. */
typedef struct line {
    size_t number;
    const char *name; /* NULL: none */
    const char *inputs[MOST_WORDS];
    size_t n_inputs;
    bool has[N_KEYS];
    double values[N_KEYS];
} line;

/* A layer that was read. */
typedef struct named {
    const char *name; /* borrowed from the text; NULL: it has none */
    loss_node node;
} named;

typedef struct reader {
    const char *path;
    loss_shape shape;
    loss_builder *builder;
    named *layers; /* [0] is the input */
    size_t n, capacity;
    loss_status status;
} reader;

static loss_node fail(reader *r, const line *l, const char *what, const char *word)
{
    if (!r->status)
        r->status = lossi_fail(LOSS_ERR_FORMAT, "%s:%zu: %s%.60s", r->path, l->number, what, word);
    return -1;
}

static size_t size_of(const line *l, layer_key key, size_t standard)
{
    return l->has[key] ? (size_t)l->values[key] : standard;
}

/* ---- Kinds of layers ------------------------------------------------------------------------ */

static loss_node add_conv(loss_builder *b, loss_node in, const line *l)
{
    return loss_builder_conv(b, in, l->name,
                             LOSS_CONV(size_of(l, CHANNELS, 0), size_of(l, KERNEL, 0),
                                       size_of(l, STRIDE, 1), size_of(l, PADDING, 0),
                                       size_of(l, BIAS, 0) != 0));
}

static loss_node add_batchnorm(loss_builder *b, loss_node in, const line *l)
{
    return loss_builder_batchnorm(b, in, l->name);
}

static loss_node add_relu(loss_builder *b, loss_node in, const line *l)
{
    (void)l;
    return loss_builder_relu(b, in);
}

static loss_pool_options pool_of(const line *l)
{
    return *LOSS_POOL(size_of(l, KERNEL, 0), size_of(l, STRIDE, 0), size_of(l, PADDING, 0));
}

static loss_node add_max_pool(loss_builder *b, loss_node in, const line *l)
{
    loss_pool_options pool = pool_of(l);
    return loss_builder_max_pool(b, in, &pool);
}

static loss_node add_average_pool(loss_builder *b, loss_node in, const line *l)
{
    loss_pool_options pool = pool_of(l);
    return loss_builder_average_pool(b, in, &pool);
}

static loss_node add_global_average_pool(loss_builder *b, loss_node in, const line *l)
{
    (void)l;
    return loss_builder_global_average_pool(b, in);
}

static loss_node add_flatten(loss_builder *b, loss_node in, const line *l)
{
    (void)l;
    return loss_builder_flatten(b, in);
}

static loss_node add_linear(loss_builder *b, loss_node in, const line *l)
{
    return loss_builder_linear(b, in, l->name, size_of(l, OUTPUTS, 0));
}

static loss_node add_shortcut(loss_builder *b, loss_node in, const line *l)
{
    return loss_builder_shortcut(b, in, size_of(l, CHANNELS, 0), size_of(l, STRIDE, 1));
}

static loss_node add_dropout(loss_builder *b, loss_node in, const line *l)
{
    return loss_builder_dropout(b, in, l->values[P]);
}

typedef struct layer_kind {
    const char *name;
    loss_node (*add)(loss_builder *b, loss_node in, const line *l);        /* one input */
    loss_node (*join)(loss_builder *b, loss_node first, loss_node second); /* or two and more */
    bool has_parameters;                                                   /* it must have a name */
    const char *needs, *takes; /* keys, by their first letters in key_names */
} layer_kind;

/* The letters of key_names: channels kernel stride (S) padding (p) bias outputs p (P). */
static const char key_letters[N_KEYS] = {'c', 'k', 's', 'p', 'b', 'o', 'P'};

static const layer_kind kinds[] = {
    {"conv", add_conv, NULL, true, "ck", "spb"},
    {"batchnorm", add_batchnorm, NULL, true, "", ""},
    {"relu", add_relu, NULL, false, "", ""},
    {"max_pool", add_max_pool, NULL, false, "k", "sp"},
    {"average_pool", add_average_pool, NULL, false, "k", "sp"},
    {"global_average_pool", add_global_average_pool, NULL, false, "", ""},
    {"flatten", add_flatten, NULL, false, "", ""},
    {"linear", add_linear, NULL, true, "o", ""},
    {"add", NULL, loss_builder_add, false, "", ""},
    {"concat", NULL, loss_builder_concat, false, "", ""},
    {"shortcut", add_shortcut, NULL, false, "c", "s"},
    {"dropout", add_dropout, NULL, false, "P", ""},
};
enum { N_KINDS = sizeof kinds / sizeof *kinds };

static const layer_kind *find_kind(reader *r, const line *l, const char *word)
{
    const char *names[N_KINDS];
    for (size_t i = 0; i < N_KINDS; i++) {
        if (strcmp(kinds[i].name, word) == 0)
            return &kinds[i];
        names[i] = kinds[i].name;
    }
    if (!r->status)
        r->status =
            lossi_fail(LOSS_ERR_FORMAT, "%s:%zu: no layer is called %.60s; the nearest is %s",
                       r->path, l->number, word, loss_text_nearest(word, names, N_KINDS));
    return NULL;
}

static bool check_keys(reader *r, const line *l, const layer_kind *kind)
{
    for (int key = 0; key < N_KEYS; key++) {
        if (!l->has[key] && strchr(kind->needs, key_letters[key]))
            fail(r, l, "this layer needs a number for ", key_names[key]);
        if (l->has[key] && !strchr(kind->needs, key_letters[key]) &&
            !strchr(kind->takes, key_letters[key]))
            fail(r, l, "this layer has no ", key_names[key]);
    }
    if (kind->has_parameters && !l->name)
        fail(r, l, "a layer with parameters needs a name: NAME = ", kind->name);
    return !r->status;
}

/* ---- Lines ---------------------------------------------------------------------------------- */

/* "key=value"; true if the word is one. */
static bool take_setting(reader *r, line *l, const char *word)
{
    const char *equals = strchr(word, '=');
    if (!equals)
        return false;
    int key = 0;
    while (key < N_KEYS && (strlen(key_names[key]) != (size_t)(equals - word) ||
                            strncmp(key_names[key], word, (size_t)(equals - word)) != 0))
        key++;
    if (key == N_KEYS || l->has[key]) {
        fail(r, l, key == N_KEYS ? "no such key: " : "given twice: ", word);
        return true;
    }
    l->has[key] = true;
    if (strcmp(equals + 1, "classes") == 0) {
        l->values[key] = (double)r->shape.classes;
        return true;
    }
    bool has_number =
        strspn(equals + 1, key == P ? "0123456789." : "0123456789") == strlen(equals + 1) &&
        strlen(equals + 1) <= 9 && loss_number_parse(equals + 1, NULL, &l->values[key]);
    if (!has_number)
        fail(r, l, key == P ? "no number: " : "no whole number, or too large: ", word);
    return true;
}

/* The layer of that name, the latest; -1 if there is none. */
static loss_node find_layer(reader *r, const line *l, const char *name)
{
    for (size_t i = r->n; i-- > 0;)
        if (r->layers[i].name && strcmp(r->layers[i].name, name) == 0)
            return r->layers[i].node;
    return fail(r, l, "no layer before this line is called ", name);
}

/* Calls the builder for a line whose words were read. */
static loss_node build_line(reader *r, const line *l, const layer_kind *kind)
{
    loss_node previous = r->layers[r->n - 1].node;
    loss_node first = l->n_inputs ? find_layer(r, l, l->inputs[0]) : previous;
    if (kind->add) {
        if (l->n_inputs > 1)
            return fail(r, l, "this layer has one input; there is also ", l->inputs[1]);
        return r->status ? -1 : kind->add(r->builder, first, l);
    }
    if (!l->n_inputs)
        return fail(r, l, "inputs are missing after ", kind->name);
    if (l->n_inputs == 1) /* with what stands on the line before */
        return r->status ? -1 : kind->join(r->builder, previous, first);
    for (size_t i = 1; i < l->n_inputs && !r->status; i++) {
        loss_node next = find_layer(r, l, l->inputs[i]);
        first = r->status ? -1 : kind->join(r->builder, first, next);
    }
    return first;
}

static bool append(reader *r, const line *l, const char *name, loss_node node)
{
    for (size_t i = 0; name && i < r->n; i++)
        if (r->layers[i].name && strcmp(r->layers[i].name, name) == 0)
            return fail(r, l, "two layers are called ", name) >= 0;
    if (r->n == MOST_LAYERS)
        return fail(r, l, "too many layers: at most 16384", "") >= 0;
    if (!lossi_reserve((void **)&r->layers, &r->capacity, r->n, sizeof *r->layers)) {
        r->status = lossi_fail_nomem(2 * r->capacity * sizeof *r->layers);
        return false;
    }
    r->layers[r->n++] = (named){name, node};
    return true;
}

/* [NAME =] KIND [INPUT...] [key=value...] */
static void read_line(reader *r, char *text, size_t number)
{
    char *words[MOST_WORDS], *rest = text;
    size_t n = 0;
    line l = {.number = number};
    text[strcspn(text, "#")] = 0;
    for (char *word; (word = strtok_r(rest, " \t\r", &rest));) {
        if (n == MOST_WORDS) {
            fail(r, &l, "too many words on a line: at most 64", "");
            return;
        }
        words[n++] = word;
    }
    if (!n)
        return;
    size_t at = 0;
    if (n >= 2 && strcmp(words[1], "=") == 0) {
        l.name = words[0];
        at = 2;
    }
    if (at == n) {
        fail(r, &l, "no layer after ", words[n - 1]);
        return;
    }
    const layer_kind *kind = find_kind(r, &l, words[at++]);
    for (; kind && at < n; at++)
        if (!take_setting(r, &l, words[at]))
            l.inputs[l.n_inputs++] = words[at];
    if (!kind || r->status || !check_keys(r, &l, kind))
        return;
    loss_node node = build_line(r, &l, kind);
    if (node < 0 && !r->status) { /* the builder's error, with the line */
        char message[512];
        snprintf(message, sizeof message, "%s", loss_last_message());
        r->status = loss_builder_finish(r->builder, -1, r->path, &(loss_net *){NULL});
        r->builder = NULL;
        lossi_fail(r->status, "%s:%zu: %s", r->path, number, message);
    }
    if (!r->status)
        append(r, &l, l.name, node);
}

bool lossi_net_file_is(const char *model)
{
    size_t n = strlen(model);
    return n > 4 && strcmp(model + n - 4, ".net") == 0;
}

loss_status lossi_net_file_parse(const char *bytes, size_t size, const char *path, loss_shape shape,
                                 lossi_built *built)
{
    *built = (lossi_built){0};
    if (size > LARGEST_FILE || memchr(bytes, 0, size))
        return lossi_fail(LOSS_ERR_FORMAT, "%s: not the text of a network (%zu bytes)", path, size);
    reader r = {.path = path, .shape = shape};
    char *text = malloc(size + 1);
    r.status = text ? loss_builder_create(&r.builder, shape) : lossi_fail_nomem(size);
    if (!r.status) {
        memcpy(text, bytes, size);
        text[size] = 0;
        append(&r, &(line){0}, "input", loss_builder_input(r.builder));
    }
    size_t number = 1;
    for (char *at = text, *end; at && !r.status; at = end, number++) {
        end = strchr(at, '\n');
        if (end)
            *end++ = 0;
        read_line(&r, at, number);
    }
    if (!r.status && r.n == 1)
        r.status = lossi_fail(LOSS_ERR_FORMAT, "%s: no layers in it", path);
    const char *slash = strrchr(path, '/');
    if (!r.status && !(built->model = lossi_strdup(slash ? slash + 1 : path)))
        r.status = lossi_fail_nomem(strlen(path));
    if (r.status) {
        loss_builder_free(r.builder);
    } else {
        built->builder = r.builder;
        built->logits = r.layers[r.n - 1].node;
    }
    free(r.layers);
    free(text);
    return r.status;
}

loss_status lossi_net_file_build(const char *path, loss_shape shape, lossi_built *built)
{
    uint8_t *bytes;
    size_t size;
    *built = (lossi_built){0};
    loss_status status = loss_file_read(path, SIZE_MAX, &bytes, &size);
    if (!status)
        status = lossi_net_file_parse((const char *)bytes, size, path, shape, built);
    free(bytes);
    return status;
}
