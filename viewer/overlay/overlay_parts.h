/* The parts of the overlay, a file each. */
#ifndef OVERLAY_PARTS_H
#define OVERLAY_PARTS_H

#include <cairo.h>

#include "overlay/places.h"
#include "session.h"

void overlay_panel(const session *s, cairo_t *cr);
void overlay_chooser(const session *s, cairo_t *cr);
void overlay_help(const session *s, cairo_t *cr);
void overlay_bar(const session *s, cairo_t *cr);
/** The map of colours, from the lower end of a box to its upper one. */
void overlay_gradient(const session *s, box b, cairo_t *cr);
/** A bar for each basin of the view of that number. */
void overlay_barcode(const session *s, size_t number, cairo_t *cr);
/** The losses of the training path of the view of that number by epoch. */
void overlay_strip(const session *s, size_t number, cairo_t *cr);
/** What the mouse points at in one pane, in the others. */
void overlay_pointer(const session *s, cairo_t *cr);
/** The lines on and behind the surface of a pane, as vectors. @return false: out of memory */
bool overlay_lines(const session *s, size_t number, cairo_t *cr);
/** Axis texts, then marks with their labels, of the pane of that number.
 *  @return false: out of memory, marks are missing */
bool overlay_labels(const session *s, size_t number, cairo_t *cr);

/** Marks and what is written beside them; losses on lines. They take places that are free.
 *  @return false: out of memory, some are missing */
bool overlay_marks(places *p, cairo_t *cr);
bool overlay_levels(places *p, cairo_t *cr);

/** Which run has which colour, and what its dots and lines are; in the lower left corner of a pane,
 * but of a map, which stands beside one.
 * @return what it takes; nothing where no path is shown */
box overlay_legend(const session *s, size_t number, cairo_t *cr);

/** Repeated lines as curves, with their axes, in place of a surface, in a pane. @return false: out
 * of memory
 */
bool overlay_curves(const session *s, size_t number, cairo_t *cr);

#endif
