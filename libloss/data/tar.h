/* tar archives in memory: ustar, GNU and pax headers; regular files only. */
#ifndef LOSSI_TAR_H
#define LOSSI_TAR_H

#include "base/base.h"

/** A file of an archive. Borrows from the archive's bytes. */
typedef struct lossi_tar_entry {
    char name[256]; /* last part of its path */
    const uint8_t *bytes;
    size_t size;
} lossi_tar_entry;

/** True if the bytes begin with a tar header whose checksum is right. */
bool lossi_tar_is(const uint8_t *bytes, size_t size);

/** Steps through the regular files: *at is 0 at first. Every header's checksum and size is
 * checked.
 *  @param found  false at the end of the archive.
 *  @return LOSS_OK, LOSS_ERR_FORMAT */
loss_status lossi_tar_next(const uint8_t *bytes, size_t size, const char *label, size_t *at,
                           lossi_tar_entry *entry, bool *found);

#endif
