#include "onnx/broadcast.h"

#include <stdlib.h>
#include <string.h>

loss_status lossi_onnx_term_of(lossi_onnx_call *call, size_t i, lossi_onnx_term *term)
{
    return lossi_onnx_operand(call, i, &term->node, &term->shape);
}

loss_status lossi_onnx_constant_term(lossi_onnx_call *call, lossi_value *value,
                                     lossi_onnx_term *term)
{
    return lossi_onnx_values(call, value, &term->node, &term->shape);
}

loss_status lossi_onnx_set_term(lossi_onnx_call *call, size_t i, const lossi_onnx_term *term)
{
    return lossi_onnx_set_node(call, i, term->node, &term->shape);
}

loss_status lossi_onnx_join_shapes(lossi_onnx_call *call, const lossi_onnx_shape *a,
                                   const lossi_onnx_shape *b, lossi_onnx_shape *out)
{
    char left[LOSSI_DIMS_TEXT], right[LOSSI_DIMS_TEXT];
    *out = (lossi_onnx_shape){.batch = -1, .outer = 1};
    bool fits =
        lossi_onnx_broadcast(a->n_dims, a->dims, b->n_dims, b->dims, &out->n_dims, out->dims);
    int at_a = a->batch < 0 ? -1 : a->batch + (int)(out->n_dims - a->n_dims),
        at_b = b->batch < 0 ? -1 : b->batch + (int)(out->n_dims - b->n_dims);
    out->batch = at_a < 0 ? at_b : at_a;
    out->outer = at_a < 0 ? b->outer : a->outer;
    if (at_a >= 0 && at_b >= 0)
        fits =
            fits && at_a == at_b && a->outer == b->outer && a->dims[a->batch] == b->dims[b->batch];
    else if (out->batch >= 0) {
        const lossi_onnx_shape *other = at_a < 0 ? a : b;
        size_t skipped = out->n_dims - other->n_dims, at = (size_t)out->batch;
        fits = fits && (at < skipped || other->dims[at - skipped] == 1);
    }
    return fits ? LOSS_OK
                : lossi_onnx_refuse(call, "operands of %s and %s for each image",
                                    lossi_dims_text(a->n_dims, a->dims, left),
                                    lossi_dims_text(b->n_dims, b->dims, right));
}

loss_node lossi_onnx_aligned(lossi_onnx_call *call, const lossi_onnx_term *in,
                             const lossi_onnx_shape *out, size_t least)
{
    lossi_onnx_shape whole = {.n_dims = out->n_dims, .batch = out->batch, .outer = 1};
    size_t skipped = out->n_dims - in->shape.n_dims;
    for (size_t i = 0; i < out->n_dims; i++)
        whole.dims[i] = i < skipped ? 1 : in->shape.dims[i - skipped];
    if (out->batch >= 0 && out->dims[out->batch] != 1 && in->shape.batch < 0)
        whole.batch = -1;
    lossi_onnx_dims dims = lossi_onnx_image_dims(&whole), own = lossi_onnx_image_dims(&in->shape);
    while (dims.n > own.n && dims.n > least && dims.v[0] == 1) /* ones in front go without saying */
        memmove(dims.v, dims.v + 1, --dims.n * sizeof *dims.v);
    return lossi_onnx_reshaped(call, in->node, &dims);
}

loss_status lossi_onnx_combine(lossi_onnx_call *call, const char *kind, size_t n,
                               const lossi_onnx_term *in, lossi_onnx_term *out)
{
    loss_node *nodes = calloc(n, sizeof *nodes);
    if (!nodes)
        return lossi_fail_nomem(n * sizeof *nodes);
    lossi_onnx_shape shape = in[0].shape;
    loss_status status = LOSS_OK;
    for (size_t i = 1; !status && i < n; i++) {
        lossi_onnx_shape before = shape;
        status = lossi_onnx_join_shapes(call, &before, &in[i].shape, &shape);
    }
    for (size_t i = 0; !status && i < n; i++)
        nodes[i] = lossi_onnx_aligned(call, &in[i], &shape, 1);
    if (!status) {
        *out = (lossi_onnx_term){lossi_onnx_layer(call, kind, n, nodes, NULL), shape};
        status = lossi_onnx_builder_status(call, out->node);
    }
    free(nodes);
    return status;
}

loss_status lossi_onnx_apply(lossi_onnx_call *call, const char *kind, const loss_layer_key *keys,
                             lossi_onnx_term *term)
{
    term->node = lossi_onnx_layer(call, kind, 1, &term->node, keys);
    return lossi_onnx_builder_status(call, term->node);
}
