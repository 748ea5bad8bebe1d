/* A grid of values seen as cells and points: which are there, and where they are. */
#ifndef LOSSI_GRID_H
#define LOSSI_GRID_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include <loss/analysis.h>

/** Refuses an empty axis, and more points than 32-bit indices can number. */
loss_status lossi_grid_check(const loss_grid *grid);

/** Coordinates of an axis, [n]. Free with free(); NULL when memory is out. */
double *lossi_axis_places(loss_axis axis);

/** Step of an axis; 0 for a single point. */
double lossi_axis_step(loss_axis axis);

static inline bool lossi_grid_is_line(const loss_grid *g)
{
    return g->x.n == 1 || g->y.n == 1;
}

/** Cells of the grid, holes included; 0 of a line. */
static inline size_t lossi_grid_cells(const loss_grid *g)
{
    return (g->x.n - 1) * (g->y.n - 1);
}

/** Whether the four corners of the cell at (ix, iy) .. (ix + 1, iy + 1) are finite. The cell
 * must be inside the grid. */
static inline bool lossi_cell_is_whole(const loss_grid *g, size_t ix, size_t iy)
{
    const double *z = g->z + iy * g->x.n + ix;
    return isfinite(z[0]) && isfinite(z[1]) && isfinite(z[g->x.n]) && isfinite(z[g->x.n + 1]);
}

#endif
