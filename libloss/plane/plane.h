/* Inside a plane. Directions are stored as one run of values: trainable tensors in the network's
 * order. What a kind of plane has besides is its own: see plane/kinds.h. */
#ifndef LOSSI_PLANE_H
#define LOSSI_PLANE_H

#include <loss/plane.h>

#include "base/base.h"
#include "net/net.h"

typedef struct lossi_plane_kind lossi_plane_kind;

struct loss_plane {
    const lossi_plane_kind *kind;
    void *details;        /* the kind's own, of its details_size; NULL if that is 0 */
    size_t n;             /* trainable values of the network */
    float *directions[2]; /* [n] each; the second is NULL for a line */
    double norms[2], cosine;
    char *description, digest[17];
};

/** A plane of a kind, all zero; is_line: without the second axis. */
loss_status lossi_plane_allocate(loss_plane **out, const lossi_plane_kind *kind,
                                 const loss_net *net, bool is_line);

/** Works out norms, cosine and digest, and takes over `description` (owned by the plane from now
 * on; NULL: out of memory). On failure the plane is freed. */
loss_status lossi_plane_finish(loss_plane **plane, char *description);

/** loss_plane_pca() with as many rows in memory as fit into bytes_held, one at least; the options
 * are complete. */
loss_status lossi_plane_pca(loss_plane **out, const loss_net *net, const char *const *paths,
                            size_t n, const loss_pca_options *opt, size_t bytes_held);

/** The plane of two eigenvectors of the Hessian.
 *  @param vectors      [2][n]. Copied.
 *  @param eigenvalues  [2]. Copied.
 *  @param description  taken over, as by lossi_plane_finish() */
loss_status lossi_plane_of_eigenvectors(loss_plane **out, const loss_net *net, const float *vectors,
                                        const double *eigenvalues, char *description);

/** Whether both have the same tensors, so that one's values fit into the other's. */
bool lossi_same_tensors(const loss_net *a, const loss_net *b);

#endif
