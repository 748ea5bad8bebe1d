/* Named arrays: every view is checked once, here, against the bytes it looks at. */
#include "formats/arrays.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST_RATIO = 16, ALWAYS_ALLOWED = 64 << 20 };

size_t lossi_arrays_allowance(size_t size)
{
    return size > (SIZE_MAX - ALWAYS_ALLOWED) / LARGEST_RATIO
               ? SIZE_MAX
               : LARGEST_RATIO * size + ALWAYS_ALLOWED;
}

void lossi_arrays_begin(lossi_arrays *arrays, size_t size)
{
    *arrays = (lossi_arrays){.allowance = lossi_arrays_allowance(size)};
}

void lossi_arrays_free(lossi_arrays *arrays)
{
    for (size_t i = 0; i < arrays->n; i++)
        free(arrays->items[i].name);
    for (size_t i = 0; i < arrays->n_metadata; i++) {
        free(arrays->metadata_keys[i]);
        free(arrays->metadata_values[i]);
    }
    for (size_t i = 0; i < arrays->n_blocks; i++)
        free(arrays->blocks[i]);
    free(arrays->items);
    free(arrays->metadata_keys);
    free(arrays->metadata_values);
    free(arrays->blocks);
    lossi_sets_free(&arrays->sets);
    *arrays = (lossi_arrays){0};
}

bool lossi_arrays_allow(lossi_arrays *arrays, size_t bytes)
{
    if (bytes > arrays->allowance)
        return false;
    arrays->allowance -= bytes;
    return true;
}

loss_status lossi_arrays_own(lossi_arrays *arrays, uint8_t *block)
{
    if (!lossi_reserve((void **)&arrays->blocks, &arrays->blocks_capacity, arrays->n_blocks,
                       sizeof *arrays->blocks)) {
        free(block);
        return lossi_fail_nomem(2 * arrays->blocks_capacity * sizeof *arrays->blocks);
    }
    arrays->blocks[arrays->n_blocks++] = block;
    return LOSS_OK;
}

/* Index of the last element relative to the first, and the number of elements; false when they
 * overflow. */
static bool extent(const lossi_array *view, size_t *last, size_t *count)
{
    *last = 0;
    *count = 1;
    for (size_t i = 0; i < view->n_dims; i++)
        if (!lossi_mul(*count, view->dims[i], count))
            return false;
    if (!*count)
        return true;
    for (size_t i = 0; i < view->n_dims; i++) {
        size_t reach;
        if (!lossi_mul(view->dims[i] - 1, view->strides[i], &reach) || *last > SIZE_MAX - reach)
            return false;
        *last += reach;
    }
    return true;
}

loss_status lossi_arrays_add(lossi_arrays *arrays, const char *label, const char *name,
                             const lossi_array *view, const uint8_t *storage, size_t storage_size,
                             size_t offset)
{
    size_t size = lossi_dtype_size(view->dtype), in_storage = storage_size / size, last, count,
           bytes;
    if (!extent(view, &last, &count) || !lossi_mul(count, size, &bytes))
        return lossi_fail(LOSS_ERR_FORMAT,
                          "%s: tensor %s: the product of its sizes is out of range", label, name);
    if (count && (offset >= in_storage || last >= in_storage - offset))
        return lossi_fail(LOSS_ERR_FORMAT,
                          "%s: tensor %s reaches element %zu from %zu; its storage has %zu", label,
                          name, last, offset, in_storage);
    if (!lossi_arrays_allow(arrays, bytes) || !lossi_arrays_allow(arrays, strlen(name)))
        return lossi_fail(
            LOSS_ERR_FORMAT,
            "%s: tensor %s: with its %zu values the tensors are more than %d times as large as the "
            "file",
            label, name, count, LARGEST_RATIO);
    char *copy = lossi_strdup(name);
    if (!copy || !lossi_reserve((void **)&arrays->items, &arrays->capacity, arrays->n,
                                sizeof *arrays->items)) {
        free(copy);
        return lossi_fail_nomem(2 * arrays->capacity * sizeof *arrays->items);
    }
    lossi_array *array = &arrays->items[arrays->n++];
    *array = *view;
    array->name = copy;
    array->count = count;
    array->bytes = count ? storage + offset * size : storage;
    return LOSS_OK;
}

loss_status lossi_arrays_add_metadata(lossi_arrays *arrays, const char *key, const char *value)
{
    size_t n = arrays->n_metadata, keys_capacity = arrays->metadata_capacity;
    char *key_copy = lossi_strdup(key), *value_copy = lossi_strdup(value);
    if (key_copy && value_copy &&
        lossi_reserve((void **)&arrays->metadata_keys, &keys_capacity, n, sizeof key_copy) &&
        lossi_reserve((void **)&arrays->metadata_values, &arrays->metadata_capacity, n,
                      sizeof value_copy)) {
        arrays->metadata_keys[n] = key_copy;
        arrays->metadata_values[n] = value_copy;
        arrays->n_metadata++;
        return LOSS_OK;
    }
    free(key_copy);
    free(value_copy);
    return lossi_fail_nomem(strlen(key) + strlen(value));
}

