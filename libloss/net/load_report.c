/* What was chosen, dropped, ignored and computed when weights were loaded. */
#include "net/load_report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/names.h"

static void copy(char *to, size_t size, const char *text)
{
    snprintf(to, size, "%s", text ? text : "");
}

/* What the names have in front beyond the network's own. */
static void find_prefix(loss_load_report *report, const loss_net *net, const lossi_match *match)
{
    const char *name = match->arrays->items[match->array_of[0]].name, *own = net->tensors[0].name;
    size_t n = strlen(name), n_own = strlen(own);
    if (n > n_own && strcmp(name + n - n_own, own) == 0)
        snprintf(report->prefix, sizeof report->prefix, "%.*s", (int)(n - n_own), name);
    else if (strcmp(name, own) != 0 && match->skip)
        snprintf(report->prefix, sizeof report->prefix, "%.*s", (int)match->skip, name);
}

/* Tensors that belong to no network. Counters of batches stand in every checkpoint, and are not
 * worth a word. */
static void find_ignored(loss_load_report *report, const lossi_arrays *arrays)
{
    static const char counter[] = "num_batches_tracked";
    char list[LOSSI_LIST_SIZE] = "";
    for (size_t i = 0; i < arrays->n; i++) {
        const char *name = arrays->items[i].name;
        size_t n = strlen(name), n_counter = sizeof counter - 1;
        bool is_counter = n >= n_counter && strcmp(name + n - n_counter, counter) == 0;
        if (!lossi_name_is_extra(name) || is_counter)
            continue;
        report->n_ignored++;
        lossi_list_add(list, name);
    }
    copy(report->ignored, sizeof report->ignored, list);
}

void lossi_load_report_fill(loss_load_report *report, const loss_net *net, const lossi_match *match)
{
    const lossi_arrays *arrays = match->arrays;
    const lossi_sets *sets = &arrays->sets;
    const char *computed = lossi_arrays_metadata(arrays, "computed weights");
    char list[LOSSI_LIST_SIZE];
    *report = (loss_load_report)LOSS_LOAD_REPORT_INIT;
    if (sets->n)
        copy(report->key, sizeof report->key, sets->items[sets->chosen].key);
    copy(report->others, sizeof report->others, lossi_sets_list(sets, sets->chosen, list));
    copy(report->skipped, sizeof report->skipped,
         lossi_arrays_metadata(arrays, "objects not made"));
    report->n_computed = computed ? (size_t)strtoull(computed, NULL, 10) : 0;
    if (net->n_tensors)
        find_prefix(report, net, match);
    find_ignored(report, arrays);
}

static void add_part(char *text, size_t size, const char *before, const char *part)
{
    size_t at = strlen(text);
    if (*part)
        snprintf(text + at, size - at, "%s%s%s", at ? "; " : "", before, part);
}

bool loss_load_report_text(const loss_load_report *report, char *text, size_t size)
{
    char all[2048] = "", computed[80] = "";
    if (report && report->n_computed)
        snprintf(computed, sizeof computed, "%zu from their parts (pruned or normalised)",
                 report->n_computed);
    if (report) {
        add_part(all, sizeof all, "weights taken from ", report->key);
        add_part(all, sizeof all, "not read: ", report->others);
        add_part(all, sizeof all, "dropped in front of names: ", report->prefix);
        add_part(all, sizeof all, "weights computed: ", computed);
        add_part(all, sizeof all, "tensors ignored: ", report->ignored);
        add_part(all, sizeof all, "objects not made: ", report->skipped);
    }
    if (text && size)
        snprintf(text, size, "%s", all);
    return *all;
}
