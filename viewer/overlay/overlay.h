/* What lies flat over the picture, drawn with cairo: texts, marks, colour bar, panel. No OpenGL. */
#ifndef OVERLAY_H
#define OVERLAY_H

#include <cairo.h>

#include "session.h"

/** Draws all of it. The axes' texts and the marks are placed so that none covers another; what
 * finds no place is left out.
 *  @return false: out of memory, something is missing. What cairo lacks shows in its status. */
bool overlay_draw(const session *s, cairo_t *cr);

#endif
