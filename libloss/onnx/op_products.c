/* Products: linear layers, and products of any two layers, such as attention's. */
#include <stdlib.h>
#include <string.h>

#include "onnx/multiply.h"
#include "onnx/names.h"

/* The bias that is added to a product right after it: input `*at` of the node that alone takes the
 * output. NULL: none. */
static lossi_onnx_entry *added_bias(const lossi_onnx_call *call, size_t channels,
                                    lossi_onnx_call *addition, size_t *at)
{
    const lossi_onnx_entry *out = lossi_onnx_find(call->graph, call->node->output[0]);
    if (!out || out->n_users != 1 || out->user < 0)
        return NULL;
    const Onnx__NodeProto *user = call->graph->proto->node[out->user];
    *addition = (lossi_onnx_call){call->graph, user, lossi_onnx_find_operator("Add")};
    if (!user->op_type || strcmp(user->op_type, "Add") != 0 || user->n_input != 2 ||
        user->n_output != 1)
        return NULL;
    *at = strcmp(user->input[0], out->name) == 0;
    lossi_onnx_entry *bias = lossi_onnx_input(addition, *at);
    bool fits = bias && bias->is == LOSSI_ONNX_PARAMETER && bias->shape.n_dims == 1 &&
                bias->shape.dims[0] == channels && !bias->base->used_by && bias->base->node < 0 &&
                bias->n_users < 2 && bias->base->n_users < 2;
    return fits ? bias : NULL;
}

/* A linear layer over the last dimension. */
typedef struct linear {
    lossi_onnx_entry *weight, *bias;
    bool transposed;           /* the graph means [in][out], and the layer has [out][in] */
    lossi_onnx_call *addition; /* the node that adds the bias; NULL: the product's own */
} linear;

static loss_status emit_linear(lossi_onnx_call *call, loss_node in, const lossi_onnx_shape *shape,
                               const linear *l)
{
    size_t outputs = lossi_onnx_side(l->weight, l->transposed ? 1 : 0),
           inputs = lossi_onnx_side(l->weight, l->transposed ? 0 : 1);
    if (shape->dims[shape->n_dims - 1] != inputs)
        return lossi_onnx_refuse(call, "weights for %zu inputs; there are %zu", inputs,
                                 shape->dims[shape->n_dims - 1]);
    lossi_onnx_dims dims = lossi_onnx_image_dims(shape), rows = {2, {1, inputs}};
    for (size_t i = 0; i + 1 < dims.n; i++)
        rows.v[0] *= dims.v[i];
    if (dims.n == 3 && rows.v[0] == 1) /* it would be taken for maps of one pixel */
        in = lossi_onnx_reshaped(call, in, &rows);
    double sizes[] = {(double)outputs, 0};
    loss_layer_key keys[3] = {lossi_onnx_sizes("outputs", 1, sizes)};
    if (!l->bias)
        keys[1] = lossi_onnx_sizes("bias", 1, sizes + 1);
    loss_node node = lossi_onnx_layer(call, "linear", 1, &in, keys);
    char *name = lossi_onnx_weight_name(call, l->weight, l->bias);
    loss_status status = name ? lossi_onnx_builder_status(call, node) : lossi_fail_nomem(0);
    if (!status)
        status = lossi_onnx_give(call, node, "weight", l->weight, name, l->transposed);
    free(name);
    if (!status && l->bias)
        status = lossi_onnx_give(call, node, "bias", l->bias, l->bias->tensor, false);
    lossi_onnx_shape out = *shape;
    out.dims[out.n_dims - 1] = outputs;
    if (!status)
        status = lossi_onnx_set_node(call, 0, node, &out);
    return !status && l->addition ? lossi_onnx_set_node(l->addition, 0, node, &out) : status;
}

/* True if the layer can have input 1 as its weights: an initializer of two dimensions that no other
 * node takes, turned as in torch.nn.Linear. Others with a name of their own would be mistaken for
 * those when they come from another file; a made-up name says nothing. */
static bool is_linear(const lossi_onnx_call *call, const lossi_onnx_shape *in, bool transposed)
{
    const lossi_onnx_entry *right = lossi_onnx_input(call, 1);
    if (!right || right->is != LOSSI_ONNX_PARAMETER || right->shape.n_dims != 2 ||
        in->batch + 1 == (int)in->n_dims)
        return false;
    bool is_shared = right->n_users > 1 || right->base->n_users > 1 || right->base->used_by ||
                     right->base->node >= 0;
    return lossi_onnx_is_made_up(right->tensor) ||
           (!is_shared && transposed == right->is_transposed);
}

