/* One PNG, its samples as they are stored. */
#ifndef LOSSI_PNG_FILE_H
#define LOSSI_PNG_FILE_H

#include "base/base.h"

typedef struct lossi_png lossi_png;

/** Reads a PNG's header.
 *  @param bytes  the whole file. Borrowed until lossi_png_close().
 *  @param path   for messages. Borrowed too.
 *  @return LOSS_OK, LOSS_ERR_FORMAT (no PNG, or one whose samples have no exact value of 8 bits),
 * LOSS_ERR_NOMEM */
loss_status lossi_png_open(lossi_png **out, const uint8_t *bytes, size_t size, const char *path);

/** 1 for grey, else 3. An alpha channel does not count. */
size_t lossi_png_channels(const lossi_png *png);
size_t lossi_png_height(const lossi_png *png);
size_t lossi_png_width(const lossi_png *png);

/** Reads the image; may be called once.
 *
 *  Samples are those that the file stores, as PIL's convert('RGB') gives them: palettes looked up,
 * 1, 2 and 4 bits of grey spread over 0 to 255, of 16 bits the upper 8, alpha and transparent
 * colours dropped. Gamma, colour profiles and backgrounds are not applied.
 *  @param pixels  [channels][height][width], written. Caller-owned.
 *  @return LOSS_OK, LOSS_ERR_FORMAT (damaged), LOSS_ERR_NOMEM */
loss_status lossi_png_read(lossi_png *png, uint8_t *pixels);

/** Closes; NULL is a no-op. */
void lossi_png_close(lossi_png *png);

#endif
