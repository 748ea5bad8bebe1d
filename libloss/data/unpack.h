/* A file read from its beginning to its end, unpacked on the way if it is gzip. */
#ifndef LOSSI_UNPACK_H
#define LOSSI_UNPACK_H

#include "base/base.h"

typedef struct lossi_unpack {
    const char *path; /* borrowed */
    void *stream;     /* zlib's */
    uint64_t file_bytes;
} lossi_unpack;

/** Opens a regular file.
 *  @return LOSS_OK, LOSS_ERR_IO, LOSS_ERR_NOMEM */
loss_status lossi_unpack_open(lossi_unpack *u, const char *path);

/** The next bytes: fewer than wanted only at the end. Sums of gzip are checked, several members
 * are one file.
 *  @return LOSS_OK, LOSS_ERR_FORMAT (corrupt or truncated gzip), LOSS_ERR_IO, LOSS_ERR_NOMEM */
loss_status lossi_unpack_read(lossi_unpack *u, void *to, size_t wanted, size_t *got);

/** Closes; a no-op after a failed open. */
void lossi_unpack_close(lossi_unpack *u);

#endif
