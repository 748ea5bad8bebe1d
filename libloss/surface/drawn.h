/* What is drawn of a split, whatever the file: heights, marks of critical points, training paths.
 * The rules are those of lossview. */
#ifndef LOSSI_SURFACE_DRAWN_H
#define LOSSI_SURFACE_DRAWN_H

#include <loss/analysis.h>

#include "surface/mesh.h"

typedef struct lossi_drawn {
    loss_axis x, y;
    loss_point *points; /* [ny][nx] */
    lossi_height_scale scale;
    double *heights;      /* [ny][nx] the loss, or its log10; NaN: none */
    loss_critical *marks; /* [n_marks] without those at the border; their values are losses. Of an
                           * unfinished surface none: it has bumps of its own */
    size_t n_marks;
    const loss_path_point *path; /* [n_path] borrowed until the next paths of the surface */
    size_t n_path;
} lossi_drawn;

/** @param split  one that the file has
 *  @param drawn  written; lossi_drawn_free(), also after a failure
 *  @return LOSS_OK, LOSS_ERR_IO, LOSS_ERR_FORMAT, LOSS_ERR_NOMEM */
loss_status lossi_drawn_make(lossi_drawn *drawn, loss_surface *surface, loss_split split,
                             loss_height height);
void lossi_drawn_free(lossi_drawn *drawn);

/** The height on the mesh's triangles, as z; NaN where there is none. */
double lossi_drawn_z(const lossi_drawn *drawn, double x, double y);

#endif
