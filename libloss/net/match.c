/* Matching by name, then by the rules of names.c, or by order. */
#include "net/match.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/names.h"

enum { LIST_SIZE = 280 };

/* Names of one sort of misfit, as many as have room, and how many there are. */
typedef struct misfits {
    char text[LIST_SIZE];
    size_t length, n, n_shown;
} misfits;

static void add_misfit(misfits *list, const char *text)
{
    list->n++;
    size_t n = strlen(text);
    if (list->n_shown + 1 < list->n || list->length + n + 2 >= LIST_SIZE)
        return;
    list->length += (size_t)snprintf(list->text + list->length, LIST_SIZE - list->length, "%s%s",
                                     list->length ? ", " : "", text);
    list->n_shown++;
}

/* "; missing: a, b and 3 more" at the end of a message. */
static void add_list(char *message, size_t size, const char *title, const misfits *list)
{
    size_t at = strlen(message);
    if (!list->n)
        return;
    at += (size_t)snprintf(message + at, size - at, "; %s: %s", title, list->text);
    if (list->n > list->n_shown && at < size)
        snprintf(message + at, size - at, "%s%zu more", list->n_shown ? " and " : "",
                 list->n - list->n_shown);
}

/* Bytes of the components that all names begin with, such as "backbone." or "student.encoder.":
 * what a program calls the network, not what the network calls its tensors. What is not of the
 * network does not count. The last component always stays. */
static size_t common_prefix(const lossi_arrays *arrays)
{
    const char *first = NULL;
    size_t n = 0;
    for (size_t i = 0; i < arrays->n; i++) {
        const char *name = arrays->items[i].name;
        if (lossi_name_is_extra(name))
            continue;
        if (!first)
            n = strlen(first = name);
        size_t common = 0;
        while (common < n && name[common] == first[common])
            common++;
        n = common;
        while (n && first[n - 1] != '.')
            n--;
    }
    return n;
}

/* The name without the prefix that the network's tensors share; extras may not have it. */
static const char *without_prefix(const lossi_match *match, size_t i)
{
    const char *name = match->arrays->items[i].name;
    return lossi_name_is_extra(name) ? name : name + match->skip;
}

/* What an array may be called. A name is first looked for among those of the first level. */
struct lossi_spelling {
    const char *text;
    enum level { EXACT, BARE, CANONICAL } level; /* BARE: without what is in front */
    size_t number;                               /* of the array */
};
enum { MOST_SPELLINGS = 4 }; /* of an array */

static int by_spelling(const void *a, const void *b)
{
    const struct lossi_spelling *x = a, *y = b;
    int order = x->level != y->level ? (x->level > y->level) - (x->level < y->level)
                                     : strcmp(x->text, y->text);
    return order ? order : (x->number > y->number) - (x->number < y->number);
}

static void add_spelling(lossi_match *match, const char *text, enum level level, size_t number)
{
    match->spellings[match->n_spellings++] = (struct lossi_spelling){text, level, number};
}

loss_status lossi_match_create(lossi_match *match, const lossi_arrays *arrays)
{
    *match = (lossi_match){.arrays = arrays,
                           .canonical = calloc(arrays->n + 1, sizeof *match->canonical),
                           .spellings =
                               calloc(MOST_SPELLINGS * arrays->n + 1, sizeof *match->spellings)};
    if (!match->canonical || !match->spellings) {
        lossi_match_free(match);
        return lossi_fail_nomem(arrays->n * sizeof *match->spellings);
    }
    match->skip = common_prefix(arrays);
    for (size_t i = 0; i < arrays->n; i++) {
        if (!(match->canonical[i] = lossi_name_canonical(without_prefix(match, i)))) {
            lossi_match_free(match);
            return lossi_fail_nomem(64);
        }
        add_spelling(match, arrays->items[i].name, EXACT, i);
        /* Before the rules are asked: they give some modules of one network the same name. */
        add_spelling(match, lossi_name_unwrapped(arrays->items[i].name), BARE, i);
        add_spelling(match, without_prefix(match, i), BARE, i);
        add_spelling(match, match->canonical[i], CANONICAL, i);
    }
    qsort(match->spellings, match->n_spellings, sizeof *match->spellings, by_spelling);
    return LOSS_OK;
}

void lossi_match_free(lossi_match *match)
{
    for (size_t i = 0; match->canonical && i < match->arrays->n; i++)
        free(match->canonical[i]);
    free(match->canonical);
    free(match->spellings);
    free(match->array_of);
    *match = (lossi_match){0};
}

