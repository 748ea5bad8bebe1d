/* Drawing pieces. */
#include "overlay/draw.h"

#include "drawing.h"
#include "svg_text.h"

void ink(cairo_t *cr, rgb c, double alpha)
{
    cairo_set_source_rgba(cr, c.r, c.g, c.b, alpha);
}

void font(cairo_t *cr, double size, bool bold)
{
    cairo_select_font_face(cr, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL,
                           bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cr, size);
}

double text_width(cairo_t *cr, const char *text)
{
    cairo_text_extents_t extents;
    cairo_text_extents(cr, text, &extents);
    return extents.x_advance;
}

void text_at(cairo_t *cr, double x, double y, double align, const char *text)
{
    cairo_move_to(cr, x - (align > 0 ? align * text_width(cr, text) : 0), y);
    if (!svg_texts_take(cr, text, 0, NULL))
        cairo_show_text(cr, text);
    cairo_new_path(cr); /* or what is drawn next would begin where the text ends */
}

void halo_text(cairo_t *cr, const theme *t, double unit, double x, double y, double align,
               const char *text)
{
    cairo_move_to(cr, x - (align > 0 ? align * text_width(cr, text) : 0), y);
    ink(cr, t->ink, 1);
    if (svg_texts_take(cr, text, 3.2 * unit, (const double[]){t->halo.r, t->halo.g, t->halo.b})) {
        cairo_new_path(cr);
        return;
    }
    bool is_document = cairo_surface_get_type(cairo_get_target(cr)) != CAIRO_SURFACE_TYPE_IMAGE;
    double x0, y0;
    cairo_get_current_point(cr, &x0, &y0);
    drawing_text_path(cr, text);
    ink(cr, t->halo, 0.85);
    cairo_set_line_width(cr, 3.2 * unit);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    cairo_stroke_preserve(cr);
    ink(cr, t->ink, 1);
    if (!is_document) {
        cairo_fill(cr);
        return;
    }
    cairo_new_path(cr); /* a document wants texts, not their outlines */
    cairo_move_to(cr, x0, y0);
    cairo_show_text(cr, text);
    cairo_new_path(cr);
}

void rounded(cairo_t *cr, box b, double r)
{
    static const double quarter = 1.57079632679489662;
    const double x[4] = {b.x + b.w - r, b.x + b.w - r, b.x + r, b.x + r},
                 y[4] = {b.y + r, b.y + b.h - r, b.y + b.h - r, b.y + r};
    cairo_new_sub_path(cr);
    for (int i = 0; i < 4; i++)
        cairo_arc(cr, x[i], y[i], r, quarter * (i - 1), quarter * i);
    cairo_close_path(cr);
}
