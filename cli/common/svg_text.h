/* Texts of an SVG as texts. cairo writes them as outlines, which no editor and no search finds:
 * they are kept while it draws and written behind its drawing. */
#ifndef SVG_TEXT_H
#define SVG_TEXT_H

#include <cairo.h>
#include <loss/loss.h>

/** A surface for an SVG, which is kept in memory. */
cairo_surface_t *svg_surface_create(double width, double height);
/** Ends it and writes the drawing, then its texts. */
cairo_status_t svg_surface_write(cairo_surface_t *surface, loss_file *file);

/** Keeps a text at the current point, in the font and colour that are set.
 *  @param halo         width of a rim around it, in the units of `cr`; 0: none
 *  @param halo_colour  [3] of the rim; NULL: white
 *  @return false: the surface is none of an SVG, draw the text */
bool svg_texts_take(cairo_t *cr, const char *text, double halo, const double *halo_colour);

#endif