/* The first array that is called so on a level. */
static const lossi_array *find_on(const lossi_match *match, const char *name, enum level level)
{
    struct lossi_spelling wanted = {name, level, 0};
    size_t low = 0, high = match->n_spellings;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (by_spelling(&match->spellings[middle], &wanted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    const struct lossi_spelling *found = &match->spellings[low];
    return low < match->n_spellings && found->level == level && strcmp(found->text, name) == 0
               ? &match->arrays->items[found->number]
               : NULL;
}

const lossi_array *lossi_match_find(const lossi_match *match, const char *name)
{
    const lossi_array *found = find_on(match, name, EXACT);
    if (!found)
        found = find_on(match, name, BARE);
    char *canonical = found ? NULL : lossi_name_canonical(name);
    if (canonical)
        found = find_on(match, canonical, CANONICAL);
    free(canonical);
    return found;
}

static bool has_shape(const lossi_array *array, const lossi_tensor *tensor)
{
    return array->n_dims == tensor->n_dims &&
           memcmp(array->dims, tensor->dims, array->n_dims * sizeof *array->dims) == 0;
}

static void add_wrong_shape(misfits *list, const lossi_array *array, const lossi_tensor *tensor)
{
    char found[LOSSI_DIMS_TEXT], expected[LOSSI_DIMS_TEXT], text[2 * LOSSI_DIMS_TEXT + 200];
    snprintf(text, sizeof text, "%.160s is %s, expected %s", tensor->name,
             lossi_dims_text(array->n_dims, array->dims, found),
             lossi_dims_text(tensor->n_dims, tensor->dims, expected));
    add_misfit(list, text);
}

static loss_status begin(lossi_match *match, const loss_net *net)
{
    free(match->array_of);
    match->array_of = malloc((net->n_tensors + 1) * sizeof *match->array_of);
    match->n_problems = 0;
    if (!match->array_of)
        return lossi_fail_nomem(net->n_tensors * sizeof *match->array_of);
    for (size_t i = 0; i < net->n_tensors; i++)
        match->array_of[i] = SIZE_MAX;
    return LOSS_OK;
}

loss_status lossi_match_by_name(lossi_match *match, const loss_net *net, const char *model,
                                const char *label)
{
    misfits missing = {0}, unexpected = {0}, wrong = {0};
    bool *used = calloc(match->arrays->n + 1, sizeof *used);
    loss_status status = used ? begin(match, net) : lossi_fail_nomem(match->arrays->n);
    if (status) {
        free(used);
        return status;
    }
    for (size_t i = 0; i < net->n_tensors; i++) {
        const lossi_tensor *tensor = &net->tensors[i];
        const lossi_array *array = lossi_match_find(match, tensor->name);
        size_t number = array ? (size_t)(array - match->arrays->items) : 0;
        if (!array || used[number]) {
            if (tensor->kind != LOSS_TENSOR_CONSTANT) /* it has its values from the graph */
                add_misfit(&missing, tensor->name);
            continue;
        }
        used[number] = true;
        match->array_of[i] = number;
        if (!has_shape(array, tensor))
            add_wrong_shape(&wrong, array, tensor);
    }
    for (size_t i = 0; i < match->arrays->n; i++) {
        const lossi_array *array = &match->arrays->items[i];
        bool is_whole = array->dtype > LOSSI_BF16; /* such as a table of places: no weights */
        if (!used[i] && !is_whole && !lossi_name_is_extra(array->name))
            add_misfit(&unexpected, array->name);
    }
    free(used);
    match->n_problems = missing.n + unexpected.n + wrong.n;
    if (!match->n_problems)
        return LOSS_OK;
    char message[1000];
    snprintf(message, sizeof message, "%.300s: not weights of %.100s", label, model);
    add_list(message, sizeof message, "wrong shape", &wrong);
    add_list(message, sizeof message, "missing", &missing);
    add_list(message, sizeof message, "unexpected", &unexpected);
    return lossi_fail(LOSS_ERR_MISMATCH, "%s", message);
}

/* True unless both names end in what PyTorch calls a parameter or statistic, and in different
 * ones: a file whose arrays were sorted by name would else be taken for one in the order of the
 * layers. */
static bool leaves_agree(const char *a, const char *b)
{
    static const char *const leaves[] = {"weight", "bias", "running_mean", "running_var"};
    const char *dot_a = strrchr(a, '.'), *dot_b = strrchr(b, '.');
    const char *leaf_a = dot_a ? dot_a + 1 : a, *leaf_b = dot_b ? dot_b + 1 : b;
    for (int i = 0; i < 4; i++)
        if (strcmp(leaf_a, leaves[i]) == 0)
            return strcmp(leaf_b, leaves[i]) == 0;
    return true;
}

loss_status lossi_match_by_order(lossi_match *match, const loss_net *net, const char *model,
                                 const char *label)
{
    loss_status status = begin(match, net);
    size_t tensor = 0, n_arrays = 0;
    for (size_t i = 0; i < match->arrays->n; i++)
        n_arrays += !lossi_name_is_extra(match->arrays->items[i].name);
    if (!status && n_arrays != net->n_tensors)
        return lossi_fail(LOSS_ERR_MISMATCH, "%s: %zu tensors; %s has %zu: not the same by order",
                          label, n_arrays, model, net->n_tensors);
    for (size_t i = 0; !status && i < match->arrays->n; i++) {
        const lossi_array *array = &match->arrays->items[i];
        if (lossi_name_is_extra(array->name))
            continue;
        const lossi_tensor *expected = &net->tensors[tensor];
        char found[LOSSI_DIMS_TEXT], wanted[LOSSI_DIMS_TEXT];
        if (!has_shape(array, expected))
            status = lossi_fail(
                LOSS_ERR_MISMATCH,
                "%s: tensor number %zu, %s, is %s; by order it is %s of %s, which is %s", label,
                tensor + 1, array->name, lossi_dims_text(array->n_dims, array->dims, found),
                expected->name, model, lossi_dims_text(expected->n_dims, expected->dims, wanted));
        else if (!leaves_agree(array->name, expected->name))
            status = lossi_fail(
                LOSS_ERR_MISMATCH,
                "%s: tensor number %zu is %s; by order it is %s of %s: are they sorted by name?",
                label, tensor + 1, array->name, expected->name, model);
        match->array_of[tensor++] = i;
    }
    return status;
}
