/* Inside a plane. Directions are stored as one run of values: trainable tensors in the network's
 * order. What a kind of plane has besides is its own: see plane/kinds.h. */
#ifndef LOSSI_PLANE_H
#define LOSSI_PLANE_H

#include <loss/plane.h>

#include "base/base.h"
#include "net/net.h"

typedef struct lossi_plane_kind lossi_plane_kind;

/** What a plane has for a tensor of the network. */
typedef struct lossi_plane_part {
    size_t count; /* values of a direction; 0: it is not trainable */
    bool moves;   /* false: at all points it has the origin's values, bit for bit */
} lossi_plane_part;

struct loss_plane {
    const lossi_plane_kind *kind;
    void *details; /* the kind's own, of its details_size; NULL if that is 0 */
    size_t n;      /* trainable values of the network */
    size_t n_tensors;
    float *directions[2]; /* [n] each; the second is NULL for a line */
    double norms[2], cosine;
    char *description, digest[17];
    char *layers; /* patterns of names that the directions are restricted to; NULL: none. Owned */
    lossi_plane_part *parts; /* [n_tensors] of the network. Owned */
};

/** A plane of a kind, all zero; is_line: without the second axis. */
loss_status lossi_plane_allocate(loss_plane **out, const lossi_plane_kind *kind,
                                 const loss_net *net, bool is_line);

/** Says which layers the directions are restricted to. Copied; NULL: to none.
 *  @return LOSS_OK, LOSS_ERR_NOMEM: the plane is freed then, and *plane NULL */
loss_status lossi_plane_restrict(loss_plane **plane, const char *layers);

/** Works out norms, cosine, digest and what moves, and takes over `description` (owned by the plane
 * from now on; NULL: out of memory). On failure the plane is freed. */
loss_status lossi_plane_finish(loss_plane **plane, char *description);

/** loss_plane_pca() with as many rows in memory as fit into bytes_held, one at least; the options
 * are complete. */
loss_status lossi_plane_pca(loss_plane **out, const loss_net *net, const char *const *paths,
                            size_t n, const loss_pca_options *opt, size_t bytes_held);

/** The plane of two eigenvectors of the Hessian.
 *  @param vectors      [2][n]. Copied.
 *  @param eigenvalues  [2]. Copied.
 *  @param layers       that they are restricted to, or NULL. Copied.
 *  @param description  taken over, as by lossi_plane_finish() */
loss_status lossi_plane_of_eigenvectors(loss_plane **out, const loss_net *net, const float *vectors,
                                        const double *eigenvalues, const char *layers,
                                        char *description);

/** Whether both have the same tensors, so that one's values fit into the other's. */
bool lossi_same_tensors(const loss_net *a, const loss_net *b);

#endif
