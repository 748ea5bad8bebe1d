/* The points of an estimated split looked at together, when nothing is left to evaluate. */
#ifndef LOSSI_SURFACE_ESTIMATE_SETTLE_H
#define LOSSI_SURFACE_ESTIMATE_SETTLE_H

#include <loss/estimate.h>

#include "surface/surface.h"

/** What an estimate becomes when its neighbours are heard.
 *  @param exact     [ny][nx] points that are known with all images; others have evaluated = false
 *  @param own       [ny][nx] what the own images of the others tell
 *  @param settled   [ny][nx], written; evaluated = false: nothing is to be changed there
 *  @param choice    written, to be freed: lengths and spreads that were found, of the loss and of
 *                   the accuracy, as the fact LOSS_KEY_ESTIMATE_SMOOTHING
 *  @return LOSS_OK, LOSS_ERR_NOMEM */
loss_status lossi_estimate_smooth(size_t nx, size_t ny, const loss_point *exact,
                                  const loss_estimate *own, loss_estimate *settled, char **choice);

/** Does so with all points of a split in the file.
 *  @return LOSS_OK, LOSS_ERR_FORMAT, LOSS_ERR_IO, LOSS_ERR_NOMEM; the file is then as before */
loss_status lossi_estimate_settle(loss_surface *s, loss_split split);

#endif
