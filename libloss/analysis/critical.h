/* The triangulated surface as a complex of points and edges in one order, and what is found on
 * it. */
#ifndef LOSSI_CRITICAL_H
#define LOSSI_CRITICAL_H

#include <stdint.h>

#include "analysis/grid.h"

/* Neighbours of a point in the triangulation, counterclockwise; the first three come later in
 * storage order. */
enum { EAST, NORTH_EAST, NORTH, WEST, SOUTH_WEST, SOUTH, N_NEIGHBOURS };

#define LOSSI_NOT_THERE UINT32_MAX

/** All points of the surface in ascending order: by value, equal values by index. */
typedef struct lossi_order {
    const loss_grid *grid;
    ptrdiff_t step[N_NEIGHBOURS]; /* from a point to its neighbours */
    size_t n;                     /* points of the surface */
    uint32_t *sorted;             /* [n] their indices, the lowest first */
    uint32_t *rank;               /* [ny][nx] place in `sorted`; LOSSI_NOT_THERE off the surface */
} lossi_order;

/** What lies around a point: bit k of `neighbours` for its k-th neighbour, bit k of `triangles`
 * for the triangle between the k-th and the next. */
typedef struct lossi_star {
    unsigned neighbours, triangles;
} lossi_star;

loss_status lossi_order_make(lossi_order *order, const loss_grid *grid);
void lossi_order_free(lossi_order *order);

lossi_star lossi_star_of(const loss_grid *grid, size_t point);

/** Two basins (or hills) meet at `merge`; the one whose extremum is `extremum` ends there.
 * Indices of points. */
typedef struct lossi_pair {
    uint32_t extremum, merge;
} lossi_pair;

/** Growable list of pairs. */
typedef struct lossi_pairs {
    lossi_pair *items;
    size_t n, capacity;
} lossi_pairs;

/** Appends the pairs of the merge tree of sublevel sets (upward) or superlevel sets (downward).
 *  @param roots  [ny][nx] scratch. @return false when memory is out. */
bool lossi_merge_pairs(const lossi_order *order, bool upward, uint32_t *roots, lossi_pairs *pairs);

/** Sets x, y, value and is_fitted of a critical point whose kind, ix, iy and grid_value are set. */
void lossi_critical_fit(const loss_grid *grid, loss_critical *point);

#endif
