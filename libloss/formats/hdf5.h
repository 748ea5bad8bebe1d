/* HDF5 files, where there is a libhdf5. */
#ifndef LOSSI_HDF5_H
#define LOSSI_HDF5_H

#include "formats/arrays.h"

/** Writes row-major arrays of F32 and F64, in groups where their names have a /, atomically. The
 * same arrays give the same bytes.
 *  @return LOSS_OK, LOSS_ERR_NAME (built without libhdf5), LOSS_ERR_IO, LOSS_ERR_NOMEM */
loss_status lossi_hdf5_write(const char *path, const lossi_array *arrays, size_t n);

#endif
