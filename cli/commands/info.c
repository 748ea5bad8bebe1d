/* lossgrid info */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "command.h"
#include "commands/info_net.h"
#include "display.h"
#include "document.h"
#include "inputs/model_shape.h"
#include "inputs/target.h"
#include "report/comparison.h"
#include "report/report.h"
#include "report/run_report.h"

/* Whether a file's text is an object of JSON. A safetensors file may begin with the same byte: with
 * the length of its header, which has a zero among its eight bytes.
 * @return EXIT_OK, or an exit code after telling why not */
static int find_json(const char *path, bool *is_json)
{
    char head[8];
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = file >= 0 ? read(file, head, sizeof head) : -1;
    *is_json = n > 0 && head[0] == '{' && !memchr(head, 0, (size_t)n);
    int result =
        n >= 0 ? EXIT_OK
               : report_error(LOSS_ERR_IO, "%s: cannot read: %s", display(path), strerror(errno));
    if (file >= 0)
        close(file);
    return result;
}

static int print(json *j)
{
    loss_status status = document_is_wanted() ? document_give(j) : json_print_lines(j);
    return status ? report_failure(status) : EXIT_OK;
}

static int info_landscape(const char *path)
{
    loss_surface *surface;
    loss_status status = loss_surface_read(&surface, path);
    if (!status)
        status = report_print(surface, path, true);
    loss_surface_close(surface);
    return status ? report_failure(status) : EXIT_OK;
}

/* A surface that another program made. @return -1: it is none */
static int info_imported(const char *path)
{
    loss_import *import;
    loss_surface *surface = NULL;
    loss_status status = loss_import_read(&import, path, NULL);
    if (status)
        return status == LOSS_ERR_FORMAT ? -1 : report_failure(status);
    status = loss_surface_import(&surface, import, NULL, NULL);
    loss_import_free(import);
    if (!status)
        status = report_print(surface, path, true);
    loss_surface_close(surface);
    return status ? report_failure(status) : EXIT_OK;
}

/* "FOLDER/NAME"; NULL after telling that memory is out. Free with free(). */
static char *path_in(const char *folder, const char *name)
{
    size_t size = strlen(folder) + strlen(name) + 2;
    char *path = malloc(size);
    if (path)
        snprintf(path, size, "%s/%s", folder, name);
    else
        report_failure(LOSS_ERR_NOMEM);
    return path;
}

/* run.json with the checkpoints that are there and the last row of the log. */
static int info_run(const char *folder)
{
    json j = json_begin();
    loss_status status = run_report_add(&j, folder);
    if (!status)
        return print(&j);
    json_free(&j);
    return report_failure(status);
}

static void add_channels(json *j, cJSON *to, const char *key, const float *values, size_t n)
{
    cJSON *list = json_list(j, to, key);
    for (size_t c = 0; c < n; c++)
        json_item(j, list, NULL, cJSON_CreateNumber((double)values[c]));
}

/* Tells why a split could not be read. @return EXIT_FAILED */
static int tell_error(const json *j, loss_status status, loss_split split)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(j->root, loss_split_name(split));
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(item, "error"));
    return report_error(status, "%s", text ? text : "out of memory");
}

/* A split that cannot be read is there with the reason: it may be damaged. */
static loss_status add_split(json *j, const target *t, loss_split split)
{
    loss_dataset *data;
    loss_status status = target_open_data(t, split, &data);
    cJSON *item = json_object(j, j->root, loss_split_name(split));
    if (status) {
        json_text(j, item, "error", loss_last_message());
        return status;
    }
    loss_shape shape = loss_dataset_shape(data);
    json_text(j, item, "format", loss_dataset_format(data));
    json_number(j, item, "images", (double)loss_dataset_count(data));
    json_number(j, item, "channels", (double)shape.channels);
    json_number(j, item, "height", (double)shape.height);
    json_number(j, item, "width", (double)shape.width);
    json_number(j, item, loss_dataset_labels(data) ? "classes" : "targets", (double)shape.classes);
    if (loss_dataset_mean(data)) {
        add_channels(j, item, "mean", loss_dataset_mean(data), shape.channels);
        add_channels(j, item, "std", loss_dataset_std(data), shape.channels);
    }
    json_text(j, item, "digest", loss_dataset_digest(data));
    loss_dataset_free(data);
    return LOSS_OK;
}

/* A data set may lack a split. */
static bool is_damaged(loss_status status)
{
    return status && status != LOSS_ERR_NAME;
}

