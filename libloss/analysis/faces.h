/* The faces that contour lines are cut from: the grid's cells, or their triangles. Both are
 * polygons with numbered edges and a neighbour behind each edge, so that one tracer walks over
 * either.
 *
 *   d---c    A cell's corners go round counterclockwise. Edge k leads from corner k to
 *   | / |    corner k + 1. Triangles: abc and acd.
 *   a---b */
#ifndef LOSSI_FACES_H
#define LOSSI_FACES_H

#include <stdint.h>

#include "analysis/grid.h"

typedef struct lossi_faces {
    const loss_grid *grid;
    bool triangles;
    size_t n_edges; /* of a face: 4 or 3 */
    size_t n;       /* faces, those of holes included */
    uint8_t *whole; /* [cells] whether a cell is there */
} lossi_faces;

/** @return false when memory is out. */
bool lossi_faces_make(lossi_faces *faces, const loss_grid *grid, bool triangles);
void lossi_faces_free(lossi_faces *faces);

/** The cell that a face is (part of). */
static inline size_t lossi_face_cell(const lossi_faces *f, size_t face)
{
    return f->triangles ? face / 2 : face;
}

static inline bool lossi_face_is_there(const lossi_faces *f, size_t face)
{
    return f->whole[lossi_face_cell(f, face)];
}

/** Grid points at the corners, [n_edges], written. */
static inline void lossi_face_corners(const lossi_faces *f, size_t face, size_t corners[4])
{
    size_t cell = lossi_face_cell(f, face), nx = f->grid->x.n,
           a = cell / (nx - 1) * nx + cell % (nx - 1);
    corners[0] = a;
    if (!f->triangles) {
        corners[1] = a + 1;
        corners[2] = a + nx + 1;
        corners[3] = a + nx;
    } else {
        corners[1] = face % 2 ? a + nx + 1 : a + 1;
        corners[2] = face % 2 ? a + nx : a + nx + 1;
    }
}

/** The face behind an edge, and that edge's number there. @return false at the border of the
 * grid or of a hole. */
bool lossi_face_behind(const lossi_faces *f, size_t face, size_t edge, size_t *other,
                       size_t *other_edge);

#endif
