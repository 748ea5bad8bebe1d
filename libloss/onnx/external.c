/* Data beside an ONNX file: in its folder or below it, and nowhere else. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "onnx/file.h"

typedef struct lossi_onnx_external {
    char *location;
    const uint8_t *bytes; /* of file->arrays */
    size_t size;
} external;

/* Refuses what could lead out of the folder: an absolute path, "..", and links on the way. The
 * path is that of the folder, of `n_folder` bytes, with the location after it. */
static loss_status check_location(const char *onnx, char *path, size_t n_folder)
{
    const char *location = path + n_folder;
    if (!*location || *location == '/')
        return lossi_fail(LOSS_ERR_FORMAT,
                          "%s: external data at \"%s\"; expected a path in the file's folder", onnx,
                          location);
    for (char *at = path + n_folder; *at;) {
        size_t n = strcspn(at, "/");
        if (n == 2 && memcmp(at, "..", 2) == 0)
            return lossi_fail(LOSS_ERR_FORMAT,
                              "%s: external data at \"%s\" would lie outside the file's folder",
                              onnx, location);
        struct stat info;
        char after = at[n];
        at[n] = 0;
        bool is_link = lstat(path, &info) == 0 && S_ISLNK(info.st_mode);
        at[n] = after;
        if (is_link)
            return lossi_fail(
                LOSS_ERR_FORMAT,
                "%s: external data at \"%s\" is behind a link; expected a file in the "
                "file's folder",
                onnx, location);
        at += n + (after != 0);
    }
    return LOSS_OK;
}

static loss_status read_whole(lossi_onnx_file *file, const char *location, external *into)
{
    const char *slash = strrchr(file->path, '/');
    size_t n_folder = slash ? (size_t)(slash + 1 - file->path) : 0;
    char *path = lossi_format("%.*s%s", (int)n_folder, file->path, location);
    if (!path)
        return lossi_fail_nomem(strlen(location));
    uint8_t *bytes = NULL;
    loss_status status = check_location(file->path, path, n_folder);
    if (!status)
        status = loss_file_read(path, SIZE_MAX, &bytes, &into->size);
    if (!status)
        status = lossi_arrays_own(&file->arrays, bytes);
    into->bytes = status ? NULL : bytes;
    free(path);
    return status;
}

loss_status lossi_onnx_external(lossi_onnx_file *file, const char *location, const uint8_t **bytes,
                                size_t *size)
{
    external *found = NULL;
    for (size_t i = 0; i < file->n_external && !found; i++)
        if (strcmp(file->external[i].location, location) == 0)
            found = &file->external[i];
    if (!found) {
        external next = {.location = lossi_strdup(location)};
        if (!next.location || !lossi_reserve((void **)&file->external, &file->external_capacity,
                                             file->n_external, sizeof next)) {
            free(next.location);
            return lossi_fail_nomem(sizeof next);
        }
        loss_status status = read_whole(file, location, &next);
        if (status) {
            free(next.location);
            return status;
        }
        found = &file->external[file->n_external++];
        *found = next;
    }
    *bytes = found->bytes;
    *size = found->size;
    return LOSS_OK;
}

loss_status lossi_onnx_external_each(const lossi_onnx_file *file, lossi_onnx_take *take, void *user)
{
    loss_status status = LOSS_OK;
    for (size_t i = 0; !status && i < file->n_external; i++) {
        const external *e = &file->external[i];
        status = take(e->location, e->bytes, e->size, user);
    }
    return status;
}

void lossi_onnx_external_free(lossi_onnx_file *file)
{
    for (size_t i = 0; i < file->n_external; i++)
        free(file->external[i].location);
    free(file->external);
}
