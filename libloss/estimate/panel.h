/* What all images have at some points that were evaluated with all of them: what an image has at
 * other points is told from it by a straight-line fit, whose terms are 1 and the image's values at
 * these points. */
#ifndef LOSSI_PANEL_H
#define LOSSI_PANEL_H

#include "base/base.h"

/** Values of one quantity. Borrows them. */
typedef struct lossi_panel {
    size_t n_images, n_points;
    const float *const *values; /* [n_points] -> [n_images], finite */
    size_t n_terms;             /* 1 + n_points */
    double *scales;   /* [n_terms] terms are divided by them: 1, then the mean of |value| */
    double *means;    /* [n_terms] of the terms, over all images */
    double *products; /* [n_terms][n_terms] means of the products of two terms */
} lossi_panel;

/** @param n_points  below LOSSI_MOST_TERMS
 *  @param values    [n_points] -> [n_images], finite. Borrowed.
 *  @return LOSS_OK, LOSS_ERR_NOMEM. Free with lossi_panel_free() in each case. */
loss_status lossi_panel_init(lossi_panel *panel, size_t n_images, size_t n_points,
                             const float *const *values);
void lossi_panel_free(lossi_panel *panel);

/** Term t of an image. */
static inline double lossi_panel_term(const lossi_panel *panel, size_t t, size_t image)
{
    return t ? (double)panel->values[t - 1][image] / panel->scales[t] : 1;
}

/** What of each point's values the other points do not tell: the residual of a least-squares fit,
 * in multiples of the mean of |value|.
 *  @param residuals  [n_points][n_images], written */
void lossi_panel_residuals(const lossi_panel *panel, float *residuals);

#endif
