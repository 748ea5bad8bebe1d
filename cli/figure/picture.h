/* Pictures as files: PNG, JPEG, SVG or PDF by the path's ending, seen complete or not at all. */
#ifndef PICTURE_H
#define PICTURE_H

#include <cairo.h>
#include <loss/loss.h>

/** Draws; what it cannot, for want of memory, it tells by cairo_status() or by returning false. */
typedef bool (*draw_function)(void *user, cairo_t *cr);

/** How large a picture is: in pixels, or in points of 1/72 inch, of which a PNG or JPEG has 300
 * dots an inch made. */
typedef struct picture_size {
    double width, height;
    bool in_points;
    const char *created; /* date to put into a PDF (ISO 8601), so that the same landscape gives the
                            same bytes; may be NULL */
} picture_size;

/** Draws and writes. Texts of an SVG are texts.
 *  @return EXIT_OK, or EXIT_FAILED after telling why */
int picture_write(const char *path, const picture_size *size, draw_function draw, void *user);

/** Endings of the kinds of pictures, ended by NULL. */
const char *const *picture_endings(void);
/** True for a path with one of them. */
bool picture_is_known(const char *path);

#endif
