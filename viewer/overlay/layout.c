/* The panel on the right, the colour bar left of it, the title above, and the views share the
 * rest. */
#include "overlay/layout.h"

#include <math.h>

enum {
    PANEL_WIDTH = 236,
    BAR_WIDTH = 104,
    TITLE_HEIGHT = 84,
    STRIP_HEIGHT = 170,
    BARS_WIDTH = 190
};

double layout_picture_unit(double width, double height)
{
    double unit = fmin(width / 1200, height / 800);
    return unit < 1 ? 0.5 + unit / 2 : unit; /* small pictures keep texts that can be read */
}

static camera camera_of(const pane *p, const scene *s)
{
    camera c = s->set.view;
    if (p->is_map) {
        c.azimuth = 0;
        c.elevation = 90;
        c.orthographic = true;
    }
    return c;
}

double layout_window_unit(double width, double height, double scale)
{
    return scale * fmin(1, layout_picture_unit(width / scale, height / scale));
}

lens layout_lens(const layout *l, const scene *s, size_t number)
{
    const box *b = &l->panes[number].at;
    camera c = camera_of(&l->panes[number], s);
    /* For the numbers and names of the axes; else for marks at the rim. */
    bool has_texts = s->set.axes, is_map = fabs(c.elevation) >= 80;
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
    return camera_lens(&c, &room);
}

/* The strip of a path's losses, off the lower end of a view's part of the picture. */
static void add_strip(layout *l, const scene *s, size_t number, box *at)
{
    double height = fmin(STRIP_HEIGHT * l->unit, 0.3 * at->h);
    if (!s->set.run_curves || number >= s->n_views || !s->views[number].grid.n_path ||
        at->w < STRIP_HEIGHT * l->unit)
        return;
    at->h -= height;
    l->strips[number] = (box){at->x, at->y + at->h, at->w, height};
}

/* The barcode, off its left end. */
static void add_bars(layout *l, const scene *s, size_t number, box *at)
{
    double width = fmin(BARS_WIDTH * l->unit, 0.3 * at->w);
    if (!s->set.barcode || number >= s->n_views || !s->views[number].has_relief ||
        width < 0.6 * BARS_WIDTH * l->unit)
        return;
    l->bars[number] = (box){at->x, at->y, width, at->h};
    at->x += width;
    at->w -= width;
}

/* A view's part of the picture: its strip, its barcode, its pane, and its map's along the longer
 * side of what is there. */
static void add_panes(layout *l, const scene *s, size_t number, box at)
{
    add_strip(l, s, number, &at);
    add_bars(l, s, number, &at);
    bool has_map = s->set.map && number < s->n_views && !s->views[number].curves;
    pane *p = &l->panes[l->n_panes];
    p[0] = (pane){at, number, false};
    if (has_map) {
        bool beside = at.w > at.h;
        double *size = beside ? &p->at.w : &p->at.h;
        *size /= 2;
        p[1] = (pane){p->at, number, true};
        *(beside ? &p[1].at.x : &p[1].at.y) += *size;
    }
    l->n_panes += has_map ? 2 : 1;
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
        add_panes(&l, s, i,
                  (box){right * (double)i / (double)n, top, right / (double)n, height - top});
    l.n_panes = s->n_views ? l.n_panes : 0;
    return l;
}

box layout_drawn(const layout *l, size_t number)
{
    box b = l->panes[number].at;
    if (l->title.w > 0 && b.y <= l->title.h) {
        b.h += b.y;
        b.y = 0;
    }
    if (l->bar.w > 0 && b.x + b.w >= l->bar.x - 1e-6)
        b.w = l->bar.x + l->bar.w - b.x;
    return b;
}

mat4 layout_matrix(const layout *l, size_t number, const lens *sight)
{
    const box at = l->panes[number].at, drawn = layout_drawn(l, number);
    mat4 m = camera_matrix(sight);
    /* In parts of half the width and height of what is drawn. */
    double wide = at.w / drawn.w, high = at.h / drawn.h,
           right = (2 * at.x + at.w - 2 * drawn.x - drawn.w) / drawn.w,
           up = (2 * drawn.y + drawn.h - 2 * at.y - at.h) / drawn.h;
    for (int column = 0; column < 4; column++) {
        double *c = m.m + 4 * column;
        c[0] = wide * c[0] + right * c[3];
        c[1] = high * c[1] + up * c[3];
    }
    return m;
}

bool layout_is_overfull(const layout *l, const scene *s)
{
    for (size_t i = 0; i < l->n_panes; i++) {
        const relief *r = &s->views[l->panes[i].view].relief;
        lens sight = layout_lens(l, s, i);
        double x, y;
        for (int k = 0; k < 8 && s->views[l->panes[i].view].has_relief; k++) {
            vec3 corner = {k & 1 ? r->x_extent : -r->x_extent, k & 2 ? r->y_extent : -r->y_extent,
                           k & 4 ? r->height : 0};
            if (!layout_seen(&l->panes[i], &sight, corner, &x, &y) ||
                !box_holds(l->panes[i].at, x, y))
                return true;
        }
    }
    return false;
}

bool layout_seen(const pane *p, const lens *l, vec3 at, double *x, double *y)
{
    vec3 seen;
    mat4 matrix = camera_matrix(l);
    if (!camera_project(&matrix, at, &seen))
        return false;
    *x = p->at.x + (seen.x + 1) / 2 * p->at.w;
    *y = p->at.y + (1 - seen.y) / 2 * p->at.h;
    return true;
}

bool layout_find_pane(const layout *l, double px, double py, size_t *number, double *x, double *y)
{
    for (size_t i = 0; i < l->n_panes; i++) {
        const box *b = &l->panes[i].at;
        if (!box_holds(*b, px, py))
            continue;
        *number = i;
        *x = 2 * (px - b->x) / b->w - 1;
        *y = 1 - 2 * (py - b->y) / b->h;
        return true;
    }
    return false;
}
