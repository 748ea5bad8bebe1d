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
} lossi_quantity;

/** The beginning of a point's order of images. */
typedef struct lossi_order {
    size_t n;
    uint32_t *images; /* [n]; NULL: not drawn yet */
} lossi_order;

typedef struct lossi_estimator {
    const lossi_known *known;
    lossi_quantity loss, right;
    lossi_spot spots[LOSSI_MOST_COARSE]; /* of the panel of losses */
    lossi_sample sample;
    lossi_order *orders; /* [n_points] */
    double *chances;     /* [n_images] room for those of a point */
    float *values;       /* [n_images] the same */
    /** the mean over all images divides by something else where classes have weights */
    double scale;
} lossi_estimator;

/** All coarse points of *known were evaluated.
 *  @return LOSS_OK, LOSS_ERR_NOMEM. Free with lossi_estimator_free() in each case. */
loss_status lossi_estimator_init(lossi_estimator *e, const lossi_known *known, uint64_t seed);
void lossi_estimator_free(lossi_estimator *e);

/** The first m images of a point's sample, in their order.
 *  @param images  borrowed from *e, until more of the point are asked for
 *  @return LOSS_OK, LOSS_ERR_NOMEM */
loss_status lossi_estimator_images(lossi_estimator *e, size_t point, size_t m,
                                   const uint32_t **images);

/** The estimate of a point from the first m images that were seen of it.
 *  @param l2  what the loss has besides the mean over images
 *  @return LOSS_OK, LOSS_ERR_NOMEM */
loss_status lossi_estimator_at(lossi_estimator *e, size_t point, size_t m, double l2,
                               loss_estimate *estimate);

/** How the coarse points come out, each estimated from the others and m images of a sample of
 * its own. */
typedef struct lossi_estimate_check {
    /** root mean squares of errors, and of standard errors: of losses relative, of accuracies from
     * 0 to 1 */
    double observed, predicted;
    size_t checked, held;
} lossi_estimate_check;
loss_status lossi_estimator_check(lossi_estimator *e, bool of_accuracy, size_t m,
                                  lossi_estimate_check *check);

#endif
