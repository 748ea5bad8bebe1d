/* run.json: what a run was asked for, and whether a later call asks for the same. */
#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "cpu/cpu.h"
#include "train/run.h"

static const loss_file_kind TEXT = {"text", 0, NULL, 0};

/* A text that may have bytes which are no printable UTF-8, such as a file's name: they are escaped,
 * so that the JSON stays valid, and kept as hexadecimal digits in KEY_hex. */
static bool add_text(cJSON *json, const char *key, const char *text)
{
    size_t n = strlen(text);
    char *escaped = loss_text_escaped(text), *hex = malloc(2 * n + 1),
         *hex_key = lossi_format("%s_hex", key);
    bool done = escaped && hex && hex_key && cJSON_AddStringToObject(json, key, escaped);
    if (done && strcmp(escaped, text) != 0) {
        for (size_t i = 0; i < n; i++)
            snprintf(hex + 2 * i, 3, "%02x", (unsigned)(unsigned char)text[i]);
        done = cJSON_AddStringToObject(json, hex_key, hex);
    }
    free(escaped);
    free(hex);
    free(hex_key);
    return done;
}

/* Where kernels call OpenBLAS, the bits depend on its version and on the core that it takes this
 * processor for: OPENBLAS_CORETYPE, or another machine. */
static bool add_blas(cJSON *json)
{
    const char *blas = lossi_blas_in_use();
    return !blas || cJSON_AddStringToObject(json, "blas", blas);
}

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

/* The loss and its L2 term, where they are not what every run had before there was a choice. */
static bool add_objective(cJSON *json, const loss_net *net)
{
    bool is_first = strcmp(loss_net_loss(net), loss_loss_name(0)) == 0;
    return (is_first || add_text(json, "loss", loss_net_loss(net))) &&
           (!(loss_net_l2(net) > 0) || cJSON_AddNumberToObject(json, "l2", loss_net_l2(net)));
}

/* What training starts from, where that is not He initialisation. */
static bool add_start(cJSON *json, const loss_net *net, const loss_train_options *opt)
{
    char digest[17];
    loss_net_digest(net, digest);
    return !opt->from_weights || cJSON_AddStringToObject(json, "start_weights", digest);
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
        cJSON_AddStringToObject(json, "isa", loss_isa()) && add_blas(json) &&
        add_text(json, "model", loss_net_model(net)) && add_objective(json, net) &&
        cJSON_AddNumberToObject(json, "parameters", (double)loss_net_n_parameters(net)) &&
        add_options(json, opt) && add_start(json, net, opt) &&
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

/* What may differ from call to call: what the data are is said by their digest, wherever they
 * lie. */
static bool may_differ(const char *key)
{
    static const char *const keys[] = {"version", "data", "data_hex", "data_relative",
                                       "data_relative_hex"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(key, keys[i]) == 0)
            return true;
    return false;
}

static loss_status fail_other(const char *path, const char *key, const cJSON *found,
                              const cJSON *asked)
{
    char *was = value_text(found), *is = value_text(asked);
    loss_status status = lossi_fail(LOSS_ERR_MISMATCH,
                                    "%s: %s is %s; now asked for: %s. Use the same options to go "
                                    "on, or another folder",
                                    path, key, was ? was : "?", is ? is : "?");
    free(was);
    free(is);
    return status;
}

/* What is not there means the standard of each. */
static const char *const STANDARD[] = {"loss", "l2", "start_weights"};

static loss_status compare(const char *path, const cJSON *found, const cJSON *asked)
{
    for (const cJSON *item = asked->child; item; item = item->next) {
        const cJSON *other = cJSON_GetObjectItemCaseSensitive(found, item->string);
        if (!may_differ(item->string) && !cJSON_Compare(item, other, true))
            return fail_other(path, item->string, other, item);
    }
    for (size_t i = 0; i < sizeof STANDARD / sizeof *STANDARD; i++) {
        const cJSON *was = cJSON_GetObjectItemCaseSensitive(found, STANDARD[i]);
        if (was && !cJSON_HasObjectItem(asked, STANDARD[i]))
            return fail_other(path, STANDARD[i], was, NULL);
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
    loss_status status = lines ? loss_file_write(path, lines, strlen(lines), &TEXT)
                               : lossi_fail_nomem(strlen(text) + 2);
    free(lines);
    free(text);
    return status;
}

/* Locks the folder itself, so that no lock file is left; where the file system has no locks, the
 * run does without. */
static loss_status lock(const char *folder, int *descriptor)
{
    *descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*descriptor < 0)
        return lossi_fail(LOSS_ERR_IO, "%s: cannot open this folder: %s", folder, strerror(errno));
    if (flock(*descriptor, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK)
        return lossi_fail(LOSS_ERR_SYSTEM,
                          "%s: another training is writing into this folder; wait for it, or give "
                          "another folder",
                          folder);
    return LOSS_OK;
}

loss_status lossi_run_open(int *folder_lock, const char *folder, const loss_net *net,
                           const loss_dataset *data, const loss_dataset *test,
                           const loss_train_options *opt)
{
    *folder_lock = -1;
    if (mkdir(folder, 0777) && errno != EEXIST)
        return lossi_fail(LOSS_ERR_IO, "%s: cannot make this folder: %s", folder, strerror(errno));
    bool is_there = false;
    char *path = lossi_format("%s/run.json", folder);
    cJSON *json = cJSON_CreateObject();
    loss_status status =
        path && json ? describe(json, net, data, test, opt) : lossi_fail_nomem(strlen(folder) + 16);
    if (!status)
        status = lock(folder, folder_lock);
    if (!status)
        status = lossi_path_is_file(path, &is_there);
    if (!status)
        status = is_there ? read_and_compare(path, json) : write_json(path, json);
    cJSON_Delete(json);
    free(path);
    return status;
}

void lossi_run_close(int folder_lock)
{
    if (folder_lock >= 0)
        close(folder_lock);
}
