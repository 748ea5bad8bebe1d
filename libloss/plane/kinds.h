/* Kinds of planes. A kind is a file that makes its planes and ends in a table, and a row
 * of LOSSI_PLANE_KINDS. */
#ifndef LOSSI_PLANE_KINDS_H
#define LOSSI_PLANE_KINDS_H

#include <loss/keys.h>

#include "base/facts.h"
#include "plane/plane.h"

/** What was recorded of a plane. Borrowed. */
typedef struct lossi_plane_source {
    const char *path; /* for messages */
    const lossi_facts *facts;
    /* A direction ("x", "y") of n values that is kept; *has: whether it is. */
    loss_status (*read_direction)(void *from, const char *axis, float *values, size_t n, bool *has);
    void *from; /* read_direction's */
} lossi_plane_source;

struct lossi_plane_kind {
    const char *name;
    const char *mark; /* a fact that only this kind records, by which its planes are known; NULL:
                         planes without any mark */
    size_t details_size;
    bool moves_statistics; /* running statistics can move along (BatchNorm mode `states`) */
    bool is_drawn;         /* restored without the directions, which then need not be kept */

    /** Records what the kind has besides directions; may be NULL. @return false when memory is
     * out */
    bool (*record)(const loss_plane *plane, lossi_facts *facts);
    /** The plane again, to the bit. */
    loss_status (*restore)(loss_plane **out, const lossi_plane_kind *kind, const loss_net *net,
                           const lossi_plane_source *source);
    /** Moves a network whose tensors were compared; with_statistics: only if moves_statistics. */
    void (*move)(const loss_plane *plane, const loss_net *origin, double a, double b,
                 bool with_statistics, loss_net *moved);
    /** The plane of the same kind with a number, of which 0 is this one; NULL: there are no
     * others, so that lines of this kind cannot be repeated. */
    loss_status (*another)(loss_plane **out, const loss_plane *plane, const loss_net *net,
                           uint64_t number);
    /** Frees what the details own; may be NULL. */
    void (*free_details)(void *details);
};

/** All kinds. The one without a mark is the last. */
#define LOSSI_PLANE_KINDS(X) X(solutions) X(random) X(pca) X(hessian) X(given)

#define LOSSI_PLANE_DECLARATION(name) extern const lossi_plane_kind lossi_plane_kind_##name;
LOSSI_PLANE_KINDS(LOSSI_PLANE_DECLARATION)
#undef LOSSI_PLANE_DECLARATION

/** The plane that facts tell of.
 *  @return LOSS_OK; LOSS_ERR_FORMAT (facts or directions that are not what the kind records);
 * LOSS_ERR_ARGUMENT (a kind that keeps too little to be restored); LOSS_ERR_NOMEM */
loss_status lossi_plane_restore(loss_plane **out, const loss_net *net,
                                const lossi_plane_source *source);

/** For kinds: a plane with the directions that are kept, and zero details. */
loss_status lossi_plane_restore_kept(loss_plane **out, const lossi_plane_kind *kind,
                                     const loss_net *net, const lossi_plane_source *source);
/** For kinds: the fact `ignore`. */
loss_ignore lossi_plane_ignore_of(const lossi_facts *facts);
/** For kinds: origin + a x + b y; what does not move stays as it is, bit for bit. */
void lossi_plane_move_straight(const loss_plane *plane, const loss_net *origin, double a, double b,
                               bool with_statistics, loss_net *moved);

#endif
