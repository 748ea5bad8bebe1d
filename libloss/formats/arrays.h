/* Named arrays as the readers of formats/ give them: views of the bytes that were read,
 * converted only when they are wanted, so that a file costs little more than its size. */
#ifndef LOSSI_ARRAYS_H
#define LOSSI_ARRAYS_H

#include "formats/dtype.h"
#include "formats/sets.h"

enum { LOSSI_ARRAY_MAX_DIMS = 8 };

/** One named array. */
typedef struct lossi_array {
    char *name;
    lossi_dtype dtype;
    size_t n_dims, dims[LOSSI_ARRAY_MAX_DIMS];
    size_t strides[LOSSI_ARRAY_MAX_DIMS]; /* in elements */
    size_t count;                         /* product of dims; 1 for no dims */
    const uint8_t *bytes;                 /* the first element, of any alignment. Borrowed. */
} lossi_array;

/** Arrays in file order, the file's string metadata, and the memory that the arrays view. Owns
 * everything but the bytes that were given to a parser, which must outlive it. */
typedef struct lossi_arrays {
    size_t n, capacity;
    lossi_array *items;
    size_t n_metadata, metadata_capacity;
    char **metadata_keys, **metadata_values;
    size_t n_blocks, blocks_capacity;
    uint8_t **blocks; /* what was inflated, and the file */
    lossi_sets sets;  /* of a file that can hold several: those that there are, and which this is */
    size_t allowance; /* bytes that arrays and inflated data may still take: see
                         lossi_arrays_begin() */
} lossi_arrays;

/** How many bytes the arrays of a file of `size` bytes may take. Arrays that share storage or are
 * inflated can be larger than their file: together 16 times the size and 64 MiB are allowed, which
 * no honest file comes near. */
size_t lossi_arrays_allowance(size_t size);
/** Empty arrays of a file of `size` bytes. */
void lossi_arrays_begin(lossi_arrays *arrays, size_t size);
void lossi_arrays_free(lossi_arrays *arrays);

/** Takes bytes off the allowance. @return false if there is not so much left: a bomb. */
bool lossi_arrays_allow(lossi_arrays *arrays, size_t bytes);
/** Hands a block of malloc()ed memory over to the arrays, also when it fails. */
loss_status lossi_arrays_own(lossi_arrays *arrays, uint8_t *block);

/** Appends a view of `storage` [storage_size bytes], which must hold every element of it; its
 * name is copied and must be new. Set in `view`: dtype, n_dims, dims, strides; name, count and
 * bytes are filled in.
 *  @param offset  of the first element in the storage, in elements
 *  @param label   names the file in messages
 *  @return LOSS_OK, LOSS_ERR_FORMAT, LOSS_ERR_NOMEM */
loss_status lossi_arrays_add(lossi_arrays *arrays, const char *label, const char *name,
                             const lossi_array *view, const uint8_t *storage, size_t storage_size,
                             size_t offset);
/** LOSS_ERR_FORMAT if two arrays have one name. To be called at the end of a parser. */
loss_status lossi_arrays_check_names(const lossi_arrays *arrays, const char *label);

/** A row-major array of floats, for a writer. All borrowed. */
lossi_array lossi_array_of_floats(char *name, size_t n_dims, const size_t *dims,
                                  const float *values);
/** Sets strides for row-major order. */
void lossi_array_make_dense(lossi_array *array);
/** "[16, 3, 3, 3]" into text. @return text */
enum { LOSSI_DIMS_TEXT = 200 };
const char *lossi_dims_text(size_t n_dims, const size_t *dims, char text[LOSSI_DIMS_TEXT]);

/** Values in row-major order, as floats, [count]. */
void lossi_array_floats(const lossi_array *array, float *values);
/** The same as doubles. */
void lossi_array_doubles(const lossi_array *array, double *values);
/** Elements in row-major order as they are stored, [count * element size]. */
void lossi_array_copy(const lossi_array *array, uint8_t *bytes);

/** Adds copies of a key and its value to the metadata. @return LOSS_OK, LOSS_ERR_NOMEM */
loss_status lossi_arrays_add_metadata(lossi_arrays *arrays, const char *key, const char *value);

/** Keeps the arrays whose names begin with `prefix` and a point, without both, where any do.
 *  @return LOSS_OK; LOSS_ERR_FORMAT: none does */
loss_status lossi_arrays_keep(lossi_arrays *arrays, const char *prefix, const char *label);

/** The array of that name, NULL if there is none. Borrowed. */
const lossi_array *lossi_arrays_find(const lossi_arrays *arrays, const char *name);
/** The metadata value of that key, NULL if there is none. Borrowed. */
const char *lossi_arrays_metadata(const lossi_arrays *arrays, const char *key);

#endif