static int info_data(const target *t)
{
    json j = json_begin();
    json_text(&j, j.root, "kind", "data set");
    loss_status train = add_split(&j, t, LOSS_SPLIT_TRAIN),
                test = train == LOSS_ERR_NOMEM ? train : add_split(&j, t, LOSS_SPLIT_TEST);
    if (test == LOSS_ERR_NOMEM || (train == LOSS_ERR_NAME && test)) {
        json_free(&j);
        return report_failure(test); /* with the message of the second split */
    }
    int result = is_damaged(train)  ? tell_error(&j, train, LOSS_SPLIT_TRAIN)
                 : is_damaged(test) ? tell_error(&j, test, LOSS_SPLIT_TEST)
                                    : EXIT_OK;
    if (result == EXIT_OK)
        return print(&j);
    loss_status status = document_is_wanted() ? document_give_part(&j)
                         : train && test      ? LOSS_OK
                                              : json_print_lines(&j);
    json_free(&j);
    return status ? report_failure(status) : result;
}

/* A run.json by itself, or what says of itself what it is: facts of an export, a document. */
static int info_json(const char *path)
{
    json j = json_begin();
    cJSON *object, *item;
    loss_status status = json_read(&object, path);
    if (status) {
        json_free(&j);
        return report_failure(status);
    }
    if (cJSON_IsString(cJSON_GetObjectItemCaseSensitive(object, "kind"))) {
        while ((item = cJSON_DetachItemViaPointer(object, object->child))) {
            char *key = loss_text_escaped(item->string); /* of the item, which becomes another's */
            json_parsed(&j, j.root, key, item);
            j.failed |= !key;
            loss_string_free(key);
        }
        cJSON_Delete(object);
        return print(&j);
    }
    json_text(&j, j.root, "kind", "run.json");
    json_parsed(&j, j.root, "run", object);
    return print(&j);
}

/* The networks that a file of weights may be of; nothing for other files. */
static loss_status add_networks(json *j, const char *path)
{
    loss_recognition *r;
    loss_status status = loss_recognise(&r, path, NULL, (loss_shape){0});
    if (status)
        return status == LOSS_ERR_NOMEM || status == LOSS_ERR_IO ? status : LOSS_OK;
    cJSON *list = json_list(j, j->root, "networks_with_these_tensors");
    for (size_t i = 0; i < loss_recognition_count(r); i++)
        json_text(j, list, NULL, loss_recognition_model(r, i));
    json_text(j, j->root, "not_told_by_tensors_assumed", loss_recognition_assumed());
    loss_recognition_free(r);
    return LOSS_OK;
}

/* The surface that arrays or a mesh hold; none where they are something else. Of our tables, which
 * have rows, few are one. Files of weights may be very large and are not read for that. */
static loss_status find_surface(const json *j, const char *path, loss_surface **surface)
{
    if (cJSON_GetObjectItemCaseSensitive(j->root, "rows"))
        return LOSS_OK;
    loss_import_options opt = LOSS_IMPORT_OPTIONS_INIT;
    loss_import *import;
    opt.max_bytes = 64 << 20;
    loss_status status = loss_import_read(&import, path, &opt);
    if (!status)
        status = loss_surface_import(surface, import, NULL, NULL);
    loss_import_free(import);
    return status == LOSS_ERR_NOMEM ? status : LOSS_OK;
}

static loss_status add_surface(json *j, const char *path, loss_surface *surface)
{
    json one;
    loss_status status = report_make(surface, path, &one);
    if (status)
        return status;
    j->failed = j->failed || one.failed;
    json_item(j, j->root, "surface", one.root);
    return LOSS_OK;
}

/* @param text  of loss_file_describe(), which is freed */
static int info_weights(const char *path, char *text)
{
    json j = {.root = cJSON_Parse(text)};
    loss_surface *surface = NULL;
    j.failed = !j.root;
    loss_string_free(text);
    loss_status status = j.failed ? LOSS_ERR_NOMEM : add_networks(&j, path);
    if (!status)
        status = find_surface(&j, path, &surface);
    if (!status && surface && document_is_wanted())
        status = add_surface(&j, path, surface);
    int result = status ? report_failure(status) : print(&j);
    if (status)
        json_free(&j);
    else if (result == EXIT_OK && surface && !document_is_wanted())
        status = report_print(surface, path, true);
    loss_surface_close(surface);
    return status && result == EXIT_OK ? report_failure(status) : result;
}

/* What is in a folder: a run if it has a run.json, else data. */
static int info_folder(const char *path, const target *t)
{
    loss_path_kind kind;
    char *run = path_in(path, "run.json");
    if (!run)
        return EXIT_FAILED;
    loss_status status = loss_path_find(run, &kind);
    int result = status                      ? report_failure(status)
                 : kind == LOSS_PATH_NOTHING ? info_data(t)
                                             : info_run(path);
    free(run);
    return result;
}

/* A file, or the name of a data set. Arrays that may be both are shown as weights, with names and
 * shapes. */
