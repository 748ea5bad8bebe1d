/* Eigenvalues over mini-batches, for lossgrid curvature. */
#ifndef CURVATURE_BATCHES_H
#define CURVATURE_BATCHES_H

#include <loss/loss.h>

#include "json.h"

typedef struct batches_request {
    size_t n, size; /* mini-batches, and images of each */
    const loss_curvature_options *curvature;
    const loss_eigen_options *eigen;
    const loss_eigenvalue *whole; /* [top + smallest] of all images */
    void (*begin)(void *user);    /* before each mini-batch */
    void *user;
} batches_request;

/** Finds them, and prints or, with j, adds them: of each eigenvalue the mean over the batches, the
 * standard deviation, and the range. */
loss_status curvature_batches(const batches_request *r, const loss_net *net,
                              const loss_dataset *data, json *j);

#endif
