/* Constants out of nothing much: Constant, Shape, Size, ConstantOfShape, Range, Expand. */
#include <math.h>
#include <string.h>

#include "onnx/fold.h"

enum { MOST_VALUES = 1 << 24 };

static lossi_onnx_file *file_of(const lossi_onnx_call *call)
{
    return &call->graph->file;
}

/* A list of whole numbers or floats in an attribute. */
static loss_status of_list(lossi_onnx_call *call, const Onnx__AttributeProto *a)
{
    size_t n = a->n_ints ? a->n_ints : a->n_floats;
    lossi_value *value;
    loss_status status = lossi_value_create(
        &value, file_of(call), a->n_floats ? LOSSI_ONNX_FLOAT : LOSSI_ONNX_WHOLE, 1, &n);
    for (size_t i = 0; !status && i < n; i++)
        value->numbers[i] = a->n_ints ? (double)a->ints[i] : (double)a->floats[i];
    return status ? status : lossi_onnx_set_value(call, 0, value);
}

loss_status lossi_onnx_fold_constant(lossi_onnx_call *call)
{
    const Onnx__AttributeProto *a = lossi_onnx_attribute(call, "value");
    lossi_value *value = NULL;
    loss_status status = LOSS_OK;
    if (a && a->t) {
        lossi_array array;
        status = lossi_onnx_tensor(file_of(call), a->t, &array);
        if (!status)
            status = lossi_value_of_array(&value, file_of(call), &array);
        return status ? status : lossi_onnx_set_value(call, 0, value);
    }
    if ((a = lossi_onnx_attribute(call, "value_ints")) ||
        (a = lossi_onnx_attribute(call, "value_floats")))
        return of_list(call, a);
    bool is_float = false;
    if (!(a = lossi_onnx_attribute(call, "value_int")))
        is_float = (a = lossi_onnx_attribute(call, "value_float")) != NULL;
    if (!a)
        return lossi_onnx_refuse(call, "a constant of another kind than numbers");
    status = lossi_value_create(&value, file_of(call),
                                is_float ? LOSSI_ONNX_FLOAT : LOSSI_ONNX_WHOLE, 0, NULL);
    if (status)
        return status;
    value->numbers[0] = is_float ? (double)a->f : (double)a->i;
    return lossi_onnx_set_value(call, 0, value);
}

/* The shape of whatever input 0 is. */
static loss_status shape_of(lossi_onnx_call *call, lossi_onnx_shape *shape)
{
    const lossi_onnx_entry *in = lossi_onnx_input(call, 0);
    *shape = (lossi_onnx_shape){.batch = -1};
    if (!in)
        return lossi_onnx_refuse(call, "it has no input");
    if (in->is != LOSSI_ONNX_CONSTANT) {
        *shape = in->shape;
        return LOSS_OK;
    }
    shape->n_dims = in->value->n_dims;
    shape->batch = in->value->batch;
    memcpy(shape->dims, in->value->dims, sizeof shape->dims);
    return LOSS_OK;
}

loss_status lossi_onnx_fold_shape(lossi_onnx_call *call)
{
    lossi_onnx_shape shape;
    loss_status status = shape_of(call, &shape);
    int64_t n = (int64_t)shape.n_dims, start = lossi_onnx_int(call, "start", 0),
            end = lossi_onnx_int(call, "end", n);
    start = start < -n ? 0 : start < 0 ? start + n : start > n ? n : start;
    end = end < -n ? 0 : end < 0 ? end + n : end > n ? n : end;
    size_t count = end > start ? (size_t)(end - start) : 0;
    lossi_value *value;
    if (!status)
        status = lossi_value_create(&value, file_of(call), LOSSI_ONNX_WHOLE, 1, &count);
    if (status)
        return status;
    for (size_t i = 0; i < count; i++) {
        size_t d = (size_t)start + i;
        value->numbers[i] = (double)shape.dims[d];
        value->times_n[i] = (int)d == shape.batch;
    }
    return lossi_onnx_set_value(call, 0, value);
}

loss_status lossi_onnx_fold_size(lossi_onnx_call *call)
{
    lossi_onnx_shape shape;
    lossi_value *value;
    loss_status status = shape_of(call, &shape);
    if (!status)
        status = lossi_value_create(&value, file_of(call), LOSSI_ONNX_WHOLE, 0, NULL);
    if (status)
        return status;
    value->numbers[0] = 1;
    for (size_t i = 0; i < shape.n_dims; i++)
        value->numbers[0] *= (double)shape.dims[i];
    value->times_n[0] = shape.batch >= 0;
    return lossi_onnx_set_value(call, 0, value);
}

