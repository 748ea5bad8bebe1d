/* The values of a TensorProto, wherever it keeps them: packed bytes, a list of numbers, or a file
 * beside the ONNX file. */
#include <stdio.h>
#include <string.h>

#include "onnx/file.h"

/* Element types, with their numbers in the format. */
static const struct {
    int32_t number;
    lossi_dtype dtype;
} types[] = {
    {ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, LOSSI_F32},
    {ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE, LOSSI_F64},
    {ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT16, LOSSI_F16},
    {ONNX__TENSOR_PROTO__DATA_TYPE__BFLOAT16, LOSSI_BF16},
    {ONNX__TENSOR_PROTO__DATA_TYPE__INT64, LOSSI_I64},
    {ONNX__TENSOR_PROTO__DATA_TYPE__INT32, LOSSI_I32},
    {ONNX__TENSOR_PROTO__DATA_TYPE__INT16, LOSSI_I16},
    {ONNX__TENSOR_PROTO__DATA_TYPE__INT8, LOSSI_I8},
    {ONNX__TENSOR_PROTO__DATA_TYPE__UINT8, LOSSI_U8},
    {ONNX__TENSOR_PROTO__DATA_TYPE__BOOL, LOSSI_BOOL},
};

static bool find_type(int32_t number, lossi_dtype *dtype)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (types[i].number == number) {
            *dtype = types[i].dtype;
            return true;
        }
    return false;
}

/* Where the values are. */
typedef struct storage {
    const uint8_t *bytes;
    size_t size;
    size_t step; /* elements from one value to the next */
} storage;

/* A number of the external data's keys; 0 where it is not there, SIZE_MAX where it is none. */
static size_t number_of(const Onnx__TensorProto *t, const char *key, size_t standard)
{
    for (size_t i = 0; i < t->n_external_data; i++) {
        const Onnx__StringStringEntryProto *entry = t->external_data[i];
        uint64_t value;
        if (entry->key && entry->value && strcmp(entry->key, key) == 0)
            return loss_count_parse(entry->value, NULL, &value) ? (size_t)value : SIZE_MAX;
    }
    return standard;
}

static loss_status find_external(lossi_onnx_file *file, const Onnx__TensorProto *t,
                                 const char *name, storage *s)
{
    const char *location = "";
    for (size_t i = 0; i < t->n_external_data; i++)
        if (t->external_data[i]->key && strcmp(t->external_data[i]->key, "location") == 0 &&
            t->external_data[i]->value)
            location = t->external_data[i]->value;
    size_t size;
    loss_status status = lossi_onnx_external(file, location, &s->bytes, &size);
    if (status)
        return status;
    size_t offset = number_of(t, "offset", 0);
    size_t length = number_of(t, "length", offset < size ? size - offset : 0);
    if (offset > size || length > size - offset)
        return lossi_fail(LOSS_ERR_FORMAT,
                          "%s: tensor %s: %zu bytes from %zu of \"%s\", which has %zu", file->path,
                          name, length, offset, location, size);
    s->bytes += offset;
    s->size = length;
    s->step = 1;
    return LOSS_OK;
}

/* A list of numbers in the message itself. What is shorter than 32 bits stands in int32_data, one
 * in each: half floats as their bits, others as numbers. */
static void find_numbers(const Onnx__TensorProto *t, lossi_array *array, storage *s)
{
    switch (array->dtype) {
    case LOSSI_F32:
        *s = (storage){(const uint8_t *)t->float_data, t->n_float_data * sizeof(float), 1};
        break;
    case LOSSI_F64:
        *s = (storage){(const uint8_t *)t->double_data, t->n_double_data * sizeof(double), 1};
        break;
    case LOSSI_I64:
        *s = (storage){(const uint8_t *)t->int64_data, t->n_int64_data * sizeof(int64_t), 1};
        break;
    case LOSSI_F16:
    case LOSSI_BF16:
        *s = (storage){(const uint8_t *)t->int32_data, t->n_int32_data * sizeof(int32_t), 2};
        break;
    default:
        array->dtype = LOSSI_I32;
        *s = (storage){(const uint8_t *)t->int32_data, t->n_int32_data * sizeof(int32_t), 1};
        break;
    }
}

loss_status lossi_onnx_tensor(lossi_onnx_file *file, const Onnx__TensorProto *t, lossi_array *array)
{
    static const uint8_t NOTHING[8];
    const char *name = t->name ? t->name : "(without a name)";
    *array = (lossi_array){.name = t->name, .n_dims = t->n_dims, .count = 1};
    if (!find_type(t->data_type, &array->dtype))
        return lossi_fail(LOSS_ERR_FORMAT,
                          "%s: tensor %s has elements of type %d; expected floats of 16, 32 or 64 "
                          "bits, integers or booleans",
                          file->path, name, t->data_type);
    if (t->segment || t->n_dims > LOSSI_ARRAY_MAX_DIMS)
        return lossi_fail(
            LOSS_ERR_FORMAT, "%s: tensor %s has %zu dimensions%s; expected at most %d", file->path,
            name, t->n_dims, t->segment ? " and is in parts" : "", LOSSI_ARRAY_MAX_DIMS);
    for (size_t i = 0; i < t->n_dims; i++) {
        if (t->dims[i] < 0 || !lossi_mul(array->count, (size_t)t->dims[i], &array->count))
            return lossi_fail(LOSS_ERR_FORMAT, "%s: tensor %s: a size of %lld", file->path, name,
                              (long long)t->dims[i]);
        array->dims[i] = (size_t)t->dims[i];
    }
    storage s = {t->raw_data.data, t->raw_data.len, 1};
    loss_status status = LOSS_OK;
    if (t->data_location == ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL)
        status = find_external(file, t, name, &s);
    else if (!t->has_raw_data)
        find_numbers(t, array, &s);
    if (status)
        return status;
    size_t size = lossi_dtype_size(array->dtype), need;
    if (!lossi_mul(array->count, size * s.step, &need) || need != s.size)
        return lossi_fail(LOSS_ERR_FORMAT,
                          "%s: tensor %s: %zu bytes for %zu values of %zu bytes each", file->path,
                          name, s.size, array->count, size * s.step);
    lossi_array_make_dense(array);
    for (size_t i = 0; i < t->n_dims; i++)
        array->strides[i] *= s.step;
    array->bytes = s.bytes ? s.bytes : NOTHING;
    return LOSS_OK;
}
