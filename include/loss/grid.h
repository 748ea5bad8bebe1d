/* A rectangular grid of points on a plane, and values on it. Shared by surface.h and analysis.h. */
#ifndef LOSS_GRID_H
#define LOSS_GRID_H

#include <stddef.h>

#include <loss/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/** n coordinates min .. max, end points included; n = 1 needs min = max. On a plane, in multiples
 *  of the direction. Since 0.1. */
typedef struct loss_axis {
    double min, max; /**< the ends */
    size_t n;        /**< how many points, at least 1 */
} loss_axis;

/** Coordinate i of an axis: min + i (max - min) / (n - 1), the end points exact. From i = n - 1 on
 *  it is max. Finite for every finite axis. Threads: any. Since 0.1. */
LOSS_API double loss_axis_at(loss_axis axis, size_t i);

/** Values on a grid. For values over axes that are not even, give x = {0, nx - 1, nx}, y likewise:
 *  places come out as fractions of indices. For contours and critical points on a mesh, give the
 *  heights that the mesh shows (such as log10 of the loss) and levels in the same unit: then lines
 *  and points lie on the mesh. Since 0.1. */
typedef struct loss_grid {
    loss_axis x, y;  /**< n is at least 1 */
    const double *z; /**< [y.n][x.n]; NaN or Inf: absent. Borrowed during a call. */
} loss_grid;

#ifdef __cplusplus
}
#endif
#endif
