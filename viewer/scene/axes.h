/* The axes around a surface: lines on the floor and the two walls behind it, ticks, and where
 * their texts go. */
#ifndef AXES_H
#define AXES_H

#include "scene/scene.h"

enum { MOST_AXIS_LINES = 512, MOST_AXIS_LABELS = 3 * MOST_TICKS + 3 };
enum { AXIS_GRID, AXIS_INK };

typedef struct axis_label {
    vec3 at, outward; /* the text goes to that side of the place */
    double distance;  /* how far, in units of text */
    char text[48];
    bool is_name;
} axis_label;

typedef struct axes {
    segment lines[MOST_AXIS_LINES]; /* level: AXIS_GRID or AXIS_INK */
    size_t n_lines;
    axis_label labels[MOST_AXIS_LABELS];
    size_t n_labels;
} axes;

/** Axes of a view as a camera sees it: on the near sides of the floor, and at the leftmost
 * edge. */
void axes_make(axes *a, const scene *s, size_t number, const camera *c);

#endif
