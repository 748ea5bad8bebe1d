/* What the points of a surface have in common, computed once (net/kept.h). */
#ifndef LOSSI_SURFACE_KEEP_H
#define LOSSI_SURFACE_KEEP_H

#include "surface/surface.h"

/** Bytes that evaluation may take for points side by side and for what is kept. */
uint64_t lossi_surface_memory(const loss_surface *surface);

/** Sees to it that surface->kept is there where something is to be kept.
 *  @return LOSS_OK, LOSS_ERR_NOMEM, LOSS_ERR_IO */
loss_status lossi_surface_keep(loss_surface *surface);

/** The fact that tells what the points have in common. @return false when memory is out */
bool lossi_surface_add_kept(const loss_surface *surface, lossi_facts *facts);

#endif
