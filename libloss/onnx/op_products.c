/* Linear layers: products with parameters. */
#include <stdlib.h>
#include <string.h>

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
                bias->shape.dims[0] == channels && !bias->base->used_by && bias->base->node < 0;
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

/* The layer has its weights as PyTorch's Linear does. Others with a name of their own would be
 * mistaken for those when they come from another file. */
static loss_status check_turned(const lossi_onnx_call *call, const linear *l)
{
    bool is_own = !lossi_onnx_is_made_up(l->weight->tensor);
    return is_own && l->transposed != l->weight->is_transposed
               ? lossi_onnx_refuse(call,
                                   "parameter %.100s as [inputs][outputs]; expected "
                                   "[outputs][inputs], as in torch.nn.Linear",
                                   l->weight->tensor)
               : LOSS_OK;
}

static loss_status map_gemm(lossi_onnx_call *call)
{
    loss_node in;
    lossi_onnx_shape shape;
    linear l = {NULL, NULL, false, NULL};
    loss_status status = lossi_onnx_operand(call, 0, &in, &shape);
    if (!status && (lossi_onnx_int(call, "transA", 0) || lossi_onnx_float(call, "alpha", 1) != 1 ||
                    lossi_onnx_float(call, "beta", 1) != 1))
        status = lossi_onnx_refuse(call, "transA, alpha and beta other than 0, 1 and 1");
    if (!status)
        status = lossi_onnx_weights(call, 1, false, 2, &l.weight);
    if (!status)
        status = lossi_onnx_weights(call, 2, true, 1, &l.bias);
    if (status)
        return status;
    l.transposed = !lossi_onnx_int(call, "transB", 0);
    size_t outputs = lossi_onnx_side(l.weight, l.transposed ? 1 : 0);
    if (l.bias && l.bias->shape.dims[0] != outputs)
        return lossi_onnx_refuse(call, "a bias of %zu values for %zu outputs",
                                 l.bias->shape.dims[0], outputs);
    status = check_turned(call, &l);
    return status ? status : emit_linear(call, in, &shape, &l);
}

static loss_status map_matmul(lossi_onnx_call *call)
{
    loss_node in;
    lossi_onnx_shape shape;
    const lossi_onnx_entry *right = lossi_onnx_input(call, 1);
    linear l = {.transposed = true};
    if (!right || right->is != LOSSI_ONNX_PARAMETER || right->shape.n_dims != 2)
        return lossi_onnx_refuse(call, "a product of two activations");
    loss_status status = lossi_onnx_operand(call, 0, &in, &shape);
    if (!status)
        status = lossi_onnx_weights(call, 1, false, 2, &l.weight);
    if (!status)
        status = check_turned(call, &l);
    if (status)
        return status;
    lossi_onnx_call addition;
    size_t at;
    l.bias = added_bias(call, lossi_onnx_side(l.weight, 1), &addition, &at);
    if (l.bias) {
        l.addition = &addition;
        status = lossi_onnx_weights(&addition, at, false, 1, &l.bias);
    }
    return status ? status : emit_linear(call, in, &shape, &l);
}

const lossi_onnx_operator lossi_onnx_products[] = {
    {.name = "Gemm", .attributes = "alpha beta transA transB", .map = map_gemm},
    {.name = "MatMul", .attributes = "", .map = map_matmul},
    {.name = NULL},
};
