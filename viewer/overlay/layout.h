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

/** A part of the picture that shows a view, by the camera or as a map. */
typedef struct pane {
    box at;
    size_t view;
    bool is_map; /* seen from straight above, by parallel rays */
} pane;
enum { MOST_PANES = 2 * MOST_VIEWS };

typedef struct layout {
    double unit; /* pixels of one unit: 1 on a usual screen, 2 on a HiDPI one; pictures scale
                    with their size */
    double width, height;
    box panel, bar, title;  /* w = 0: not shown */
    box bars[MOST_VIEWS];   /* the barcode of each view's basins; w = 0: not shown */
    box strips[MOST_VIEWS]; /* the losses of each view's path; w = 0: not shown */
    pane panes[MOST_PANES]; /* of the first view, then of the second */
    size_t n_panes;
} layout;

layout layout_of(double width, double height, double unit, const scene *s);
/** The unit for a window of that size on a screen of that scale: in small ones as in pictures. */
double layout_window_unit(double width, double height, double scale);
/** The unit for a picture of that size: text keeps its share of it. */
double layout_picture_unit(double width, double height);
/** How a pane's camera sees its view: with all that is shown in sight at zoom 1, and room for the
 * texts of the axes. A map follows the zoom and the place that the camera looks at. */
lens layout_lens(const layout *l, const scene *s, size_t number);
/** Where a pane is drawn: also behind the title and the colour bar that are beside it, so that a
 * surface that is near ends at no edge in the middle of the picture. */
box layout_drawn(const layout *l, size_t number);
/** The matrix of a pane for drawing there. */
mat4 layout_matrix(const layout *l, size_t number, const lens *sight);
/** Whether some pane's scene goes on beyond its own part of the picture. */
bool layout_is_overfull(const layout *l, const scene *s);
/** Where a pane shows a place of the scene, in pixels. @return false: behind the camera */
bool layout_seen(const pane *p, const lens *l, vec3 at, double *x, double *y);
/** Which pane a place is in. @return false: none. x and y become -1 .. 1 over it, y up. */
bool layout_find_pane(const layout *l, double px, double py, size_t *number, double *x, double *y);

#endif
