/* What maps and curves share: ticks, text, frame, axes. */
#include "figure/figure.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "svg_text.h"
#include "tick_text.h"

static const double INK = 0.13, GREY = 0.35;

void figure_add_caption(figure *f, const char *format, ...)
{
    enum { SIZE = 512 };
    char *text = f->n_captions < MOST_CAPTIONS ? malloc(SIZE) : NULL;
    if (!text) {
        f->failed = true;
        return;
    }
    char raw[SIZE]; /* a file's texts are in it */
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(raw, sizeof raw, format, arguments);
    va_end(arguments);
    loss_text_escape(raw, sizeof raw, text, SIZE);
    f->captions[f->n_captions++] = text;
}

/* Of low .. high; in halves where their difference overflows. */
static double share_of(double value, double low, double high)
{
    return isfinite(high - low) ? (value - low) / (high - low)
                                : (value / 2 - low / 2) / (high / 2 - low / 2);
}

double figure_along(loss_axis axis, double value)
{
    if (!(axis.max > axis.min))
        return 0.5;
    double share = share_of(value, axis.min, axis.max);
    return share < -2 ? -2 : share > 3 ? 3 : share;
}

size_t figure_scale_ticks(const figure *f, double *ticks, double *places)
{
    size_t n = loss_scale_ticks(&f->scale, 8, ticks, MOST_TICKS);
    for (size_t i = 0; i < n; i++)
        places[i] = loss_scale_place(&f->scale, ticks[i]);
    return n;
}

void figure_font(cairo_t *cr, double size, bool bold)
{
    cairo_select_font_face(cr, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL,
                           bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cr, size);
}

void figure_text(cairo_t *cr, double x, double y, double align, const char *text)
{
    cairo_text_extents_t extents;
    cairo_text_extents(cr, text, &extents);
    cairo_move_to(cr, x - align * extents.x_advance, y);
    if (!svg_texts_take(cr, text, 0, NULL))
        cairo_show_text(cr, text);
}

/* Room above the plotting area. */
static double top_of(const figure *f)
{
    return f->title && *f->title ? 70 : 24;
}

/* Room below it: ticks, the axis' name, captions. */
static double bottom_of(const figure *f)
{
    return 90 + 26 * (double)f->n_captions + 14;
}

static double unit_of(const figure *f)
{
    return f->unit > 0                          ? f->unit
           : f->width / 1200 < f->height / 1000 ? f->width / 1200
                                                : f->height / 1000;
}

double figure_fitting_height(const figure *f)
{
    static const double map = 0.8, curves = 0.62, least = 0.2, most = 3;
    double u = unit_of(f),
           legend = f->is_map ? figure_legend_height(f, u) : (30 * (double)f->n_fields + 8) * u,
           shape = (f->y.max / 2 - f->y.min / 2) / (f->x.max / 2 - f->x.min / 2);
    shape = !f->is_map ? curves : f->has_one_scale ? fmin(fmax(shape, least), most) : map;
    return (top_of(f) + bottom_of(f)) * u + legend +
           shape * fmax(f->width - (f->is_map ? 300 : 200) * u, 50 * u);
}

frame figure_frame(const figure *f, double right_margin)
{
    double unit = unit_of(f);
    frame r = {115 * unit, top_of(f) * unit, 0, 0, unit};
    r.width = f->width - r.left - right_margin * unit;
    r.height = f->height - r.top - bottom_of(f) * unit;
    return r;
}

/* A text too wide for the picture is drawn smaller. */
static void fitted_text(cairo_t *cr, double x, double y, double align, double size, bool bold,
                        double width, const char *text)
{
    cairo_text_extents_t extents;
    figure_font(cr, size, bold);
    cairo_text_extents(cr, text, &extents);
    for (int i = 0; i < 8 && extents.x_advance > width;
         i++) { /* widths of hinted text do not follow the size */
        size *= 0.99 * width / extents.x_advance;
        figure_font(cr, size, bold);
        cairo_text_extents(cr, text, &extents);
    }
    figure_text(cr, x, y, align, text);
}

void figure_draw_title_and_captions(const figure *f, const frame *r, cairo_t *cr)
{
    double u = r->unit;
    cairo_set_source_rgb(cr, INK, INK, INK);
    if (f->title && *f->title)
        fitted_text(cr, r->left + r->width / 2, 46 * u, 0.5, 26 * u, true, f->width - 40 * u,
                    f->title);
    cairo_set_source_rgb(cr, GREY, GREY, GREY);
    for (size_t i = 0; i < f->n_captions; i++)
        fitted_text(cr, 24 * u, f->height - (14 + 26 * (double)(f->n_captions - 1 - i)) * u, 0,
                    18 * u, false, f->width - 48 * u, f->captions[i]);
}

void figure_draw_x_axis(const figure *f, const frame *r, cairo_t *cr)
{
    double ticks[MOST_TICKS], u = r->unit, bottom = r->top + r->height;
    size_t n = loss_ticks(f->x.min, f->x.max, false, 8, ticks, MOST_TICKS);
    cairo_set_source_rgb(cr, INK, INK, INK);
    cairo_set_line_width(cr, 1.6 * u);
    figure_font(cr, 20 * u, false);
    for (size_t i = 0; i < n; i++) {
        char text[TICK_TEXT];
        double at = r->left + r->width * figure_along(f->x, ticks[i]);
        cairo_move_to(cr, at, bottom);
        cairo_rel_line_to(cr, 0, 8 * u);
        cairo_stroke(cr);
        tick_text(ticks[i], text);
        figure_text(cr, at, bottom + 32 * u, 0.5, text);
    }
    figure_font(cr, 22 * u, false);
    figure_text(cr, r->left + r->width / 2, bottom + 66 * u, 0.5, f->x_label);
}

void figure_draw_side_axis(const frame *r, double at, bool outward_right, const double *ticks,
                           const double *places, size_t n, const char *label, cairo_t *cr)
{
    double u = r->unit, sign = outward_right ? 1 : -1, widest = 0;
    cairo_set_source_rgb(cr, INK, INK, INK);
    cairo_set_line_width(cr, 1.6 * u);
    figure_font(cr, 20 * u, false);
    for (size_t i = 0; i < n; i++) {
        char text[TICK_TEXT];
        cairo_text_extents_t extents;
        double y = r->top + r->height * (1 - places[i]);
        cairo_move_to(cr, at, y);
        cairo_rel_line_to(cr, sign * 8 * u, 0);
        cairo_stroke(cr);
        tick_text(ticks[i], text);
        cairo_text_extents(cr, text, &extents);
        widest = extents.x_advance > widest ? extents.x_advance : widest;
        figure_text(cr, at + sign * 13 * u, y + 7 * u, outward_right ? 0 : 1, text);
    }
    figure_font(cr, 22 * u, false);
    cairo_save(cr);
    double x = at + sign * (widest + (outward_right ? 40 : 28) * u);
    cairo_translate(cr, x < 20 * u ? 20 * u : x,
                    r->top + r->height / 2); /* wide numbers must not push it out of the picture */
    cairo_rotate(cr, -3.14159265358979 / 2);
    figure_text(cr, 0, 0, 0.5, label);
    cairo_restore(cr);
}