/* The linear layer of weights that input 1 is. */
static loss_status linear_of(lossi_onnx_call *call, bool transposed, linear *l)
{
    *l = (linear){.transposed = transposed};
    return lossi_onnx_weights(call, 1, false, 2, &l->weight);
}

/* Gemm's other cases, with layers for each part. */
static loss_status map_parts(lossi_onnx_call *call, const lossi_onnx_term *first)
{
    static const char *const turns[] = {"transA", "transB"};
    double alpha = lossi_onnx_float(call, "alpha", 1), beta = lossi_onnx_float(call, "beta", 1);
    const loss_layer_key by_alpha[] = {lossi_onnx_sizes("factor", 1, &alpha),
                                       {NULL, NULL, 0, NULL}},
                         by_beta[] = {lossi_onnx_sizes("factor", 1, &beta), {NULL, NULL, 0, NULL}};
    lossi_onnx_term in[2] = {*first}, sum[2], out;
    loss_status status = lossi_onnx_term_of(call, 1, &in[1]);
    for (size_t i = 0; !status && i < 2; i++)
        if (lossi_onnx_int(call, turns[i], 0))
            status = lossi_onnx_turn(call, &in[i]);
    if (!status)
        status = lossi_onnx_multiply(call, in, &out);
    if (!status && alpha != 1)
        status = lossi_onnx_apply(call, "scale", by_alpha, &out);
    if (!status && lossi_onnx_input(call, 2)) {
        sum[0] = out;
        status = lossi_onnx_term_of(call, 2, &sum[1]);
        if (!status && beta != 1)
            status = lossi_onnx_apply(call, "scale", by_beta, &sum[1]);
        if (!status)
            status = lossi_onnx_combine(call, "add", 2, sum, &out);
    }
    return status ? status : lossi_onnx_set_term(call, 0, &out);
}

static loss_status map_gemm(lossi_onnx_call *call)
{
    lossi_onnx_term in;
    linear l;
    bool transposed = !lossi_onnx_int(call, "transB", 0);
    const lossi_onnx_entry *bias = lossi_onnx_input(call, 2);
    loss_status status = lossi_onnx_term_of(call, 0, &in);
    if (status)
        return status;
    bool is_plain = !lossi_onnx_int(call, "transA", 0) && lossi_onnx_float(call, "alpha", 1) == 1 &&
                    lossi_onnx_float(call, "beta", 1) == 1;
    bool has_bias = bias && bias->is == LOSSI_ONNX_PARAMETER && bias->shape.n_dims == 1 &&
                    bias->n_users < 2 && bias->base->n_users < 2;
    if (!is_plain || !is_linear(call, &in.shape, transposed) || (bias && !has_bias))
        return map_parts(call, &in);
    status = linear_of(call, transposed, &l);
    if (!status)
        status = lossi_onnx_weights(call, 2, true, 1, &l.bias);
    if (status)
        return status;
    size_t outputs = lossi_onnx_side(l.weight, l.transposed ? 1 : 0);
    if (l.bias && l.bias->shape.dims[0] != outputs)
        return lossi_onnx_refuse(call, "a bias of %zu values for %zu outputs",
                                 l.bias->shape.dims[0], outputs);
    return emit_linear(call, in.node, &in.shape, &l);
}

static loss_status map_matmul(lossi_onnx_call *call)
{
    lossi_onnx_term in[2], out;
    linear l;
    lossi_onnx_call addition;
    size_t at;
    loss_status status = lossi_onnx_term_of(call, 0, &in[0]);
    if (status)
        return status;
    if (!is_linear(call, &in[0].shape, true)) {
        status = lossi_onnx_term_of(call, 1, &in[1]);
        if (!status)
            status = lossi_onnx_multiply(call, in, &out);
        return status ? status : lossi_onnx_set_term(call, 0, &out);
    }
    status = linear_of(call, true, &l);
    if (status)
        return status;
    l.bias = added_bias(call, lossi_onnx_side(l.weight, 1), &addition, &at);
    if (l.bias) {
        l.addition = &addition;
        status = lossi_onnx_weights(&addition, at, false, 1, &l.bias);
    }
    return status ? status : emit_linear(call, in[0].node, &in[0].shape, &l);
}

const lossi_onnx_operator lossi_onnx_products[] = {
    {.name = "Gemm", .attributes = "alpha beta transA transB", .map = map_gemm},
    {.name = "MatMul", .attributes = "", .map = map_matmul},
    {.name = NULL},
};
