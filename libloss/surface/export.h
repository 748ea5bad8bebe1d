/* Writers of whole surfaces that have a file of their own: rows of the table in export.c. */
#ifndef LOSSI_SURFACE_EXPORT_H
#define LOSSI_SURFACE_EXPORT_H

#include "surface/surface.h"

/** @param opt  checked. @return as loss_surface_export() */
loss_status lossi_export_glb(loss_surface *s, const char *path, const loss_export_options *opt);

/** LOSS_ERR_SHAPE for a line, which has no faces. */
loss_status lossi_export_faces(const loss_surface *s, const char *path);

#endif