/* A constant list of sizes as the sizes of a constant. */
static loss_status read_dims(lossi_onnx_call *call, size_t input, size_t *n, size_t *dims)
{
    int64_t sizes[LOSSI_ONNX_MOST_INTS];
    loss_status status = lossi_onnx_ints(call, "shape", input, n, sizes);
    if (!status && *n > LOSSI_ARRAY_MAX_DIMS)
        status = lossi_onnx_refuse(call, "%zu dimensions; expected at most %d", *n,
                                   LOSSI_ARRAY_MAX_DIMS);
    for (size_t i = 0; !status && i < *n; i++) {
        if (sizes[i] < 0 || sizes[i] > MOST_VALUES)
            status = lossi_onnx_refuse(call, "a size of %lld", (long long)sizes[i]);
        dims[i] = (size_t)sizes[i];
    }
    return status;
}

loss_status lossi_onnx_fold_fill(lossi_onnx_call *call)
{
    size_t n, dims[LOSSI_ARRAY_MAX_DIMS];
    lossi_value *value = NULL, *with = NULL;
    loss_status status = read_dims(call, 0, &n, dims);
    const Onnx__AttributeProto *a = lossi_onnx_attribute(call, "value");
    lossi_array array;
    if (!status && a && a->t)
        status = lossi_onnx_tensor(file_of(call), a->t, &array);
    if (!status && a && a->t)
        status = lossi_value_of_array(&with, file_of(call), &array);
    if (!status && with && !with->count)
        status = lossi_onnx_refuse(call, "no value to fill with");
    if (!status)
        status = lossi_value_create(&value, file_of(call), with ? with->type : LOSSI_ONNX_FLOAT, n,
                                    dims);
    for (size_t i = 0; !status && with && i < value->count; i++)
        value->numbers[i] = with->numbers[0];
    lossi_value_free(with);
    return status ? status : lossi_onnx_set_value(call, 0, value);
}

/* From 0 to so many times the number of images: the numbers of the first image, and as many more
 * for each after it. */
static loss_status range_of_images(lossi_onnx_call *call, double each, double step)
{
    double n = each / step;
    if (!(n >= 1 && n < MOST_VALUES) || n != floor(n))
        return lossi_onnx_refuse(call, "to %g times the number of images in steps of %g", each,
                                 step);
    size_t count = (size_t)n;
    lossi_value *value;
    loss_status status = lossi_value_create(&value, file_of(call), LOSSI_ONNX_WHOLE, 1, &count);
    if (!status)
        status = lossi_value_vary(value, 0);
    for (size_t i = 0; !status && i < count; i++) {
        value->numbers[i] = (double)i * step;
        value->by_image[i] = each;
    }
    if (!status)
        return lossi_onnx_set_value(call, 0, value);
    lossi_value_free(value);
    return status;
}

loss_status lossi_onnx_fold_range(lossi_onnx_call *call)
{
    loss_status status = LOSS_OK;
    double of[3];
    const lossi_value *in[3], *first = lossi_onnx_constant(call, 0, &status);
    for (size_t i = 0; i < 3 && !status; i++) {
        in[i] = lossi_onnx_constant(call, i, &status);
        if (!in[i] || in[i]->count != 1 || (in[i]->times_n[0] && i != 1))
            return status ? status
                          : lossi_onnx_refuse(call, "its limits are not three fixed numbers");
        of[i] = in[i]->numbers[0];
    }
    if (status)
        return status;
    if (in[1]->times_n[0])
        return of[0] == 0 ? range_of_images(call, of[1], of[2])
                          : lossi_onnx_refuse(call, "to a number of images, from other than 0");
    double n = ceil((of[1] - of[0]) / of[2]);
    if (!(n < MOST_VALUES)) /* of[2] may be 0 */
        return lossi_onnx_refuse(call, "from %g to %g in steps of %g", of[0], of[1], of[2]);
    size_t count = n > 0 ? (size_t)n : 0;
    lossi_value *value;
    status = lossi_value_create(&value, file_of(call), first->type, 1, &count);
    for (size_t i = 0; !status && i < count; i++)
        value->numbers[i] = of[0] + (double)i * of[2];
    return status ? status : lossi_onnx_set_value(call, 0, value);
}

loss_status lossi_onnx_fold_expand(lossi_onnx_call *call)
{
    size_t n, n_out, dims[LOSSI_ARRAY_MAX_DIMS], out[LOSSI_ARRAY_MAX_DIMS];
    lossi_value *value;
    loss_status status = read_dims(call, 1, &n, dims);
    const lossi_value *in = lossi_onnx_constant(call, 0, &status);
    if (!status && !in)
        status = lossi_onnx_refuse(call, "it has no input");
    if (!status && !lossi_onnx_broadcast(in->n_dims, in->dims, n, dims, &n_out, out))
        status = lossi_onnx_refuse(call, "the shapes do not fit");
    if (!status)
        status = lossi_value_create(&value, file_of(call), in->type, n_out, out);
    for (size_t i = 0; !status && i < value->count; i++) {
        size_t from = lossi_onnx_source(i, n_out, out, in->n_dims, in->dims);
        value->numbers[i] = in->numbers[from];
        value->times_n[i] = in->times_n[from];
    }
    return status ? status : lossi_onnx_set_value(call, 0, value);
}
