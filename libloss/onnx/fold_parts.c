/* Parts of constants and constants of parts: Gather, Slice, Concat, Transpose, views, Cast. */
#include <math.h>
#include <string.h>

#include "onnx/fold.h"

static loss_status first_of(const lossi_onnx_call *call, const lossi_value **in)
{
    loss_status status = LOSS_OK;
    *in = lossi_onnx_constant(call, 0, &status);
    return *in || status ? status : lossi_onnx_refuse(call, "it has no input");
}

/* The same of values that may differ from image to image. */
static loss_status image_first_of(const lossi_onnx_call *call, const lossi_value **in)
{
    loss_status status = LOSS_OK;
    *in = lossi_onnx_image_constant(call, 0, &status);
    return *in || status ? status : lossi_onnx_refuse(call, "it has no input");
}

static void copy_number(lossi_value *to, size_t at, const lossi_value *from, size_t i)
{
    to->numbers[at] = from->numbers[i];
    to->times_n[at] = from->times_n[i];
    if (to->by_image)
        to->by_image[at] = from->by_image[i];
}

static lossi_onnx_shape shape_of(const lossi_value *value)
{
    lossi_onnx_shape shape = {.n_dims = value->n_dims, .batch = value->batch, .outer = 1};
    memcpy(shape.dims, value->dims, sizeof shape.dims);
    return shape;
}

/* Sizes before an axis, and after it. */
static void around(const lossi_value *value, size_t axis, size_t *before, size_t *after)
{
    *before = *after = 1;
    for (size_t i = 0; i < value->n_dims; i++)
        *(i < axis ? before : after) *= i == axis ? 1 : value->dims[i];
}

loss_status lossi_onnx_fold_gather(lossi_onnx_call *call)
{
    const lossi_value *in;
    loss_status status = first_of(call, &in);
    const lossi_value *where = status ? NULL : lossi_onnx_constant(call, 1, &status);
    size_t axis = 0, before, after, n_dims = 0, dims[2 * LOSSI_ARRAY_MAX_DIMS];
    if (!status && !where)
        status = lossi_onnx_refuse(call, "it has no indices");
    if (!status)
        status = lossi_onnx_axis(call, lossi_onnx_int(call, "axis", 0), in->n_dims, &axis);
    if (status)
        return status;
    around(in, axis, &before, &after);
    for (size_t i = 0; i < in->n_dims; i++)
        if (i != axis)
            dims[n_dims++] = in->dims[i];
        else
            for (size_t k = 0; k < where->n_dims; k++)
                dims[n_dims++] = where->dims[k];
    lossi_value *value;
    status = lossi_value_create(&value, &call->graph->file, in->type, n_dims, dims);
    double side = (double)in->dims[axis];
    for (size_t i = 0; !status && i < value->count; i++) {
        size_t tail = i % after, k = i / after % where->count, head = i / after / where->count;
        double at = where->numbers[k] + (where->numbers[k] < 0 ? side : 0);
        if (!(at >= 0 && at < side) || where->times_n[k]) {
            lossi_value_free(value);
            return lossi_onnx_refuse(call, "index %g of %g", where->numbers[k], side);
        }
        copy_number(value, i, in, (head * in->dims[axis] + (size_t)at) * after + tail);
    }
    return status ? status : lossi_onnx_set_value(call, 0, value);
}

loss_status lossi_onnx_fold_concat(lossi_onnx_call *call)
{
    const lossi_value *first;
    size_t axis = 0, before, after, n = lossi_onnx_n_inputs(call), filled = 0;
    loss_status status = first_of(call, &first);
    if (!status)
        status = lossi_onnx_axis(call, lossi_onnx_int(call, "axis", 0), first->n_dims, &axis);
    if (status)
        return status;
    around(first, axis, &before, &after);
    lossi_onnx_shape shape = shape_of(first);
    shape.dims[axis] = 0;
    for (size_t k = 0; k < n && !status; k++) {
        const lossi_value *in = lossi_onnx_constant(call, k, &status);
        bool fits = in && in->n_dims == first->n_dims;
        for (size_t i = 0; fits && i < first->n_dims; i++)
            fits = i == axis || in->dims[i] == first->dims[i];
        if (!fits)
            return status ? status : lossi_onnx_refuse(call, "the shapes do not fit");
        shape.dims[axis] += in->dims[axis];
    }
    lossi_value *value;
    if (!status)
        status =
            lossi_value_create(&value, &call->graph->file, first->type, shape.n_dims, shape.dims);
    for (size_t k = 0; k < n && !status; k++) {
        const lossi_value *in = lossi_onnx_constant(call, k, &status);
        size_t run = in->dims[axis] * after;
        for (size_t i = 0; i < in->count; i++)
            copy_number(value, i / run * shape.dims[axis] * after + filled + i % run, in, i);
        filled += run;
    }
    return status ? status : lossi_onnx_set_value(call, 0, value);
}

