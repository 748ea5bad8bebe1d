/* Element types of stored arrays, and their conversion to float. */
#ifndef LOSSI_DTYPE_H
#define LOSSI_DTYPE_H

#include "base/base.h"

typedef enum lossi_dtype {
    LOSSI_F64,
    LOSSI_F32,
    LOSSI_F16,
    LOSSI_BF16,
    LOSSI_I64,
    LOSSI_I32,
    LOSSI_I16,
    LOSSI_U64,
    LOSSI_U32,
    LOSSI_U16,
    LOSSI_I8,
    LOSSI_U8,
    LOSSI_BOOL,
    LOSSI_N_DTYPES
} lossi_dtype;

/** Name as in safetensors: "F32". Static storage. */
const char *lossi_dtype_name(lossi_dtype dtype);
/** Bytes of an element. */
size_t lossi_dtype_size(lossi_dtype dtype);
/** Finds a type by its safetensors name / its PyTorch storage class ("FloatStorage") / its numpy
 * name ("<f4").
 *  @return false if it is none of those that are read */
bool lossi_dtype_of_safetensors(const char *name, lossi_dtype *dtype);
bool lossi_dtype_of_storage(const char *name, lossi_dtype *dtype);
bool lossi_dtype_of_numpy(const char *name, lossi_dtype *dtype);

/** The little-endian element at `bytes` (of any alignment) as a float: rounded to nearest if it
 * has more digits. */
float lossi_dtype_float(lossi_dtype dtype, const uint8_t *bytes);
/** The same as a double. */
double lossi_dtype_double(lossi_dtype dtype, const uint8_t *bytes);

#endif
