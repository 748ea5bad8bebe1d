/* lossgrid info */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli.h"
#include "json.h"
#include "options.h"
#include "summary.h"
#include "target.h"
#include "validity.h"

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static bool has_bytes(const char *path, long at, const char *magic, size_t n)
{
    char bytes[16] = "";
    FILE *file = fopen(path, "rb");
    bool same = file && fseek(file, at, SEEK_SET) == 0 && fread(bytes, 1, n, file) == n &&
                memcmp(bytes, magic, n) == 0;
    if (file)
        fclose(file);
    return same;
}

static bool is_archive(const char *path)
{
    return has_bytes(path, 0, "\x1f\x8b", 2) || has_bytes(path, 257, "ustar", 5);
}

/* Prints an object as it is, or as indented lines "key: value". */
static void print_text(const cJSON *object, int depth)
{
    for (const cJSON *item = object->child; item; item = item->next) {
        printf("%*s%s:", 2 * depth, "", item->string);
        if (cJSON_IsObject(item)) {
            putchar('\n');
            print_text(item, depth + 1);
            continue;
        }
        char *text =
            cJSON_IsString(item) ? strdup(item->valuestring) : cJSON_PrintUnformatted(item);
        printf(" %s\n", text ? text : "");
        free(text);
    }
}

static int print_object(cJSON *object, bool json)
{
    if (json) {
        json_print(object);
    } else {
        print_text(object, 0);
        cJSON_Delete(object);
    }
    return EXIT_OK;
}

static int info_landscape(const char *path, bool json)
{
    loss_surface *surface;
    loss_status status = loss_surface_read(&surface, path);
    if (!status)
        status = summary_print(surface, path, json);
    if (!status && !json)
        status = validity_print_paths(surface);
    const char *key;
    if (!status && !json)
        printf("metadata\n");
    for (size_t i = 0; !status && !json && (key = loss_surface_metadata_key(surface, i)); i++)
        printf("  %-18s %s\n", key, loss_surface_metadata(surface, key));
    loss_surface_close(surface);
    return status ? report_failure(status) : EXIT_OK;
}

static int is_checkpoint(const struct dirent *entry)
{
    return strncmp(entry->d_name, "epoch-", 6) == 0 && strstr(entry->d_name, ".safetensors");
}

/* run.json with the checkpoints that are there and the last row of the log. */
static int info_run(const char *folder, bool json)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/run.json", folder);
    char *text = read_text(path);
    cJSON *run = text ? cJSON_Parse(text) : NULL;
    free(text);
    if (!cJSON_IsObject(run)) {
        fprintf(stderr, "lossgrid: %s: not a JSON object\n", path);
        cJSON_Delete(run);
        return EXIT_FAILED;
    }
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "kind", "run");
    cJSON_AddItemToObject(object, "run", run);
    cJSON *checkpoints = cJSON_AddArrayToObject(object, "checkpoints");
    struct dirent **entries = NULL;
    int n = scandir(folder, &entries, is_checkpoint, alphasort);
    for (int i = 0; i < n; i++) {
        cJSON_AddItemToArray(checkpoints, cJSON_CreateString(entries[i]->d_name));
        free(entries[i]);
    }
    free(entries);
    snprintf(path, sizeof path, "%s/log.csv", folder);
    char *log = read_text(path);
    if (log && *log) {
        log[strlen(log) - 1] = 0; /* the last line break */
        char *last = strrchr(log, '\n');
        cJSON_AddStringToObject(object, "log_last_row", last ? last + 1 : "");
    }
    free(log);
    return print_object(object, json);
}

static void add_channels(cJSON *object, const char *key, const float *values, size_t n)
{
    cJSON *list = cJSON_AddArrayToObject(object, key);
    for (size_t c = 0; c < n; c++)
        cJSON_AddItemToArray(list, cJSON_CreateNumber((double)values[c]));
}

/* A split that cannot be read is there with the reason: it may be damaged. @return false for
 * such a one. */
