/* Repeated lines are no surface: they are drawn as curves, thin, with their mean and a band of one
 * standard deviation, as `lossgrid plot` draws them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "line_stats.h"
#include "overlay/draw.h"
#include "overlay/overlay_parts.h"
#include "tick_text.h"

/* Where the curves are drawn, and by what scale. */
typedef struct plot {
    const session *s;
    const grid *g;
    const loss_scale *scale;
    box at;
} plot;

static double x_of(const plot *p, size_t i)
{
    return p->at.x + p->at.w * share_of(p->g->x[i], p->g->x[0], p->g->x[p->g->nx - 1]);
}

/* What is below the scale lies at its end: a band may reach 0, where a logarithm ends. */
static double y_of(const plot *p, double value)
{
    double place =
        isnan(value) ? (double)NAN : loss_scale_place(p->scale, fmax(value, p->scale->low));
    return p->at.y + p->at.h * (1 - place);
}

static void draw_curve(const plot *p, const double *values, cairo_t *cr)
{
    bool open = false;
    for (size_t i = 0; i < p->g->nx; i++) {
        double y = y_of(p, values[i]);
        if (isfinite(y) && open)
            cairo_line_to(cr, x_of(p, i), y);
        else if (isfinite(y))
            cairo_move_to(cr, x_of(p, i), y);
        open = isfinite(y);
    }
    cairo_stroke(cr);
}

static void draw_band(const plot *p, const double *mean, const double *deviation, cairo_t *cr)
{
    for (size_t i = 0; i + 1 < p->g->nx; i++) {
        double y[4] = {y_of(p, mean[i] + deviation[i]), y_of(p, mean[i + 1] + deviation[i + 1]),
                       y_of(p, mean[i + 1] - deviation[i + 1]), y_of(p, mean[i] - deviation[i])};
        if (!isfinite(y[0] + y[1] + y[2] + y[3]))
            continue;
        cairo_new_sub_path(cr);
        for (size_t k = 0; k < 4; k++)
            cairo_line_to(cr, x_of(p, k == 1 || k == 2 ? i + 1 : i), y[k]);
        cairo_close_path(cr);
    }
    cairo_fill(cr);
}

/* Ticks of both axes with faint lines, and their names. */
static void draw_axes(const plot *p, size_t number, cairo_t *cr)
{
    const theme *t = theme_of(p->s->scene.set.theme);
    const box *b = &p->at;
    double u = p->s->layout.unit, ticks[MOST_TICKS];
    char text[128];
    font(cr, 12 * u, false);
    cairo_set_line_width(cr, u);
    size_t n = loss_scale_ticks(p->scale, 6, ticks, MOST_TICKS);
    for (size_t i = 0; i < n; i++) {
        double y = y_of(p, ticks[i]);
        ink(cr, t->faint, 0.5);
        cairo_move_to(cr, b->x, y);
        cairo_line_to(cr, b->x + b->w, y);
        cairo_stroke(cr);
        ink(cr, t->ink, 1);
        tick_text(ticks[i], text);
        text_at(cr, b->x - 8 * u, y + 4.2 * u, 1, text);
    }
    double low = p->g->x[0], high = p->g->x[p->g->nx - 1];
    n = loss_ticks(low, high, false, 6, ticks, MOST_TICKS);
    for (size_t i = 0; i < n; i++) {
        tick_text(ticks[i], text);
        text_at(cr, b->x + b->w * share_of(ticks[i], low, high), b->y + b->h + 18 * u, 0.5, text);
    }
    font(cr, 13 * u, true);
    text_at(cr, b->x + b->w / 2, b->y + b->h + 42 * u, 0.5, "along the direction (multiples)");
    scene_quantity(&p->s->scene, number, text);
    cairo_save(cr);
    cairo_translate(cr, b->x - 58 * u, b->y + b->h / 2);
    cairo_rotate(cr, -1.57079632679489662);
    text_at(cr, 0, 0, 0.5, text);
    cairo_restore(cr);
    cairo_rectangle(cr, b->x, b->y, b->w, b->h);
    cairo_set_line_width(cr, 1.2 * u);
    cairo_stroke(cr);
}

bool overlay_curves(const session *s, size_t number, cairo_t *cr)
{
    const pane *shown = &s->layout.panes[number];
    const view *v = &s->scene.views[shown->view];
    const theme *t = theme_of(s->scene.set.theme);
    const box *area = &shown->at;
    size_t nx = v->grid.nx;
    double u = s->layout.unit, *mean = calloc(2 * nx, sizeof *mean);
    plot p = {s,
              &v->grid,
              &s->scene.scale,
              {area->x + 84 * u, area->y + 14 * u, area->w - 112 * u, area->h - 74 * u}};
    if (!mean)
        return false;
    line_stats(v->curves, v->grid.ny, nx, mean, mean + nx);
    if (p.at.w > 0 && p.at.h > 0) {
        draw_axes(&p, shown->view, cr);
        cairo_save(cr);
        cairo_rectangle(cr, p.at.x, p.at.y, p.at.w, p.at.h);
        cairo_clip(cr);
        cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
        ink(cr, t->accent, 0.2);
        draw_band(&p, mean, mean + nx, cr);
        ink(cr, t->accent, 0.5);
        cairo_set_line_width(cr, u);
        for (size_t k = 0; k < v->grid.ny; k++)
            draw_curve(&p, v->curves + k * nx, cr);
        ink(cr, t->accent, 1);
        cairo_set_line_width(cr, 3 * u);
        draw_curve(&p, mean, cr);
        cairo_restore(cr);
    }
    free(mean);
    return true;
}
