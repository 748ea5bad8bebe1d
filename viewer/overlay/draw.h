/* Pieces that everything flat is drawn of: texts, boxes, colours. */
#ifndef DRAW_H
#define DRAW_H

#include <cairo.h>

#include "colours.h"
#include "overlay/layout.h"

void ink(cairo_t *cr, rgb colour, double alpha);
void font(cairo_t *cr, double size, bool bold);
double text_width(cairo_t *cr, const char *text);
/** A line of text; align 0 left, 0.5 centre, 1 right of x; y is the baseline. */
void text_at(cairo_t *cr, double x, double y, double align, const char *text);
/** The same with a halo of the theme, so that it can be read over anything. */
void halo_text(cairo_t *cr, const theme *t, double unit, double x, double y, double align,
               const char *text);
void rounded(cairo_t *cr, box b, double radius);

#endif
