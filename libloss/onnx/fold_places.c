/* Constants in places of constants: ScatterND, and triangles of matrices. */
#include <string.h>

#include "onnx/fold.h"

/* Where place j of the indices begins in a value; SIZE_MAX: there is no such place. */
static size_t place(const lossi_value *indices, size_t j, size_t depth, const lossi_value *into)
{
    size_t at = 0, stride = into->count;
    for (size_t d = 0; d < depth; d++) {
        double side = (double)into->dims[d], i = indices->numbers[j * depth + d];
        i += i < 0 ? side : 0;
        if (!(i >= 0 && i < side))
            return SIZE_MAX;
        stride /= into->dims[d];
        at += (size_t)i * stride;
    }
    return at;
}

loss_status lossi_onnx_scatter(const lossi_onnx_call *call, lossi_value *into, const double *number)
{
    loss_status status = LOSS_OK;
    const lossi_value *indices = lossi_onnx_constant(call, 1, &status),
                      *updates = status ? NULL : lossi_onnx_constant(call, 2, &status);
    if (status)
        return status;
    size_t depth = indices && indices->n_dims ? indices->dims[indices->n_dims - 1] : 0, run = 1;
    if (!indices || !updates || !depth || depth > into->n_dims ||
        !lossi_onnx_text_is(call, "reduction", "none", "none"))
        return lossi_onnx_refuse(call, "other than constants that replace values");
    for (size_t d = depth; d < into->n_dims; d++)
        run *= into->dims[d];
    size_t n = indices->count / depth;
    if (updates->count != n * run)
        return lossi_onnx_refuse(call, "%zu updates; expected %zu", updates->count, n * run);
    for (size_t j = 0; run && j < n; j++) {
        size_t at = place(indices, j, depth, into);
        if (at == SIZE_MAX)
            return lossi_onnx_refuse(call, "update %zu lies outside", j);
        for (size_t e = 0; e < run; e++) {
            into->numbers[at + e] = number ? *number : updates->numbers[j * run + e];
            into->times_n[at + e] = !number && updates->times_n[j * run + e];
        }
    }
    return LOSS_OK;
}

/* A copy of a constant input 0. */
static loss_status copy_first(lossi_onnx_call *call, lossi_value **out)
{
    loss_status status = LOSS_OK;
    const lossi_value *in = lossi_onnx_constant(call, 0, &status);
    *out = NULL;
    if (status || !in)
        return status ? status : lossi_onnx_refuse(call, "it has no input");
    status = lossi_value_create(out, &call->graph->file, in->type, in->n_dims, in->dims);
    if (!status) {
        memcpy((*out)->numbers, in->numbers, in->count * sizeof *in->numbers);
        memcpy((*out)->times_n, in->times_n, in->count * sizeof *in->times_n);
    }
    return status;
}

loss_status lossi_onnx_fold_scatter(lossi_onnx_call *call)
{
    lossi_value *value;
    loss_status status = copy_first(call, &value);
    if (!status)
        status = lossi_onnx_scatter(call, value, NULL);
    if (!status)
        return lossi_onnx_set_value(call, 0, value);
    lossi_value_free(value);
    return status;
}

/* Keeps what lies on one side of a diagonal. */
loss_status lossi_onnx_fold_triangle(lossi_onnx_call *call)
{
    bool is_upper = lossi_onnx_int(call, "upper", 1) != 0;
    loss_status status = LOSS_OK;
    const lossi_value *shift = lossi_onnx_constant(call, 1, &status);
    double k = shift && shift->count ? shift->numbers[0] : 0;
    lossi_value *value = NULL;
    if (!status)
        status = copy_first(call, &value);
    if (!status && value->n_dims < 2)
        status = lossi_onnx_refuse(call, "of %zu dimensions; expected 2", value->n_dims);
    for (size_t i = 0; !status && i < value->count; i++) {
        size_t columns = value->dims[value->n_dims - 1], rows = value->dims[value->n_dims - 2];
        double right = (double)(i % columns) - (double)(i / columns % rows) - k;
        if (is_upper ? right < 0 : right > 0)
            value->numbers[i] = 0;
    }
    if (!status)
        return lossi_onnx_set_value(call, 0, value);
    lossi_value_free(value);
    return status;
}
