/* Values on a grid as files of other programs. Pure writers of arrays; each file is written
 * atomically. */
#ifndef LOSSI_GRID_H
#define LOSSI_GRID_H

#include "base/base.h"

/** One array of a grid, [ny][nx]. Borrowed. */
typedef struct lossi_grid_array {
    const char *name;
    const double *values; /* or */
    const uint8_t *flags; /* 0 and 1 */
} lossi_grid_array;

/** VTK's XML ImageData: origin and spacing in multiples of the directions, named point arrays. */
typedef struct lossi_vti {
    size_t nx, ny;
    double origin[2], spacing[2];
    const lossi_grid_array *arrays;
    size_t n_arrays;
    const struct cJSON *facts; /* an object of texts and numbers; NULL: none */
} lossi_vti;
loss_status lossi_vti_write(const char *path, const lossi_vti *vti);

/** One member of an .npz: float64, bool or bytes, C order. Borrowed. */
typedef struct lossi_npz_member {
    const char *name;
    size_t n_dims, dims[2];
    const double *values; /* or */
    const uint8_t *flags; /* or */
    const uint8_t *bytes;
} lossi_npz_member;
/** numpy's archive: an uncompressed zip of .npy files. At most 4 GB. */
loss_status lossi_npz_write(const char *path, const lossi_npz_member *members, size_t n);

#endif