loss_status lossi_arrays_keep(lossi_arrays *arrays, const char *prefix, const char *label)
{
    size_t n = strlen(prefix), kept = 0;
    for (size_t i = 0; i < arrays->n; i++) {
        char *name = arrays->items[i].name;
        if (strncmp(name, prefix, n) != 0 || name[n] != '.' || !name[n + 1]) {
            free(name);
            continue;
        }
        memmove(name, name + n + 1, strlen(name + n + 1) + 1);
        arrays->items[kept++] = arrays->items[i];
    }
    arrays->n = kept;
    return kept ? LOSS_OK
                : lossi_fail(LOSS_ERR_FORMAT, "%s: no tensors under the key %.100s", label, prefix);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

loss_status lossi_arrays_check_names(const lossi_arrays *arrays, const char *label)
{
    const char **names = calloc(arrays->n + 1, sizeof *names);
    if (!names)
        return lossi_fail_nomem(arrays->n * sizeof *names);
    loss_status status = LOSS_OK;
    for (size_t i = 0; i < arrays->n; i++)
        names[i] = arrays->items[i].name;
    qsort(names, arrays->n, sizeof *names, by_name);
    for (size_t i = 1; !status && i < arrays->n; i++)
        if (strcmp(names[i - 1], names[i]) == 0)
            status = lossi_fail(LOSS_ERR_FORMAT, "%s: tensor %s is there twice", label, names[i]);
    free(names);
    return status;
}

lossi_array lossi_array_of_floats(char *name, size_t n_dims, const size_t *dims,
                                  const float *values)
{
    lossi_array array = {.name = name,
                         .dtype = LOSSI_F32,
                         .n_dims = n_dims,
                         .count = 1,
                         .bytes = (const uint8_t *)values};
    for (size_t i = 0; i < n_dims; i++) {
        array.dims[i] = dims[i];
        array.count *= dims[i];
    }
    lossi_array_make_dense(&array);
    return array;
}

void lossi_array_make_dense(lossi_array *array)
{
    size_t stride = 1;
    for (size_t i = array->n_dims; i-- > 0;) {
        array->strides[i] = stride;
        stride *= array->dims[i] ? array->dims[i]
                                 : 1; /* may wrap: lossi_arrays_add() checks the product */
    }
}

const char *lossi_dims_text(size_t n_dims, const size_t *dims, char text[LOSSI_DIMS_TEXT])
{
    size_t at = 0;
    text[at++] = '[';
    for (size_t i = 0; i < n_dims; i++)
        at += (size_t)snprintf(text + at, LOSSI_DIMS_TEXT - at, "%s%zu", i ? ", " : "", dims[i]);
    text[at++] = ']';
    text[at] = 0;
    return text;
}

/* Steps through a view's elements in row-major order. */
typedef struct walk {
    const lossi_array *array;
    size_t index[LOSSI_ARRAY_MAX_DIMS], at; /* at: elements from the first */
} walk;

static void step(walk *w)
{
    for (size_t i = w->array->n_dims; i-- > 0;) {
        w->at += w->array->strides[i];
        if (++w->index[i] < w->array->dims[i])
            return;
        w->at -= w->array->strides[i] * w->array->dims[i];
        w->index[i] = 0;
    }
}

void lossi_array_floats(const lossi_array *array, float *values)
{
    walk w = {.array = array};
    size_t size = lossi_dtype_size(array->dtype);
    for (size_t i = 0; i < array->count; i++, step(&w))
        values[i] = lossi_dtype_float(array->dtype, array->bytes + w.at * size);
}

void lossi_array_doubles(const lossi_array *array, double *values)
{
    walk w = {.array = array};
    size_t size = lossi_dtype_size(array->dtype);
    for (size_t i = 0; i < array->count; i++, step(&w))
        values[i] = lossi_dtype_double(array->dtype, array->bytes + w.at * size);
}

void lossi_array_copy(const lossi_array *array, uint8_t *bytes)
{
    walk w = {.array = array};
    size_t size = lossi_dtype_size(array->dtype);
    for (size_t i = 0; i < array->count; i++, step(&w))
        memcpy(bytes + i * size, array->bytes + w.at * size, size);
}

const lossi_array *lossi_arrays_find(const lossi_arrays *arrays, const char *name)
{
    for (size_t i = 0; i < arrays->n; i++)
        if (strcmp(arrays->items[i].name, name) == 0)
            return &arrays->items[i];
    return NULL;
}

const char *lossi_arrays_metadata(const lossi_arrays *arrays, const char *key)
{
    for (size_t i = 0; i < arrays->n_metadata; i++)
        if (strcmp(arrays->metadata_keys[i], key) == 0)
            return arrays->metadata_values[i];
    return NULL;
}
