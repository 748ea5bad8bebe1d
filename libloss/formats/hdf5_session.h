/* How libhdf5 is used here: it prints errors and loads filters from folders that the environment
 * names, but not meanwhile; and it may have been built for one thread. */
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

/** Until the end it is silent. Between lock and unlock, or in a child of a thread that is there. */
void lossi_hdf5_begin(lossi_hdf5_session *session);
void lossi_hdf5_end(const lossi_hdf5_session *session);

/** Waits for other threads that use it here. */
void lossi_hdf5_lock(void);
void lossi_hdf5_unlock(void);

#endif