/* ---- Slice ---------------------------------------------------------------------------------- */

/* One dimension of a slice; INT64_MAX and INT64_MIN reach to the end. */
static bool slice_side(int64_t start, int64_t end, int64_t step, size_t side, lossi_onnx_slice *s,
                       size_t axis)
{
    int64_t n = (int64_t)side, least = step < 0 ? -1 : 0, most = step < 0 ? n - 1 : n;
    if (step == 0 || step > INT32_MAX || step < -INT32_MAX)
        return false;
    start += start < 0 && start >= -n ? n : 0;
    end += end < 0 && end >= -n ? n : 0;
    start = start < 0 ? (step < 0 ? -1 : 0) : start > most ? most : start;
    end = end < least ? least : end > n ? n : end;
    int64_t count = step > 0 ? (end - start + step - 1) / step : (start - end - step - 1) / -step;
    s->count[axis] = count > 0 ? (size_t)count : 0;
    s->first[axis] = count > 0 ? (size_t)start : 0;
    s->step[axis] = step;
    return true;
}

loss_status lossi_onnx_read_slice(const lossi_onnx_call *call, const lossi_onnx_shape *in,
                                  lossi_onnx_slice *slice)
{
    int64_t starts[LOSSI_ONNX_MOST_INTS], ends[LOSSI_ONNX_MOST_INTS], axes[LOSSI_ONNX_MOST_INTS],
        steps[LOSSI_ONNX_MOST_INTS];
    size_t n, n_ends, n_axes, n_steps;
    loss_status status = lossi_onnx_ints(call, "starts", 1, &n, starts);
    if (!status)
        status = lossi_onnx_ints(call, "ends", 2, &n_ends, ends);
    if (!status)
        status = lossi_onnx_ints(call, "axes", 3, &n_axes, axes);
    if (!status)
        status = lossi_onnx_ints(call, "steps", 4, &n_steps, steps);
    if (!status && (n != n_ends || (n_axes && n_axes != n) || (n_steps && n_steps != n)))
        status = lossi_onnx_refuse(call, "%zu starts, %zu ends", n, n_ends);
    for (size_t i = 0; i < in->n_dims; i++) {
        slice->first[i] = 0;
        slice->count[i] = in->dims[i];
        slice->step[i] = 1;
    }
    for (size_t i = 0; !status && i < n; i++) {
        size_t axis;
        status = lossi_onnx_axis(call, n_axes ? axes[i] : (int64_t)i, in->n_dims, &axis);
        if (status)
            break;
        bool is_all = starts[i] == 0 && ends[i] == INT64_MAX && (!n_steps || steps[i] == 1);
        if (in->batch == (int)axis && !is_all)
            status = lossi_onnx_refuse(call, "it takes some images of the batch");
        else if (in->batch != (int)axis && !slice_side(starts[i], ends[i], n_steps ? steps[i] : 1,
                                                       in->dims[axis], slice, axis))
            status = lossi_onnx_refuse(call, "a step of %lld", (long long)steps[i]);
    }
    return status;
}

loss_status lossi_onnx_fold_slice(lossi_onnx_call *call)
{
    const lossi_value *in;
    lossi_onnx_slice s;
    loss_status status = first_of(call, &in);
    lossi_onnx_shape shape = status ? (lossi_onnx_shape){0} : shape_of(in);
    if (!status)
        status = lossi_onnx_read_slice(call, &shape, &s);
    lossi_value *value;
    if (!status)
        status = lossi_value_create(&value, &call->graph->file, in->type, in->n_dims, s.count);
    for (size_t i = 0; !status && i < value->count; i++) {
        size_t rest = i, from = 0, stride = 1;
        for (size_t d = in->n_dims; d-- > 0; stride *= in->dims[d], rest /= s.count[d]) {
            int64_t where = (int64_t)s.first[d] + (int64_t)(rest % s.count[d]) * s.step[d];
            from += (size_t)where * stride;
        }
        copy_number(value, i, in, from);
    }
    return status ? status : lossi_onnx_set_value(call, 0, value);
}

