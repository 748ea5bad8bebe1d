/* The values are walked from the top, none twice, so that a pickle that contains itself, or shares
 * its parts many times, costs what it has values. */
#include "formats/state_dict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef lossi_pickle_value value;

/* Deeper than any program nests its weights; module within module. */
enum { DEEPEST = 64, LONGEST_NAME = 1000 };

/* A few bytes can describe modules that hold each other thousands of times. The bytes of all names,
 * and as many again for each thing that has one, may come to this. */
enum { LARGEST_NAMES = 64 << 20, NAMED = 64 };

/* A module's own dictionary is small. Larger ones, which many objects of a pickle may share, are
 * not searched for its attributes. */
enum { MOST_ATTRIBUTES = 500 };

/* Dictionaries, or modules, that hold tensors. */
typedef struct walk {
    lossi_sets *sets;
    const value **holders; /* [sets->n] */
    size_t capacity;
    const char *label;
    size_t spent; /* of LARGEST_NAMES, by all groups */
    loss_status status;
} walk;

static char *join(const char *path, const char *name)
{
    return lossi_format("%s%s%s", path, *path ? "." : "", name);
}

/* ---- Modules -------------------------------------------------------------------------------- */

static const value *attribute(const value *module, const char *name)
{
    const value *state = lossi_pickle_state(module);
    return state && state->n <= 2 * MOST_ATTRIBUTES ? lossi_pickle_get(state, name) : NULL;
}

static bool is_module(const value *v)
{
    const value *modules = attribute(v, "_modules");
    return modules && modules->kind == LOSSI_PICKLE_DICT;
}

/* Does something for each tensor of a holder: its name is PREFIX.NAME. */
typedef struct visitor {
    void (*visit)(struct visitor *v, const char *prefix, const char *name,
                  const lossi_pickle_tensor *tensor);
    void *context;
    size_t spent;        /* of LARGEST_NAMES */
    const value *unread; /* the name and the maker of a tensor of a kind that is not read */
    const char *maker;
} visitor;

/* @return false when the names are too much */
static bool spend(visitor *v, const char *prefix, const char *name)
{
    v->spent += strlen(prefix) + strlen(name) + NAMED;
    return v->spent <= LARGEST_NAMES;
}

/* The function that makes a tensor of a kind that is not read: sparse, quantised, on a device of
 * its own; NULL for other values. */
static const char *maker_of_tensor(const value *v)
{
    static const char prefix[] = "torch._utils._rebuild_";
    const value *class = v->kind == LOSSI_PICKLE_OPAQUE && v->n ? v->items[0] : NULL;
    return class && class->kind == LOSSI_PICKLE_GLOBAL &&
                   strncmp(class->text, prefix, sizeof prefix - 1) == 0
               ? class->text
               : NULL;
}

static bool each_of_dict(const value *dict, const char *prefix, visitor *v)
{
    size_t n = dict && dict->kind == LOSSI_PICKLE_DICT ? dict->n : 0;
    v->spent += n; /* many modules may share a dictionary without tensors */
    for (size_t i = 0; i + 1 < n; i += 2) {
        if (dict->items[i]->kind != LOSSI_PICKLE_STRING)
            continue;
        const char *maker = maker_of_tensor(dict->items[i + 1]);
        if (maker) {
            v->unread = dict->items[i];
            v->maker = maker;
        }
        if (dict->items[i + 1]->kind != LOSSI_PICKLE_TENSOR)
            continue;
        if (!spend(v, prefix, dict->items[i]->text))
            return false;
        v->visit(v, prefix, dict->items[i]->text, dict->items[i + 1]->tensor);
    }
    return true;
}

/* The same for a module and those within it. A shared module appears under each of its names, as in
 * PyTorch. @return false if it is nested too deep, or its names are too much */
