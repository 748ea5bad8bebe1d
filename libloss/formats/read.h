/* Named arrays from any kind of file that holds them. */
#ifndef LOSSI_READ_H
#define LOSSI_READ_H

#include "formats/arrays.h"

/** Kinds of files with named arrays. */
typedef enum lossi_arrays_kind {
    LOSSI_SAFETENSORS,
    LOSSI_PYTORCH_ZIP,
    LOSSI_PYTORCH_OLD,
    LOSSI_NPZ,
    LOSSI_NO_ARRAYS /* none of them */
} lossi_arrays_kind;

/** In words, such as "PyTorch checkpoint (zip)". Static storage. */
const char *lossi_arrays_kind_name(lossi_arrays_kind kind);

/** Recognises the bytes by their content and reads the arrays.
 *  @param bytes  must outlive the arrays, which view it. Borrowed.
 *  @param label  names the file in messages
 *  @param kind   may be NULL. LOSSI_NO_ARRAYS goes with LOSS_ERR_FORMAT.
 *  @return LOSS_OK, LOSS_ERR_FORMAT, LOSS_ERR_NOMEM */
loss_status lossi_arrays_parse(const uint8_t *bytes, size_t size, const char *label,
                               lossi_arrays *out, lossi_arrays_kind *kind);

/** The same from a file; the arrays own its bytes. Adds LOSS_ERR_IO. */
loss_status lossi_arrays_read(const char *path, lossi_arrays *out, lossi_arrays_kind *kind);

#endif
