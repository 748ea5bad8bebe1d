/* Texts of an SVG as texts. cairo writes them as outlines, which no editor and no search finds:
 * they are kept while it draws and written behind its drawing. */
#ifndef SVG_TEXT_H
#define SVG_TEXT_H

#include <cairo.h>
#include <loss/loss.h>

typedef struct svg_texts svg_texts;

/** Makes an empty list and hangs it on a surface, which owns it. NULL: out of memory. */
svg_texts *svg_texts_attach(cairo_surface_t *surface);

/** Keeps a text at the current point, in the font and colour that are set.
 *  @param halo  width of a light rim around it, in the units of `cr`; 0: none
 *  @return false: the surface keeps no texts, draw it */
bool svg_texts_take(cairo_t *cr, const char *text, double halo);

/** Writes them as elements. @return false: memory ran out, some are missing */
bool svg_texts_write(const svg_texts *texts, loss_file *file);

#endif
