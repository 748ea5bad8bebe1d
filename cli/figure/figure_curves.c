/* Curves over a line through weight space, with bands of one standard error. A point that is
 * absent breaks the curve. A dashed line marks the centre, the trained weights, and another
 * solution. */
#include <math.h>

#include "figure/figure.h"

/* Blue and vermilion of Okabe and Ito: told apart by the colour-blind. */
static const double COLOURS[2][3] = {{0.0, 0.447, 0.698}, {0.835, 0.369, 0.0}};

static double x_of(const figure *f, const frame *r, size_t i)
{
    return r->left + r->width * figure_along(f->x, loss_axis_at(f->x, i));
}

static double place(const figure *f, const field *q, double value)
{
    return q->on_right ? 0.02 + 0.96 * value / 100 : loss_scale_place(&f->scale, value);
}

static double y_of(const figure *f, const frame *r, const field *q, double value)
{
    return r->top + r->height * (1 - place(f, q, value));
}

/* Of the lower end of a band: on logarithmic heights one at 0 or less is below the picture. */
static double lower_place(const figure *f, const field *q, double value)
{
    double at = place(f, q, value);
    return isfinite(value) && !isfinite(at) ? 0 : at;
}

static void draw_band(const figure *f, const frame *r, const field *q, cairo_t *cr)
{
    for (size_t i = 0; q->errors && i + 1 < q->nx; i++) {
        const double at[4] = {place(f, q, q->values[i] + q->errors[i]),
                              place(f, q, q->values[i + 1] + q->errors[i + 1]),
                              lower_place(f, q, q->values[i + 1] - q->errors[i + 1]),
                              lower_place(f, q, q->values[i] - q->errors[i])};
        bool whole = true;
        for (int k = 0; k < 4; k++)
            whole = whole && isfinite(at[k]);
        if (!whole)
            continue;
        for (int k = 0; k < 4; k++)
            cairo_line_to(cr, x_of(f, r, k == 1 || k == 2 ? i + 1 : i),
                          r->top + r->height * (1 - at[k]));
        cairo_close_path(cr);
        cairo_fill(cr);
    }
}

static void draw_curve(const figure *f, const frame *r, const field *q, const double *values,
                       cairo_t *cr)
{
    bool open = false;
    for (size_t i = 0; i < q->nx; i++) {
        bool there = isfinite(place(f, q, values[i]));
        if (there && open)
            cairo_line_to(cr, x_of(f, r, i), y_of(f, r, q, values[i]));
        else if (there)
            cairo_move_to(cr, x_of(f, r, i), y_of(f, r, q, values[i]));
        open = there;
    }
    cairo_stroke(cr);
}

/* Thin lines, band, and the curve; a percentage is dashed. */
static void draw_field(const figure *f, const frame *r, const field *q, cairo_t *cr)
{
    const double *colour = COLOURS[q->split], dashes[] = {10 * r->unit, 6 * r->unit};
    cairo_set_source_rgba(cr, colour[0], colour[1], colour[2], 0.2);
    draw_band(f, r, q, cr);
    cairo_set_source_rgba(cr, colour[0], colour[1], colour[2], 0.45);
    cairo_set_line_width(cr, r->unit);
    for (size_t k = 0; k < q->n_lines; k++)
        draw_curve(f, r, q, q->lines + k * q->nx, cr);
    cairo_set_source_rgb(cr, colour[0], colour[1], colour[2]);
    cairo_set_line_width(cr, (q->on_right ? 2 : 3) * r->unit);
    cairo_set_dash(cr, dashes, q->on_right ? 2 : 0, 0);
    draw_curve(f, r, q, q->values, cr);
    cairo_set_dash(cr, NULL, 0, 0);
}

static void draw_upright(const figure *f, const frame *r, double x, cairo_t *cr)
{
    const double dashes[] = {8 * r->unit, 6 * r->unit};
    if (f->x.min > x || f->x.max < x || !(f->x.min < f->x.max))
        return;
    cairo_set_source_rgb(cr, 0.4, 0.4, 0.4);
    cairo_set_line_width(cr, 1.6 * r->unit);
    cairo_set_dash(cr, dashes, 2, 0);
    cairo_move_to(cr, r->left + r->width * figure_along(f->x, x), r->top);
    cairo_rel_line_to(cr, 0, r->height);
    cairo_stroke(cr);
    cairo_set_dash(cr, NULL, 0, 0);
}

