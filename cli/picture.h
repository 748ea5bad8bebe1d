/* Pictures as files: PNG, SVG or PDF by the path's ending, seen complete or not at all. */
#ifndef PICTURE_H
#define PICTURE_H

#include <cairo.h>
#include <stdbool.h>

typedef void (*draw_function)(void *user, cairo_t *cr);

/** Draws and writes.
 *  @param created  date to put into a PDF (ISO 8601), so that the same landscape gives the same
 * bytes; may be NULL.
 *  @return true, or false after telling why on standard error. */
bool picture_write(const char *path, double width, double height, const char *created,
                   draw_function draw, void *user);

/** True for .png, .svg and .pdf. */
bool picture_is_known(const char *path);

#endif
