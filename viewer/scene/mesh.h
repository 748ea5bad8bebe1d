/* Vertices and triangles of a relief, as they go to the graphics card. */
#ifndef MESH_H
#define MESH_H

#include "scene/occlusion.h"

typedef struct vertex {
    float position[3], normal[3];
    float place;   /* on the scale of the colours; UNKNOWN_PLACE where none is known */
    float slope;   /* length of the gradient of the value, per unit of the file's axes */
    float hidden;  /* part of the sky that the surface hides */
    float cell[2]; /* column and row in the grid: the lines of the wireframe are where these are
                      whole */
} vertex;

typedef struct mesh {
    vertex *vertices;  /* owned */
    uint32_t *indices; /* three a triangle. Owned */
    size_t n_vertices, n_indices;
} mesh;

/** The triangles of every stride-th row and column, the last ones included. `o` may be NULL:
 * nothing is hidden. Cells with a corner that has no height have none.
 *  @param unseen  heights that differ by so much, in scene units, are not told apart: what is
 * nearly plane gets few triangles. 0: each cell gets its two, along the same diagonal
 *  @return false: out of memory */
bool mesh_make(mesh *m, const relief *r, const occlusion *o, size_t stride, double unseen);
void mesh_free(mesh *m);

#endif