/* Faint lines at the ticks, and dashed ones at the solutions. */
static void draw_grid(const figure *f, const frame *r, const double *places, size_t n, cairo_t *cr)
{
    cairo_set_source_rgb(cr, 0.88, 0.88, 0.88);
    cairo_set_line_width(cr, r->unit);
    for (size_t i = 0; i < n; i++) {
        cairo_move_to(cr, r->left, r->top + r->height * (1 - places[i]));
        cairo_rel_line_to(cr, r->width, 0);
        cairo_stroke(cr);
    }
    draw_upright(f, r, 0, cr);
    if (f->n_solutions)
        draw_upright(f, r, 1, cr);
}

enum { LEGEND_LINE = 30 };

/* Entries a line: two where the widest label has room. */
static size_t legend_columns(const figure *f, const frame *r, cairo_t *cr)
{
    double widest = 0;
    figure_font(cr, 20 * r->unit, false);
    for (size_t k = 0; k < f->n_fields; k++) {
        cairo_text_extents_t extents;
        cairo_text_extents(cr, f->fields[k].label, &extents);
        widest = fmax(widest, extents.x_advance);
    }
    return widest + 66 * r->unit < 0.5 * r->width ? 2 : 1;
}

static double legend_height(const figure *f, double unit, size_t columns)
{
    return (double)((f->n_fields + columns - 1) / columns * LEGEND_LINE + 8) * unit;
}

/* Above the plot, so that it covers no curve. */
static void draw_legend(const figure *f, const frame *r, size_t columns, cairo_t *cr)
{
    const double dashes[] = {10 * r->unit, 6 * r->unit};
    double top = r->top - legend_height(f, r->unit, columns);
    figure_font(cr, 20 * r->unit, false);
    for (size_t k = 0; k < f->n_fields; k++) {
        const field *q = &f->fields[k];
        double x = r->left + (k % columns ? 0.52 : 0.02) * r->width,
               y = top + (22 + LEGEND_LINE * (double)(k / columns)) * r->unit;
        cairo_set_source_rgb(cr, COLOURS[q->split][0], COLOURS[q->split][1], COLOURS[q->split][2]);
        cairo_set_line_width(cr, (q->on_right ? 2 : 3) * r->unit);
        cairo_set_dash(cr, dashes, q->on_right ? 2 : 0, 0);
        cairo_move_to(cr, x, y - 7 * r->unit);
        cairo_rel_line_to(cr, 46 * r->unit, 0);
        cairo_stroke(cr);
        cairo_set_dash(cr, NULL, 0, 0);
        cairo_set_source_rgb(cr, 0.13, 0.13, 0.13);
        figure_text(cr, x + 58 * r->unit, y, 0, q->label);
    }
}

/* The axis of percentages. */
static void draw_right_axis(const frame *r, cairo_t *cr)
{
    double ticks[6], places[6];
    for (int i = 0; i < 6; i++) {
        ticks[i] = 20 * i;
        places[i] = 0.02 + 0.96 * ticks[i] / 100;
    }
    figure_draw_side_axis(r, r->left + r->width, true, ticks, places, 6, "accuracy (%)", cr);
}

bool figure_draw_curves(const figure *f, cairo_t *cr)
{
    bool has_right = false;
    for (size_t k = 0; k < f->n_fields; k++)
        has_right = has_right || f->fields[k].on_right;
    frame r = figure_frame(f, has_right ? 110 : 40);
    size_t columns = legend_columns(f, &r, cr);
    r.top += legend_height(f, r.unit, columns);
    r.height -= legend_height(f, r.unit, columns);
    double ticks[MOST_TICKS], places[MOST_TICKS];
    size_t n = figure_scale_ticks(f, ticks, places);
    cairo_save(cr);
    cairo_rectangle(cr, r.left, r.top, r.width, r.height);
    cairo_clip(cr);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    draw_grid(f, &r, places, n, cr);
    for (size_t k = 0; k < f->n_fields; k++)
        draw_field(f, &r, &f->fields[k], cr);
    cairo_restore(cr);
    draw_legend(f, &r, columns, cr);
    cairo_set_source_rgb(cr, 0.13, 0.13, 0.13);
    cairo_set_line_width(cr, 1.6 * r.unit);
    cairo_rectangle(cr, r.left, r.top, r.width, r.height);
    cairo_stroke(cr);
    figure_draw_x_axis(f, &r, cr);
    figure_draw_side_axis(&r, r.left, false, ticks, places, n, f->y_label, cr);
    if (has_right)
        draw_right_axis(&r, cr);
    figure_draw_title_and_captions(f, &r, cr);
    return true;
}
