/* libhdf5 prints errors, loads filters from folders that
 * the environment names, and may have been built for one thread: not
 * while it is used here. */
#ifndef LOSSI_HDF5_SESSION_H
#define LOSSI_HDF5_SESSION_H

#include <hdf5.h>

#include "base/base.h"

/** What was set before. */
typedef struct lossi_hdf5_session {
    H5E_auto2_t print;
    void *user;
    unsigned plugins;
} lossi_hdf5_session;

/** Waits for other threads that use it here; what it does stays silent until the end. */
void lossi_hdf5_begin(lossi_hdf5_session *session);
void lossi_hdf5_end(const lossi_hdf5_session *session);

#endif
