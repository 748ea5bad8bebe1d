/* run.json: what a run was asked for, and whether a later call asks for the same. */
#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/json.h"
#include "train/run.h"

static bool add_options(cJSON *json, const loss_train_options *opt)
{
    char seed[24]; /* as text: a JSON number holds 53 bits */
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)opt->seed);
    return cJSON_AddNumberToObject(json, "epochs", (double)opt->epochs) &&
           cJSON_AddNumberToObject(json, "batch", (double)opt->batch) &&
           cJSON_AddNumberToObject(json, "lr", opt->lr) &&
           cJSON_AddNumberToObject(json, "momentum", opt->momentum) &&
           cJSON_AddNumberToObject(json, "weight_decay", opt->weight_decay) &&
           cJSON_AddBoolToObject(json, "nesterov", opt->nesterov) &&
           cJSON_AddStringToObject(json, "schedule", loss_schedule_name(opt->schedule)) &&
           cJSON_AddBoolToObject(json, "augment", opt->augment) &&
           cJSON_AddStringToObject(json, "seed", seed) &&
           cJSON_AddNumberToObject(json, "save_every", (double)opt->save_every);
}

/* Moves the members of the caller's object that we do not set ourselves. */
static loss_status merge(cJSON *json, const char *text)
{
    cJSON *given;
    loss_status status = lossi_json_parse(&given, text, strlen(text), "run_json");
    if (status)
        return status == LOSS_ERR_FORMAT ? LOSS_ERR_ARGUMENT : status;
    while (given->child) {
        cJSON *item = cJSON_DetachItemViaPointer(given, given->child);
        if (cJSON_HasObjectItem(json, item->string))
            cJSON_Delete(item);
        else
            cJSON_AddItemToObject(json, item->string, item);
    }
    cJSON_Delete(given);
    return LOSS_OK;
}

static loss_status describe(cJSON *json, const loss_net *net, const loss_dataset *data,
                            const loss_dataset *test, const loss_train_options *opt)
{
    bool done =
        cJSON_AddStringToObject(json, "version", loss_version()) &&
        cJSON_AddStringToObject(json, "isa", loss_isa()) &&
        cJSON_AddStringToObject(json, "model", loss_net_model(net)) &&
        cJSON_AddNumberToObject(json, "parameters", (double)loss_net_n_parameters(net)) &&
        add_options(json, opt) &&
        cJSON_AddNumberToObject(json, "images", (double)loss_dataset_count(data)) &&
        cJSON_AddStringToObject(json, "data_digest", loss_dataset_digest(data)) &&
        (!test || (cJSON_AddNumberToObject(json, "test_images", (double)loss_dataset_count(test)) &&
                   cJSON_AddStringToObject(json, "test_digest", loss_dataset_digest(test))));
    if (!done)
        return lossi_fail(LOSS_ERR_NOMEM, "out of memory for run.json");
    return opt->run_json ? merge(json, opt->run_json) : LOSS_OK;
}

/* A value as text for a message; owned by the caller. */
static char *value_text(const cJSON *value)
{
    char *text = value ? cJSON_PrintUnformatted(value) : lossi_strdup("missing");
    return text ? text : lossi_strdup("?");
}

/* The version may change between calls; all else must be the same. */
static loss_status compare(const char *path, const cJSON *found, const cJSON *asked)
{
    for (const cJSON *item = asked->child; item; item = item->next) {
        const cJSON *other = cJSON_GetObjectItemCaseSensitive(found, item->string);
        if (strcmp(item->string, "version") == 0 || cJSON_Compare(item, other, true))
            continue;
        char *was = value_text(other), *is = value_text(item);
        loss_status status =
            lossi_fail(LOSS_ERR_MISMATCH,
                       "%s: %s is %s; now asked for: %s. Use the same options to go on, "
                       "or another folder",
                       path, item->string, was ? was : "?", is ? is : "?");
        free(was);
        free(is);
        return status;
    }
    return LOSS_OK;
}

static loss_status read_and_compare(const char *path, const cJSON *asked)
{
    uint8_t *bytes;
    size_t size;
    loss_status status = loss_file_read(path, SIZE_MAX, &bytes, &size);
    if (status)
        return status;
    cJSON *found;
    status = lossi_json_parse(&found, (const char *)bytes, size, path);
    free(bytes);
    if (!status)
        status = compare(path, found, asked);
    cJSON_Delete(found);
    return status;
}

static loss_status write_json(const char *path, const cJSON *json)
{
    char *text = cJSON_Print(json);
    if (!text)
        return lossi_fail(LOSS_ERR_NOMEM, "out of memory for %s", path);
    char *lines = lossi_format("%s\n", text);
    loss_status status = lines ? loss_file_write(path, lines, strlen(lines), NULL)
                               : lossi_fail_nomem(strlen(text) + 2);
    free(lines);
    free(text);
    return status;
}

loss_status lossi_run_open(const char *folder, const loss_net *net, const loss_dataset *data,
                           const loss_dataset *test, const loss_train_options *opt)
{
    if (mkdir(folder, 0777) && errno != EEXIST)
        return lossi_fail(LOSS_ERR_IO, "%s: cannot make this folder: %s", folder, strerror(errno));
    if (!lossi_is_folder(folder))
        return lossi_fail(LOSS_ERR_IO, "%s: not a folder", folder);
    char *path = lossi_format("%s/run.json", folder);
    cJSON *json = cJSON_CreateObject();
    loss_status status =
        path && json ? describe(json, net, data, test, opt) : lossi_fail_nomem(strlen(folder) + 16);
    if (!status)
        status = lossi_is_file(path) ? read_and_compare(path, json) : write_json(path, json);
    cJSON_Delete(json);
    free(path);
    return status;
}
