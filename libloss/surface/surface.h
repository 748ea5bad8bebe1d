/* Inside a surface. */
#ifndef LOSSI_SURFACE_H
#define LOSSI_SURFACE_H

#include "surface/store.h"

struct loss_surface {
    char *path;
    lossi_store *store;
    lossi_facts facts;            /* as the file has them */
    loss_axis x, y;
    loss_path_point *path_points; /* [n_path] what loss_surface_paths() gave last; texts are those of path_rows */
    lossi_path_row *path_rows;
    size_t n_path;

    /* For evaluation; NULL and zero after loss_surface_read(). */
    const loss_net *net;
    const loss_plane *plane;
    const loss_dataset *data[2];  /* by split */
    loss_surface_options opt;
};

#endif
