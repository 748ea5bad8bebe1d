/* From what was seen of the images to estimates. */
#ifndef LOSSI_ESTIMATE_VALUES_H
#define LOSSI_ESTIMATE_VALUES_H

#include "estimate/calibration.h"
#include "estimate/sample.h"
#include "surface/estimate_known.h"

/** What estimates a quantity: the loss, or whether an image is right. */
typedef struct lossi_quantity {
    float *values[LOSSI_MOST_COARSE]; /* [n] -> [n_images] at the coarse points that are finite */
    size_t n;
    lossi_panel panel;
    lossi_calibration calibration; /* of the last number of images */
} lossi_quantity;

typedef struct lossi_estimator {
    const lossi_known *known;
    lossi_quantity loss, right;
    lossi_sample sample;
    double *chances; /* [n_images] of the last number of images */
    float *values;   /* [n_images] room for those of a point */
    size_t m;        /* that number */
    /** the mean over all images divides by something else where classes have weights */
    double scale;
} lossi_estimator;

/** All coarse points of *known were evaluated.
 *  @return LOSS_OK, LOSS_ERR_NOMEM. Free with lossi_estimator_free() in each case. */
loss_status lossi_estimator_init(lossi_estimator *e, const lossi_known *known, uint64_t seed);
void lossi_estimator_free(lossi_estimator *e);

/** The images of a point's sample, in their order, from place `first` on. Borrowed from *e. */
const uint32_t *lossi_estimator_images(const lossi_estimator *e, size_t point, size_t first);

/** The estimate of a point from the first m images that were seen of it.
 *  @param l2  what the loss has besides the mean over images
 *  @return LOSS_OK, LOSS_ERR_NOMEM */
loss_status lossi_estimator_at(lossi_estimator *e, size_t point, size_t m, double l2,
                               loss_estimate *estimate);

/** How the coarse points come out, each estimated from the others and the first m images of the
 * sample. */
typedef struct lossi_estimate_check {
    double observed, predicted; /* root mean squares of relative errors, and of standard errors */
    size_t checked, held;
} lossi_estimate_check;
loss_status lossi_estimator_check(lossi_estimator *e, size_t m, lossi_estimate_check *check);

#endif
