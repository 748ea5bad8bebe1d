/* Values that were measured at some places, taken for a draw of a Gaussian process with a mean that
 * is not known: what is likely elsewhere. */
#ifndef LOSSI_PROCESS_H
#define LOSSI_PROCESS_H

#include "estimate/sample.h"

/** Deviations from the mean have the covariance  spread^2 (1 + r) exp(-r)  at distance d, with
 *  r = sqrt(3) d / length: Matern's with the exponent 3/2. */
typedef struct lossi_process_model {
    double length, spread; /* above 0 */
} lossi_process_model;

/** A value and the variance of its error. */
typedef struct lossi_valued {
    double value, variance; /* 0: exact */
} lossi_valued;

/** The equations of n places. */
typedef struct lossi_process {
    size_t n, most;
    lossi_process_model model;
    lossi_spot *spots; /* [most] filled by the caller up to n, as the values */
    lossi_valued *values;
    double *factor; /* [n][n] columns of L, where L L' is the covariance of what was measured */
    double *deviations, *ones; /* [n] L^-1 of the deviations from the mean, and of ones */
    double mean, weight;       /* and the inverse of the mean's variance */
} lossi_process;

/** Room for `most` places.
 *  @return LOSS_OK, LOSS_ERR_NOMEM. Free with lossi_process_free() in each case. */
loss_status lossi_process_init(lossi_process *p, size_t most);
void lossi_process_free(lossi_process *p);

/** Solves the equations of the places and values that *p has. OpenBLAS computes: its threads are
 * the caller's matter.
 *  @return whether they can be solved; what follows may be called then only */
bool lossi_process_solve(lossi_process *p, const lossi_process_model *model);

/** Logarithm of the restricted likelihood of the values, up to a constant. */
double lossi_process_likelihood(const lossi_process *p);

/** The likely values at n places, and the variances of what is still unknown of them.
 *  @param room  [n][p->n] */
void lossi_process_tell(const lossi_process *p, size_t n, const lossi_spot *spots, double *room,
                        lossi_valued *told);

#endif
