/* Bytes that memory has no room for, in a temporary file without a name: gone with the process. */
#ifndef LOSSI_SPILL_H
#define LOSSI_SPILL_H

#include "base/base.h"

typedef struct lossi_spill lossi_spill;

/** An empty file in $TMPDIR, else in /var/tmp, as /tmp may be memory. @return LOSS_OK, LOSS_ERR_IO,
 * LOSS_ERR_NOMEM */
loss_status lossi_spill_create(lossi_spill **out);
void lossi_spill_free(lossi_spill *spill);

/** Writes or reads n bytes at a place. Reading: any threads at once. @return LOSS_OK, LOSS_ERR_IO
 * (message: the folder and the system's reason) */
loss_status lossi_spill_write(const lossi_spill *spill, const void *bytes, size_t n, uint64_t at);
loss_status lossi_spill_read(const lossi_spill *spill, void *bytes, size_t n, uint64_t at);

#endif
