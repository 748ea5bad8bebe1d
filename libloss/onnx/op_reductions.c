/* Sums, means and largest values over some of the dimensions. */
#include <string.h>

#include "onnx/broadcast.h"
#include "onnx/fold.h"

/* What an operator becomes: kinds for each value before, the reduction, and one after it. */
static const struct reduction {
    const char *name, *before, *kind, *after;
    double exponent; /* of `before` where that is power */
} reductions[] = {
    {.name = "ReduceMean", .kind = "reduce_mean"},
    {.name = "ReduceSum", .kind = "reduce_sum"},
    {.name = "ReduceMax", .kind = "reduce_max"},
    {.name = "ReduceMin", .before = "neg", .kind = "reduce_max", .after = "neg"},
    {.name = "ReduceL1", .before = "abs", .kind = "reduce_sum"},
    {.name = "ReduceL2", .before = "power", .kind = "reduce_sum", .after = "sqrt", .exponent = 2},
    {.name = "ReduceSumSquare", .before = "power", .kind = "reduce_sum", .exponent = 2},
    {.name = "ReduceLogSum", .kind = "reduce_sum", .after = "log"},
};

/* Which dimensions are reduced; of none, all are, unless the node says otherwise. */
static loss_status read_axes(const lossi_onnx_call *call, const lossi_onnx_shape *in,
                             bool is_reduced[LOSSI_ARRAY_MAX_DIMS])
{
    int64_t axes[LOSSI_ONNX_MOST_INTS];
    size_t n;
    loss_status status = lossi_onnx_ints(call, "axes", 1, &n, axes);
    bool is_all = !n && !lossi_onnx_int(call, "noop_with_empty_axes", 0);
    for (size_t i = 0; i < LOSSI_ARRAY_MAX_DIMS; i++)
        is_reduced[i] = is_all;
    for (size_t i = 0, axis; !status && i < n; i++) {
        status = lossi_onnx_axis(call, axes[i], in->n_dims, &axis);
        if (!status)
            is_reduced[axis] = true;
    }
    if (!status && in->batch >= 0 && is_reduced[in->batch])
        status = lossi_onnx_refuse(call, "over the images of the batch");
    return status;
}

/* The reduction, of an image's dims; all of them stay, with a size of 1. */
static loss_status reduce(lossi_onnx_call *call, const char *kind, const bool *is_reduced,
                          lossi_onnx_term *x)
{
    double axes[LOSSI_ARRAY_MAX_DIMS], keep = 1;
    size_t n = 0, marked = 0;
    for (size_t i = 0; i < x->shape.n_dims; i++) {
        int axis = lossi_onnx_image_axis(&x->shape, i);
        if (!is_reduced[i])
            continue;
        x->shape.dims[i] = 1;
        marked |= (size_t)1 << i;
        axes[n++] = axis;
    }
    const loss_layer_key keys[] = {lossi_onnx_sizes("axes", n, axes),
                                   lossi_onnx_sizes("keep_dims", 1, &keep),
                                   {NULL, NULL, 0, NULL}};
    bool is_pool = strcmp(kind, "reduce_mean") == 0 && x->shape.n_dims == 4 && marked == 12 &&
                   x->shape.batch == 0 && x->shape.dims[0] == 1;
    if (is_pool)
        return lossi_onnx_apply(call, "global_average_pool", NULL, x);
    return n ? lossi_onnx_apply(call, kind, keys, x) : LOSS_OK;
}

static loss_status map_reduce(lossi_onnx_call *call)
{
    const struct reduction *of = reductions;
    while (strcmp(of->name, call->operator->name) != 0)
        of++;
    lossi_onnx_term x;
    bool is_reduced[LOSSI_ARRAY_MAX_DIMS];
    loss_status status = lossi_onnx_term_of(call, 0, &x);
    if (!status)
        status = read_axes(call, &x.shape, is_reduced);
    const loss_layer_key keys[] = {lossi_onnx_sizes("exponent", 1, &of->exponent),
                                   {NULL, NULL, 0, NULL}};
    if (!status && of->before)
        status = lossi_onnx_apply(call, of->before, of->exponent != 0 ? keys : NULL, &x);
    if (!status)
        status = reduce(call, of->kind, is_reduced, &x);
    if (!status && of->after)
        status = lossi_onnx_apply(call, of->after, NULL, &x);
    if (status)
        return status;
    lossi_onnx_shape out = {.batch = -1, .outer = x.shape.outer};
    bool keeps = lossi_onnx_int(call, "keepdims", 1) != 0;
    for (size_t i = 0; i < x.shape.n_dims; i++) {
        if (is_reduced[i] && !keeps)
            continue;
        if (x.shape.batch == (int)i)
            out.batch = (int)out.n_dims;
        out.dims[out.n_dims++] = x.shape.dims[i];
    }
    return lossi_onnx_set_node(call, 0, x.node, &out);
}

#define REDUCTION(operator, folding)                                                               \
    {                                                                                              \
        .name = operator, .attributes = "axes keepdims noop_with_empty_axes", .fold = folding,     \
        .map = map_reduce                                                                          \
    }

const lossi_onnx_operator lossi_onnx_reductions[] = {
    REDUCTION("ReduceMean", NULL),
    REDUCTION("ReduceSum", lossi_onnx_fold_reduce),
    REDUCTION("ReduceMax", NULL),
    REDUCTION("ReduceMin", NULL),
    REDUCTION("ReduceL1", NULL),
    REDUCTION("ReduceL2", NULL),
    REDUCTION("ReduceSumSquare", NULL),
    REDUCTION("ReduceLogSum", NULL),
    {.name = "ReduceProd",
     .attributes = "axes keepdims noop_with_empty_axes",
     .fold = lossi_onnx_fold_reduce},
    {.name = NULL},
};
