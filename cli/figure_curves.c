/* Curves over a line through weight space, with bands of one standard error. A point that is absent breaks the curve. A dashed
 * line marks the centre: the trained weights. */
#include <math.h>

#include "figure.h"

/* Blue and vermilion of Okabe and Ito: told apart by the colour-blind. */
static const double COLOURS[2][3] = {{0.0, 0.447, 0.698}, {0.835, 0.369, 0.0}};

static double x_of(const figure *f, const frame *r, size_t i)
{
    return r->left + r->width * (f->x.max > f->x.min ? (loss_axis_at(f->x, i) - f->x.min) / (f->x.max - f->x.min) : 0.5);
}

static double y_of(const figure *f, const frame *r, double value)
{
    return r->top + r->height * (1 - figure_place(f, value));
}

static void draw_band(const figure *f, const frame *r, const field *q, cairo_t *cr)
{
    for (size_t i = 0; q->errors && i + 1 < q->nx; i++) {
        double corners[4] = {q->values[i] + q->errors[i], q->values[i + 1] + q->errors[i + 1],
                             q->values[i + 1] - q->errors[i + 1], q->values[i] - q->errors[i]};
        bool whole = true;
        for (int k = 0; k < 4; k++)
            whole = whole && isfinite(figure_place(f, corners[k]));
        if (!whole)
            continue;
        for (int k = 0; k < 4; k++)
            cairo_line_to(cr, x_of(f, r, k == 1 || k == 2 ? i + 1 : i), y_of(f, r, corners[k]));
        cairo_close_path(cr);
        cairo_fill(cr);
    }
}

static void draw_curve(const figure *f, const frame *r, const field *q, cairo_t *cr)
{
    bool open = false;
    for (size_t i = 0; i < q->nx; i++) {
        bool there = isfinite(figure_place(f, q->values[i]));
        if (there && open)
            cairo_line_to(cr, x_of(f, r, i), y_of(f, r, q->values[i]));
        else if (there)
            cairo_move_to(cr, x_of(f, r, i), y_of(f, r, q->values[i]));
        open = there;
    }
    cairo_stroke(cr);
}

/* Faint lines at the ticks, and the dashed one at the centre. */
static void draw_grid(const figure *f, const frame *r, const double *places, size_t n, cairo_t *cr)
{
    const double dashes[] = {8 * r->unit, 6 * r->unit};
    cairo_set_source_rgb(cr, 0.88, 0.88, 0.88);
    cairo_set_line_width(cr, r->unit);
    for (size_t i = 0; i < n; i++) {
        cairo_move_to(cr, r->left, r->top + r->height * (1 - places[i]));
        cairo_rel_line_to(cr, r->width, 0);
        cairo_stroke(cr);
    }
    if (f->x.min > 0 || f->x.max < 0 || !(f->x.min < f->x.max))
        return;
    cairo_set_source_rgb(cr, 0.4, 0.4, 0.4);
    cairo_set_line_width(cr, 1.6 * r->unit);
    cairo_set_dash(cr, dashes, 2, 0);
    cairo_move_to(cr, r->left - r->width * f->x.min / (f->x.max - f->x.min), r->top);
    cairo_rel_line_to(cr, 0, r->height);
    cairo_stroke(cr);
    cairo_set_dash(cr, NULL, 0, 0);
}

static void draw_legend(const figure *f, const frame *r, cairo_t *cr)
{
    /* Top and middle: a valley leaves room there. Behind it white, for what is no valley. */
    double x = r->left + 0.31 * r->width, height = (18 + 30 * (double)f->n_fields) * r->unit;
    cairo_set_source_rgba(cr, 1, 1, 1, 0.85);
    cairo_rectangle(cr, x - 12 * r->unit, r->top + 2 * r->unit, 0.38 * r->width + 24 * r->unit, height);
    cairo_fill(cr);
    figure_font(cr, 20 * r->unit, false);
    for (size_t k = 0; k < f->n_fields; k++) {
        double y = r->top + (30 + 30 * (double)k) * r->unit;
        cairo_set_source_rgb(cr, COLOURS[k][0], COLOURS[k][1], COLOURS[k][2]);
        cairo_set_line_width(cr, 3 * r->unit);
        cairo_move_to(cr, x, y - 7 * r->unit);
        cairo_rel_line_to(cr, 40 * r->unit, 0);
        cairo_stroke(cr);
        cairo_set_source_rgb(cr, 0.13, 0.13, 0.13);
        figure_text(cr, x + 52 * r->unit, y, 0, f->fields[k].label);
    }
}

void figure_draw_curves(const figure *f, cairo_t *cr)
{
    frame r = figure_frame(f, 40);
    double ticks[MOST_TICKS], places[MOST_TICKS];
    size_t n = figure_scale_ticks(f, ticks, places);
    cairo_save(cr);
    cairo_rectangle(cr, r.left, r.top, r.width, r.height);
    cairo_clip(cr);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    draw_grid(f, &r, places, n, cr);
    for (size_t k = 0; k < f->n_fields; k++) {
        cairo_set_source_rgba(cr, COLOURS[k][0], COLOURS[k][1], COLOURS[k][2], 0.2);
        draw_band(f, &r, &f->fields[k], cr);
        cairo_set_source_rgb(cr, COLOURS[k][0], COLOURS[k][1], COLOURS[k][2]);
        cairo_set_line_width(cr, 3 * r.unit);
        draw_curve(f, &r, &f->fields[k], cr);
    }
    cairo_restore(cr);
    draw_legend(f, &r, cr);
    cairo_set_source_rgb(cr, 0.13, 0.13, 0.13);
    cairo_set_line_width(cr, 1.6 * r.unit);
    cairo_rectangle(cr, r.left, r.top, r.width, r.height);
    cairo_stroke(cr);
    figure_draw_x_axis(f, &r, cr);
    figure_draw_side_axis(&r, r.left, false, ticks, places, n, f->y_label, cr);
    figure_draw_title_and_captions(f, &r, cr);
}
