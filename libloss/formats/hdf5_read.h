/* Reading HDF5 by libhdf5 in this very process, which a damaged file may end. */
#ifndef LOSSI_HDF5_READ_H
#define LOSSI_HDF5_READ_H

#include "formats/arrays.h"

/** The numeric data sets of a file in memory. As a parser of formats/read.h without a key; the
 * caller sees to it that no other thread uses libhdf5 here. */
loss_status lossi_hdf5_read(const uint8_t *bytes, size_t size, const char *label,
                            lossi_arrays *out);

#endif
