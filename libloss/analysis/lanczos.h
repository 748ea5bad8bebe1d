/* Symmetric operators that are known by their products alone: the extreme eigenvalues by
 * Lanczos's method, and its tridiagonal matrices for quadrature. Pure functions; deterministic
 * for a seed. */
#ifndef LOSSI_LANCZOS_H
#define LOSSI_LANCZOS_H

#include "base/base.h"
#include "base/real.h"

/** y = A x for a symmetric matrix A of n rows. */
typedef struct lossi_operator {
    size_t n;
    /** What it fails with ends the calculation and is passed on. x, y [n]. */
    loss_status (*apply)(void *user, const lossi_real *x, lossi_real *y);
    void *user;
} lossi_operator;

/** A Krylov space that grows step by step. A V = V T + beta v e', V [k] orthonormal vectors, T
 * tridiagonal. */
typedef struct lossi_krylov {
    const lossi_operator *a;
    uint64_t seed;
    size_t k, capacity; /* products so far, and that there is room for */
    lossi_real **basis; /* [capacity]: vectors 0 .. k - 1 and the next, if there is one */
    double *alpha,
        *beta;         /* [capacity]: diagonal of T; beta[j] couples j and j + 1 (0: a new start) */
    bool is_invariant; /* the space is: there is no next vector */
    double scale;      /* largest entry of T so far */
    size_t n_starts;
    double *w;           /* [n] */
    lossi_real *product; /* [n] */
} lossi_krylov;

/** @param first  [n], the start; not zero. Copied and normalised. NULL: drawn from N(0, 1) with
 * the seed. */
loss_status lossi_krylov_begin(lossi_krylov *krylov, const lossi_operator *a, size_t capacity,
                               uint64_t seed, const lossi_real *first);
/** One product, kept orthogonal to all vectors before it by orthogonalising twice.
 *  @return LOSS_OK; LOSS_ERR_NOT_FINITE: the product was not; what the operator failed with;
 * LOSS_ERR_NOMEM */
loss_status lossi_krylov_step(lossi_krylov *krylov);
/** Goes on from an invariant space with a random vector orthogonal to it; k < n. */
loss_status lossi_krylov_restart(lossi_krylov *krylov);
void lossi_krylov_end(lossi_krylov *krylov);
/** Eigenvalues of T, ascending [k], and its eigenvectors, one a column: component i of vector j
 * at i + j k. */
loss_status lossi_krylov_ritz(const lossi_krylov *krylov, double *values, double *vectors);

/** One eigenvalue. */
typedef struct lossi_eigenpair {
    double value;
    double residual;    /* |A u - value u|, |u| = 1: an eigenvalue of A is no farther than this from
                           `value` */
    bool has_converged; /* within the tolerance, as far as the Krylov space tells */
} lossi_eigenpair;

typedef struct lossi_eigen_options {
    size_t top, smallest; /* how many at either end; together at most n */
    size_t steps; /* most products in the Krylov space; the pairs' residuals take one more each */
    double tolerance; /* of a residual relative to its |value|, or to a hundredth of the largest
                         |value| where that is more */
    uint64_t seed;
    /** After each product; may be NULL. worst: the largest such of the wanted pairs, as far as
     * the Krylov space tells. */
    void (*progress)(void *user, size_t done, double worst);
    void *user;
} lossi_eigen_options;

/** The leading and the smallest eigenvalues.
 *
 *  A multiple eigenvalue shows once in a Krylov space. Its copies are found if the space becomes
 * invariant, as that of an operator with few different eigenvalues does; it is then gone on from
 * with a new vector.
 *  @param pairs    [top + smallest]: the largest, descending, then the smallest, ascending;
 * written.
 *  @param vectors  [top + smallest][n], of unit length, the component of the largest magnitude
 * positive; written.
 *  @param products how many were computed; may be NULL.
 *  @return LOSS_OK, also without convergence: has_converged tells; LOSS_ERR_ARGUMENT,
 * LOSS_ERR_NOT_FINITE, LOSS_ERR_NOMEM, what the operator failed with.   Memory: (steps + top +
 * smallest) n values. */
loss_status lossi_eigen(const lossi_operator *a, const lossi_eigen_options *opt,
                        lossi_eigenpair *pairs, lossi_real *vectors, size_t *products);

#endif
