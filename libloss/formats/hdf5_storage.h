/* Where the values of an HDF5 data set lie, looked at before libhdf5 reads them: it trusts the
 * file. */
#ifndef LOSSI_HDF5_STORAGE_H
#define LOSSI_HDF5_STORAGE_H

#include <hdf5.h>

#include "formats/arrays.h"

/** A file in memory. Borrowed. */
typedef struct lossi_hdf5_image {
    const uint8_t *bytes;
    size_t size;
} lossi_hdf5_image;

/** Whether reading a data set takes what its file and its size explain, in time and memory: all
 * its bytes lie in the file, or none was written; there are no more chunks than the file has room
 * for, together of no more than `allowance` bytes, and each unpacks to just its own size, by
 * filters that every libhdf5 has.
 *  @param view  its shape
 *  @param type  of its elements, as stored */
bool lossi_hdf5_is_readable(const lossi_hdf5_image *image, hid_t set, hid_t type,
                            const lossi_array *view, size_t allowance);

#endif
