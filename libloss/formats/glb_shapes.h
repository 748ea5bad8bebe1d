/* Marks of critical points as small meshes: a minimum's point is its lowest, a maximum's its
 * highest, a saddle is a diamond. About 2 units high; the point that is marked is the origin. */
#ifndef LOSSI_GLB_SHAPES_H
#define LOSSI_GLB_SHAPES_H

#include <stddef.h>
#include <stdint.h>

typedef struct lossi_glb_shape {
    float rgb[3]; /* linear */
    const float *positions;
    size_t n_vertices;
    const uint16_t *triangles;
    size_t n_triangles;
} lossi_glb_shape;

/** By the number of lossi_glb_mark. */
extern const lossi_glb_shape LOSSI_GLB_SHAPES[];

#endif
