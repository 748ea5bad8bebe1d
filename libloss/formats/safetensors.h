/* safetensors: named arrays in one file (https://huggingface.co/docs/safetensors). Pure
 * functions on bytes. */
#ifndef LOSSI_SAFETENSORS_H
#define LOSSI_SAFETENSORS_H

#include "formats/arrays.h"

/** True if the bytes look like safetensors: 8 bytes of length, then '{'. */
bool lossi_safetensors_is(const uint8_t *bytes, size_t size);

/** Reads tensors of all types of dtype.h. Every offset, length, overlap and product is checked
 * before it is used.
 *  @param bytes  must outlive the arrays, which view it. Borrowed.
 *  @param label  names the file in messages
 *  @return LOSS_OK, LOSS_ERR_FORMAT, LOSS_ERR_NOMEM */
loss_status lossi_safetensors_parse(const uint8_t *bytes, size_t size, const char *label,
                                    lossi_arrays *out);

/** Writes arrays (borrowed; names unique) with the types they have, atomically. Data begin at a
 * multiple of 8 bytes. */
loss_status lossi_safetensors_write(const char *path, const lossi_arrays *arrays);

#endif
