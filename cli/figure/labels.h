/* Labels on a map: text with a halo, and the room that is taken. */
#ifndef LABELS_H
#define LABELS_H

#include <cairo.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct box {
    double left, top, right, bottom;
} box;

enum { MOST_BOXES = 512 };

/** What is taken of a plotting area. */
typedef struct label_room {
    box area;
    box taken[MOST_BOXES];
    size_t n;
} label_room;

box box_around(double x, double y, double half_width, double half_height);

/** Whether a box lies in the area and on nothing that is taken. */
bool label_room_is_free(const label_room *room, box wanted);
/** Takes a box; false when there is no room for more boxes. */
bool label_room_take(label_room *room, box taken);

/** Size of a text in the present font. */
void label_size(cairo_t *cr, const char *text, double *width, double *height);
/** Draws text around (x, y), turned by an angle, dark with a light halo. `unit`: size of a point
 * of the layout. */
void label_draw(cairo_t *cr, double x, double y, double angle, double unit, const char *text);
/** Draws text beside a mark, in the first of some places that is free: close to it, or farther
 * off where something lies there. Takes that place. @return whether there was one */
bool label_beside(const double at[2], const char *text, double unit, label_room *room, cairo_t *cr);

#endif
