/* libhdf5, where there is one (LOSSI_HAS_HDF5). It prints errors, loads filters from folders that
 * the environment names, and may have been built for one thread: not while it is used here. */
#ifndef LOSSI_HDF5_H
#define LOSSI_HDF5_H

#include <hdf5.h>

#include "formats/arrays.h"

/** What was set before. */
typedef struct lossi_hdf5_session {
    H5E_auto2_t print;
    void *user;
    unsigned plugins;
} lossi_hdf5_session;

/** Waits for other threads that use it here; what it does stays silent until the end. */
void lossi_hdf5_begin(lossi_hdf5_session *session);
void lossi_hdf5_end(const lossi_hdf5_session *session);

/** Writes row-major arrays of F32 and F64, in groups where their names have a /, atomically. The
 * same arrays give the same bytes. */
loss_status lossi_hdf5_write(const char *path, const lossi_array *arrays, size_t n);

#endif
