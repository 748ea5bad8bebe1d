/* Weights in and out of .safetensors files. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "formats/safetensors.h"
#include "net/net.h"

/* "[16, 3, 3, 3]" into text. */
static const char *dims_text(size_t n_dims, const size_t *dims, char text[128])
{
    size_t at = 0;
    text[at++] = '[';
    for (size_t i = 0; i < n_dims && at < 100; i++)
        at += (size_t)snprintf(text + at, 128 - at, "%s%zu", i ? ", " : "", dims[i]);
    text[at++] = ']';
    text[at] = 0;
    return text;
}

static bool is_num_batches_tracked(const char *name)
{
    static const char suffix[] = ".num_batches_tracked";
    size_t length = strlen(name);
    return length >= sizeof suffix - 1 && strcmp(name + length - (sizeof suffix - 1), suffix) == 0;
}

static bool has_tensor(const loss_net *net, const char *name)
{
    for (size_t i = 0; i < net->n_tensors; i++)
        if (strcmp(net->tensors[i].name, name) == 0)
            return true;
    return false;
}

/* Every tensor there with its shape, and nothing else. */
static loss_status check(const loss_net *net, const char *path, const lossi_arrays *arrays)
{
    for (size_t i = 0; i < net->n_tensors; i++) {
        const lossi_tensor *tensor = &net->tensors[i];
        const lossi_array *array = lossi_arrays_find(arrays, tensor->name);
        if (!array)
            return lossi_fail(LOSS_ERR_MISMATCH, "%s: not weights of %s: tensor %s is missing", path, net->model, tensor->name);
        if (array->n_dims != tensor->n_dims || memcmp(array->dims, tensor->dims, array->n_dims * sizeof *array->dims) != 0) {
            char found[128], expected[128];
            return lossi_fail(LOSS_ERR_MISMATCH, "%s: not weights of %s: tensor %s is %s; expected %s", path, net->model,
                              tensor->name, dims_text(array->n_dims, array->dims, found),
                              dims_text(tensor->n_dims, tensor->dims, expected));
        }
    }
    for (size_t i = 0; i < arrays->n; i++)
        if (!has_tensor(net, arrays->items[i].name) && !is_num_batches_tracked(arrays->items[i].name))
            return lossi_fail(LOSS_ERR_MISMATCH, "%s: not weights of %s: it has no tensor %s", path, net->model,
                              arrays->items[i].name);
    return LOSS_OK;
}

loss_status loss_net_load(loss_net *net, const char *path)
{
    lossi_arrays arrays;
    loss_status status = lossi_safetensors_read(path, &arrays);
    if (status)
        return status;
    status = check(net, path, &arrays);
    for (size_t i = 0; !status && i < net->n_tensors; i++)
        loss_net_set(net, i, lossi_arrays_find(&arrays, net->tensors[i].name)->values);
    lossi_arrays_free(&arrays);
    return status;
}

loss_status loss_net_save(const loss_net *net, const char *path)
{
    lossi_arrays arrays = {.n = net->n_tensors, .items = calloc(net->n_tensors + 1, sizeof *arrays.items)};
    if (!arrays.items)
        return lossi_fail_nomem(net->n_tensors * sizeof *arrays.items);
    loss_status status = LOSS_OK;
    for (size_t i = 0; !status && i < net->n_tensors; i++) {
        const lossi_tensor *tensor = &net->tensors[i];
        lossi_array *array = &arrays.items[i];
        *array = (lossi_array){.name = tensor->name, .n_dims = tensor->n_dims, .count = tensor->count};
        memcpy(array->dims, tensor->dims, tensor->n_dims * sizeof *array->dims);
        array->values = lossi_alloc(tensor->count, sizeof *array->values);
        if (array->values)
            loss_net_get(net, i, array->values);
        else
            status = lossi_fail_nomem(tensor->count * sizeof *array->values);
    }
    char *keys[] = {"format", "model"}, *values[] = {"pt", net->model};
    arrays.n_metadata = 2;
    arrays.metadata_keys = keys;
    arrays.metadata_values = values;
    if (!status)
        status = lossi_safetensors_write(path, &arrays);
    /* Names and metadata are borrowed from the network; only the copies of the values are ours. */
    for (size_t i = 0; i < net->n_tensors; i++)
        free(arrays.items[i].values);
    free(arrays.items);
    return status;
}
