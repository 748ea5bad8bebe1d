/* How the lines on and behind a surface look: the same by OpenGL and as vectors. */
#ifndef LINE_STYLES_H
#define LINE_STYLES_H

#include "scene/axes.h"
#include "session.h"

/** In the order in which they are drawn. */
typedef enum line_kind {
    LINES_AXES,
    LINES_FLOOR,
    LINES_CONTOURS,
    LINES_POINTS,
    LINES_PATH,
    N_LINES
} line_kind;

enum { N_LINE_COLOURS = N_PATH_LINES };

typedef struct line_style {
    float colours[N_LINE_COLOURS][4]; /* by level, the last for all above */
    bool is_mapped; /* colours by the place of the level on the scale, in the map of colours */
    double width;   /* pixels */
    double pull;    /* scene units towards the viewer. What is behind the surface is pushed away, or
                       it shines through where the surface all but touches the floor */
} line_style;

/** Of all but LINES_POINTS, as a camera sees them. */
line_style line_style_of(const session *s, line_kind kind, const camera *c);
/** Those of a view; `a` are its axes. */
const segment *line_segments(const view *v, const axes *a, line_kind kind, size_t *n);

/** Whether such lines are vectors in a file for print: not points, nor what a ghost is seen over,
 * nor more than a file should hold. */
bool line_is_vector(const session *s, line_kind kind, size_t n);

#endif
