/* The surface in scene units: what is drawn, cut by contours and hit by the mouse. x and y span
 * -1 .. 1 (the longer axis), z is 0 at the low end of the scale and HEIGHT times the
 * exaggeration at its high end. */
#ifndef RELIEF_H
#define RELIEF_H

#include <stdint.h>

#include "readers/grid.h"
#include "scale.h"
#include "scene/camera.h"
#include "settings.h"

static const double HEIGHT = 0.9;

typedef struct relief {
    size_t nx, ny; /* as drawn: a smooth surface has points between those of the grid */
    size_t parts;  /* that an interval of the grid is cut into; 1: none */
    double *x, *y; /* [nx], [ny] scene coordinates. Owned */
    double *value; /* [ny][nx] the quantity shown; NaN: none. Owned */
    double *z;     /* [ny][nx] height; NaN: none. Owned */
    double *tint;  /* [ny][nx] places on the scale of the colours; NaN: none, shown grey. NULL:
                      colours are by height. Owned */
    loss_scale scale;
    double height;                       /* z at the scale's high end */
    double x_low, x_high, y_low, y_high; /* in the file's units, at -extent .. extent */
    double x_extent, y_extent;
} relief;

/** The split that the settings show of a file, not of differences. @return -1 with the reason: it
 * has no such split, or does not say which images its values are of */
int relief_split(const grid *g, const settings *s, problem *p);
/** Values of the quantity that the settings ask for, [ny][nx]; caller frees.
 *  @return NULL with the reason: the file has no such split or quantity, out of memory */
double *relief_values(const grid *g, const settings *s, problem *p);
/** Their standard errors, [ny][nx]; NaN: not known. Caller frees. @return NULL: out of memory */
double *relief_errors(const grid *g, const settings *s);
/** Widens low .. high by the finite values up to clip. Start with INFINITY and -INFINITY. */
void relief_range(const double *values, size_t n, double clip, double *low, double *high);
/** The scale for a range, as the settings ask: of `auto`, the library's choice.
 *  @param typical  size of the values, of differences; else not read */
loss_scale relief_scale(const settings *s, double low, double high, double typical);

/** What the relief has at the points of the grid, [grid ny][grid nx], of an array of the relief;
 * caller frees. @return NULL: out of memory */
double *relief_at_points(const relief *r, const double *f);
/** How many points the grid has along each axis. */
static inline size_t relief_grid_nx(const relief *r)
{
    return (r->nx - 1) / r->parts + 1;
}
static inline size_t relief_grid_ny(const relief *r)
{
    return (r->ny - 1) / r->parts + 1;
}

/** Makes the relief; takes ownership of values. @return false: out of memory */
bool relief_make(relief *r, const grid *g, double *values, const loss_scale *s,
                 const settings *set);
void relief_free(relief *r);

/** Scene coordinates of a place of the file's axes, and back. */
double relief_scene_x(const relief *r, double x);
double relief_scene_y(const relief *r, double y);
double relief_file_x(const relief *r, double x);
double relief_file_y(const relief *r, double y);
/** Scene place of a point whose coordinates are fractions of indices of the relief. */
void relief_place(const relief *r, const double index[2], double at[2]);
/** Height of the drawn triangles at a scene place; NaN outside or where there are none. */
double relief_height_at(const relief *r, double x, double y);

/** Slope of f, [ny][nx], at a grid point in scene units: central differences, one-sided at rims
 * and beside holes; 0 where none. */
void relief_gradient(const relief *r, const double *f, size_t ix, size_t iy, double *along_x,
                     double *along_y);
/** Length of the gradient of the value, per unit of the file's axes. */
double relief_slope(const relief *r, size_t ix, size_t iy);
/** The slope that 98 % of the surface does not exceed: the upper end of its colours, which one
 * wall would else use up. @return false: out of memory */
bool relief_steepest(const relief *r, double *steepest);

/** So low that next to none of a triangle with such a corner has a place on the scale. */
static const float UNKNOWN_PLACE = -1000;
/** The place on the scale of the colours of the i-th point; UNKNOWN_PLACE where none is known. */
float relief_colour(const relief *r, size_t i);

/** Where a ray first meets the triangles below z_max. @return false: nowhere. */
bool relief_pick(const relief *r, const ray *line, double z_max, vec3 *hit);

/** A piece of a line: two ends, and the number of its level. */
typedef struct segment {
    float a[3], b[3];
    uint32_t level;
} segment;

/** The lines of equal value, on the drawn triangles (so that they lie on the surface) or,
 * on_floor, of the bilinear surface at z = 0.
 *  @param out  caller frees. NULL and n = 0 if there are none. @return false: out of memory */
bool relief_contours(const relief *r, const double *levels, size_t n_levels, bool on_floor,
                     segment **out, size_t *n);

/** Levels as the settings ask, as those of figures: round ones, by the scale of the heights, even
 * or logarithmic; or with equally many points between them.
 *  @param levels  [MOST_LEVELS], written, ascending: *n of them. @return false: out of memory */
bool relief_levels(const relief *r, const settings *s, double *levels, size_t *n);

#endif
