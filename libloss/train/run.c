/* Checkpoints, the state to go on from, and the log. */
#include "train/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "formats/read.h"
#include "formats/safetensors.h"
#include "net/checkpoint.h"

static const char LOG_HEADER[] =
    "epoch,lr,train_loss,train_accuracy,test_loss,test_accuracy,images_per_second,seconds\n";
static const char PREFIX[] = "momentum/";
static const loss_file_kind TEXT = {"text", 0, NULL, 0};

loss_status lossi_run_save_weights(const char *folder, const loss_net *net, size_t epoch)
{
    char *path = lossi_checkpoint_path(folder, epoch);
    loss_status status = path ? loss_net_save(net, path) : lossi_fail_nomem(strlen(folder) + 32);
    free(path);
    return status;
}

/* One array of the state: the momentum of a tensor. */
static loss_status fill_array(lossi_array *array, const lossi_tensor *tensor,
                              const lossi_real *velocity)
{
    float *values = lossi_alloc(tensor->count, sizeof *values);
    *array = lossi_array_of_floats(lossi_format("%s%s", PREFIX, tensor->name), tensor->n_dims,
                                   tensor->dims, values);
    if (!array->name || !values)
        return lossi_fail_nomem(tensor->count * sizeof *values);
    for (size_t j = 0; j < tensor->count; j++)
        values[j] = (float)velocity[j];
    return LOSS_OK;
}

static loss_status save_state(const char *folder, const loss_net *net, const lossi_sgd *sgd,
                              size_t epoch)
{
    char number[24], *path = lossi_format("%s/state.safetensors", folder);
    snprintf(number, sizeof number, "%zu", epoch);
    char *keys[] = {"epoch"}, *values[] = {number};
    lossi_arrays arrays = {.items = calloc(net->n_tensors + 1, sizeof *arrays.items),
                           .n_metadata = 1,
                           .metadata_keys = keys,
                           .metadata_values = values};
    loss_status status =
        path && arrays.items ? LOSS_OK : lossi_fail_nomem(net->n_tensors * sizeof *arrays.items);
    for (size_t i = 0; !status && i < net->n_tensors; i++)
        if (sgd->velocity[i])
            status = fill_array(&arrays.items[arrays.n++], &net->tensors[i], sgd->velocity[i]);
    if (!status)
        status = lossi_safetensors_write(path, &arrays);
    for (size_t i = 0; i < arrays.n; i++) {
        free(arrays.items[i].name);
        free((void *)arrays.items[i].bytes);
    }
    free(arrays.items);
    free(path);
    return status;
}

loss_status lossi_run_save(const char *folder, const loss_net *net, const lossi_sgd *sgd,
                           size_t epoch)
{
    loss_status status = lossi_run_save_weights(folder, net, epoch);
    return status ? status : save_state(folder, net, sgd, epoch);
}

loss_status lossi_run_save_log(const char *folder, const char *rows)
{
    char *path = lossi_format("%s/log.csv", folder), *text = lossi_format("%s%s", LOG_HEADER, rows);
    loss_status status = path && text ? loss_file_write(path, text, strlen(text), &TEXT)
                                      : lossi_fail_nomem(strlen(rows));
    free(path);
    free(text);
    return status;
}

/* Cuts the log's text behind the rows up to an epoch. @return where the rows begin; NULL for a
 * text that is no log of ours */
static char *cut_log(char *text, size_t size, size_t epoch)
{
    if (size < sizeof LOG_HEADER - 1 || memcmp(text, LOG_HEADER, sizeof LOG_HEADER - 1) != 0)
        return NULL;
    char *first = text + sizeof LOG_HEADER - 1, *end = first;
    const char *rest;
    uint64_t of_row;
    for (char *line_end; (line_end = strchr(end, '\n')); end = line_end + 1)
        if (!loss_count_parse(end, &rest, &of_row) || of_row > epoch)
            break;
    *end = 0;
    return first;
}

/* The rows of log.csv up to an epoch. A log that is missing or strange starts anew: it is a
 * record, not a state. One that cannot be read is a failure. */
static loss_status restore_log(const char *folder, size_t epoch, char **rows)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    bool is_there = false;
    char *path = lossi_format("%s/log.csv", folder);
    loss_status status = path ? lossi_path_is_file(path, &is_there) : lossi_fail_nomem(16);
    if (!status && is_there)
        status = loss_file_read(path, SIZE_MAX, &bytes, &size);
    free(path);
    if (status)
        return status;
    const char *kept = bytes ? cut_log((char *)bytes, size, epoch) : NULL;
    *rows = lossi_strdup(kept ? kept : "");
    free(bytes);
    return *rows ? LOSS_OK : lossi_fail_nomem(size);
}

static loss_status restore_momentum(const char *path, const loss_net *net, lossi_sgd *sgd,
                                    const lossi_arrays *arrays)
{
    for (size_t i = 0; i < net->n_tensors; i++) {
        const lossi_tensor *tensor = &net->tensors[i];
        if (!sgd->velocity[i])
            continue;
        char *name = lossi_format("%s%s", PREFIX, tensor->name);
        const lossi_array *array = name ? lossi_arrays_find(arrays, name) : NULL;
        free(name);
        if (!name)
            return lossi_fail_nomem(strlen(tensor->name) + sizeof PREFIX);
        if (!array || array->count != tensor->count)
            return lossi_fail(LOSS_ERR_MISMATCH, "%s: no momentum of %zu values for %s", path,
                              tensor->count, tensor->name);
        float *values = lossi_alloc(tensor->count, sizeof *values);
        if (!values)
            return lossi_fail_nomem(tensor->count * sizeof *values);
        lossi_array_floats(array, values);
        for (size_t j = 0; j < tensor->count; j++)
            sgd->velocity[i][j] = (lossi_real)values[j];
        free(values);
    }
    return LOSS_OK;
}

/* The state at `path`, which is there: momentum, weights, epoch. */
static loss_status restore_state(const char *folder, const char *path, loss_net *net,
                                 lossi_sgd *sgd, size_t *epoch)
{
    lossi_arrays arrays = {0};
    loss_status status = lossi_arrays_read(path, NULL, &arrays, NULL);
    uint64_t saved = 0;
    if (!status && !loss_count_parse(lossi_arrays_metadata(&arrays, "epoch"), NULL, &saved))
        status = lossi_fail(LOSS_ERR_FORMAT, "%s: it names no epoch", path);
    *epoch = saved;
    if (!status)
        status = restore_momentum(path, net, sgd, &arrays);
    lossi_arrays_free(&arrays);
    if (status)
        return status;
    char *weights = lossi_checkpoint_path(folder, *epoch);
    status = weights ? loss_net_load(net, weights, NULL) : lossi_fail_nomem(strlen(folder) + 32);
    free(weights);
    return status;
}

loss_status lossi_run_restore(const char *folder, loss_net *net, lossi_sgd *sgd, size_t *epoch,
                              char **log)
{
    *epoch = 0;
    *log = NULL;
    bool is_there = false;
    char *path = lossi_format("%s/state.safetensors", folder);
    loss_status status =
        path ? lossi_path_is_file(path, &is_there) : lossi_fail_nomem(strlen(folder) + 32);
    if (!status && is_there)
        status = restore_state(folder, path, net, sgd, epoch);
    free(path);
    return status ? status : restore_log(folder, *epoch, log);
}
