/* The files in a tar or tar.gz archive, one after another. */
#ifndef LOSSI_TAR_H
#define LOSSI_TAR_H

#include "data/images.h"
#include "data/unpack.h"

typedef struct lossi_tar {
    lossi_unpack file;
    const loss_dataset_options *opt; /* borrowed: how much may be unpacked */
    void *reader, *entry;            /* libarchive's */
    size_t unpacked, entry_size;     /* of the whole archive so far; of the present file */
    loss_status status; /* of reading the file, which libarchive only knows to have failed */
    uint8_t *block;
} lossi_tar;

/** True if the first bytes of a file are those of gzip, or of tar (ustar, GNU or pax). */
bool lossi_tar_is(const uint8_t *head, size_t n);

/** @return LOSS_OK, LOSS_ERR_IO, LOSS_ERR_NOMEM */
loss_status lossi_tar_open(lossi_tar *a, const char *path, const loss_dataset_options *opt);

/** Goes to the next regular file.
 *  @param name  last part of its path; NULL at the end. Valid until the next call.
 *  @return LOSS_OK, LOSS_ERR_FORMAT (no tar, damaged, too large), LOSS_ERR_IO, LOSS_ERR_NOMEM */
loss_status lossi_tar_next(lossi_tar *a, const char **name);

/** The contents of that file. Memory grows with what is there, not with what is claimed.
 *  @param bytes  *bytes owned by the caller (free()), NULL on failure
 *  @return as lossi_tar_next() */
loss_status lossi_tar_read(lossi_tar *a, uint8_t **bytes, size_t *size);

/** Closes; a no-op after a failed open. */
void lossi_tar_close(lossi_tar *a);

#endif
