/* A surface between grid points: monotone cubics (Fritsch and Carlson 1980) along both axes. */
#ifndef SMOOTH_H
#define SMOOTH_H

#include <stdbool.h>
#include <stddef.h>

/** Coordinates with every interval cut into `parts`. @param out  [(n - 1) parts + 1], written */
void smooth_axis(const double *axis, size_t n, size_t parts, double *out);

/** Values on the axes so cut. Grid points keep theirs. Within a cell none is beyond the values of
 * its four corners, so no minimum appears that was not measured; a cell with a corner that is NaN
 * has none.
 *  @param f    [ny][nx]
 *  @param out  [(ny - 1) parts + 1][(nx - 1) parts + 1], written. @return false: out of memory */
bool smooth_surface(const double *x, size_t nx, const double *y, size_t ny, const double *f,
                    size_t parts, double *out);

#endif
