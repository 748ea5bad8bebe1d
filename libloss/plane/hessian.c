/* Planes of two eigenvectors of the Hessian. How these are found is curvature's matter. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plane/kinds.h"

/* Details of such a plane. */
typedef struct eigenvalues {
    double of[2]; /* by axis */
} eigenvalues;

loss_status lossi_plane_of_eigenvectors(loss_plane **out, const loss_net *net, const float *vectors,
                                        const double *values, const char *layers, char *description)
{
    loss_status status = lossi_plane_allocate(out, &lossi_plane_kind_hessian, net, false);
    if (!status)
        status = lossi_plane_restrict(out, layers);
    if (status) {
        free(description);
        return status;
    }
    loss_plane *plane = *out;
    eigenvalues *details = plane->details;
    for (size_t axis = 0; axis < 2; axis++) {
        memcpy(plane->directions[axis], vectors + axis * plane->n, plane->n * sizeof *vectors);
        details->of[axis] = values[axis];
    }
    return lossi_plane_finish(out, description);
}

double loss_plane_eigenvalue(const loss_plane *plane, int axis)
{
    if (!plane || plane->kind != &lossi_plane_kind_hessian || (unsigned)axis > 1)
        return NAN;
    const eigenvalues *details = plane->details;
    return details->of[axis];
}

static bool record(const loss_plane *plane, lossi_facts *facts)
{
    const eigenvalues *details = plane->details;
    return lossi_facts_add(facts, LOSS_KEY_EIGENVALUE_X, "%.9g", details->of[0]) &&
           lossi_facts_add(facts, LOSS_KEY_EIGENVALUE_Y, "%.9g", details->of[1]);
}

static loss_status restore(loss_plane **out, const lossi_plane_kind *kind, const loss_net *net,
                           const lossi_plane_source *source)
{
    eigenvalues read;
    loss_status status =
        lossi_facts_number(source->facts, source->path, LOSS_KEY_EIGENVALUE_X, &read.of[0]);
    if (!status)
        status =
            lossi_facts_number(source->facts, source->path, LOSS_KEY_EIGENVALUE_Y, &read.of[1]);
    if (!status)
        status = lossi_plane_restore_kept(out, kind, net, source);
    if (!status)
        *(eigenvalues *)(*out)->details = read;
    return status;
}

const lossi_plane_kind lossi_plane_kind_hessian = {
    .name = "hessian",
    .mark = LOSS_KEY_EIGENVALUE_X,
    .details_size = sizeof(eigenvalues),
    .record = record,
    .restore = restore,
    .move = lossi_plane_move_straight,
};
