/* Weights in and out of files. */
#include <stdlib.h>
#include <string.h>

#include "formats/read.h"
#include "formats/safetensors.h"
#include "net/match.h"
#include "net/net.h"

static loss_status take_values(loss_net *net, const lossi_match *match)
{
    for (size_t i = 0; i < net->n_tensors; i++) {
        float *values = lossi_alloc(net->tensors[i].count, sizeof *values);
        if (!values)
            return lossi_fail_nomem(net->tensors[i].count * sizeof *values);
        lossi_array_floats(&match->arrays->items[match->array_of[i]], values);
        loss_net_set(net, i, values);
        free(values);
    }
    return LOSS_OK;
}

loss_status loss_net_load(loss_net *net, const char *path, const loss_load_options *given)
{
    LOSSI_REQUIRE(net && path);
    loss_load_options opt = LOSS_LOAD_OPTIONS_INIT;
    lossi_arrays arrays = {0};
    lossi_match match = {0};
    loss_status status = LOSSI_OPTIONS(opt, given);
    if (!status)
        status = lossi_arrays_read(path, opt.key, &arrays, NULL);
    if (!status)
        status = lossi_match_create(&match, &arrays);
    if (!status)
        status = opt.by_order ? lossi_match_by_order(&match, net, net->model, path)
                              : lossi_match_by_name(&match, net, net->model, path);
    if (!status)
        status = take_values(net, &match);
    lossi_match_free(&match);
    lossi_arrays_free(&arrays);
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
