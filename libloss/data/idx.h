/* One IDX file. */
#ifndef LOSSI_IDX_H
#define LOSSI_IDX_H

#include "data/images.h"

/** Reads a whole IDX file of bytes, plain or gzip.
 *  @param rank    numbers of dimensions that it must have, 1 to 3
 *  @param dims    [rank], written
 *  @param values  NULL before; the caller's (free()), also on failure
 *  @return LOSS_OK, LOSS_ERR_IO, LOSS_ERR_FORMAT, LOSS_ERR_NOMEM */
loss_status lossi_idx_read(const char *path, const loss_dataset_options *opt, size_t rank,
                           size_t *dims, uint8_t **values);

#endif
