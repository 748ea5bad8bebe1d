/* Saving what is seen. */
#ifndef PICTURES_H
#define PICTURES_H

#include "png_file.h"
#include "renderer.h"

/** So many units of the layout, each of `scale` pixels; the page of a .pdf or .svg has the units.
 */
typedef struct picture_size {
    double width, height, scale;
} picture_size;

/** Writes a PNG of that size; transparent around the surface if the session has no background.
 * @return false with the reason */
bool picture_save(renderer *r, session *s, const char *path, const picture_size *size, problem *p);

#endif
