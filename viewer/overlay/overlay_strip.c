/* The losses of a training path by epoch: the plane's below it, and the checkpoints' own; how sharp
 * the plane is there; how far these are off it; and up to which epoch the path is shown. */
#include "overlay/strip.h"

#include <math.h>
#include <stdio.h>

#include "overlay/draw.h"
#include "overlay/overlay_parts.h"
#include "scene/epochs.h"
#include "tick_text.h"

/* A curve of the strip. */
typedef enum curve { CURVE_PLANE, CURVE_OWN, CURVE_SHARPNESS, CURVE_RESIDUAL, N_CURVES } curve;

static double value_of(const strip *t, curve which, const path_point *p)
{
    switch (which) {
    case CURVE_PLANE: return p->plane_loss[t->split];
    case CURVE_OWN: return p->true_loss[t->split];
    case CURVE_SHARPNESS: return t->sharpest > 0 ? strip_sharpness(t, p) : (double)NAN;
    default: return p->residual;
    }
}

/* Losses by their scale; shares, and sharpness of the largest there is, from the lower end to the
 * upper one. */
static double y_of(const strip *t, curve which, const path_point *p)
{
    double value = value_of(t, which, p);
    if (which == CURVE_PLANE || which == CURVE_OWN)
        return strip_y(t, value);
    return t->at.y + t->at.h * (1 - (which == CURVE_SHARPNESS ? value / t->sharpest : value));
}

static void set_pen(const session *s, curve which, size_t run, double alpha, cairo_t *cr)
{
    static const double dashes[N_CURVES][2] = {
        [CURVE_SHARPNESS] = {1.6, 2.6}, [CURVE_RESIDUAL] = {5, 4}};
    const theme *t = theme_of(s->scene.set.theme);
    const rgb colours[N_CURVES] = {rgb_of_run(run), t->ink, {0.64, 0.42, 0.84}, t->ink};
    double u = s->layout.unit, dash[2] = {dashes[which][0] * u, dashes[which][1] * u};
    ink(cr, colours[which], which == CURVE_RESIDUAL ? 0.55 * alpha : alpha);
    cairo_set_line_width(cr, (which == CURVE_PLANE       ? 2.4
                              : which == CURVE_SHARPNESS ? 2.2
                                                         : 1.6) *
                                 u);
    cairo_set_dash(cr, dash, dash[0] > 0 ? 2 : 0, 0);
}

/* What lies beyond the epoch that is shown is pale. */
static void draw_curve(const session *s, const strip *t, curve which, cairo_t *cr)
{
    double u = s->layout.unit;
    for (size_t i = 0; i < t->grid->n_path; i++) {
        const path_point *p = &t->grid->path[i];
        double alpha = (double)p->epoch <= s->scene.set.epoch ? 1 : 0.3,
               x = strip_x(t, (double)p->epoch), y = y_of(t, which, p);
        if (!isfinite(y))
            continue;
        set_pen(s, which, p->run, alpha, cr);
        if (i && p[-1].run == p->run && isfinite(y_of(t, which, p - 1))) {
            cairo_move_to(cr, strip_x(t, (double)p[-1].epoch), y_of(t, which, p - 1));
            cairo_line_to(cr, x, y);
            cairo_stroke(cr);
        }
        if (which == CURVE_PLANE || which == CURVE_OWN) {
            cairo_arc(cr, x, y, 2.2 * u, 0, 6.28318530717958648);
            cairo_fill(cr);
        }
    }
    cairo_set_dash(cr, NULL, 0, 0);
}

static void draw_axes(const session *s, const strip *t, cairo_t *cr)
{
    const theme *shades = theme_of(s->scene.set.theme);
    double u = s->layout.unit, ticks[MOST_TICKS];
    const box *b = &t->at;
    char text[TICK_TEXT];
    font(cr, 11 * u, false);
    cairo_set_line_width(cr, u);
    size_t n = loss_scale_ticks(&t->scale, (size_t)fmax(2, b->h / (26 * u)), ticks, MOST_TICKS);
    for (size_t i = 0; i < n; i++) {
        double y = strip_y(t, ticks[i]);
        ink(cr, shades->faint, 0.5);
        cairo_move_to(cr, b->x, y);
        cairo_line_to(cr, b->x + b->w, y);
        cairo_stroke(cr);
        ink(cr, shades->ink, 1);
        tick_text(ticks[i], text);
        text_at(cr, b->x - 7 * u, y + 4 * u, 1, text);
    }
    n = loss_ticks(t->first, t->last, false, (size_t)fmax(2, b->w / (70 * u)), ticks, MOST_TICKS);
    for (size_t i = 0; i < n; i++) {
        if (ticks[i] > floor(ticks[i])) /* no epoch */
            continue;
        tick_text(ticks[i], text);
        text_at(cr, strip_x(t, ticks[i]), b->y + b->h + 15 * u, 0.5, text);
    }
    text_at(cr, b->x + b->w / 2, b->y + b->h + 30 * u, 0.5, "epoch");
    if (t->has_residual) {
        ink(cr, shades->ink, 0.7);
        text_at(cr, b->x + b->w + 7 * u, b->y + 8 * u, 0, "100 %");
        text_at(cr, b->x + b->w + 7 * u, b->y + b->h, 0, "0 %");
    }
    ink(cr, shades->ink, 0.6);
    cairo_rectangle(cr, b->x, b->y, b->w, b->h);
    cairo_stroke(cr);
}

