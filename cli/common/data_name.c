/* The end of a path. */
#include "data_name.h"

#include <stdio.h>
#include <string.h>

enum { MOST_SHOWN = 100 };

void path_end(const char *path, char *name, size_t size)
{
    size_t end = strlen(path);
    while (end && path[end - 1] == '/')
        end--;
    size_t start = end;
    while (start && path[start - 1] != '/')
        start--;
    int length = end - start > MOST_SHOWN ? MOST_SHOWN : (int)(end - start);
    snprintf(name, size, "%.*s", length, path + start);
}

void data_name(const loss_surface *surface, char name[DATA_NAME_SIZE])
{
    path_end(loss_surface_text(surface, LOSS_KEY_DATA, "?"), name, DATA_NAME_SIZE);
    if (!*name)
        snprintf(name, DATA_NAME_SIZE, "%s", loss_surface_text(surface, LOSS_KEY_DATA_FORMAT, "?"));
}
