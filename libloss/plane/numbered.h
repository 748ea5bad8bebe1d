/* Directions whose tensors have numbers instead of names. */
#ifndef LOSSI_NUMBERED_H
#define LOSSI_NUMBERED_H

#include "formats/arrays.h"
#include "plane/plane.h"

/** Whether there is a direction of that kind. @param axis  0: x, 1: y */
bool lossi_plane_is_numbered(const lossi_arrays *arrays, int axis);
/** Fills in the directions that the plane has.
 *  @return LOSS_OK, LOSS_ERR_MISMATCH (another number of tensors, or shape), LOSS_ERR_NOMEM */
loss_status lossi_plane_take_numbered(loss_plane *plane, const loss_net *net,
                                      const lossi_arrays *arrays, const char *path);

#endif
