/* gzip in memory, with a bound on what comes out. */
#ifndef LOSSI_GZIP_H
#define LOSSI_GZIP_H

#include "base/base.h"

/** True if the bytes begin like gzip. */
bool lossi_gzip_is(const uint8_t *bytes, size_t size);

/** The first `wanted` bytes of the contents, or fewer if there are no more. @return how many. */
size_t lossi_gzip_peek(const uint8_t *bytes, size_t size, uint8_t *out, size_t wanted);

/** All contents. Memory grows with what is there, never with what is claimed.
 *  @param limit  more than this is refused.
 *  @param out    *out owned by the caller (free()).
 *  @return LOSS_OK, LOSS_ERR_FORMAT (corrupt, truncated, more than limit), LOSS_ERR_NOMEM */
loss_status lossi_gzip_inflate(const uint8_t *bytes, size_t size, const char *label, size_t limit,
                               uint8_t **out, size_t *out_size);

#endif
