/* Training paths and critical points as VTK's lines and points in space, on the mesh's scale. */
#ifndef LOSSI_EXPORT_VTP_H
#define LOSSI_EXPORT_VTP_H

#include <loss/analysis.h>

#include "surface/mesh.h"

/** A checkpoint that has a place in space. */
typedef struct lossi_path_vertex {
    const loss_path_point *point;
    double z;
    bool follows; /* the vertex before is of the checkpoint before: a line joins them */
} lossi_path_vertex;

/** @param facts  what was measured; borrowed. @return LOSS_OK, LOSS_ERR_IO, LOSS_ERR_NOMEM */
loss_status lossi_write_path_vtp(const char *path, const lossi_path_vertex *vertices, size_t n,
                                 const struct cJSON *facts);
loss_status lossi_write_criticals_vtp(const char *path, const loss_critical *points, size_t n,
                                      const lossi_height_scale *scale, const struct cJSON *facts);

#endif
