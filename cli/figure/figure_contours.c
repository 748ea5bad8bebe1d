/* Contour lines of a map and their labels. A label lies on its line where that is straight and
 * where neither another line nor another label is near; a line without such a place has none. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "figure/figure_overlay.h"
#include "tick_text.h"

void figure_point(const figure *f, const frame *r, double x, double y, double at[2])
{
    at[0] = r->left + r->width * figure_along(f->x, x);
    at[1] = r->top + r->height * (1 - figure_along(f->y, y));
}

static void line_path(const figure *f, const frame *r, const loss_contour *line, cairo_t *cr)
{
    for (size_t i = 0; i < line->n_points; i++) {
        double at[2];
        figure_point(f, r, line->points[i][0], line->points[i][1], at);
        if (i)
            cairo_line_to(cr, at[0], at[1]);
        else
            cairo_move_to(cr, at[0], at[1]);
    }
    if (line->is_closed)
        cairo_close_path(cr);
}

void figure_draw_contours(const figure *f, const frame *r, cairo_t *cr)
{
    size_t n = f->overlay ? loss_contours_count(f->overlay->lines) : 0;
    cairo_save(cr);
    cairo_rectangle(cr, r->left, r->top, r->width, r->height);
    cairo_clip(cr);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    for (int pass = 0; pass < 2;
         pass++) /* a light band below, so that the lines are seen on dark colours too */
        for (size_t k = 0; k < n; k++) {
            loss_contour line = loss_contours_line(f->overlay->lines, k);
            line_path(f, r, &line, cr);
            cairo_set_source_rgba(cr, pass ? 0.1 : 1, pass ? 0.1 : 1, pass ? 0.1 : 1,
                                  pass ? 0.9 : 0.45);
            cairo_set_line_width(cr, (pass ? 1.3 : 3) * r->unit);
            cairo_stroke(cr);
        }
    cairo_restore(cr);
}

/* Which line runs where: squares of the plotting area, a few units wide. */
typedef struct line_map {
    size_t width, height;
    double left, top, cell;
    uint32_t *lines; /* [height][width] number of a line + 1, SEVERAL, or 0 */
} line_map;

static const uint32_t SEVERAL = UINT32_MAX;

/* NULL if it is outside. */
static uint32_t *map_at(const line_map *m, double x, double y)
{
    double column = (x - m->left) / m->cell, row = (y - m->top) / m->cell;
    bool inside = column >= 0 && row >= 0 && column < (double)m->width && row < (double)m->height;
    return inside ? &m->lines[(size_t)row * m->width + (size_t)column] : NULL;
}

static void map_piece(const line_map *m, const double p[2], const double q[2], uint32_t number)
{
    double length = hypot(q[0] - p[0], q[1] - p[1]);
    if (!isfinite(length))
        return;
    size_t n = (size_t)(2 * length / m->cell) + 1; /* few: figure_along() keeps places close */
    for (size_t i = 0; i <= n; i++) {
        double share = (double)i / (double)n;
        uint32_t *cell = map_at(m, p[0] + share * (q[0] - p[0]), p[1] + share * (q[1] - p[1]));
        if (cell)
            *cell = *cell && *cell != number ? SEVERAL : number;
    }
}

/* A line in the picture, with the length up to each point. */
typedef struct drawn_line {
    size_t n;
    double (*points)[2], *length;
} drawn_line;

static bool drawn_line_make(drawn_line *d, const figure *f, const frame *r,
                            const loss_contour *line)
{
    d->n = line->n_points + line->is_closed;
    d->points = calloc(d->n, sizeof *d->points);
    d->length = calloc(d->n, sizeof *d->length);
    for (size_t i = 0; d->points && d->length && i < d->n; i++) {
        const double *p = line->points[i % line->n_points];
        figure_point(f, r, p[0], p[1], d->points[i]);
        if (i)
            d->length[i] = d->length[i - 1] + hypot(d->points[i][0] - d->points[i - 1][0],
                                                    d->points[i][1] - d->points[i - 1][1]);
    }
    return d->points && d->length;
}

static void drawn_line_free(drawn_line *d)
{
    free(d->points);
    free(d->length);
}

static void point_along(const drawn_line *d, double length, double at[2])
{
    size_t low = 0, high = d->n - 1;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        *(d->length[middle] <= length ? &low : &high) = middle;
    }
    double piece = d->length[high] - d->length[low],
           share = piece > 0 ? (length - d->length[low]) / piece : 0;
    for (int k = 0; k < 2; k++)
        at[k] = d->points[low][k] + share * (d->points[high][k] - d->points[low][k]);
}

