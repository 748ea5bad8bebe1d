/* Model, weights and data of a command. */
#include "target.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli.h"

enum { MODEL, WEIGHTS, DATA };
static const char AUTO[] = "auto";

char *read_text(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    char *text = NULL;
    size_t size = 0, capacity = 0;
    for (;;) {
        if (size + 1 >= capacity) {
            capacity = capacity ? 2 * capacity : 4096;
            char *grown = realloc(text, capacity);
            if (!grown)
                break;
            text = grown;
        }
        size_t got = fread(text + size, 1, capacity - size - 1, file);
        size += got;
        text[size] = 0;
        if (!got)
            break;
    }
    bool failed = ferror(file);
    fclose(file);
    if (failed) {
        free(text);
        return NULL;
    }
    return text;
}

bool is_net_file(const char *model)
{
    size_t n = strlen(model);
    return n > 4 && strcmp(model + n - 4, ".net") == 0;
}

static bool exists(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0;
}

/* Takes a text of run.json unless the option was given. */
static void take_text(const cJSON *json, const char *key, const char **value, char **owned)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, key);
    if (*value || !cJSON_IsString(item))
        return;
    *owned = strdup(item->valuestring);
    *value = *owned;
}

/* A network that was written as text: its copy in the run. */
static void take_net_file(target *t)
{
    if (!t->owned[MODEL] || !is_net_file(t->owned[MODEL]))
        return;
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", t->run, t->owned[MODEL]);
    free(t->owned[MODEL]);
    t->model = t->owned[MODEL] = strdup(path);
}

static void take_channels(const cJSON *json, const char *key, channels *value)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(json, key);
    int n = cJSON_GetArraySize(list);
    if (value->n || !cJSON_IsArray(list) || (n != 1 && n != 3))
        return;
    for (int i = 0; i < n; i++)
        value->values[i] = (float)cJSON_GetArrayItem(list, i)->valuedouble;
    value->n = (size_t)n;
}

/* The checkpoint of the last epoch in a run folder; NULL if there is none. */
static char *last_weights(const char *run, const cJSON *json)
{
    const cJSON *epochs = cJSON_GetObjectItemCaseSensitive(json, "epochs");
    long last = cJSON_IsNumber(epochs) && epochs->valuedouble < 1e6 ? (long)epochs->valuedouble : 0;
    char path[4096];
    for (long epoch = last; epoch >= 0; epoch--) {
        snprintf(path, sizeof path, "%s/epoch-%03ld.safetensors", run, epoch);
        if (exists(path))
            return strdup(path);
    }
    return NULL;
}

static int read_run(target *t)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/run.json", t->run);
    char *text = read_text(path);
    if (!text) {
        fprintf(stderr, "lossgrid: %s: cannot read: %s; expected a folder made by lossgrid train\n",
                path, strerror(errno));
        return EXIT_FAILED;
    }
    cJSON *json = cJSON_Parse(text);
    free(text);
    if (!cJSON_IsObject(json)) {
        fprintf(stderr, "lossgrid: %s: not a JSON object\n", path);
        cJSON_Delete(json);
        return EXIT_FAILED;
    }
    take_text(json, "model", &t->model, &t->owned[MODEL]);
    take_net_file(t);
    take_text(json, "data", &t->data, &t->owned[DATA]);
    take_channels(json, "mean", &t->mean);
    take_channels(json, "std", &t->std);
    if (!t->weights)
        t->weights = t->owned[WEIGHTS] = last_weights(t->run, json);
    cJSON_Delete(json);
    return -1;
}

int target_resolve(target *t, const char *command, bool needs_weights)
{
    if (t->run) {
        int result = read_run(t);
        if (result >= 0)
            return result;
    }
    if (!t->model && t->weights)
        t->model = AUTO;
    if (!t->model)
        return usage_error(command, "which network? Give --model NAME%s",
                           needs_weights ? ", --weights FILE, or a RUN/ folder" : "");
    if (!needs_weights && strcmp(t->model, AUTO) == 0)
        return usage_error(command,
                           "--model auto recognises weights; here is nothing to recognise");
    if (needs_weights && !t->weights)
        return usage_error(
            command, "which weights? Give --weights FILE, or a RUN/ folder with a checkpoint");
    if (!t->data)
        return usage_error(command, "which data? Give --data PATH, such as --data fashion-mnist");
    if (t->mean.n != t->std.n)
        return usage_error(command, "--mean and --std go together, with as many numbers each");
    if (t->sample && !t->limit)
        return usage_error(command, "--sample goes with --limit N");
    return -1;
}

void target_free(target *t)
{
    for (int i = 0; i < 3; i++)
        free(t->owned[i]);
}

loss_status target_open_data(const target *t, loss_split split, loss_dataset **data)
{
    loss_dataset_options opt = LOSS_DATASET_OPTIONS_INIT;
    opt.split = split;
    opt.limit = t->limit;
    opt.sample = t->sample;
    opt.sample_seed = t->sample_seed;
    opt.has_normalisation = t->mean.n != 0;
    for (size_t i = 0; i < 3 && t->mean.n; i++) { /* one number serves all channels */
        opt.mean[i] = t->mean.values[t->mean.n == 3 ? i : 0];
        opt.std[i] = t->std.values[t->std.n == 3 ? i : 0];
    }
    return loss_dataset_open(data, t->data, &opt);
}

/* Finds out what network the weights are of, and says it. */
static loss_status recognise(target *t, loss_shape shape)
{
    char *model, *also;
    loss_status status = loss_net_recognise(t->weights, shape, &model, &also);
    if (status)
        return status;
    if (!t->quiet)
        fprintf(stderr, "%s: taken for %s%s%s\n", t->weights, model,
                also ? "; the same tensors fit " : "", also ? also : "");
    t->model = t->owned[MODEL] = strdup(model);
    loss_string_free(model);
    loss_string_free(also);
    return t->model ? LOSS_OK : LOSS_ERR_NOMEM;
}

loss_status target_open_net(target *t, const loss_dataset *data, loss_net **net)
{
    loss_load_options opt = LOSS_LOAD_OPTIONS_INIT;
    opt.by_order = t->by_order;
    loss_status status =
        strcmp(t->model, AUTO) == 0 ? recognise(t, loss_dataset_shape(data)) : LOSS_OK;
    *net = NULL;
    if (!status)
        status = loss_net_create(net, t->model, loss_dataset_shape(data));
    if (!status && t->weights)
        status = loss_net_load(*net, t->weights, &opt);
    if (status) {
        loss_net_free(*net);
        *net = NULL;
    }
    return status;
}