static bool each_of_module(const value *module, const char *prefix, int depth, visitor *v)
{
    if (depth > DEEPEST || strlen(prefix) > LONGEST_NAME || !spend(v, prefix, "") ||
        !each_of_dict(attribute(module, "_parameters"), prefix, v) ||
        !each_of_dict(attribute(module, "_buffers"), prefix, v))
        return false;
    const value *modules = attribute(module, "_modules");
    size_t n = modules && modules->kind == LOSSI_PICKLE_DICT ? modules->n : 0;
    for (size_t i = 0; i + 1 < n; i += 2) {
        if (modules->items[i]->kind != LOSSI_PICKLE_STRING ||
            modules->items[i + 1]->kind != LOSSI_PICKLE_OPAQUE)
            continue;
        char *inner = join(prefix, modules->items[i]->text);
        bool done = inner && each_of_module(modules->items[i + 1], inner, depth + 1, v);
        free(inner);
        if (!done)
            return false;
    }
    return true;
}

static bool each_tensor(const value *holder, visitor *v)
{
    return holder->kind == LOSSI_PICKLE_OPAQUE ? each_of_module(holder, "", 0, v)
                                               : each_of_dict(holder, "", v);
}

/* ---- Groups --------------------------------------------------------------------------------- */

/* How many tensors and values a holder has. */
typedef struct counter {
    size_t n;
    double n_values;
} counter;

static void count_one(visitor *v, const char *prefix, const char *name,
                      const lossi_pickle_tensor *tensor)
{
    counter *c = v->context;
    double n_values = 1;
    (void)prefix;
    (void)name;
    for (size_t i = 0; i < tensor->view.n_dims; i++)
        n_values *= (double)tensor->view.dims[i];
    c->n++;
    c->n_values += n_values;
}

static void add_group(walk *w, const char *path, const value *holder)
{
    counter c = {0};
    visitor v = {.visit = count_one, .context = &c, .spent = w->spent};
    if (w->status)
        return;
    if (!each_tensor(holder, &v)) {
        w->status = lossi_fail(LOSS_ERR_FORMAT, "%s: modules nested without end, or names too long",
                               w->label);
        return;
    }
    w->spent = v.spent;
    if (!c.n)
        return;
    if (!lossi_reserve((void **)&w->holders, &w->capacity, w->sets->n, sizeof *w->holders)) {
        w->status = lossi_fail_nomem(2 * w->capacity * sizeof *w->holders);
        return;
    }
    w->holders[w->sets->n] = holder;
    w->status = lossi_sets_add(w->sets, path, c.n, c.n_values);
}

/* Finds the groups at and below a value. */
static void find_groups(walk *w, value *v, const char *path, int depth)
{
    if (w->status || v->is_seen || depth > DEEPEST || strlen(path) > LONGEST_NAME)
        return;
    const value *dict = v->kind == LOSSI_PICKLE_OPAQUE ? lossi_pickle_state(v) : v;
    v->is_seen = true;
    if (is_module(v)) {
        add_group(w, path, v);
        return;
    }
    if (!dict || dict->kind != LOSSI_PICKLE_DICT)
        return;
    add_group(w, path, dict);
    for (size_t i = 0; i + 1 < dict->n && !w->status; i += 2) {
        value *item = dict->items[i + 1];
        if (dict->items[i]->kind != LOSSI_PICKLE_STRING || dict->items[i]->n > LONGEST_NAME ||
            (item->kind != LOSSI_PICKLE_DICT && item->kind != LOSSI_PICKLE_OPAQUE))
            continue;
        char *inner = join(path, dict->items[i]->text);
        if (inner)
            find_groups(w, item, inner, depth + 1);
        else
            w->status = lossi_fail_nomem(strlen(path) + dict->items[i]->n);
        free(inner);
    }
}

/* The first keys of a dictionary, for a message. */
static void list_keys(const value *v, char list[LOSSI_LIST_SIZE])
{
    for (size_t i = 0; v->kind == LOSSI_PICKLE_DICT && i + 1 < v->n; i += 2)
        if (v->items[i]->kind == LOSSI_PICKLE_STRING)
            lossi_list_add(list, v->items[i]->text);
}

