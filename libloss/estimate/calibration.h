/* Weights with which a sample has the very means of all images at the coarse points (Deville and
 * Sarndal 1992), and the mean of all images that they give elsewhere. */
#ifndef LOSSI_CALIBRATION_H
#define LOSSI_CALIBRATION_H

#include "estimate/normal.h"
#include "estimate/sample.h"

/** The weights of the first m images of an order. Borrows the panel and the order. */
typedef struct lossi_calibration {
    const lossi_panel *panel;
    const uint32_t *order; /* [m] */
    size_t m, left_out;
    size_t n_terms;                 /* that are used */
    size_t terms[LOSSI_MOST_TERMS]; /* [n_terms] which of the panel's */
    double *chances, *weights;      /* [m] */
    double *factor;                 /* [n_terms][n_terms] of the weighted products */
    double quantile;                /* a 95 % interval is so many standard errors each way */
} lossi_calibration;

/** A mean over all images. */
typedef struct lossi_mean {
    double value, error, low, high; /* NaN but for the value: a value is not finite */
} lossi_mean;

/** @param order     [m] images. Borrowed.
 *  @param chances   [m] that each had to be drawn; copied
 *  @param left_out  a point of the panel that is not used; LOSSI_LEAVE_NONE: all are
 *  @return LOSS_OK, LOSS_ERR_NOMEM. Free with lossi_calibration_free() in each case. */
loss_status lossi_calibration_init(lossi_calibration *c, const lossi_panel *panel,
                                   const uint32_t *order, const double *chances, size_t m,
                                   int left_out);
void lossi_calibration_free(lossi_calibration *c);

/** The mean over all images of what was seen of the sample.
 *  @param values  [m] in the order */
lossi_mean lossi_calibration_mean(const lossi_calibration *c, const float *values);

/** So many standard errors each way hold 95 % of Student's distribution. */
double lossi_student_quantile(double degrees);

#endif
