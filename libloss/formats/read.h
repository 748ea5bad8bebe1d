/* Named arrays from any kind of file that holds them. A format is one row of the table in read.c.
 */
#ifndef LOSSI_READ_H
#define LOSSI_READ_H

#include "formats/archive.h"

/** A kind of file with named arrays. */
typedef struct lossi_arrays_format {
    const char *name;       /* such as "PyTorch checkpoint (zip)" */
    const char *endings[5]; /* of usual names, ended by NULL; only told, never looked at */

    /* One pair of the two: by the file's bytes, or by the members of a zip archive. */
    bool (*is)(const uint8_t *bytes, size_t size);
    loss_status (*parse)(const uint8_t *bytes, size_t size, const char *key, const char *label,
                         lossi_arrays *out);
    bool (*is_zip)(const lossi_archive *zip);
    loss_status (*parse_zip)(const lossi_archive *zip, size_t size, const char *key,
                             const char *label, lossi_arrays *out);
} lossi_arrays_format;

/** Whether the bytes begin as a file with arrays, also one that is recognised only to be refused.
 */
bool lossi_arrays_is(const uint8_t *bytes, size_t size);

/** Recognises the bytes by their content and reads the arrays. Weights that are stored as a product
 *  (formats/derived.h) are computed.
 *  @param bytes   must outlive the arrays, which view it. Borrowed.
 *  @param key     which of several sets of arrays, such as "ema"; NULL: the largest, and
 *                 sets.is_unclear says where another may as well be meant
 *  @param label   names the file in messages
 *  @param format  what it is; NULL there: none of the known ones, which goes with LOSS_ERR_FORMAT.
 * The parameter may be NULL.
 *  @return LOSS_OK, LOSS_ERR_FORMAT, LOSS_ERR_NOMEM */
loss_status lossi_arrays_parse(const uint8_t *bytes, size_t size, const char *key,
                               const char *label, lossi_arrays *out,
                               const lossi_arrays_format **format);

/** The same from a file; the arrays own its bytes. Without a key, several sets that may be meant
 *  are LOSS_ERR_FORMAT, with all of them in the message. Adds LOSS_ERR_IO. */
loss_status lossi_arrays_read(const char *path, const char *key, lossi_arrays *out,
                              const lossi_arrays_format **format);

#endif
