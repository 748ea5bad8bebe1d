#include "onnx/value.h"

#include <stdlib.h>
#include <string.h>

loss_status lossi_value_create(lossi_value **out, lossi_onnx_file *file, lossi_onnx_type type,
                               size_t n_dims, const size_t *dims)
{
    lossi_value *value = calloc(1, sizeof *value);
    size_t count = 1, bytes = 0;
    *out = NULL;
    if (!value)
        return lossi_fail_nomem(sizeof *value);
    value->type = type;
    value->batch = -1;
    value->n_dims = n_dims;
    bool fits = n_dims <= LOSSI_ARRAY_MAX_DIMS;
    for (size_t i = 0; fits && i < n_dims; i++) {
        value->dims[i] = dims[i];
        fits = lossi_mul(count, dims[i], &count);
    }
    fits = fits && lossi_mul(count, sizeof(double) + sizeof(bool), &bytes) &&
           lossi_arrays_allow(&file->arrays, bytes + sizeof *value);
    if (!fits) {
        free(value);
        return lossi_fail(LOSS_ERR_FORMAT, "%s: its constants are far larger than the file",
                          file->path);
    }
    value->count = count;
    value->numbers = calloc(count + 1, sizeof *value->numbers);
    value->times_n = calloc(count + 1, sizeof *value->times_n);
    if (!value->numbers || !value->times_n) {
        lossi_value_free(value);
        return lossi_fail_nomem(bytes);
    }
    *out = value;
    return LOSS_OK;
}

void lossi_value_free(lossi_value *value)
{
    if (!value)
        return;
    free(value->numbers);
    free(value->times_n);
    free(value->by_image);
    free(value);
}

loss_status lossi_value_vary(lossi_value *value, int batch)
{
    value->by_image = calloc(value->count + 1, sizeof *value->by_image);
    if (!value->by_image)
        return lossi_fail_nomem(value->count * sizeof *value->by_image);
    value->batch = batch;
    return LOSS_OK;
}

static lossi_onnx_type type_of(lossi_dtype dtype)
{
    return dtype == LOSSI_BOOL   ? LOSSI_ONNX_BOOL
           : dtype <= LOSSI_BF16 ? LOSSI_ONNX_FLOAT
                                 : LOSSI_ONNX_WHOLE;
}

static double number_at(lossi_dtype dtype, const uint8_t *bytes)
{
    double real;
    int64_t whole;
    int32_t small;
    switch (dtype) {
    case LOSSI_F64: memcpy(&real, bytes, sizeof real); return real;
    case LOSSI_I64: memcpy(&whole, bytes, sizeof whole); return (double)whole;
    case LOSSI_I32: /* a float has too few digits */
        memcpy(&small, bytes, sizeof small);
        return small;
    default: return (double)lossi_dtype_float(dtype, bytes);
    }
}

loss_status lossi_value_of_array(lossi_value **out, lossi_onnx_file *file, const lossi_array *array)
{
    loss_status status =
        lossi_value_create(out, file, type_of(array->dtype), array->n_dims, array->dims);
    size_t size = lossi_dtype_size(array->dtype);
    for (size_t i = 0; !status && i < (*out)->count; i++) {
        size_t rest = i, offset = 0;
        for (size_t d = array->n_dims; d-- > 0; rest /= array->dims[d])
            offset += rest % array->dims[d] * array->strides[d];
        (*out)->numbers[i] = number_at(array->dtype, array->bytes + offset * size);
    }
    return status;
}

bool lossi_onnx_broadcast(size_t n_a, const size_t *a, size_t n_b, const size_t *b, size_t *n,
                          size_t *dims)
{
    *n = n_a > n_b ? n_a : n_b;
    for (size_t i = 0; i < *n; i++) {
        size_t left = i + n_a >= *n ? a[i + n_a - *n] : 1,
               right = i + n_b >= *n ? b[i + n_b - *n] : 1;
        if (left != right && left != 1 && right != 1)
            return false;
        dims[i] = left == 1 ? right : left;
    }
    return true;
}

size_t lossi_onnx_source(size_t at, size_t n, const size_t *dims, size_t n_in, const size_t *in)
{
    size_t source = 0, stride = 1;
    for (size_t i = 0; i < n; i++) {
        size_t d = n - 1 - i, where = at % dims[d];
        at /= dims[d];
        if (i < n_in) {
            size_t side = in[n_in - 1 - i];
            source += side == 1 ? 0 : where * stride;
            stride *= side;
        }
    }
    return source;
}
