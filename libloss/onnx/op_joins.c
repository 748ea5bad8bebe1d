/* Parts of activations, and activations of parts. */
#include <stdlib.h>
#include <string.h>

#include "onnx/emit.h"
#include "onnx/fold.h"

/* True if two shapes differ in dimension `axis` at most. */
static bool fits(const lossi_onnx_shape *a, const lossi_onnx_shape *b, size_t axis)
{
    bool same = a->n_dims == b->n_dims && a->batch == b->batch && a->outer == b->outer;
    for (size_t i = 0; same && i < a->n_dims; i++)
        same = i == axis || a->dims[i] == b->dims[i];
    return same;
}

/* The operands of Concat, and the shape of what they give. */
static loss_status read_operands(lossi_onnx_call *call, size_t n, loss_node *nodes, size_t *axis,
                                 lossi_onnx_shape *out)
{
    lossi_onnx_shape shape;
    loss_status status = lossi_onnx_operand(call, 0, &nodes[0], out);
    if (!status)
        status = lossi_onnx_axis(call, lossi_onnx_int(call, "axis", 0), out->n_dims, axis);
    for (size_t i = 1; !status && i < n; i++) {
        status = lossi_onnx_operand(call, i, &nodes[i], &shape);
        if (!status && !fits(out, &shape, *axis))
            status = lossi_onnx_refuse(call, "input %zu does not fit the others", i);
        if (!status)
            out->dims[*axis] += shape.dims[*axis];
    }
    if (!status && (lossi_onnx_image_axis(out, *axis) < 0 || out->batch == (int)*axis))
        status = lossi_onnx_refuse(call, "it joins images of the batch");
    return status;
}

static loss_status map_concat(lossi_onnx_call *call)
{
    size_t n = lossi_onnx_n_inputs(call), axis;
    lossi_onnx_shape shape;
    loss_node *nodes = calloc(n + 1, sizeof *nodes);
    loss_status status = nodes ? read_operands(call, n, nodes, &axis, &shape) : lossi_fail_nomem(n);
    if (!status) {
        double at = lossi_onnx_image_axis(&shape, axis);
        const loss_layer_key keys[] = {lossi_onnx_sizes("axis", 1, &at), {NULL, NULL, 0, NULL}};
        loss_node node =
            n == 1 ? nodes[0] : lossi_onnx_layer(call, "concat", n, nodes, at > 0 ? keys : NULL);
        status = lossi_onnx_builder_status(call, node);
        if (!status)
            status = lossi_onnx_set_node(call, 0, node, &shape);
    }
    free(nodes);
    return status;
}

const lossi_onnx_operator lossi_onnx_joins[] = {
    {.name = "Concat", .attributes = "axis", .fold = lossi_onnx_fold_concat, .map = map_concat},
    {.name = "Gather", .attributes = "axis", .fold = lossi_onnx_fold_gather},
    {.name = "Slice", .attributes = "starts ends axes", .fold = lossi_onnx_fold_slice},
    {.name = "Expand", .attributes = "", .fold = lossi_onnx_fold_expand},
    {.name = NULL},
};
