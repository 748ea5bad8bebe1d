/* While the list of files is open, keys, texts and the mouse are for it. */
#include "session.h"

#include <stdlib.h>
#include <string.h>

#include "overlay/chooser_box.h"

void session_choose(session *s)
{
    const char *path = s->scene.n_views ? s->scene.views[0].path : "", *slash = strrchr(path, '/');
    char *folder = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup("");
    if (folder)
        chooser_open(&s->chooser, folder);
    free(folder);
    chooser_set_rows(&s->chooser, chooser_rows(&s->layout));
    s->scene.message[0] = 0;
    s->needs_draw = true;
}

/* Opens what is chosen; a file that cannot be read leaves what is shown, and says why. */
static void take(session *s)
{
    char *path = chooser_take(&s->chooser);
    if (path) {
        const char *const paths[] = {path};
        session_drop(s, paths, 1);
    }
    free(path);
}

bool session_chooser_key(session *s, const char *name)
{
    if (!s->chooser.is_open)
        return false;
    if (strcmp(name, "Ctrl+Q") == 0)
        return false;
    if (strcmp(name, "Enter") == 0)
        take(s);
    else
        chooser_key(&s->chooser, name);
    s->needs_draw = true;
    return true;
}

void session_type(session *s, uint32_t character)
{
    if (!s->chooser.is_open)
        return;
    chooser_type(&s->chooser, character);
    s->needs_draw = true;
}

bool session_chooser_press(session *s)
{
    size_t row;
    if (!s->chooser.is_open)
        return false;
    if (!box_holds(chooser_box(&s->layout), s->mouse_x, s->mouse_y))
        chooser_close(&s->chooser);
    else if (chooser_row_at(&s->layout, s->mouse_x, s->mouse_y, &row) &&
             chooser_point(&s->chooser, row))
        take(s);
    s->needs_draw = true;
    return true;
}

bool session_chooser_move(session *s)
{
    size_t row;
    if (!s->chooser.is_open)
        return false;
    if (chooser_row_at(&s->layout, s->mouse_x, s->mouse_y, &row))
        s->needs_draw |= chooser_point(&s->chooser, row);
    return true;
}

bool session_chooser_scroll(session *s, double steps)
{
    enum { ROWS = 3 };
    if (!s->chooser.is_open)
        return false;
    chooser_scroll(&s->chooser, (long)(-ROWS * steps));
    s->needs_draw = true;
    return true;
}
