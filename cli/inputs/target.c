/* Model, weights and data of a command. */
#include "inputs/target.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "display.h"
#include "inputs/choices.h"
#include "inputs/place.h"
#include "json.h"

const char *target_weights_help(void)
{
    static char text[256];
    size_t n = (size_t)snprintf(text, sizeof text, "its weights: ");
    options_list(choices_weights(), text + n, sizeof text - n);
    return text;
}

const char TARGET_AUTO[] = "auto";

bool has_weights(const char *model)
{
    size_t n = strlen(model);
    return n > 5 && strcmp(model + n - 5, ".onnx") == 0;
}

bool is_net_file(const char *model)
{
    size_t n = strlen(model);
    return (n > 4 && strcmp(model + n - 4, ".net") == 0) || has_weights(model);
}

/* Takes the network of run.json unless the option was given. Of one that was written as text there
 * is a copy in the run. */
static loss_status take_model(target *t, const cJSON *run_json)
{
    char *model;
    loss_status status = t->model ? LOSS_OK : place_take_text(&model, run_json, "model");
    if (t->model || status || !model)
        return status;
    if (is_net_file(model)) {
        char *path = place_join(t->run, "/", model);
        free(model);
        model = path;
    }
    t->model = t->owned[TARGET_MODEL] = model;
    return model ? LOSS_OK : LOSS_ERR_NOMEM;
}

static void take_channels(const cJSON *run_json, const char *key, channels *value)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(run_json, key);
    int n = cJSON_GetArraySize(list);
    if (value->n || !cJSON_IsArray(list) || n < 1)
        return;
    value->n = n == 3 ? 3 : 1; /* other numbers of channels have one mean for all */
    for (size_t i = 0; i < value->n; i++)
        value->values[i] = (float)cJSON_GetArrayItem(list, (int)i)->valuedouble;
}

static void take_count(const cJSON *run_json, const char *key, size_t *value)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(run_json, key);
    if (!*value && cJSON_IsNumber(item) && item->valuedouble >= 1 && item->valuedouble <= 1 << 16)
        *value = (size_t)item->valuedouble;
}

/* Takes the newest checkpoint of the run, and says which where that is not its last epoch.
 * @return EXIT_OK, or an exit code after telling why not */
static int take_weights(target *t, const cJSON *run_json)
{
    loss_checkpoints c;
    loss_status status = loss_run_checkpoints(&c, t->run);
    if (status)
        return status == LOSS_ERR_FORMAT ? EXIT_OK : report_failure(status); /* none: told later */
    const cJSON *epochs = cJSON_GetObjectItemCaseSensitive(run_json, "epochs");
    size_t newest = c.epochs[c.n - 1];
    if (!cJSON_IsNumber(epochs) || epochs->valuedouble != (double)newest)
        progress_note(t->quiet, "%s: its newest checkpoint is of epoch %zu", display(t->run),
                      newest);
    t->weights = t->owned[TARGET_WEIGHTS] = strdup(c.paths[c.n - 1]);
    loss_checkpoints_free(&c);
    return t->weights ? EXIT_OK : report_failure(LOSS_ERR_NOMEM);
}

/* Takes the loss and its L2 term of run.json unless they were given. */
static loss_status take_loss(target *t, const cJSON *run_json)
{
    const cJSON *loss = cJSON_GetObjectItemCaseSensitive(run_json, "loss"),
                *l2 = cJSON_GetObjectItemCaseSensitive(run_json, "l2");
    if (!t->has_l2 && cJSON_IsNumber(l2))
        t->l2 = l2->valuedouble;
    if (t->loss || !cJSON_IsString(loss))
        return LOSS_OK;
    t->loss = t->owned[TARGET_LOSS] = strdup(loss->valuestring);
    return t->loss ? LOSS_OK : LOSS_ERR_NOMEM;
}

