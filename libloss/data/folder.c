/* stat and readdir, whose errors are told apart: what does not exist is an answer, what could not
 * be found out is a failure. */
#include "data/folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

static const char *const LITTER[] = {"Thumbs.db", "ehthumbs.db", "desktop.ini", "__MACOSX"};

static loss_status fail_with_errno(const char *path, const char *what)
{
    return lossi_fail(errno == ENOMEM ? LOSS_ERR_NOMEM : LOSS_ERR_IO, "%s: cannot %s: %s", path,
                      what, strerror(errno));
}

loss_status lossi_look(const char *folder, const char *name, loss_path_kind *kind, size_t *size)
{
    struct stat info = {0};
    loss_status status = LOSS_OK;
    char *path = lossi_format("%s/%s", folder, name);
    *kind = LOSS_PATH_NOTHING;
    if (!path)
        return lossi_fail_nomem(strlen(folder) + strlen(name) + 2);
    if (stat(path, &info) == 0)
        *kind = S_ISREG(info.st_mode)   ? LOSS_PATH_FILE
                : S_ISDIR(info.st_mode) ? LOSS_PATH_FOLDER
                                        : LOSS_PATH_OTHER;
    else if (errno != ENOENT && errno != ENOTDIR)
        status = fail_with_errno(path, "open");
    if (size)
        *size = (size_t)info.st_size;
    free(path);
    return status;
}

static bool is_litter(const char *name)
{
    for (size_t i = 0; i < sizeof LITTER / sizeof *LITTER; i++)
        if (strcasecmp(name, LITTER[i]) == 0)
            return true;
    return name[0] == '.';
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static loss_status add_names(DIR *stream, const char *folder, lossi_listing *out)
{
    size_t capacity = 0;
    const struct dirent *entry;
    while (errno = 0, (entry = readdir(stream))) {
        if (is_litter(entry->d_name))
            continue;
        if (!lossi_reserve((void **)&out->names, &capacity, out->n, sizeof *out->names))
            return lossi_fail_nomem((out->n + 1) * sizeof *out->names);
        out->names[out->n] = lossi_strdup(entry->d_name);
        if (!out->names[out->n])
            return lossi_fail_nomem(strlen(entry->d_name) + 1);
        out->n++;
    }
    return errno ? fail_with_errno(folder, "list") : LOSS_OK;
}

loss_status lossi_list(const char *folder, lossi_listing *out)
{
    *out = (lossi_listing){0};
    DIR *stream = opendir(folder);
    if (!stream)
        return fail_with_errno(folder, "list");
    loss_status status = add_names(stream, folder, out);
    closedir(stream);
    if (status)
        lossi_listing_free(out);
    else if (out->n)
        qsort(out->names, out->n, sizeof *out->names, by_bytes);
    return status;
}

void lossi_listing_free(lossi_listing *l)
{
    for (size_t i = 0; i < l->n; i++)
        free(l->names[i]);
    free(l->names);
    *l = (lossi_listing){0};
}
