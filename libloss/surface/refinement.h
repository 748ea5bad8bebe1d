/* The order in which the points of a grid are evaluated. */
#ifndef LOSSI_SURFACE_REFINEMENT_H
#define LOSSI_SURFACE_REFINEMENT_H

#include "base/base.h"

/** Coarse to fine: the corners, then what halves the distances, and so on, so that an unfinished
 * surface shows the whole shape.
 *  @param by_rows  row after row instead, each of them coarse to fine
 *  @param order    *order [ny * nx]: iy * nx + ix of each point, owned by the caller: free()
 *  @return LOSS_OK, LOSS_ERR_NOMEM */
loss_status lossi_refinement_make(uint32_t **order, size_t nx, size_t ny, bool by_rows);

#endif
