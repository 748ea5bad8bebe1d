#include "report/run_report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static loss_status add_json(json *j, const char *path)
{
    cJSON *run;
    loss_status status = json_read(&run, path);
    if (!status)
        json_parsed(j, j->root, "run", run);
    return status;
}

static loss_status add_checkpoints(json *j, const char *folder)
{
    cJSON *list = json_list(j, j->root, "checkpoints");
    loss_checkpoints c;
    loss_status status = loss_run_checkpoints(&c, folder);
    if (status)
        return status == LOSS_ERR_FORMAT ? LOSS_OK : status; /* none yet */
    for (size_t i = 0; i < c.n; i++)
        json_text(j, list, NULL, strrchr(c.paths[i], '/') + 1);
    loss_checkpoints_free(&c);
    return LOSS_OK;
}

/* The next field of a row, which is cut off there: NULL after the last. */
static char *next_field(char **row)
{
    char *field = *row, *end = field ? strchr(field, ',') : NULL;
    if (end)
        *end = 0;
    *row = end ? end + 1 : NULL;
    return field;
}

/* The last row under the names of the first one; what is no number there is left out. */
static void add_row(json *j, char *log)
{
    char *last = strrchr(log, '\n'), *names = log, *values = last ? last + 1 : NULL, *name, *value;
    if (!last)
        return;
    *strchr(log, '\n') = 0;
    cJSON *epoch = json_object(j, j->root, "last_epoch");
    while ((name = next_field(&names)) && (value = next_field(&values))) {
        double number;
        if (loss_number_parse(value, NULL, &number))
            json_known(j, epoch, name, number);
    }
}

/* A run that has just begun has no log. */
static loss_status add_last_epoch(json *j, const char *path)
{
    uint8_t *bytes = NULL;
    size_t n = 0;
    loss_path_kind kind;
    loss_status status = loss_path_find(path, &kind);
    if (!status && kind != LOSS_PATH_NOTHING)
        status = loss_file_read(path, SIZE_MAX, &bytes, &n);
    if (!status && n) {
        bytes[n - 1] = 0; /* the last line break */
        add_row(j, (char *)bytes);
    }
    free(bytes);
    return status;
}

loss_status run_report_add(json *j, const char *folder)
{
    size_t size = strlen(folder) + sizeof "/run.json";
    char *path = malloc(size);
    if (!path)
        return LOSS_ERR_NOMEM;
    json_text(j, j->root, "kind", "run");
    json_text(j, j->root, "folder", folder);
    snprintf(path, size, "%s/run.json", folder);
    loss_status status = add_json(j, path);
    if (!status)
        status = add_checkpoints(j, folder);
    snprintf(path, size, "%s/log.csv", folder);
    if (!status)
        status = add_last_epoch(j, path);
    free(path);
    return status;
}
