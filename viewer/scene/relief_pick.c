/* Picking: meets the very triangles that are drawn. */
#include <math.h>

#include "scene/relief.h"

/* Corners of the two triangles of a cell: 0 1 / 2 3 in the order (ix, iy), (ix+1, iy), (ix,
 * iy+1), (ix+1, iy+1). The mesh has the same (mesh.c). */
static const int CORNERS[2][3] = {{0, 1, 3}, {0, 3, 2}};

static bool cell(const relief *r, size_t ix, size_t iy, vec3 corner[4])
{
    for (int k = 0; k < 4; k++) {
        size_t x = ix + (size_t)(k & 1), y = iy + (size_t)(k >> 1);
        corner[k] = (vec3){r->x[x], r->y[y], r->z[y * r->nx + x]};
        if (isnan(corner[k].z))
            return false;
    }
    return true;
}

/* Moeller and Trumbore 1997. @return the distance along the ray, or -1. */
static double meet(const ray *line, const vec3 t[3])
{
    vec3 u = vec_sub(t[1], t[0]), v = vec_sub(t[2], t[0]), p = vec_cross(line->direction, v);
    double det = vec_dot(u, p);
    static const double slack = 1e-9; /* between two triangles nothing may slip through */
    if (fabs(det) < 1e-14)
        return -1;
    vec3 s = vec_sub(line->origin, t[0]), q = vec_cross(s, u);
    double a = vec_dot(s, p) / det, b = vec_dot(line->direction, q) / det, at = vec_dot(v, q) / det;
    return a >= -slack && b >= -slack && a + b <= 1 + slack ? at : -1;
}

static bool pick_cell(const relief *r, const ray *line, size_t ix, size_t iy, double z_max,
                      vec3 *hit)
{
    vec3 corner[4];
    double best = (double)INFINITY;
    if (!cell(r, ix, iy, corner))
        return false;
    for (int half = 0; half < 2; half++) {
        const vec3 t[3] = {corner[CORNERS[half][0]], corner[CORNERS[half][1]],
                           corner[CORNERS[half][2]]};
        double at = meet(line, t);
        if (at > 0 && at < best && line->origin.z + at * line->direction.z <= z_max)
            best = at;
    }
    if (isinf(best))
        return false;
    *hit = vec_add(line->origin, vec_scale(line->direction, best));
    return true;
}

/* Narrows t0 .. t1 to where the ray is within low .. high of one coordinate. */
static bool slab(double origin, double direction, double low, double high, double *t0, double *t1)
{
    if (fabs(direction) < 1e-300)
        return origin >= low && origin <= high;
    double a = (low - origin) / direction, b = (high - origin) / direction;
    *t0 = fmax(*t0, fmin(a, b));
    *t1 = fmin(*t1, fmax(a, b));
    return *t0 <= *t1;
}

/* The next line of the grid along one axis: its distance on the ray, and where the cell index
 * goes. */
static double next_line(const double *axis, size_t i, double origin, double direction)
{
    if (fabs(direction) < 1e-300)
        return (double)INFINITY;
    return (axis[direction > 0 ? i + 1 : i] - origin) / direction;
}

/* Walks over the cells that the ray passes, nearest first (Amanatides and Woo 1987): the cost is
 * that of a row, not of the grid. */
bool relief_pick(const relief *r, const ray *line, double z_max, vec3 *hit)
{
    double t0 = 0, t1 = 1e9;
    vec3 o = line->origin, d = line->direction;
    if (!slab(o.x, d.x, r->x[0], r->x[r->nx - 1], &t0, &t1) ||
        !slab(o.y, d.y, r->y[0], r->y[r->ny - 1], &t0, &t1))
        return false;
    if (d.z > 0) /* it leaves upwards */
        t1 = fmin(t1, (z_max - o.z) / d.z);
    if (!(t0 <= t1))
        return false;
    size_t ix = grid_interval(r->x, r->nx, o.x + t0 * d.x),
           iy = grid_interval(r->y, r->ny, o.y + t0 * d.y);
    for (size_t steps = 0; steps < 2 * (r->nx + r->ny); steps++) {
        if (pick_cell(r, line, ix, iy, z_max, hit))
            return true;
        double tx = next_line(r->x, ix, o.x, d.x), ty = next_line(r->y, iy, o.y, d.y);
        if (fmin(tx, ty) > t1 || (isinf(tx) && isinf(ty)))
            return false;
        size_t *index = tx < ty ? &ix : &iy, n = tx < ty ? r->nx : r->ny;
        bool forward = (tx < ty ? d.x : d.y) > 0;
        if (forward ? *index + 2 >= n : *index == 0)
            return false;
        *index += forward ? 1 : (size_t)-1;
    }
    return false;
}
