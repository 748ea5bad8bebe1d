/* Inside a plane. Directions are stored as one run of values: trainable tensors in the network's
 * order. */
#ifndef LOSSI_PLANE_H
#define LOSSI_PLANE_H

#include <loss/plane.h>

#include "base/base.h"
#include "net/net.h"

struct loss_plane {
    size_t n;             /* trainable values of the network */
    float *directions[2]; /* [n] each; the second is NULL for a line */
    double norms[2], cosine;
    char *description, digest[17];
    bool has_eigenvalues; /* the directions are eigenvectors of the Hessian */
    double eigenvalues[2];
    bool is_random; /* then the options can draw it again */
    loss_random_options random;
    size_t n_checkpoints; /* that principal components are of; 0: other directions */
    double explained[2];  /* their shares of the variance */
    loss_ignore ignore;
    lossi_real *solutions[2]; /* between solutions: all values of the others, tensors in order;
                                 NULL without */
};

/** A plane of n values an axis, all zero; is_line: without the second axis. */
loss_status lossi_plane_allocate(loss_plane **out, const loss_net *net, bool is_line);

/** Works out norms, cosine and digest, and takes over `description` (owned by the plane from now
 * on; NULL: out of memory). On failure the plane is freed. */
loss_status lossi_plane_finish(loss_plane **plane, char *description);

/** The options that draw this plane again; NULL if it is not random. Borrowed. */
const loss_random_options *lossi_plane_random_options(const loss_plane *plane);

/** loss_plane_pca() with as many rows in memory as fit into bytes_held, one at least; the options
 * are complete. */
loss_status lossi_plane_pca(loss_plane **out, const loss_net *net, const char *const *paths,
                            size_t n, const loss_pca_options *opt, size_t bytes_held);

/** Whether both have the same tensors, so that one's values fit into the other's. */
bool lossi_same_tensors(const loss_net *a, const loss_net *b);

/** Moves along a plane between solutions; with_statistics: running means and variances too. */
void lossi_plane_combine(const loss_plane *plane, const loss_net *origin, double a, double b,
                         bool with_statistics, loss_net *moved);

#endif
