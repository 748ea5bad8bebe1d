/* Networks as text, one layer a line: docs/net-format.md. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "base/file.h"
#include "net/builder.h"
#include "zoo/zoo.h"

enum { LARGEST_FILE = 4 << 20, LONGEST_NUMBER = 24 };

/* One line, cut into words. */
typedef struct line {
    size_t number;
    const char *name; /* NULL: none */
    const char *inputs[LOSSI_NET_MOST_WORDS];
    size_t n_inputs;
    bool has[LOSSI_MOST_KEYS];
    lossi_values values[LOSSI_MOST_KEYS];    /* in the order of the kind's keys */
    const char *tensors[LOSSI_MOST_TENSORS]; /* names that are not NAME.suffix; NULL: it is */
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

/* ---- Kinds of layers and their keys --------------------------------------------------------- */

static const lossi_layer *find_kind(reader *r, const line *l, const char *word)
{
    char where[256];
    snprintf(where, sizeof where, "%.200s:%zu: ", r->path, l->number);
    const lossi_layer *kind = lossi_find_layer(word, where);
    if (!kind && !r->status)
        r->status = LOSS_ERR_FORMAT;
    return kind;
}

/* Keys that are not there take their standard value. */
static bool check_keys(reader *r, line *l, const lossi_layer *kind)
{
    for (size_t k = 0; kind->keys[k].name; k++)
        if (!l->has[k] && kind->keys[k].is_needed)
            fail(r, l, "this layer needs a value for ", kind->keys[k].name);
    if (kind->tensors[0].suffix && !l->name)
        fail(r, l, "a layer with parameters needs a name: NAME = ", kind->name);
    if (!r->status)
        r->status = lossi_keys_complete(kind, kind->name, l->has, l->values);
    return !r->status;
}

/* A key that this kind has not; some other may have it. */
static void refuse_key(reader *r, const line *l, const char *word, size_t n)
{
    char name[64];
    bool is_known = false;
    for (size_t i = 0; lossi_layers[i]; i++)
        is_known = is_known || lossi_find_key(lossi_layers[i], word, n);
    snprintf(name, sizeof name, "%.*s", n < sizeof name ? (int)n : 0, word);
    fail(r, l, is_known ? "this layer has no " : "no such key: ", is_known ? name : word);
}

/* One of the words that a key may be set to. */
static void take_word(reader *r, const line *l, const lossi_key *key, const char *text,
                      lossi_values *values)
{
    size_t n = 0;
    while (key->words[n] && strcmp(key->words[n], text) != 0)
        n++;
    *values = LOSSI_VALUE(n);
    if (!key->words[n])
        fail(r, l, "no such word; the nearest is ", loss_text_nearest(text, key->words, n));
}

/* One number: "classes", or digits, with a sign where the key may be negative. */
static bool take_number(const reader *r, const lossi_key *key, const char *text, double *value)
{
    if (strcmp(text, "classes") == 0) {
        *value = (double)r->shape.classes;
        return true;
    }
    size_t n = strlen(text), signs = *text == '-' && key->least < 0;
    const char *allowed = key->is_fraction ? "0123456789.e+-" : "0123456789";
    return strspn(text + signs, allowed) == n - signs && n <= LONGEST_NUMBER &&
           loss_number_parse(text, NULL, value);
}

/* A list such as 3,1. */
static void take_numbers(reader *r, const line *l, const lossi_key *key, char *text,
                         lossi_values *values)
{
    values->n = 0;
    for (char *next = text; next;) {
        char *number = next;
        if ((next = strchr(number, ',')))
            *next++ = 0;
        if (values->n == LOSSI_MOST_VALUES) {
            fail(r, l, "too many values of ", key->name);
            return;
        }
        if (take_number(r, key, number, &values->v[values->n++]))
            continue;
        char setting[64];
        snprintf(setting, sizeof setting, "%s=%.40s", key->name, number);
        fail(r, l, key->is_fraction ? "no number: " : "no whole number, or too large: ", setting);
    }
}

/* "name.weight=NAME", or "name=NAME" of a tensor without a suffix; true if the word is one. */
static bool take_tensor_name(reader *r, line *l, const lossi_layer *kind, char *word)
{
    static const char key[] = "name";
    size_t n = sizeof key - 1;
    char *equals = strchr(word, '=');
    if (strncmp(word, key, n) != 0 || !equals || (word[n] != '.' && word[n] != '='))
        return false;
    *equals = 0;
    const char *suffix = word + n + (word[n] == '.');
    size_t t = 0;
    while (kind->tensors[t].suffix && strcmp(kind->tensors[t].suffix, suffix) != 0)
        t++;
    if (!kind->tensors[t].suffix)
        fail(r, l, "this layer has no tensor for ", word);
    else if (l->tensors[t] || !equals[1])
        fail(r, l, l->tensors[t] ? "given twice: " : "no name after ", word);
    else
        l->tensors[t] = equals + 1;
    return true;
}

/* "key=value"; true if the word is one. */
static bool take_setting(reader *r, line *l, const lossi_layer *kind, char *word)
{
    char *equals = strchr(word, '=');
    if (!equals)
        return false;
    const lossi_key *key = lossi_find_key(kind, word, (size_t)(equals - word));
    if (!key) {
        refuse_key(r, l, word, (size_t)(equals - word));
        return true;
    }
    size_t k = (size_t)(key - kind->keys);
    if (l->has[k])
        fail(r, l, "given twice: ", word);
    l->has[k] = true;
    if (key->words)
        take_word(r, l, key, equals + 1, &l->values[k]);
    else
        take_numbers(r, l, key, equals + 1, &l->values[k]);
    return true;
}

/* ---- Lines ---------------------------------------------------------------------------------- */

/* The layer of that name, the latest; -1 if there is none. */
static loss_node find_layer(reader *r, const line *l, const char *name)
{
    for (size_t i = r->n; i-- > 0;)
        if (r->layers[i].name && strcmp(r->layers[i].name, name) == 0)
            return r->layers[i].node;
    return fail(r, l, "no layer before this line is called ", name);
}

/* Calls the builder for a line whose words were read. Without inputs it takes the line before; a
 * kind that joins several, given one, joins that to the line before. */
static loss_node build_line(reader *r, const line *l, const lossi_layer *kind)
{
    loss_node inputs[LOSSI_NET_MOST_WORDS + 1];
    size_t n = 0, least = lossi_least_inputs(kind), most = lossi_most_inputs(kind);
    if (!l->n_inputs && least > 1)
        return fail(r, l, "inputs are missing after ", kind->name);
    if (l->n_inputs > most)
        return fail(r, l, "more inputs than this layer takes: ", l->inputs[most]);
    if (l->n_inputs < least || (!l->n_inputs && least))
        inputs[n++] = r->layers[r->n - 1].node;
    for (size_t i = 0; i < l->n_inputs; i++)
        inputs[n++] = find_layer(r, l, l->inputs[i]);
    loss_node node =
        r->status ? -1 : lossi_builder_add(r->builder, kind, l->name, n, inputs, l->values);
    for (size_t t = 0; node >= 0 && t < LOSSI_MOST_TENSORS; t++)
        if (l->tensors[t] &&
            loss_builder_name_tensor(r->builder, node, kind->tensors[t].suffix, l->tensors[t]))
            return fail(r, l, "no tensor of this layer can be called ", l->tensors[t]);
    return node;
}

static bool append(reader *r, const line *l, const char *name, loss_node node)
{
    for (size_t i = 0; name && i < r->n; i++)
        if (r->layers[i].name && strcmp(r->layers[i].name, name) == 0)
            return fail(r, l, "two layers are called ", name) >= 0;
    if (r->n == LOSSI_NET_MOST_LAYERS)
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
    char *words[LOSSI_NET_MOST_WORDS], *rest = text;
    size_t n = 0;
    line l = {.number = number};
    text[strcspn(text, "#")] = 0;
    for (char *word; (word = strtok_r(rest, " \t\r", &rest));) {
        if (n == LOSSI_NET_MOST_WORDS) {
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
    const lossi_layer *kind = find_kind(r, &l, words[at++]);
    for (; kind && at < n; at++)
        if (!take_tensor_name(r, &l, kind, words[at]) && !take_setting(r, &l, kind, words[at]))
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
