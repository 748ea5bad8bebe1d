/* safetensors: named arrays of F32 in one file (https://huggingface.co/docs/safetensors). Pure functions on bytes. */
#ifndef LOSSI_SAFETENSORS_H
#define LOSSI_SAFETENSORS_H

#include "base/base.h"

#define LOSSI_ARRAY_MAX_DIMS 8

/** One named array in memory, row-major. */
typedef struct lossi_array {
    char *name;
    size_t n_dims, dims[LOSSI_ARRAY_MAX_DIMS];
    size_t count; /* product of dims; 1 for no dims */
    float *values;
} lossi_array;

/** Arrays in file order, and the file's string metadata. Owns everything. */
typedef struct lossi_arrays {
    size_t n;
    lossi_array *items;
    size_t n_metadata;
    char **metadata_keys, **metadata_values;
} lossi_arrays;

void lossi_arrays_free(lossi_arrays *arrays);
/** The array of that name, NULL if there is none. Borrowed. */
const lossi_array *lossi_arrays_find(const lossi_arrays *arrays, const char *name);
/** The metadata value of that key, NULL if there is none. Borrowed. */
const char *lossi_arrays_metadata(const lossi_arrays *arrays, const char *key);

/** True if the bytes look like safetensors: a header length that fits the size, then '{'. */
bool lossi_safetensors_is(const uint8_t *bytes, size_t size);

/** Reads F32 tensors (an I64 scalar, such as num_batches_tracked, is taken over as one float). Every offset, length,
 *  overlap and product is checked before it is used. `label` names the file in messages.
 *  @return LOSS_OK, LOSS_ERR_FORMAT, LOSS_ERR_NOMEM */
loss_status lossi_safetensors_parse(const uint8_t *bytes, size_t size, const char *label, lossi_arrays *out);
loss_status lossi_safetensors_read(const char *path, lossi_arrays *out);

/** Writes arrays (borrowed; names unique), atomically. Data begin at a multiple of 8 bytes. */
loss_status lossi_safetensors_write(const char *path, const lossi_arrays *arrays);

#endif
