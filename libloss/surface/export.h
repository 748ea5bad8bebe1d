/* Writers of whole surfaces that have a file of their own: rows of the table in export.c. */
#ifndef LOSSI_SURFACE_EXPORT_H
#define LOSSI_SURFACE_EXPORT_H

#include <cjson/cJSON.h>

#include "surface/mesh.h"
#include "surface/surface.h"

/** @param opt  checked. @return as loss_surface_export() */
loss_status lossi_export_glb(loss_surface *s, const char *path, const loss_export_options *opt);
loss_status lossi_export_html(loss_surface *s, const char *path, const loss_export_options *opt);

/** What is told of a split, as an object. @param facts  owned by the caller: cJSON_Delete(); NULL
 * on failure
 *  @return LOSS_OK, LOSS_ERR_NOMEM */
loss_status lossi_export_facts(const loss_surface *s, loss_split split, cJSON **facts);

/** The scale that the mesh of the same options has. @return as loss_surface_points() */
loss_status lossi_export_scale(loss_surface *s, loss_split split, loss_height height,
                               lossi_height_scale *scale);

loss_status lossi_export_h5(loss_surface *s, const char *path, const loss_export_options *opt);

/** LOSS_ERR_SHAPE for a line, which has no faces. */
loss_status lossi_export_faces(const loss_surface *s, const char *path);

#endif