/* What a curve is, with its value at an epoch where there is one run; "" where it has none. */
static void legend_text(const strip *t, curve which, size_t epoch, char text[96])
{
    static const char *const names[] = {"on the plane, below the path", "the checkpoint's own",
                                        "sharpness on the plane", "part of its way off the plane"};
    const path_point *at = NULL;
    bool has = false;
    for (size_t i = 0; i < t->grid->n_path; i++) {
        const path_point *p = &t->grid->path[i];
        has |= isfinite(value_of(t, which, p));
        at = p->epoch == epoch && t->grid->n_runs == 1 ? p : at;
    }
    if (!has)
        text[0] = 0;
    else if (!at || !isfinite(value_of(t, which, at)))
        snprintf(text, 96, "%s", names[which]);
    else if (which == CURVE_RESIDUAL)
        snprintf(text, 96, "%.0f %% of its way is off the plane", 100 * at->residual);
    else if (which == CURVE_SHARPNESS)
        snprintf(text, 96, "sharpness %.3g of at most %.3g", value_of(t, which, at), t->sharpest);
    else
        snprintf(text, 96, "%.4g %s", value_of(t, which, at), names[which]);
}

/* The line above the curves. What finds no room is left out. */
static void draw_legend(const session *s, const strip *t, size_t epoch, cairo_t *cr)
{
    const theme *shades = theme_of(s->scene.set.theme);
    double u = s->layout.unit, x = t->at.x, y = t->at.y - 9 * u;
    char text[128], what[96];
    snprintf(text, sizeof text, "Epoch %zu, %s loss", epoch,
             t->split == LOSS_SPLIT_TEST ? "test" : "training");
    font(cr, 12 * u, true);
    ink(cr, shades->ink, 1);
    text_at(cr, x, y, 0, text);
    x += text_width(cr, text) + 16 * u;
    font(cr, 11.5 * u, false);
    for (int k = 0; k < N_CURVES; k++) {
        legend_text(t, (curve)k, epoch, what);
        if (!what[0] || x + 24 * u + text_width(cr, what) > t->at.x + t->at.w + 48 * u)
            continue;
        set_pen(s, (curve)k, 0, 1, cr);
        cairo_move_to(cr, x, y - 4 * u);
        cairo_line_to(cr, x + 18 * u, y - 4 * u);
        cairo_stroke(cr);
        cairo_set_dash(cr, NULL, 0, 0);
        ink(cr, shades->ink, 1);
        text_at(cr, x + 23 * u, y, 0, what);
        x += 23 * u + text_width(cr, what) + 16 * u;
    }
}

static void draw_cursor(const session *s, const strip *t, size_t epoch, cairo_t *cr)
{
    double u = s->layout.unit, x = strip_x(t, (double)epoch);
    ink(cr, theme_of(s->scene.set.theme)->accent, 1);
    cairo_set_line_width(cr, 2 * u);
    cairo_move_to(cr, x, t->at.y);
    cairo_line_to(cr, x, t->at.y + t->at.h);
    cairo_stroke(cr);
    cairo_move_to(cr, x - 6 * u, t->at.y - 6 * u); /* a handle */
    cairo_line_to(cr, x + 6 * u, t->at.y - 6 * u);
    cairo_line_to(cr, x, t->at.y + 4 * u);
    cairo_close_path(cr);
    cairo_fill(cr);
}

void overlay_strip(const session *s, size_t number, cairo_t *cr)
{
    strip t;
    size_t epoch;
    if (!strip_make(&t, &s->layout, &s->scene, number) || !epochs_shown(&s->scene, &epoch))
        return;
    draw_axes(s, &t, cr);
    cairo_save(cr);
    cairo_rectangle(cr, t.at.x - 4, t.at.y - 4, t.at.w + 8, t.at.h + 8);
    cairo_clip(cr);
    for (int k = N_CURVES; k-- > 0;)
        draw_curve(s, &t, (curve)k, cr);
    cairo_restore(cr);
    draw_cursor(s, &t, epoch, cr);
    draw_legend(s, &t, epoch, cr);
}
