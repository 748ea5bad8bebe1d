/* The order and what lies between are the library's. */
#include "scene/growth.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include <loss/loss.h>

enum { CORNERS = 4 };

size_t growth_shown(size_t n, size_t i, size_t n_frames)
{
    double t = n_frames > 1 ? (double)i / (double)(n_frames - 1) : 1,
           shown = CORNERS * pow((double)n / CORNERS, t);
    return shown < (double)n && t < 1 ? (size_t)shown : n;
}

bool growth_thin(double *values, size_t nx, size_t ny, size_t shown, problem *p)
{
    size_t n = nx * ny, n_between;
    uint32_t *order = malloc(n * sizeof *order);
    loss_point *points = calloc(n, sizeof *points);
    bool done = order && points && !loss_points_order(nx, ny, order);
    for (size_t i = 0; i < n && done; i++)
        points[order[i]] = (loss_point){i < shown, values[order[i]], (double)NAN, (double)NAN, 0};
    done = done && !loss_points_interpolate(nx, ny, points, &n_between);
    for (size_t i = 0; i < n && done; i++)
        values[i] = points[i].loss;
    free(order);
    free(points);
    return done || problem_set(p, "out of memory for %zu x %zu points", nx, ny);
}
