/* The panel on the right, the colour bar left of it, the title above, and the views share the
 * rest. */
#include "overlay/layout.h"

enum { PANEL_WIDTH = 236, BAR_WIDTH = 104, TITLE_HEIGHT = 84 };

double layout_picture_unit(double width, double height)
{
    double unit = width / 1200 < height / 800 ? width / 1200 : height / 800;
    return unit < 0.5 ? 0.5 : unit;
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