/* Whether only this line runs through a turned rectangle. */
static bool is_alone(const line_map *m, const double at[2], double angle, double width,
                     double height, uint32_t number)
{
    for (double u = -width / 2; u <= width / 2; u += m->cell / 2)
        for (double v = -height / 2; v <= height / 2; v += m->cell / 2) {
            const uint32_t *cell = map_at(m, at[0] + u * cos(angle) - v * sin(angle),
                                          at[1] + u * sin(angle) + v * cos(angle));
            if (cell && *cell && *cell != number)
                return false;
        }
    return true;
}

/* Tries places from the middle of the line outwards. */
static void label_line(const drawn_line *d, const line_map *m, uint32_t number, const char *text,
                       double unit, label_room *room, cairo_t *cr)
{
    double width, height, total = d->length[d->n - 1], step = 6 * unit;
    label_size(cr, text, &width, &height);
    if (!isfinite(total))
        return;
    for (int i = 0; step * (i / 2) < total / 2 - width; i++) {
        double middle = total / 2 + (i % 2 ? 1 : -1) * step * (i / 2), at[2], from[2], to[2];
        point_along(d, middle, at);
        point_along(d, middle - width / 2, from);
        point_along(d, middle + width / 2, to);
        double angle = atan2(to[1] - from[1], to[0] - from[0]), half_turn = 3.14159265358979;
        angle += angle > half_turn / 2    ? -half_turn
                 : angle < -half_turn / 2 ? half_turn
                                          : 0; /* not upside down */
        double c = fabs(cos(angle)), s = fabs(sin(angle)), w = width / 2 + 3 * unit,
               h = height / 2 + 3 * unit;
        box wanted = box_around(at[0], at[1], w * c + h * s, w * s + h * c);
        if (hypot(to[0] - from[0], to[1] - from[1]) < 0.93 * width ||
            !label_room_is_free(room, wanted) ||
            !is_alone(m, at, angle, width + 4 * unit, height + 6 * unit, number))
            continue;
        label_room_take(room, wanted);
        label_draw(cr, at[0], at[1], angle, unit, text);
        return;
    }
}

/* The longest lines first: they are what the eye follows. */
typedef struct ranked {
    size_t line;
    double length;
} ranked;

static int longest_first(const void *a, const void *b)
{
    const ranked *p = a, *q = b;
    return p->length != q->length ? (p->length < q->length) - (p->length > q->length)
                                  : (p->line > q->line) - (p->line < q->line);
}

/* The lines as they are drawn, and where they run. */
typedef struct drawing {
    size_t n;
    drawn_line *lines; /* [n] */
    ranked *order;     /* [n] */
    line_map map;
} drawing;

static void drawing_free(drawing *d)
{
    for (size_t i = 0; d->lines && i < d->n; i++)
        drawn_line_free(&d->lines[i]);
    free(d->lines);
    free(d->order);
    free(d->map.lines);
}

static bool drawing_make(drawing *d, const figure *f, const frame *r)
{
    const double cell = 3 * r->unit;
    *d = (drawing){.n = loss_contours_count(f->overlay->lines)};
    d->map = (line_map){
        (size_t)(r->width / cell) + 1, (size_t)(r->height / cell) + 1, r->left, r->top, cell, NULL};
    d->lines = calloc(d->n + 1, sizeof *d->lines);
    d->order = calloc(d->n + 1, sizeof *d->order);
    d->map.lines = calloc(d->map.width * d->map.height, sizeof *d->map.lines);
    if (!d->lines || !d->order || !d->map.lines)
        return false;
    for (size_t k = 0; k < d->n; k++) {
        loss_contour line = loss_contours_line(f->overlay->lines, k);
        drawn_line *drawn = &d->lines[k];
        if (!drawn_line_make(drawn, f, r, &line))
            return false;
        for (size_t i = 1; i < drawn->n; i++)
            map_piece(&d->map, drawn->points[i - 1], drawn->points[i], (uint32_t)k + 1);
        d->order[k] = (ranked){k, drawn->length[drawn->n - 1]};
    }
    qsort(d->order, d->n, sizeof *d->order, longest_first);
    return true;
}

bool figure_label_contours(const figure *f, const frame *r, label_room *room, cairo_t *cr)
{
    drawing d;
    if (!f->overlay)
        return true;
    bool made = drawing_make(&d, f, r);
    figure_font(cr, 16 * r->unit, false);
    for (size_t i = 0; made && i < d.n; i++) {
        char text[TICK_TEXT];
        size_t k = d.order[i].line;
        double level = loss_contours_line(f->overlay->lines, k).level;
        tick_text(overlay_value(f->overlay, level), text);
        label_line(&d.lines[k], &d.map, (uint32_t)k + 1, text, r->unit, room, cr);
    }
    drawing_free(&d);
    return made;
}