static bool add_split(cJSON *object, const char *path, loss_split split)
{
    loss_dataset_options opt = LOSS_DATASET_OPTIONS_INIT;
    loss_dataset *data;
    opt.split = split;
    loss_status status = loss_dataset_open(&data, path, &opt);
    cJSON *item = cJSON_AddObjectToObject(object, loss_split_name(split));
    if (status) {
        cJSON_AddStringToObject(item, "error", loss_last_message());
        return false;
    }
    loss_shape shape = loss_dataset_shape(data);
    cJSON_AddStringToObject(item, "format", loss_dataset_format(data));
    json_add_number(item, "images", (double)loss_dataset_count(data));
    json_add_number(item, "channels", (double)shape.channels);
    json_add_number(item, "height", (double)shape.height);
    json_add_number(item, "width", (double)shape.width);
    json_add_number(item, "classes", (double)shape.classes);
    add_channels(item, "mean", loss_dataset_mean(data), shape.channels);
    add_channels(item, "std", loss_dataset_std(data), shape.channels);
    cJSON_AddStringToObject(item, "digest", loss_dataset_digest(data));
    loss_dataset_free(data);
    return true;
}

static int info_data(const char *path, bool json)
{
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "kind", "data set");
    bool has_train = add_split(object, path, LOSS_SPLIT_TRAIN),
         has_test = add_split(object, path, LOSS_SPLIT_TEST);
    if (has_train || has_test)
        return print_object(object, json);
    cJSON_Delete(object);
    return report_failure(LOSS_ERR_FORMAT); /* with the message of the second split */
}

/* run.json by itself. */
static int info_json(const char *path, bool json)
{
    char *text = read_text(path);
    cJSON *run = text ? cJSON_Parse(text) : NULL;
    free(text);
    if (!cJSON_IsObject(run)) {
        fprintf(stderr, "lossgrid: %s: not a JSON object\n", path);
        cJSON_Delete(run);
        return EXIT_FAILED;
    }
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "kind", "run.json");
    cJSON_AddItemToObject(object, "run", run);
    return print_object(object, json);
}

static int info_file(const char *path, bool json)
{
    char *text;
    loss_status status = loss_file_describe(path, &text);
    if (status)
        return report_failure(status);
    cJSON *object = cJSON_Parse(text);
    loss_string_free(text);
    return object ? print_object(object, json) : report_failure(LOSS_ERR_NOMEM);
}

int command_info(int argc, char **argv)
{
    const char *path = NULL;
    bool json = false;
    const option_spec options[] = {
        {"json", NULL, "one JSON object on standard output", OPTION_FLAG, &json, NULL, NULL},
    };
    const command_spec command = {"info",
                                  "PATH [--json]",
                                  "Tells what a file holds: a .landscape, a RUN/ folder, weights "
                                  "or directions (.safetensors), a data set, or anything\n"
                                  "that lossgrid wrote. It is recognised by content.",
                                  NULL,
                                  "  lossgrid info resnet20.landscape\n  lossgrid info run\n  "
                                  "lossgrid info fashion-mnist --json",
                                  options,
                                  sizeof options / sizeof *options,
                                  1};
    size_t n_operands = 0;
    int result = options_parse(&command, argc, argv, &path, &n_operands);
    if (result >= 0)
        return result;
    if (!path)
        return usage_error(command.name, "of what? Give a path");
    char run[4096];
    snprintf(run, sizeof run, "%s/run.json", path);
    struct stat there;
    if (is_folder(path))
        return stat(run, &there) == 0 ? info_run(path, json) : info_data(path, json);
    if (strcmp(path, "fashion-mnist") == 0 || is_archive(path))
        return info_data(path, json);
    if (has_bytes(path, 0, "SQLite format 3", 15))
        return info_landscape(path, json);
    if (has_bytes(path, 0, "{", 1))
        return info_json(path, json);
    return info_file(path, json);
}
