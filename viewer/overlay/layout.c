/* The panel on the right, the colour bar left of it, the title above, and the views share the
 * rest. */
#include "overlay/layout.h"

#include <math.h>

enum { PANEL_WIDTH = 236, BAR_WIDTH = 104, TITLE_HEIGHT = 84 };

double layout_picture_unit(double width, double height)
{
    double unit = fmin(width / 1200, height / 800);
    return unit < 1 ? 0.5 + unit / 2 : unit; /* small pictures keep texts that can be read */
}

lens layout_lens(const layout *l, const scene *s, size_t number)
{
    const box *b = &l->views[number];
    /* For the numbers and names of the axes; else for marks at the rim. */
    bool has_texts = s->set.axes, is_map = fabs(s->set.view.elevation) >= 80;
    camera_room room = {.width = fmax(b->w, 1),
                        .height = fmax(b->h, 1),
                        .left = (has_texts ? 62 : 16) * l->unit,
                        .right = (has_texts ? is_map ? 130 : 46 : 16) * l->unit,
                        .top = (has_texts ? 30 : 16) * l->unit,
                        .bottom = (has_texts ? 58 : 16) * l->unit};
    double wide = fmin(1, 0.4 * room.width / (room.left + room.right)),
           high = fmin(1, 0.4 * room.height / (room.top + room.bottom));
    room.left *= wide;
    room.right *= wide;
    room.top *= high;
    room.bottom *= high;
    for (size_t i = 0; i < s->n_views; i++) { /* all are drawn in one size */
        const relief *r = &s->views[i].relief;
        if (!s->views[i].has_relief)
            continue;
        room.x = fmax(room.x, r->x_extent);
        room.y = fmax(room.y, r->y_extent);
        room.z = fmax(room.z, r->height);
    }
    if (!(room.x > 0)) {
        room.x = room.y = 1;
        room.z = HEIGHT;
    }
    return camera_lens(&s->set.view, &room);
}

layout layout_of(double width, double height, double unit, const scene *s)
{
    layout l = {.unit = unit, .width = width, .height = height};
    double right = width, top = 0;
    bool has_something = s->n_views > 0;
    if (s->set.panel && width > 2 * PANEL_WIDTH * unit) {
        right -= PANEL_WIDTH * unit;
        l.panel = (box){right, 0, width - right, height};
    }
    if (s->set.title && has_something) {
        top = TITLE_HEIGHT * unit;
        l.title = (box){0, 0, right, top};
    }
    bool has_surface = false;
    for (size_t i = 0; i < s->n_views; i++)
        has_surface |= !s->views[i].curves;
    if (s->set.colour_bar && has_surface && right > 3 * BAR_WIDTH * unit) {
        right -= BAR_WIDTH * unit;
        l.bar = (box){right, top, BAR_WIDTH * unit, height - top};
    }
    size_t n = s->n_views ? s->n_views : 1;
    for (size_t i = 0; i < n; i++)
        l.views[i] = (box){right * (double)i / (double)n, top, right / (double)n, height - top};
    return l;
}

bool layout_find_view(const layout *l, size_t n_views, double px, double py, size_t *number,
                      double *x, double *y)
{
    for (size_t i = 0; i < n_views; i++) {
        const box *b = &l->views[i];
        if (!box_holds(*b, px, py))
            continue;
        *number = i;
        *x = 2 * (px - b->x) / b->w - 1;
        *y = 1 - 2 * (py - b->y) / b->h;
        return true;
    }
    return false;
}
