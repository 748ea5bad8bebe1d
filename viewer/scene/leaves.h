/* Squares of cells that are so nearly plane that few triangles show them. */
#ifndef LEAVES_H
#define LEAVES_H

#include "scene/relief.h"

enum { LARGEST_LEAF = 32 }; /* cells along a side */

/** The points of a relief that are drawn: every stride-th row and column, the last ones included.
 */
typedef struct kept_points {
    size_t nx, ny, stride;
} kept_points;

kept_points kept_of(const relief *r, size_t stride);
/** The index in the relief of the i-th point that is kept along an axis of n. */
static inline size_t kept_index(size_t i, size_t stride, size_t n)
{
    return i * stride < n - 1 ? i * stride : n - 1;
}

/** Cuts the cells into squares of 1, 2, 4 ... cells a side. Over a larger one the heights are those
 * of the four triangles between its middle and its corners, to `unseen`, and the normals nearly so.
 *  @param unseen  scene units; 0: every cell is a square of its own
 *  @param side  [ny][nx] out: cells along the side of the square whose lowest corner is there; 0:
 *               none begins there, or it lacks a height
 *  @return false: out of memory */
bool leaves_find(const relief *r, const kept_points *k, double unseen, uint8_t *side);

#endif
