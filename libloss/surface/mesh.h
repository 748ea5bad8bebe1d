/* A height field as a mesh. Pure functions on arrays. */
#ifndef LOSSI_SURFACE_MESH_H
#define LOSSI_SURFACE_MESH_H

#include <loss/export.h>

#include "formats/mesh.h"

/** Heights of points: z = offset + scale * (loss, or its log10). */
typedef struct lossi_height_scale {
    loss_height kind;
    double low, high; /* range of finite heights before scaling */
    double scale, offset;
} lossi_height_scale;

/** The scale that fits the points' heights to a length. */
lossi_height_scale lossi_height_scale_fit(loss_height kind, const loss_point *points, size_t n,
                                          double length);
/** Height of a loss; NaN if it has none. */
double lossi_height_of(const lossi_height_scale *scale, double loss);
/** Where the loss lies in the range of heights, 0 to 1; NaN if it has no height. */
double lossi_height_place(const lossi_height_scale *scale, double loss);

/** Vertices for the points that have a height, two triangles for every cell whose corners all
 * have one (the diagonal runs from (ix, iy) to (ix+1, iy+1)), normals averaged over the
 * triangles around a vertex.
 *  @param points  [ny][nx]. Borrowed.
 *  @param mesh    written; without comments. Free with lossi_mesh_free(). */
loss_status lossi_mesh_make(lossi_mesh *mesh, loss_axis x, loss_axis y, const loss_point *points,
                            const lossi_height_scale *scale, const char *colours);
void lossi_mesh_free(lossi_mesh *mesh);

#endif
