/* Triangle meshes as files of 3-D programs. Pure writers of arrays; each file is written
 * atomically. */
#ifndef LOSSI_MESH_H
#define LOSSI_MESH_H

#include <loss/export.h>

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
    const struct cJSON *facts; /* the same as an object of texts and numbers; NULL: none */
} lossi_mesh;

/** A format of meshes: a file of this folder ends in one, lossi_mesh_NAME. */
typedef struct lossi_mesh_format {
    loss_export_format format; /* ending, and what help says of it */
    /** @param ascii  as text, where the format is binary otherwise
     *  @return LOSS_OK, LOSS_ERR_IO, LOSS_ERR_NOMEM */
    loss_status (*write)(const char *path, const lossi_mesh *mesh, bool ascii);
} lossi_mesh_format;

#endif
