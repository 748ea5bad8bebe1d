/* Weights in and out of files. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "formats/read.h"
#include "formats/safetensors.h"
#include "net/load_report.h"
#include "net/match.h"
#include "net/net.h"

/* A file may claim any number of sets; more than these are not tried. */
enum { MOST_SETS = 16 };

static loss_status take_values(loss_net *net, const lossi_match *match)
{
    for (size_t i = 0; i < net->n_tensors; i++) {
        if (match->array_of[i] == SIZE_MAX) /* a constant, which stays */
            continue;
        float *values = lossi_alloc(net->tensors[i].count, sizeof *values);
        if (!values)
            return lossi_fail_nomem(net->tensors[i].count * sizeof *values);
        lossi_array_floats(&match->arrays->items[match->array_of[i]], values);
        loss_net_set(net, i, values);
        free(values);
    }
    return LOSS_OK;
}

/* A file of weights in memory. */
typedef struct source {
    const char *path;
    uint8_t *bytes;
    size_t size;
    const loss_load_options *opt;
} source;

/* Reads one set of arrays and holds it against the network. Free both, also after a failure.
 * @param key  NULL: the largest set */
static loss_status hold(const source *s, const loss_net *net, const char *key, lossi_arrays *arrays,
                        lossi_match *match)
{
    *match = (lossi_match){0};
    loss_status status = lossi_arrays_parse(s->bytes, s->size, key, s->path, arrays, NULL);
    if (!status)
        status = lossi_match_create(match, arrays);
    if (!status)
        status = s->opt->by_order ? lossi_match_by_order(match, net, net->model, s->path)
                                  : lossi_match_by_name(match, net, net->model, s->path);
    return status;
}

/* Which of several sets fit the network. */
typedef struct fitting {
    const char *key; /* the first of them */
    size_t n;
    char list[LOSSI_LIST_SIZE];
} fitting;

/* A set that is too small is not tried. */
static loss_status find_fitting(const source *s, const loss_net *net, const lossi_sets *sets,
                                fitting *f)
{
    size_t n_tried = 0;
    *f = (fitting){.n = 0};
    for (size_t i = 0; i < sets->n && n_tried < MOST_SETS; i++) {
        lossi_arrays arrays;
        lossi_match match;
        if (sets->items[i].n_tensors < net->n_tensors)
            continue;
        n_tried++;
        loss_status status = hold(s, net, sets->items[i].key, &arrays, &match);
        lossi_match_free(&match);
        lossi_arrays_free(&arrays);
        if (status == LOSS_ERR_NOMEM)
            return status;
        if (status)
            continue;
        f->key = f->n++ ? f->key : sets->items[i].key;
        lossi_list_add(f->list, *sets->items[i].key ? sets->items[i].key : "(top)");
    }
    return LOSS_OK;
}

/* The key of the set that fits the network, where it is not the largest.
 *  @param largest  what became of that one */
static loss_status choose(const source *s, const loss_net *net, const lossi_sets *sets,
                          loss_status largest, const char **key)
{
    fitting f;
    char message[1200];
    snprintf(message, sizeof message, "%s", loss_last_message());
    loss_status status = find_fitting(s, net, sets, &f);
    if (status)
        return status;
    if (f.n > 1)
        return lossi_fail(LOSS_ERR_FORMAT,
                          "%s: several sets of tensors fit %s: %s. Which are the weights? Give "
                          "their key",
                          s->path, net->model, f.list);
    if (!f.n)
        return lossi_fail(largest, "%s; it holds %s", message,
                          lossi_sets_list(sets, SIZE_MAX, f.list));
    *key = f.key;
    return LOSS_OK;
}

/* As hold(), with the set that fits. */
static loss_status hold_fitting(const source *s, const loss_net *net, lossi_arrays *arrays,
                                lossi_match *match)
{
    loss_status status = hold(s, net, s->opt->key, arrays, match);
    const char *key = NULL;
    lossi_sets sets = arrays->sets;
    bool is_open = !s->opt->key && sets.n > 1 && (status || sets.is_unclear);
    if (!is_open || (status && status != LOSS_ERR_MISMATCH))
        return status;
    arrays->sets = (lossi_sets){0};
    lossi_match_free(match);
    lossi_arrays_free(arrays);
    status = choose(s, net, &sets, status, &key);
    if (!status)
        status = hold(s, net, key, arrays, match);
    lossi_sets_free(&sets);
    return status;
}

loss_status loss_net_load(loss_net *net, const char *path, const loss_load_options *given)
{
    LOSSI_REQUIRE(net && path);
    loss_load_options opt = LOSS_LOAD_OPTIONS_INIT;
    source s = {.path = path, .opt = &opt};
    lossi_arrays arrays = {0};
    lossi_match match = {0};
    loss_status status = LOSSI_OPTIONS(opt, given);
    loss_load_report whole = LOSS_LOAD_REPORT_INIT;
    if (!status && opt.report)
        status = LOSSI_OPTIONS(whole, opt.report);
    if (!status)
        status = loss_file_read(path, SIZE_MAX, &s.bytes, &s.size);
    if (!status)
        status = hold_fitting(&s, net, &arrays, &match);
    if (!status)
        status = take_values(net, &match);
    if (!status && opt.report) {
        lossi_load_report_fill(&whole, net, &match);
        lossi_put_result(opt.report, &whole, sizeof whole);
    }
    lossi_match_free(&match);
    lossi_arrays_free(&arrays);
    free(s.bytes);
    return status;
}

loss_status loss_net_save(const loss_net *net, const char *path)
{
    LOSSI_REQUIRE(net && path);
    char *keys[] = {"format", "model"}, *texts[] = {"pt", net->model};
    lossi_arrays arrays = {.n = net->n_tensors,
                           .items = calloc(net->n_tensors + 1, sizeof *arrays.items),
                           .n_metadata = 2,
                           .metadata_keys = keys,
                           .metadata_values = texts};
    float **values = calloc(net->n_tensors + 1, sizeof *values);
    loss_status status =
        arrays.items && values ? LOSS_OK : lossi_fail_nomem(net->n_tensors * sizeof *arrays.items);
    for (size_t i = 0; !status && i < net->n_tensors; i++) {
        const lossi_tensor *tensor = &net->tensors[i];
        values[i] = lossi_alloc(tensor->count, sizeof **values);
        if (!values[i]) {
            status = lossi_fail_nomem(tensor->count * sizeof **values);
            break;
        }
        loss_net_get(net, i, values[i]);
        arrays.items[i] =
            lossi_array_of_floats(tensor->name, tensor->n_dims, tensor->dims, values[i]);
    }
    if (!status)
        status = lossi_safetensors_write(path, &arrays);
    for (size_t i = 0; values && i < net->n_tensors; i++)
        free(values[i]);
    free(values);
    free(arrays.items);
    return status;
}
