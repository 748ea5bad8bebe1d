/* The end of a path. */
#include "data_name.h"

#include <stdio.h>
#include <string.h>

enum { MOST_SHOWN = 100 };

void data_name(const loss_surface *surface, char name[DATA_NAME_SIZE])
{
    const char *path = loss_surface_text(surface, LOSS_KEY_DATA, "?");
    size_t end = strlen(path);
    while (end && path[end - 1] == '/')
        end--;
    size_t start = end;
    while (start && path[start - 1] != '/')
        start--;
    int length = end - start > MOST_SHOWN ? MOST_SHOWN : (int)(end - start);
    if (length)
        snprintf(name, DATA_NAME_SIZE, "%.*s", length, path + start);
    else
        snprintf(name, DATA_NAME_SIZE, "%s", loss_surface_text(surface, LOSS_KEY_DATA_FORMAT, "?"));
}