static int info_content(const char *path, loss_path_kind kind, const target *t)
{
    const char *data = NULL;
    char *weights;
    bool is_landscape = false, is_text = false;
    loss_status status = LOSS_OK;
    if (kind == LOSS_PATH_FILE)
        status = loss_surface_recognise(&is_landscape, path);
    if (status)
        return report_failure(status);
    if (is_landscape)
        return info_landscape(path);
    if (kind == LOSS_PATH_FILE && find_json(path, &is_text) != EXIT_OK)
        return EXIT_FAILED;
    if (is_text)
        return info_json(path);
    status = loss_dataset_recognise(&data, path);
    if (status == LOSS_ERR_NOMEM)
        return report_failure(status);
    status = loss_file_describe(path, &weights);
    if (!status)
        return info_weights(path, weights);
    if (data && status != LOSS_ERR_NOMEM)
        return info_data(t);
    if (status != LOSS_ERR_FORMAT)
        return report_failure(status);
    int result = info_imported(path);
    return result >= 0
               ? result
               : report_failure(loss_file_describe(path, &weights)); /* again, for its message */
}

static int print_command(const char *path, const char *command)
{
    json j = json_begin();
    json_text(&j, j.root, "kind", "command");
    json_text(&j, j.root, "file", path);
    json_text(&j, j.root, "command", command);
    if (document_is_wanted())
        return print(&j);
    if (!j.failed)
        puts(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(j.root, "command")));
    int result = j.failed ? report_failure(LOSS_ERR_NOMEM) : EXIT_OK;
    json_free(&j);
    return result;
}

/* Ready for a shell. A file that somebody else made may hold any command, and bytes that a terminal
 * would obey: those are shown as \\xNN. */
static int info_command(const char *path)
{
    loss_surface *surface = NULL;
    loss_status status = loss_surface_read(&surface, path);
    const char *command = loss_surface_metadata(surface, LOSS_KEY_COMMAND);
    int result = status ? report_failure(status)
                 : !command
                     ? report_error(LOSS_ERR_NAME, "%s: it does not say which command made it",
                                    display(path))
                     : print_command(path, command);
    loss_surface_close(surface);
    return result;
}

/* Two landscapes, or surfaces of other programs. */
static int compare(const char *const *paths)
{
    loss_surface *surfaces[2] = {NULL, NULL};
    loss_status status = LOSS_OK;
    for (int i = 0; i < 2 && !status; i++)
        status = loss_surface_look(&surfaces[i], paths[i]);
    if (!status)
        status = comparison_print(surfaces, paths);
    for (int i = 0; i < 2; i++)
        loss_surface_close(surfaces[i]);
    return status ? report_failure(status) : EXIT_OK;
}

static const command_text TEXT = {
    .name = "info",
    .usage = "PATH [options]  |  FILE.landscape OTHER.landscape  |  --model NAME --input-shape "
             "C,H,W --classes N [options]",
    .summary = "Tells what a file holds: a .landscape or another program's surface, a RUN/ folder, "
               "weights or\n"
               "directions (.safetensors), a data set, or anything that lossgrid wrote. It is "
               "recognised by\n"
               "content. A network, FILE.onnx, FILE.net or "
               "--model NAME, is listed layer by layer.",
    .examples = "  lossgrid info resnet20.landscape\n  lossgrid info run\n"
                "  lossgrid info resnet20.landscape --command\n"
                "  lossgrid info resnet20.landscape theirs.h5\n"
                "  lossgrid info fashion-mnist --json\n  lossgrid info net.onnx\n"
                "  lossgrid info --model resnet20 --input-shape 3,32,32 --classes 10",
};

int command_info(int argc, char **argv)
{
    const char *operands[2] = {NULL, NULL}, *model = NULL;
    bool is_command = false;
    loss_shape shape = {0};
    target t = {0}; /* of data */
    const option_spec options[] = {
        IMAGE_OPTIONS(t),
        OPT_TEXT("model", "NAME", "a network, such as resnet56, FILE.net or FILE.onnx", &model),
        MODEL_SHAPE_OPTIONS(shape),
        OPT_FLAG("command", "of a landscape: the command line that made it, and no more",
                 &is_command),
    };
    size_t n_operands = 0;
    int result = command_parse(&TEXT, OPTION_TABLE(options, 2), argc, argv, operands, &n_operands);
    if (result >= 0)
        return result;
    const char *path = operands[0];
    if (n_operands == 2)
        return model || is_command || shape.channels || shape.classes
                   ? usage_error(TEXT.name, "two landscapes are compared without other options")
                   : compare(operands);
    if (!path == !model)
        return usage_error(TEXT.name, "of what? Give a path, or --model NAME");
    if (is_command && path)
        return info_command(path);
    if (path && is_net_file(path))
        model = path;
    if (model) {
        result = model_shape_find(TEXT.name, model, &shape);
        return result >= 0 ? result : info_net(model, shape);
    }
    if (shape.channels || shape.classes)
        return usage_error(TEXT.name, "--input-shape and --classes go with a network");
    loss_path_kind kind;
    loss_status status = loss_path_find(path, &kind);
    if (status)
        return report_failure(status);
    t.data = path;
    return kind == LOSS_PATH_FOLDER ? info_folder(path, &t) : info_content(path, kind, &t);
}
