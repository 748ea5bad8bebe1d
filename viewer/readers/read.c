/* Opening a file by its content. */
#include "readers/read.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "readers/readers.h"

static bool read_any(grid *g, const char *path, size_t max_bytes, problem *p)
{
    struct stat info;
    const char *ending = strrchr(path, '.');
    if (stat(path, &info) != 0)
        return problem_set(p, "%s: %s", path, strerror(errno));
    if (S_ISDIR(info.st_mode))
        return problem_set(p, "%s: a folder; expected a file", path);
    if (max_bytes && (unsigned long long)info.st_size > max_bytes)
        return problem_set(p, "%s: %.1f MiB; --max-size allows %.1f", path,
                           (double)info.st_size / 1048576.0, (double)max_bytes / 1048576.0);
    if (!S_ISREG(info.st_mode))
        return problem_set(p, "%s: a device or a pipe; expected a file", path);
    if (info.st_size == 0)
        return problem_set(p, "%s: empty", path);
    bool is_landscape;
    if (loss_surface_recognise(&is_landscape, path))
        return problem_set(p, "%s", loss_last_message());
    if (is_landscape || (ending && strcmp(ending, ".landscape") == 0))
        return grid_read_landscape(g, path, p);
    return grid_read_import(g, path, p);
}

bool grid_read(grid *out, const char *path, size_t max_bytes, problem *p)
{
    *out = (grid){.x_label = "x", .y_label = "y"};
    const char *slash = strrchr(path, '/');
    out->name = strdup(slash ? slash + 1 : path);
    bool done =
        out->name ? read_any(out, path, max_bytes, p) : problem_set(p, "%s: out of memory", path);
    if (done && !out->title)
        done = (out->title = strdup(out->name)) || problem_set(p, "%s: out of memory", path);
    if (done)
        done = grid_check(out, path, p);
    if (!done)
        grid_free(out);
    return done;
}
