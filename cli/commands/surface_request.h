/* What lossgrid surface is asked for. */
#ifndef SURFACE_REQUEST_H
#define SURFACE_REQUEST_H

#include "inputs/planes.h"

typedef struct surface_request {
    target t;
    int split; /* of choices_splits() */
    const char *out;
    plane_options plane;
    const plane_kind *kind; /* that plane asks for */
    size_t bn_images;
    size_t keep; /* bytes, of --keep; 0: it was not given */
    text_list run_options, checkpoint_options;
    run_list runs; /* whose paths are drawn, and of a kind that has_paths span the plane */
    loss_curvature_options curvature; /* of planes that want it, and of --curvature */
    bool has_curvature;
    loss_estimate_options estimate; /* of --estimate and --estimate-error */
    bool has_estimate, has_share, has_error;
    loss_surface_options surface;
    char *command; /* as it was typed, for the file */
    bool has_split, has_estimate_seed, has_x, has_y, has_bn, has_bn_images;
} surface_request;

/** Reads the command line. @return -1 to go on, else an exit code. Then and else: free it. */
int surface_request_read(surface_request *r, int argc, char **argv);
void surface_request_free(surface_request *r);

/** Sets the axes that were not given. One that is automatic stays so. */
void surface_request_choose_axes(surface_request *r, const loss_plane *plane);

#endif
