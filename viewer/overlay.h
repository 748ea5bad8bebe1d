/* What lies flat over the picture, drawn with cairo: texts, marks, colour bar, panel. No OpenGL. */
#ifndef OVERLAY_H
#define OVERLAY_H

#include <cairo.h>

#include "colours.h"

#include "session.h"

/** Draws all of it. The axes' texts and the marks are placed so that none covers another; what
 * finds no place is left out. */
void overlay_draw(const session *s, cairo_t *cr);

/* The parts. */
void overlay_panel(const session *s, cairo_t *cr);
void overlay_help(const session *s, cairo_t *cr);
void overlay_bar(const session *s, cairo_t *cr);
/** Axis texts, then marks with their labels, of the view of that number. */
void overlay_labels(const session *s, size_t number, cairo_t *cr);

/* Drawing pieces. */
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
