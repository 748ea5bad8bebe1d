/* Rows of a table in any order, and the grid that they lie on. */
#ifndef SCATTER_H
#define SCATTER_H

#include "readers/grid.h"

/** Rows of a table as they come, to be put in their places of a grid. NaN: no value. */
typedef struct scatter {
    size_t n, capacity;
    struct scatter_row {
        double x, y, loss, error, accuracy;
        int split;
    } * rows;
    bool has_error, has_accuracy;
} scatter;

/** Appends a row. @return false: out of memory. */
bool scatter_add(scatter *s, const struct scatter_row *row);
void scatter_free(scatter *s);
/** Finds the grid that the rows lie on and fills in nx, ny, x, y, splits.
 *  @return false with the reason: not a grid, a line, two rows for one point, out of memory */
bool grid_from_scatter(grid *g, const char *path, const scatter *s, problem *p);

#endif