/* ---- Others --------------------------------------------------------------------------------- */

loss_status lossi_onnx_read_order(const lossi_onnx_call *call, size_t n_dims,
                                  size_t order[LOSSI_ARRAY_MAX_DIMS])
{
    int64_t perm[LOSSI_ONNX_MOST_INTS];
    bool is_there[LOSSI_ARRAY_MAX_DIMS] = {false};
    size_t n;
    loss_status status = lossi_onnx_ints(call, "perm", SIZE_MAX, &n, perm);
    if (!status && n && n != n_dims)
        status = lossi_onnx_refuse(call, "an order of %zu for %zu dimensions", n, n_dims);
    for (size_t i = 0; !status && i < n_dims; i++) {
        order[i] = n_dims - 1 - i;
        if (n)
            status = lossi_onnx_axis(call, perm[i], n_dims, &order[i]);
        if (!status && is_there[order[i]])
            status = lossi_onnx_refuse(call, "dimension %zu is there twice", order[i]);
        is_there[order[i]] = true;
    }
    return status;
}

loss_status lossi_onnx_fold_transpose(lossi_onnx_call *call)
{
    const lossi_value *in;
    size_t order[LOSSI_ARRAY_MAX_DIMS], dims[LOSSI_ARRAY_MAX_DIMS], strides[LOSSI_ARRAY_MAX_DIMS];
    loss_status status = first_of(call, &in);
    if (!status)
        status = lossi_onnx_read_order(call, in->n_dims, order);
    lossi_value *value;
    for (size_t i = 0; !status && i < in->n_dims; i++) {
        dims[i] = in->dims[order[i]];
        strides[i] = 1;
        for (size_t d = order[i] + 1; d < in->n_dims; d++)
            strides[i] *= in->dims[d];
    }
    if (!status)
        status = lossi_value_create(&value, &call->graph->file, in->type, in->n_dims, dims);
    for (size_t i = 0; !status && i < value->count; i++) {
        size_t rest = i, from = 0;
        for (size_t d = in->n_dims; d-- > 0; rest /= dims[d])
            from += rest % dims[d] * strides[d];
        copy_number(value, i, in, from);
    }
    return status ? status : lossi_onnx_set_value(call, 0, value);
}

/* As lossi_value_vary(); frees the value on failure. */
static loss_status vary(lossi_value *value, int batch)
{
    loss_status status = lossi_value_vary(value, batch);
    if (status)
        lossi_value_free(value);
    return status;
}

loss_status lossi_onnx_fold_view(lossi_onnx_call *call)
{
    const lossi_value *in;
    lossi_onnx_shape before, after;
    loss_status status = image_first_of(call, &in);
    if (!status) {
        before = shape_of(in);
        status = lossi_onnx_view(call, &before, &after);
    }
    lossi_value *value;
    if (!status && after.batch >= 0 && after.outer != 1)
        status = lossi_onnx_refuse(call, "values for each image would be torn apart");
    if (!status)
        status = lossi_value_create(&value, &call->graph->file, in->type, after.n_dims, after.dims);
    if (!status && after.batch >= 0)
        status = vary(value, after.batch);
    for (size_t i = 0; !status && i < in->count; i++)
        copy_number(value, i, in, i);
    return status ? status : lossi_onnx_set_value(call, 0, value);
}

