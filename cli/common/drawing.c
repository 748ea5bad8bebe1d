/* Texts as paths. */
#include "drawing.h"

void drawing_text_path(cairo_t *cr, const char *text)
{
    cairo_text_path(cr, text);
    cairo_scaled_font_t *font = cairo_get_scaled_font(cr);
    if (cairo_scaled_font_status(font)) /* the font remembers, and hands it to who sets it */
        cairo_set_scaled_font(cr, font);
}
