/* The checkpoints of a run folder, by epoch. */
#include <loss/train.h>

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "net/checkpoint.h"

void loss_checkpoints_free(loss_checkpoints *checkpoints)
{
    if (!checkpoints)
        return;
    for (size_t i = 0; i < checkpoints->n; i++)
        free(checkpoints->paths[i]);
    free(checkpoints->paths);
    free(checkpoints->epochs);
    *checkpoints = (loss_checkpoints){0};
}

/* Into its place by epoch. */
static bool insert(loss_checkpoints *c, size_t *capacity, size_t *epochs_capacity,
                   const char *folder, size_t epoch)
{
    char *path = lossi_checkpoint_path(folder, epoch);
    if (!path || !lossi_reserve((void **)&c->paths, capacity, c->n, sizeof *c->paths) ||
        !lossi_reserve((void **)&c->epochs, epochs_capacity, c->n, sizeof *c->epochs)) {
        free(path);
        return false;
    }
    size_t at = c->n++;
    for (; at && c->epochs[at - 1] > epoch; at--) {
        c->paths[at] = c->paths[at - 1];
        c->epochs[at] = c->epochs[at - 1];
    }
    c->paths[at] = path;
    c->epochs[at] = epoch;
    return true;
}

/* Whether a folder's entry is a checkpoint: 0012 is another name for 12 that we do not give. */
static bool is_checkpoint(const char *folder, const char *name, size_t *epoch)
{
    char *path = lossi_checkpoint_epoch(name, epoch) ? lossi_checkpoint_path(folder, *epoch) : NULL;
    bool is = path && strcmp(strrchr(path, '/') + 1, name) == 0;
    free(path);
    return is;
}

static loss_status list(DIR *folder, const char *path, loss_checkpoints *out)
{
    size_t capacity = 0, epochs_capacity = 0, epoch;
    for (;;) {
        errno = 0;
        const struct dirent *entry = readdir(folder);
        if (!entry && errno)
            return lossi_fail(LOSS_ERR_IO, "%s: cannot list this folder: %s", path,
                              strerror(errno));
        if (!entry)
            return LOSS_OK;
        if (is_checkpoint(path, entry->d_name, &epoch) &&
            !insert(out, &capacity, &epochs_capacity, path, epoch))
            return lossi_fail_nomem((out->n + 1) * sizeof *out->paths);
    }
}

loss_status loss_run_checkpoints(loss_checkpoints *out, const char *run_folder)
{
    if (out)
        *out = (loss_checkpoints){0};
    if (!out || !run_folder)
        return lossi_fail(LOSS_ERR_ARGUMENT, "out and run_folder must not be NULL");
    DIR *folder = opendir(run_folder);
    if (!folder)
        return lossi_fail(LOSS_ERR_IO, "%s: cannot open this folder: %s", run_folder,
                          strerror(errno));
    loss_status status = list(folder, run_folder, out);
    closedir(folder);
    if (!status && !out->n)
        status = lossi_fail(LOSS_ERR_FORMAT,
                            "%s: no checkpoints; expected files such as epoch-000.safetensors",
                            run_folder);
    if (status)
        loss_checkpoints_free(out);
    return status;
}
