/* Files that people give for weights and that are not read: each is refused by its name, with what
 * to do instead. */
#ifndef LOSSI_FOREIGN_H
#define LOSSI_FOREIGN_H

#include "formats/archive.h"

/** Fails with LOSS_ERR_FORMAT if the bytes are of a foreign kind.
 *  @param zip  the archive that the bytes are; NULL: none
 *  @return LOSS_OK: of no kind that is known here */
loss_status lossi_foreign_refuse(const uint8_t *bytes, size_t size, const lossi_archive *zip,
                                 const char *label);

#endif
