/* The rounds of an estimate of one split. Within a round points are evaluated in any order; what
 * the next round wants depends on what came out: first the coarse points with all images, then the
 * sample's least images at every other point, then more where intervals are widest. */
#ifndef LOSSI_ESTIMATE_ROUNDS_H
#define LOSSI_ESTIMATE_ROUNDS_H

#include "surface/estimate_design.h"
#include "surface/estimate_known.h"
#include "surface/estimate_values.h"

typedef struct lossi_estimate_rounds {
    const loss_surface *surface;
    const loss_estimate_options *opt;
    const lossi_estimate_design *design;
    lossi_estimate_plan plan;
    lossi_known known; /* whoever has an outcome adds it */
    lossi_estimator estimator;
    size_t number;  /* of the round; 0: none was begun */
    size_t *until;  /* [n_points] images that a point is to have after the round; 0: it gets none */
    double *errors; /* [n_points] relative, with the least images */
    uint8_t *steps; /* [n_points] by which it is to have more than the least, as known so far */
} lossi_estimate_rounds;

/** Reads what the file has of the split.
 *  @param design, opt  borrowed
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT (a share too small), LOSS_ERR_FORMAT, LOSS_ERR_IO,
 *          LOSS_ERR_NOMEM. Free with lossi_estimate_rounds_free() in each case. */
loss_status lossi_estimate_rounds_init(lossi_estimate_rounds *r, loss_surface *surface,
                                       loss_split split, const lossi_estimate_design *design,
                                       const loss_estimate_options *opt);
void lossi_estimate_rounds_free(lossi_estimate_rounds *r);

/** The next round, when all of the one before is known: fills `until`.
 *  @param has  false: there is none, all is done
 *  @return LOSS_OK, LOSS_ERR_NOMEM */
loss_status lossi_estimate_rounds_next(lossi_estimate_rounds *r, bool *has);

/** Whether the coarse points are known. */
bool lossi_estimate_rounds_is_past_coarse(const lossi_estimate_rounds *r);

/** Images that a point gets in this round beside those it has. */
size_t lossi_estimate_rounds_lacks(const lossi_estimate_rounds *r, size_t point);
/** Images times points that are left, of this round and, as far as it is known, the later ones. */
uint64_t lossi_estimate_rounds_left(const lossi_estimate_rounds *r);

#endif
