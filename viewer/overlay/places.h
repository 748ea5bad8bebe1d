/* The room over a pane: what is taken of it, and where the scene's places are seen in it. */
#ifndef PLACES_H
#define PLACES_H

#include "overlay/layout.h"

enum { MOST_PLACES = 4096 };

typedef struct places {
    const scene *scene;
    size_t view; /* its number */
    box area;
    double unit;
    lens lens;
    mat4 matrix;
    box taken[MOST_PLACES];
    size_t n;
} places;

/** All of a pane, nothing taken. */
void places_begin(places *p, const layout *l, const scene *s, size_t number);
/** Whether a box lies within the pane and on nothing that is taken; none does once the list is
 * full. */
bool places_are_free(const places *p, box b);
void places_take(places *p, box b);
/** Where a place of the scene is seen, in pixels. @return false: behind the camera */
bool places_see(const places *p, vec3 at, double *x, double *y);

/** Finds room for a box of w x h pixels near (x, y), where a mark of that radius is, and
 * takes it. The nearest room is best, but that to which the straight way leads over other things.
 *  @param found  the box, written. @return false: there is no room */
bool places_find_beside(places *p, double x, double y, double radius, double w, double h,
                        box *found);
/** The ends of a line from that mark to a box. */
void places_leader(double x, double y, double radius, box b, double from[2], double to[2]);

#endif
