/* The points of a split, estimated. */
#ifndef LOSSI_SURFACE_ESTIMATE_JOB_H
#define LOSSI_SURFACE_ESTIMATE_JOB_H

#include "surface/estimate_design.h"

/** Evaluates what the design wants of a split and the file lacks, and records how well the coarse
 * points are estimated from each other.
 *  @return LOSS_OK or what failed; finished points are in the file */
loss_status lossi_estimate_split(loss_surface *s, loss_split split,
                                 const lossi_estimate_design *design,
                                 const loss_estimate_options *opt);

#endif
