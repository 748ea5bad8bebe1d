/* What is known of them. */
#include "report/imported.h"

#include <stdio.h>
#include <string.h>

#include "data_name.h"

bool imported_is(const loss_surface *surface)
{
    return loss_surface_metadata(surface, LOSS_KEY_IMPORTED_FROM) != NULL;
}

bool imported_tells_split(const loss_surface *surface)
{
    return !loss_surface_metadata(surface, LOSS_KEY_IMPORTED_SPLIT);
}

void subject_of(const loss_surface *surface, char name[SUBJECT_SIZE])
{
    if (imported_is(surface))
        path_end(loss_surface_metadata(surface, LOSS_KEY_IMPORTED_FROM), name, SUBJECT_SIZE);
    else
        snprintf(name, SUBJECT_SIZE, "%s", loss_surface_text(surface, LOSS_KEY_MODEL, "?"));
}

const char *imported_text(const loss_surface *surface, char text[IMPORTED_TEXT])
{
    char name[SUBJECT_SIZE];
    text[0] = 0;
    if (!imported_is(surface))
        return text;
    subject_of(surface, name);
    snprintf(text, IMPORTED_TEXT,
             "imported from %s (%.60s), which does not tell of which network and images", name,
             loss_surface_text(surface, LOSS_KEY_IMPORTED_AS, "?"));
    return text;
}

const char *imported_values(const loss_surface *surface)
{
    return !imported_is(surface)                                      ? NULL
           : loss_surface_metadata(surface, LOSS_KEY_IMPORTED_VALUES) ? "height"
                                                                      : "loss";
}
