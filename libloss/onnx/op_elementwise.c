/* Operators on each value: activations, arithmetic of two, and those that change nothing in
 * evaluation. */
#include <string.h>

#include "onnx/emit.h"
#include "onnx/fold.h"

/* ---- Of one --------------------------------------------------------------------------------- */

static loss_status map_one(lossi_onnx_call *call, const char *kind, const loss_layer_key *keys)
{
    loss_node in;
    lossi_onnx_shape shape;
    loss_status status = lossi_onnx_operand(call, 0, &in, &shape);
    if (status)
        return status;
    loss_node node = lossi_onnx_layer(call, kind, 1, &in, keys);
    status = lossi_onnx_builder_status(call, node);
    return status ? status : lossi_onnx_set_node(call, 0, node, &shape);
}

static loss_status map_relu(lossi_onnx_call *call)
{
    return map_one(call, "relu", NULL);
}

static loss_status map_dropout(lossi_onnx_call *call)
{
    loss_status status = LOSS_OK;
    const lossi_value *given = lossi_onnx_constant(call, 1, &status);
    double p = lossi_onnx_float(call, "ratio", 0.5);
    if (given && given->count == 1)
        p = lossi_onnx_decimal(given->numbers[0]);
    if (status || p == 0)
        return status ? status : lossi_onnx_pass(call);
    const loss_layer_key keys[] = {lossi_onnx_sizes("p", 1, &p), {NULL, NULL, 0, NULL}};
    return map_one(call, "dropout", keys);
}

/* Exporters make one of equal initializers, and of the others Identity nodes with their names. */
static loss_status map_identity(lossi_onnx_call *call)
{
    loss_status status = lossi_onnx_pass(call);
    lossi_onnx_entry *out = lossi_onnx_find(call->graph, call->node->output[0]);
    if (!status && out->is == LOSSI_ONNX_PARAMETER && *out->name != '/') {
        out->tensor = out->name;
        out->used_by = NULL;
        out->node = -1;
    }
    return status;
}

/* All floats are computed as floats of 32 bits. */
static loss_status map_cast(lossi_onnx_call *call)
{
    switch (lossi_onnx_int(call, "to", ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT)) {
    case ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT:
    case ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE: return lossi_onnx_pass(call);
    default:
        return lossi_onnx_refuse(call, "of activations to type %lld; floats only",
                                 (long long)lossi_onnx_int(call, "to", 0));
    }
}

/* ---- Of two --------------------------------------------------------------------------------- */

/* Shapes aligned at the last dimension. Where one operand depends on the images and the other does
 * not, the other has one value for all of them. */
static loss_status join_shapes(lossi_onnx_call *call, const lossi_onnx_shape *a,
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

/* An operand with ones before its dims, and without the batch's dimension of the output. */
static loss_node aligned(lossi_onnx_call *call, loss_node node, const lossi_onnx_shape *in,
                         const lossi_onnx_shape *out)
{
    lossi_onnx_shape whole = {.n_dims = out->n_dims, .batch = out->batch, .outer = 1};
    size_t skipped = out->n_dims - in->n_dims;
    for (size_t i = 0; i < out->n_dims; i++)
        whole.dims[i] = i < skipped ? 1 : in->dims[i - skipped];
    if (out->batch >= 0 && out->dims[out->batch] != 1 && in->batch < 0)
        whole.batch = -1;
    lossi_onnx_dims dims = lossi_onnx_image_dims(&whole);
    return lossi_onnx_reshaped(call, node, &dims);
}

static loss_status map_two(lossi_onnx_call *call, const char *kind)
{
    loss_node in[2] = {-1, -1};
    lossi_onnx_shape shapes[2], out;
    loss_status status = LOSS_OK;
    for (size_t i = 0; !status && i < 2; i++)
        status = lossi_onnx_operand(call, i, &in[i], &shapes[i]);
    if (!status)
        status = join_shapes(call, &shapes[0], &shapes[1], &out);
    for (size_t i = 0; !status && i < 2; i++)
        in[i] = aligned(call, in[i], &shapes[i], &out);
    if (status)
        return status;
    loss_node node = lossi_onnx_layer(call, kind, 2, in, NULL);
    status = lossi_onnx_builder_status(call, node);
    return status ? status : lossi_onnx_set_node(call, 0, node, &out);
}

static loss_status map_add(lossi_onnx_call *call)
{
    return map_two(call, "add");
}

const lossi_onnx_operator lossi_onnx_elementwise[] = {
    {.name = "Relu", .attributes = "", .map = map_relu},
    {.name = "Dropout", .attributes = "ratio seed", .map = map_dropout},
    {.name = "Identity",
     .attributes = "",
     .fold = lossi_onnx_fold_cast,
     .map = map_identity,
     .of_weights = true},
    {.name = "Cast",
     .attributes = "to saturate round_mode",
     .fold = lossi_onnx_fold_cast,
     .map = map_cast,
     .of_weights = true},
    {.name = "CastLike",
     .attributes = "saturate round_mode",
     .fold = lossi_onnx_fold_cast,
     .map = lossi_onnx_pass,
     .of_weights = true},
    {.name = "Add", .attributes = "", .fold = lossi_onnx_fold_two, .map = map_add},
    {.name = NULL},
};
