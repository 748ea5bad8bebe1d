/* Steps of drawing that both programs take. */
#ifndef DRAWING_H
#define DRAWING_H

#include <cairo.h>

/** cairo_text_path(), which forgets to tell when memory runs out before the first glyph: this tells
 * it by cairo_status(). */
void drawing_text_path(cairo_t *cr, const char *text);

#endif
