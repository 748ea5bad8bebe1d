/* Marks and labels of critical points on a map. Their shape tells the kind, so no colour has to. */
#include <math.h>
#include <stdio.h>

#include "figure/figure_overlay.h"

/* A triangle that points down, a diamond, a triangle that points up. */
static void mark_path(loss_critical_kind kind, const double at[2], double radius, cairo_t *cr)
{
    static const double corners[3][4][2] = {{{-0.95, -0.6}, {0.95, -0.6}, {0, 1}, {0, 1}},
                                            {{-1, 0}, {0, -1}, {1, 0}, {0, 1}},
                                            {{-0.95, 0.6}, {0, -1}, {0, -1}, {0.95, 0.6}}};
    for (int i = 0; i < 4; i++)
        cairo_line_to(cr, at[0] + radius * corners[kind][i][0],
                      at[1] + radius * corners[kind][i][1]);
    cairo_close_path(cr);
}

/* Small: at the border. Hollow: its persistence is within the sampling error. */
static void draw_mark(const loss_critical *c, const double at[2], double unit, cairo_t *cr)
{
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    mark_path(c->kind, at, (c->on_border ? 6 : 9) * unit, cr);
    cairo_set_source_rgb(cr, 0.1, 0.1, 0.1);
    cairo_set_line_width(cr, (c->is_within_error ? 4.5 : 3.5) * unit);
    cairo_stroke_preserve(cr);
    cairo_set_source_rgb(cr, 1, 1, 1);
    if (c->is_within_error) {
        cairo_set_line_width(cr, 1.8 * unit);
        cairo_stroke(cr);
    } else {
        cairo_fill(cr);
    }
}

/* The marks of the centre and of the solutions are drawn by the map: labels keep clear of them. */
static void take_solutions(const figure *f, const frame *r, label_room *room)
{
    for (size_t k = 0; k == 0 || k < f->n_solutions; k++) {
        double at[2];
        figure_point(f, r, k == 1, k == 2, at);
        label_room_take(room, box_around(at[0], at[1], 13 * r->unit, 13 * r->unit));
    }
}

bool figure_draw_marks(const figure *f, const frame *r, cairo_t *cr)
{
    label_room room = {.area = {r->left, r->top, r->left + r->width, r->top + r->height}};
    const loss_critical *points =
        f->overlay && f->overlay->criticals ? loss_criticals_points(f->overlay->criticals) : NULL;
    size_t n = points ? f->overlay->n_marks : 0;
    take_solutions(f, r, &room);
    for (size_t i = 0; i < n; i++) {
        double at[2];
        figure_point(f, r, points[i].x, points[i].y, at);
        draw_mark(&points[i], at, r->unit, cr);
        label_room_take(&room, box_around(at[0], at[1], 10 * r->unit, 10 * r->unit));
    }
    bool labelled = figure_label_path(f, r, &room, cr);
    figure_font(cr, 18 * r->unit, false);
    for (size_t i = 0; i < n; i++) {
        const loss_critical *c = &points[i];
        if (c->on_border &&
            c->kind !=
                LOSS_CRITICAL_MINIMUM) /* that a wall is high where the grid ends tells little */
            continue;
        double at[2];
        char text[MARK_TEXT];
        figure_point(f, r, c->x, c->y, at);
        overlay_mark_text(f->overlay, c, text);
        label_beside(at, text, r->unit, &room, cr);
    }
    return figure_label_contours(f, r, &room, cr) && labelled;
}
