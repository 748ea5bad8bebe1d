/* The checkpoints of a run folder, by epoch. */
#include <loss/train.h>

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

void loss_checkpoints_free(loss_checkpoints *checkpoints)
{
    for (size_t i = 0; i < checkpoints->n; i++)
        free(checkpoints->paths[i]);
    free(checkpoints->paths);
    free(checkpoints->epochs);
    *checkpoints = (loss_checkpoints){0};
}

/* The number in epoch-NNN.safetensors. */
static bool parse_name(const char *name, size_t *epoch)
{
    char *end;
    if (strncmp(name, "epoch-", 6) != 0 || name[6] < '0' || name[6] > '9')
        return false;
    errno = 0;
    *epoch = strtoul(name + 6, &end, 10);
    return !errno && strcmp(end, ".safetensors") == 0;
}

/* Into its place by epoch. */
static bool insert(loss_checkpoints *c, size_t *capacity, size_t *epochs_capacity,
                   const char *folder, const char *name, size_t epoch)
{
    const char *slash = *folder && folder[strlen(folder) - 1] == '/' ? "" : "/";
    char *path = lossi_format("%s%s%s", folder, slash, name);
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

loss_status loss_run_checkpoints(loss_checkpoints *out, const char *run_folder)
{
    *out = (loss_checkpoints){0};
    DIR *folder = opendir(run_folder);
    if (!folder)
        return lossi_fail(LOSS_ERR_IO, "%s: cannot open this folder: %s", run_folder,
                          strerror(errno));
    loss_status status = LOSS_OK;
    size_t capacity = 0, epochs_capacity = 0, epoch;
    for (const struct dirent *entry; !status && (entry = readdir(folder));)
        if (parse_name(entry->d_name, &epoch) &&
            !insert(out, &capacity, &epochs_capacity, run_folder, entry->d_name, epoch))
            status = lossi_fail_nomem((out->n + 1) * sizeof *out->paths);
    closedir(folder);
    if (!status && !out->n)
        status = lossi_fail(LOSS_ERR_FORMAT,
                            "%s: no checkpoints; expected files such as epoch-000.safetensors",
                            run_folder);
    if (status)
        loss_checkpoints_free(out);
    return status;
}
