/* Which points of an estimated surface are evaluated with all images, and how many images the
 * others get. */
#ifndef LOSSI_ESTIMATE_DESIGN_H
#define LOSSI_ESTIMATE_DESIGN_H

#include <loss/estimate.h>

#include "surface/surface.h"

enum { LOSSI_MOST_COARSE = 13 };

typedef struct lossi_estimate_design {
    size_t n_coarse;
    uint32_t coarse[LOSSI_MOST_COARSE]; /* iy * nx + ix */
    char text[64];                      /* the fact LOSS_KEY_ESTIMATE */
} lossi_estimate_design;

/** Images for the points besides the coarse ones. */
typedef struct lossi_estimate_plan {
    size_t least; /* for each */
    uint64_t
        spare; /* more, all of them together; where an error is asked for, as many as it takes */
} lossi_estimate_plan;

/** The design that the file has; without one, that of more coarse points, if they leave enough of
 * the work, else that of fewer.
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT (the share or the error is not one) */
loss_status lossi_estimate_design_make(lossi_estimate_design *design, const loss_surface *surface,
                                       const loss_estimate_options *opt);
/** @return LOSS_OK, LOSS_ERR_ARGUMENT (the share is too small: which is enough) */
loss_status lossi_estimate_plan_make(lossi_estimate_plan *plan, size_t n_points,
                                     const lossi_estimate_design *design, size_t n_images,
                                     const loss_estimate_options *opt);

#endif
