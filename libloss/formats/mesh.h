/* Triangle meshes as files of 3-D programs. Pure writers of arrays; each file is written
 * atomically. */
#ifndef LOSSI_MESH_H
#define LOSSI_MESH_H

#include "base/base.h"

/** A mesh and what was measured at its vertices. All borrowed by the writers. */
typedef struct lossi_mesh {
    size_t n_vertices;
    float *positions;                         /* [n_vertices][3] */
    float *normals;                           /* [n_vertices][3], unit */
    uint8_t *colours;                         /* [n_vertices][3] */
    double *loss, *standard_error, *accuracy; /* [n_vertices] */
    size_t n_triangles;
    uint32_t *triangles; /* [n_triangles][3], counter-clockwise from above */
    char **comments;     /* [n_comments] lines of text: what was measured */
    size_t n_comments;
} lossi_mesh;

/* @return LOSS_OK, LOSS_ERR_IO, LOSS_ERR_NOMEM */

/** PLY: positions, normals, colours, and the loss as `quality`. */
loss_status lossi_ply_write(const char *path, const lossi_mesh *mesh, bool ascii);
/** VTK's XML PolyData, with loss, standard_error and accuracy as named point arrays. */
loss_status lossi_vtp_write(const char *path, const lossi_mesh *mesh);
/** Wavefront OBJ, colours after the positions as most programs read them. */
loss_status lossi_obj_write(const char *path, const lossi_mesh *mesh);
/** STL: triangles only. */
loss_status lossi_stl_write(const char *path, const lossi_mesh *mesh, bool ascii);

#endif
