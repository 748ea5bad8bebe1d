/* Weights of any format into safetensors: types and values as they are, tensors that share
 * memory written each for itself. */
#include <loss/export.h>
#include <stdio.h>
#include <string.h>

#include "formats/read.h"
#include "formats/safetensors.h"

/* Bytes of the components that all names begin with; the last component of none of them. */
static size_t common_prefix(const lossi_arrays *arrays)
{
    const char *first = arrays->n ? arrays->items[0].name : "";
    size_t n = strlen(first);
    for (size_t i = 0; i < arrays->n; i++) {
        const char *name = arrays->items[i].name;
        size_t common = 0;
        while (common < n && name[common] == first[common])
            common++;
        n = common;
        while (n && first[n - 1] != '.')
            n--;
    }
    return n;
}

/* Bytes of the wrappers (DataParallel, torch.compile) that a prefix of n bytes begins with. */
static size_t wrappers(const char *prefix, size_t n)
{
    static const char *const names[] = {"module.", "_orig_mod."};
    size_t at = 0;
    for (size_t i = 0; i < 2; i++) {
        size_t length = strlen(names[i]);
        if (length > n - at || strncmp(prefix + at, names[i], length) != 0)
            continue;
        at += length;
        i = (size_t)-1; /* one may be within another */
    }
    return at;
}

/* Drops wrappers from the front of all names, and tells. */
static void drop_wrappers(lossi_arrays *arrays, loss_convert_report *report)
{
    const char *first = arrays->n ? arrays->items[0].name : "";
    size_t n = common_prefix(arrays), n_dropped = wrappers(first, n);
    snprintf(report->dropped, sizeof report->dropped, "%.*s", (int)n_dropped, first);
    snprintf(report->kept, sizeof report->kept, "%.*s", (int)(n - n_dropped), first + n_dropped);
    for (size_t i = 0; i < arrays->n; i++)
        memmove(arrays->items[i].name, arrays->items[i].name + n_dropped,
                strlen(arrays->items[i].name + n_dropped) + 1);
}

loss_status loss_weights_convert(const char *from, const char *to, const char *key,
                                 loss_convert_report *report)
{
    LOSSI_REQUIRE(from && to);
    loss_convert_report told = LOSS_CONVERT_REPORT_INIT;
    lossi_arrays arrays;
    char list[LOSSI_LIST_SIZE];
    loss_status status = report ? LOSSI_OPTIONS(told, report) : LOSS_OK;
    if (!status)
        status = lossi_arrays_read(from, key, &arrays, NULL);
    if (status)
        return status;
    const lossi_sets *sets = &arrays.sets;
    snprintf(told.key, sizeof told.key, "%s", sets->n ? sets->items[sets->chosen].key : "");
    snprintf(told.others, sizeof told.others, "%s", lossi_sets_list(sets, sets->chosen, list));
    drop_wrappers(&arrays, &told);
    status = lossi_safetensors_write(to, &arrays);
    lossi_arrays_free(&arrays);
    if (!status && report)
        lossi_put_result(report, &told, sizeof told);
    return status;
}
