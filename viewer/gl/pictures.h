/* Saving what is seen. */
#ifndef PICTURES_H
#define PICTURES_H

#include "png_file.h"
#include "renderer.h"

/** Writes a PNG of that size; transparent around the surface if the session has no background.
 * @return false with the reason */
bool picture_save(renderer *r, session *s, const char *path, int width, int height, problem *p);

#endif
