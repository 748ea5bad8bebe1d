/* Where things are in the picture. Pixels, y down. */
#ifndef LAYOUT_H
#define LAYOUT_H

#include "scene/scene.h"

typedef struct box {
    double x, y, w, h;
} box;

static inline bool box_holds(box b, double x, double y)
{
    return x >= b.x && x < b.x + b.w && y >= b.y && y < b.y + b.h;
}

typedef struct layout {
    double unit; /* pixels of one unit: 1 on a usual screen, 2 on a HiDPI one; pictures scale
                    with their size */
    double width, height;
    box panel, bar, title; /* w = 0: not shown */
    box views[MOST_VIEWS];
} layout;

layout layout_of(double width, double height, double unit, const scene *s);
/** The unit for a picture of that size: text keeps its share of it. */
double layout_picture_unit(double width, double height);
/** How the camera sees a view: with all that is shown in sight at zoom 1, and room for the texts
 * of the axes. */
lens layout_lens(const layout *l, const scene *s, size_t number);
/** Which view a place is in. @return false: none. x and y become -1 .. 1 over the view, y up. */
bool layout_find_view(const layout *l, size_t n_views, double px, double py, size_t *number,
                      double *x, double *y);

#endif
