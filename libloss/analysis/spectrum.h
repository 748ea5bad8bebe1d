/* Figures of the whole spectrum of a symmetric operator, from random vectors: its trace and its
 * density. */
#ifndef LOSSI_SPECTRUM_H
#define LOSSI_SPECTRUM_H

#include "analysis/lanczos.h"

/** Trace: the mean of v' A v over random vectors of -1 and 1 (Hutchinson 1990). */
typedef struct lossi_trace {
    double mean;
    double standard_error; /* standard deviation (with done - 1) / sqrt(done); NaN for one */
    size_t done;           /* vectors that it is of */
} lossi_trace;

/** Vector number `index` of a seed, [n], each value -1 or 1. */
void lossi_rademacher(uint64_t seed, size_t index, size_t n, lossi_real *v);

/** @param progress  after each vector, with the trace so far; may be NULL.
 *  @param trace     written also on failure: of the vectors that were done. */
loss_status lossi_hutchinson(const lossi_operator *a, size_t vectors, uint64_t seed,
                             void (*progress)(void *user, const lossi_trace *so_far), void *user,
                             lossi_trace *trace);

/** Density of eigenvalues as a sum of peaks (stochastic Lanczos quadrature: Golub & Meurant;
 * Ghorbani et al. 2019). For each vector, Lanczos's T has the nodes as eigenvalues, and the
 * squares of the first components of its eigenvectors as weights.
 *  @param nodes, weights  [vectors * steps]; written, those of a vector together, ascending. The
 * weights of a vector sum up to 1.
 *  @param counts  [vectors]: nodes of each, written; steps, or fewer where a space became
 * invariant.
 *  @param progress  after each product; may be NULL. */
loss_status lossi_quadrature(const lossi_operator *a, size_t vectors, size_t steps, uint64_t seed,
                             void (*progress)(void *user, size_t vector, size_t step), void *user,
                             double *nodes, double *weights, size_t *counts);

/** The density at a point: peaks of width sigma (Gauss) at the nodes, weighted, divided by the
 * number of vectors. */
double lossi_density_at(size_t n, const double *nodes, const double *weights, size_t vectors,
                        double sigma, double at);

#endif