/* The type that a Cast gives; that of its input for Identity. */
static bool type_of(const lossi_onnx_call *call, lossi_onnx_type from, lossi_onnx_type *to)
{
    loss_status status = LOSS_OK;
    const lossi_value *like = lossi_onnx_constant(call, 1, &status);
    *to = like ? like->type : from;
    switch (lossi_onnx_int(call, "to", ONNX__TENSOR_PROTO__DATA_TYPE__UNDEFINED)) {
    case ONNX__TENSOR_PROTO__DATA_TYPE__UNDEFINED:
        if (!like && lossi_onnx_input(call, 1)) /* like an activation */
            *to = LOSSI_ONNX_FLOAT;
        return true;
    case ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT:
    case ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE:
    case ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT16:
    case ONNX__TENSOR_PROTO__DATA_TYPE__BFLOAT16: *to = LOSSI_ONNX_FLOAT; return true;
    case ONNX__TENSOR_PROTO__DATA_TYPE__INT64:
    case ONNX__TENSOR_PROTO__DATA_TYPE__INT32:
    case ONNX__TENSOR_PROTO__DATA_TYPE__INT16:
    case ONNX__TENSOR_PROTO__DATA_TYPE__INT8:
    case ONNX__TENSOR_PROTO__DATA_TYPE__UINT8: *to = LOSSI_ONNX_WHOLE; return true;
    case ONNX__TENSOR_PROTO__DATA_TYPE__BOOL: *to = LOSSI_ONNX_BOOL; return true;
    default: return false;
    }
}

/* True for what a type of a byte or two can hold. */
static bool fits_type(const lossi_onnx_call *call, double number)
{
    switch (lossi_onnx_int(call, "to", ONNX__TENSOR_PROTO__DATA_TYPE__UNDEFINED)) {
    case ONNX__TENSOR_PROTO__DATA_TYPE__INT16: return number >= INT16_MIN && number <= INT16_MAX;
    case ONNX__TENSOR_PROTO__DATA_TYPE__INT8: return number >= INT8_MIN && number <= INT8_MAX;
    case ONNX__TENSOR_PROTO__DATA_TYPE__UINT8: return number >= 0 && number <= UINT8_MAX;
    default: return true;
    }
}

loss_status lossi_onnx_fold_cast(lossi_onnx_call *call)
{
    const lossi_value *in;
    lossi_onnx_type type;
    loss_status status = image_first_of(call, &in);
    if (!status && !type_of(call, in->type, &type))
        status = lossi_onnx_refuse(call, "to type %lld", (long long)lossi_onnx_int(call, "to", 0));
    lossi_value *value;
    if (!status)
        status = lossi_value_create(&value, &call->graph->file, type, in->n_dims, in->dims);
    if (!status && in->batch >= 0)
        status = vary(value, in->batch);
    for (size_t i = 0; !status && i < in->count; i++) {
        copy_number(value, i, in, i);
        double cut = type == LOSSI_ONNX_WHOLE  ? trunc(in->numbers[i])
                     : type == LOSSI_ONNX_BOOL ? in->numbers[i] != 0
                                               : in->numbers[i];
        bool depends = in->times_n[i] && cut != in->numbers[i];
        if (depends || !fits_type(call, cut)) {
            lossi_value_free(value);
            return depends ? lossi_onnx_refuse(call, "its result depends on the number of images")
                           : lossi_onnx_refuse(call, "%g is out of its type's range", cut);
        }
        value->numbers[i] = cut;
    }
    return status ? status : lossi_onnx_set_value(call, 0, value);
}

/* Over all values: of shapes, the product is the number of values. */
loss_status lossi_onnx_fold_reduce(lossi_onnx_call *call)
{
    const lossi_value *in;
    loss_status status = first_of(call, &in);
    bool is_product = strcmp(call->operator->name, "ReduceProd") == 0, is_sum = !is_product;
    if (!status && in->n_dims > 1)
        status = lossi_onnx_refuse(call, "of constants with %zu dimensions", in->n_dims);
    size_t n_dims = !status && lossi_onnx_int(call, "keepdims", 1) ? in->n_dims : 0;
    lossi_value *value;
    if (!status)
        status = lossi_value_create(&value, &call->graph->file, in->type, n_dims, (size_t[]){1});
    if (status)
        return status;
    size_t n_times = 0;
    value->numbers[0] = is_product;
    for (size_t i = 0; i < in->count; i++) {
        value->numbers[0] =
            is_product ? value->numbers[0] * in->numbers[i] : value->numbers[0] + in->numbers[i];
        n_times += in->times_n[i];
    }
    value->times_n[0] = n_times == 1;
    if (n_times > 1 || (is_sum && n_times && in->count > 1)) {
        lossi_value_free(value);
        return lossi_onnx_refuse(call, "its result depends on the number of images");
    }
    return lossi_onnx_set_value(call, 0, value);
}
