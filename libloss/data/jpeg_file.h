/* One JPEG, as PIL's convert('RGB') gives it. */
#ifndef LOSSI_JPEG_FILE_H
#define LOSSI_JPEG_FILE_H

#include "base/base.h"

typedef struct lossi_jpeg lossi_jpeg;

/** True if the bytes begin as a JPEG does. */
bool lossi_jpeg_is(const uint8_t *bytes, size_t size);

/** Reads a JPEG's header.
 *  @param bytes  the whole file. Borrowed until lossi_jpeg_close().
 *  @param path   for messages. Borrowed too.
 *  @return LOSS_OK, LOSS_ERR_FORMAT (damaged, or of another number of channels than 1, 3 or 4),
 * LOSS_ERR_NOMEM */
loss_status lossi_jpeg_open(lossi_jpeg **out, const uint8_t *bytes, size_t size, const char *path);

/** channels: 1 for grey, else 3, also for CMYK. */
void lossi_jpeg_shape(const lossi_jpeg *jpeg, size_t *channels, size_t *height, size_t *width);

/** Reads the image; may be called once. Its orientation and colour profile are not applied.
 *  @param pixels  [channels][height][width], written. Caller-owned.
 *  @return LOSS_OK, LOSS_ERR_FORMAT (damaged), LOSS_ERR_NOMEM */
loss_status lossi_jpeg_read(lossi_jpeg *jpeg, uint8_t *pixels);

/** Closes; NULL is a no-op. */
void lossi_jpeg_close(lossi_jpeg *jpeg);

#endif
