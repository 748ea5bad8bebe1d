/* Values on a grid with errors that are independent from point to point, made better by what their
 * neighbours say. In small area estimation this is the empirical best linear unbiased predictor
 * (Fay and Herriot 1979), here with a covariance that falls with the distance. */
#ifndef LOSSI_SMOOTH_H
#define LOSSI_SMOOTH_H

#include "estimate/process.h"

/** Finds the model under which the values are likeliest (restricted maximum likelihood), and what
 * it says of every point. Of models that are about as likely the roughest one is taken. Large grids
 * are cut into tiles, which see some points around them.
 *  @param measured  [ny][nx]; a value of NaN: nothing is known there
 *  @param model     written; 0 and 0 where too little is known
 *  @param smoothed  [ny][nx], written; as measured where there is no model
 *  @return LOSS_OK, LOSS_ERR_NOMEM. OpenBLAS has one thread while it runs. */
loss_status lossi_smooth(size_t nx, size_t ny, const lossi_valued *measured,
                         lossi_process_model *model, lossi_valued *smoothed);

/** Variances that were estimated at each point, made steadier: the mean over a point and those
 * around it.
 *  @param variances  [ny][nx]; NaN: none, here or there
 *  @param steadier   [ny][nx], written; NaN where there was none */
void lossi_smooth_variances(size_t nx, size_t ny, const double *variances, double *steadier);

#endif
