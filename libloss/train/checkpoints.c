/* The checkpoints of a run folder, by epoch. */
#include <loss/train.h>

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "net/checkpoint.h"

#ifndef GLOB_BRACE /* musl: braces stand for themselves */
#define GLOB_BRACE 0
#endif

static const char DIGITS[] = "0123456789";

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

/* ---- Files of other programs ---------------------------------------------------------------- */

/* Numbers in names count as numbers: model_9 stands before model_10. */
static int by_number(const void *a, const void *b)
{
    const char *x = *(char *const *)a, *y = *(char *const *)b;
    while (*x && *y) {
        if (isdigit((unsigned char)*x) && isdigit((unsigned char)*y)) {
            x += strspn(x, "0");
            y += strspn(y, "0");
            size_t n = strspn(x, DIGITS), m = strspn(y, DIGITS);
            int order = n == m ? strncmp(x, y, n) : n < m ? -1 : 1;
            if (order)
                return order;
            x += n;
            y += m;
        } else if (*x != *y) {
            return (unsigned char)*x < (unsigned char)*y ? -1 : 1;
        } else {
            x++;
            y++;
        }
    }
    return *x ? 1 : *y ? -1 : 0;
}

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Takes over the paths that glob() found. */
static loss_status take(const glob_t *found, loss_checkpoints *out)
{
    out->paths = calloc(found->gl_pathc + 1, sizeof *out->paths);
    out->epochs = calloc(found->gl_pathc + 1, sizeof *out->epochs);
    if (!out->paths || !out->epochs)
        return lossi_fail_nomem(found->gl_pathc * sizeof *out->paths);
    for (; out->n < found->gl_pathc; out->n++)
        if (!(out->paths[out->n] = lossi_strdup(found->gl_pathv[out->n])))
            return lossi_fail_nomem(strlen(found->gl_pathv[out->n]) + 1);
    qsort(out->paths, out->n, sizeof *out->paths, by_number);
    for (size_t i = 0; i < out->n; i++)
        if (!lossi_checkpoint_epoch(out->paths[i], &out->epochs[i]))
            out->epochs[i] = i;
    for (size_t i = 0; i + 1 < out->n; i++)
        for (size_t k = i + 1; k < out->n; k++)
            if (strcmp(name_of(out->paths[i]), name_of(out->paths[k])) == 0)
                return lossi_fail(LOSS_ERR_FORMAT,
                                  "%s and %s: checkpoints of one path are told apart by the names "
                                  "of their files",
                                  out->paths[i], out->paths[k]);
    return LOSS_OK;
}

loss_status loss_checkpoints_find(loss_checkpoints *out, const char *pattern)
{
    if (out)
        *out = (loss_checkpoints){0};
    LOSSI_REQUIRE(out && pattern);
    glob_t found = {0};
    int code = glob(pattern, GLOB_BRACE, NULL, &found);
    loss_status status =
        code == 0              ? take(&found, out)
        : code == GLOB_NOMATCH ? lossi_fail(LOSS_ERR_IO, "%s: no such files", pattern)
        : code == GLOB_NOSPACE ? lossi_fail_nomem(strlen(pattern))
                               : lossi_fail(LOSS_ERR_IO, "%s: cannot list the files", pattern);
    globfree(&found);
    if (status)
        loss_checkpoints_free(out);
    return status;
}