static loss_status fail_without_groups(const lossi_pickle *pickle, const char *skipped,
                                       const char *label)
{
    char keys[LOSSI_LIST_SIZE] = "";
    list_keys(pickle->top, keys);
    return lossi_fail(LOSS_ERR_FORMAT, "%s: no tensors with names in it%s%s%s%s", label,
                      *keys ? "; its keys are: " : "", keys,
                      *skipped ? "; objects that are not made: " : "", skipped);
}

static loss_status choose(lossi_sets *sets, const char *key, const char *label)
{
    size_t n_rivals = 0;
    char list[LOSSI_LIST_SIZE];
    for (size_t i = 0; i < sets->n; i++) {
        if (key && strcmp(sets->items[i].key, key) == 0) {
            sets->chosen = i;
            return LOSS_OK;
        }
        if (sets->items[i].n_tensors > sets->items[sets->chosen].n_tensors)
            sets->chosen = i;
    }
    if (key)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: no tensors under the key %.100s; there are: %s",
                          label, key, lossi_sets_list(sets, SIZE_MAX, list));
    for (size_t i = 0; i < sets->n; i++)
        n_rivals += sets->items[i].n_tensors >= (sets->items[sets->chosen].n_tensors + 1) / 2;
    sets->is_unclear = n_rivals > 1;
    return LOSS_OK;
}

/* ---- What is found -------------------------------------------------------------------------- */

/* Takes a tensor of the chosen group. */
typedef struct taker {
    lossi_state_dict *found;
    bool has_memory;
} taker;

static void take_one(visitor *v, const char *prefix, const char *name,
                     const lossi_pickle_tensor *tensor)
{
    taker *t = v->context;
    lossi_state_dict *found = t->found;
    char *joined = t->has_memory ? join(prefix, name) : NULL;
    t->has_memory = joined && lossi_reserve((void **)&found->entries, &found->capacity, found->n,
                                            sizeof *found->entries);
    if (t->has_memory)
        found->entries[found->n++] = (lossi_state_entry){joined, tensor};
    else
        free(joined);
}

/* Classes of objects that were not made, each once. Those of a chosen module are what was read. */
static char *list_skipped(const lossi_pickle *pickle)
{
    char list[LOSSI_LIST_SIZE] = "";
    for (const value *v = pickle->last; v; v = v->previous) {
        const value *class = v->kind == LOSSI_PICKLE_OPAQUE && v->n ? v->items[0] : NULL;
        if (!class || class->kind != LOSSI_PICKLE_GLOBAL || v->is_plain || is_module(v))
            continue;
        if (!strstr(list, class->text))
            lossi_list_add(list, class->text);
    }
    return lossi_strdup(list);
}

loss_status lossi_state_dict_find(lossi_state_dict *found, const lossi_pickle *pickle,
                                  const char *key, const char *label)
{
    *found = (lossi_state_dict){.skipped = list_skipped(pickle)};
    lossi_sets *sets = &found->sets;
    walk w = {.label = label, .sets = sets};
    find_groups(&w, pickle->top, "", 0);
    loss_status status = found->skipped ? w.status : lossi_fail_nomem(LOSSI_LIST_SIZE);
    if (!status)
        status =
            sets->n ? choose(sets, key, label) : fail_without_groups(pickle, found->skipped, label);
    if (!status) {
        taker t = {found, true};
        visitor v = {.visit = take_one, .context = &t};
        each_tensor(w.holders[sets->chosen], &v);
        if (!t.has_memory)
            status = lossi_fail_nomem(found->n * sizeof *found->entries);
        else if (v.unread)
            status = lossi_fail(LOSS_ERR_FORMAT,
                                "%s: tensor %.100s is made by %s, which is not read; save it as a "
                                "dense tensor of numbers",
                                label, v.unread->text, v.maker);
    }
    free(w.holders);
    if (status)
        lossi_state_dict_free(found);
    return status;
}

void lossi_state_dict_free(lossi_state_dict *found)
{
    for (size_t i = 0; i < found->n; i++)
        free(found->entries[i].name);
    free(found->entries);
    lossi_sets_free(&found->sets);
    free(found->skipped);
    *found = (lossi_state_dict){0};
}
