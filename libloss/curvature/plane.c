/* The plane along which the loss bends most. */
#include <stdlib.h>
#include <string.h>

#include "curvature/curvature.h"
#include "plane/plane.h"

loss_status loss_plane_hessian(loss_plane **out, const loss_net *net, const loss_dataset *data,
                               const loss_curvature_options *given,
                               const loss_eigen_options *given_eigen, loss_eigenvalue *values)
{
    LOSSI_REQUIRE(out);
    *out = NULL;
    LOSSI_REQUIRE(net && data);
    loss_curvature_options opt = LOSS_CURVATURE_OPTIONS_INIT;
    loss_eigen_options eigen = LOSS_EIGEN_OPTIONS_INIT;
    loss_curvature *curvature = NULL;
    loss_eigenvalue found[2];
    size_t n = loss_net_n_parameters(net);
    loss_status status = LOSSI_OPTIONS(opt, given);
    if (!status)
        status = LOSSI_OPTIONS(eigen, given_eigen);
    eigen.top = 2;
    eigen.smallest = 0;
    float *vectors = lossi_alloc(n, 2 * sizeof *vectors);
    if (!status && !vectors)
        status = lossi_fail_nomem(2 * n * sizeof *vectors);
    if (!status)
        status = loss_curvature_create(&curvature, net, data, &opt);
    if (!status)
        status = loss_curvature_eigen(curvature, &eigen, found, vectors);
    if (!status) {
        const double eigenvalues[2] = {found[0].value, found[1].value};
        char *description = lossi_format(
            "hessian ignore=%s%s%s, of %zu %s images (%s)", loss_ignore_name(opt.ignore),
            opt.layers ? " layers=" : "", opt.layers ? opt.layers : "", loss_dataset_count(data),
            loss_split_name(loss_dataset_split(data)), loss_dataset_selection(data));
        if (values)
            memcpy(values, found, sizeof found);
        status =
            lossi_plane_of_eigenvectors(out, net, vectors, eigenvalues, opt.layers, description);
    }
    loss_curvature_free(curvature);
    free(vectors);
    return status;
}
