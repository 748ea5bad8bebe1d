/* Normal equations of small least-squares problems. */
#ifndef LOSSI_NORMAL_H
#define LOSSI_NORMAL_H

#include <stddef.h>

/** Terms that a fit has at most. */
enum { LOSSI_MOST_TERMS = 32 };

/** Solves a x = b by Cholesky's factors. So little is added to the diagonal that only terms which
 * are no new information feel it; where that is not enough, more.
 *  @param n   rows of a, at most LOSSI_MOST_TERMS
 *  @param a   [n][n] symmetric, not negative; becomes the factor
 *  @param b   [n_b][n]; becomes x */
void lossi_normal_solve(size_t n, double *a, size_t n_b, double *b);

/** The same with the factor that a has become. */
void lossi_normal_solve_again(size_t n, const double *a, size_t n_b, double *b);

#endif
