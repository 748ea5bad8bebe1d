/* The file of a network copied to where it will be read again, with the files beside it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/base.h"
#include "base/file.h"
#include "onnx/onnx.h"
#include "zoo/zoo.h"

/* Where copies go. */
typedef struct keeping {
    const char *model, *folder;
} keeping;

static loss_status compare(const keeping *k, const char *path, const uint8_t *bytes, size_t size)
{
    uint8_t *there;
    size_t n;
    loss_status status = loss_file_read(path, SIZE_MAX, &there, &n);
    if (!status && (n != size || memcmp(there, bytes, n) != 0))
        status = lossi_fail(LOSS_ERR_MISMATCH, "%s: another network than %s; use another folder",
                            path, k->model);
    free(there);
    return status;
}

/* Folders on the way to a file that lies below the model's. */
static loss_status make_folders(char *path, size_t n_folder)
{
    for (char *at = path + n_folder; (at = strchr(at, '/')); at++) {
        *at = 0;
        bool is_made = mkdir(path, 0777) == 0 || errno == EEXIST;
        if (!is_made)
            lossi_fail(LOSS_ERR_IO, "%s: cannot make this folder: %s", path, strerror(errno));
        *at = '/';
        if (!is_made)
            return LOSS_ERR_IO;
    }
    return LOSS_OK;
}

/* Writes FOLDER/NAME, or compares with what is there. */
static loss_status keep(const char *name, const uint8_t *bytes, size_t size, void *user)
{
    static const loss_file_kind WHOLE = {"network", 0, NULL, 0};
    const keeping *k = user;
    char *path = lossi_format("%s/%s", k->folder, name);
    bool is_there;
    if (!path)
        return lossi_fail_nomem(strlen(name));
    loss_status status = lossi_path_is_file(path, &is_there);
    if (!status && is_there)
        status = compare(k, path, bytes, size);
    else if (!status)
        status = make_folders(path, strlen(k->folder) + 1);
    if (!status && !is_there)
        status = loss_file_write(path, bytes, size, &WHOLE);
    free(path);
    return status;
}

loss_status loss_net_keep(const char *model, const char *folder)
{
    LOSSI_REQUIRE(model && folder);
    bool is_onnx = lossi_onnx_is(model);
    if (!is_onnx && !lossi_net_file_is(model))
        return LOSS_OK;
    keeping k = {model, folder};
    uint8_t *bytes;
    size_t size;
    loss_status status = loss_file_read(model, SIZE_MAX, &bytes, &size);
    if (!status && is_onnx)
        status = lossi_onnx_beside(bytes, size, model, keep, &k);
    const char *slash = strrchr(model, '/');
    if (!status)
        status = keep(slash ? slash + 1 : model, bytes, size, &k);
    free(bytes);
    return status;
}