static int read_run(target *t)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/run.json", t->run);
    cJSON *run_json;
    loss_status status = json_read(&run_json, path);
    if (status) {
        int result = report_failure(status);
        if (status != LOSS_ERR_NOMEM)
            fprintf(stderr, "lossgrid: expected a folder made by lossgrid train\n");
        return result;
    }
    status = take_model(t, run_json);
    if (!status)
        status = take_loss(t, run_json);
    if (!status && !t->data) {
        status = place_find(&t->owned[TARGET_DATA], run_json, t->run);
        t->data = t->owned[TARGET_DATA];
    }
    take_channels(run_json, "mean", &t->mean);
    take_channels(run_json, "std", &t->std);
    take_count(run_json, "resize", &t->resize);
    take_count(run_json, "crop", &t->crop);
    int result = status ? report_failure(status) : t->weights ? EXIT_OK : take_weights(t, run_json);
    cJSON_Delete(run_json);
    return result == EXIT_OK ? -1 : result;
}

/* The weights of an ONNX file are in it: the network brings them. */
static void take_own_weights(target *t)
{
    if (!t->weights || !has_weights(t->weights))
        return;
    if (!t->model)
        t->model = t->weights;
    if (strcmp(t->model, t->weights) == 0)
        t->weights = NULL;
}

int target_resolve(target *t, const char *command, bool needs_weights)
{
    if (t->run) {
        bool is_landscape = false;
        loss_path_kind kind;
        if (!loss_path_find(t->run, &kind) && kind == LOSS_PATH_FILE &&
            loss_surface_recognise(&is_landscape, t->run))
            return report_failure(loss_last_status());
        int result = is_landscape ? target_read_landscape(t) : read_run(t);
        if (result >= 0)
            return result;
    }
    take_own_weights(t);
    if (!t->model && t->weights)
        t->model = TARGET_AUTO;
    if (!t->model)
        return usage_error(command, "which network? Give --model NAME%s",
                           needs_weights ? ", --weights FILE, or a RUN/ folder" : "");
    if (!needs_weights && !t->weights && strcmp(t->model, TARGET_AUTO) == 0)
        return usage_error(command,
                           "--model auto recognises weights; here is nothing to recognise");
    if (needs_weights && !t->weights && !has_weights(t->model))
        return usage_error(
            command, "which weights? Give --weights FILE, or a RUN/ folder with a checkpoint");
    if (t->by_order && strcmp(t->model, TARGET_AUTO) == 0)
        return usage_error(command, "--by-order compares no names; it goes with --model NAME");
    if (!t->data)
        return usage_error(command, "which data? Give --data PATH, such as --data %s",
                           loss_dataset_known(0));
    if (t->mean.n != t->std.n)
        return usage_error(command, "--mean and --std go together, with as many numbers each");
    if (t->sample && !t->limit)
        return usage_error(command, "--sample goes with --limit N");
    return -1;
}

void target_free(target *t)
{
    for (int i = 0; i < TARGET_N_OWNED; i++)
        free(t->owned[i]);
    loss_surface_close(t->landscape);
}

loss_status target_open_data(const target *t, loss_split split, loss_dataset **data)
{
    loss_dataset_options opt = LOSS_DATASET_OPTIONS_INIT;
    opt.split = split;
    opt.limit = t->limit;
    opt.max_bytes = t->max_bytes;
    opt.cache = t->cache;
    opt.resize = t->resize;
    opt.crop = t->crop;
    opt.sample = t->sample;
    opt.sample_seed = t->sample_seed;
    opt.has_normalisation = t->mean.n != 0;
    for (size_t i = 0; i < 3 && t->mean.n; i++) { /* one number serves all channels */
        opt.mean[i] = t->mean.values[t->mean.n == 3 ? i : 0];
        opt.std[i] = t->std.values[t->std.n == 3 ? i : 0];
    }
    loss_status status = loss_dataset_open(data, t->data, &opt);
    if (!status && t->mean.n && !loss_dataset_mean(*data))
        progress_note(t->quiet, "%s: images of floats are taken as they are, without mean and std",
                      display(t->data));
    return status;
}

loss_status target_open_split(const target *t, loss_split split, bool is_chosen,
                              loss_dataset **data)
{
    if (t->landscape && !is_chosen)
        split = loss_surface_split(t->landscape, split);
    loss_status status = target_open_data(t, split, data);
    if (status != LOSS_ERR_NAME || is_chosen)
        return status;
    progress_note(t->quiet, "%s; these are its training images", loss_last_message());
    return target_open_data(t, LOSS_SPLIT_TRAIN, data);
}
