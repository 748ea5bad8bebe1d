/* Operators on each value: activations, and those that change nothing in evaluation. */
#include <stdlib.h>
#include <string.h>

#include "onnx/emit.h"
#include "onnx/fold.h"
#include "onnx/names.h"

static loss_status map_with(lossi_onnx_call *call, const char *kind, const loss_layer_key *keys)
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

/* Operators that are a kind of layer as they are, or with attributes that are its keys. */
static const struct plain {
    const char *name, *kind;
    struct {
        const char *attribute, *key;
        double standard; /* of the attribute */
    } keys[2];
} plains[] = {
    {.name = "Relu", .kind = "relu"},
    {.name = "LeakyRelu", .kind = "leaky_relu", .keys = {{"alpha", "slope", 0.01}}},
    {.name = "Elu", .kind = "elu", .keys = {{"alpha", "alpha", 1}}},
    {.name = "Sigmoid", .kind = "sigmoid"},
    {.name = "Tanh", .kind = "tanh"},
    {.name = "HardSigmoid",
     .kind = "hard_sigmoid",
     .keys = {{"alpha", "alpha", 0.2}, {"beta", "beta", 0.5}}},
    {.name = "HardSwish", .kind = "hard_swish"},
    {.name = "Softplus", .kind = "softplus"},
    {.name = "Softsign", .kind = "softsign"},
    {.name = "Mish", .kind = "mish"},
    {.name = "Exp", .kind = "exp"},
    {.name = "Log", .kind = "log"},
    {.name = "Sqrt", .kind = "sqrt"},
    {.name = "Abs", .kind = "abs"},
    {.name = "Neg", .kind = "neg"},
    {.name = "Reciprocal", .kind = "reciprocal"},
    {.name = "Erf", .kind = "erf"},
};

static loss_status map_plain(lossi_onnx_call *call)
{
    const struct plain *of = plains;
    while (strcmp(of->name, call->operator->name) != 0)
        of++;
    double values[2];
    loss_layer_key keys[3] = {{NULL, NULL, 0, NULL}};
    for (size_t i = 0; i < 2 && of->keys[i].key; i++) {
        values[i] = lossi_onnx_float(call, of->keys[i].attribute, of->keys[i].standard);
        keys[i] = lossi_onnx_sizes(of->keys[i].key, 1, &values[i]);
    }
    return map_with(call, of->kind, keys);
}

/* PyTorch's constants, as the layer has them; ONNX allows others. */
static loss_status map_selu(lossi_onnx_call *call)
{
    bool is_usual = lossi_onnx_float(call, "alpha", 1.67326319) == lossi_onnx_decimal(1.67326319) ||
                    !lossi_onnx_attribute(call, "alpha");
    is_usual = is_usual && (lossi_onnx_float(call, "gamma", 1) == lossi_onnx_decimal(1.05070102) ||
                            !lossi_onnx_attribute(call, "gamma"));
    return is_usual ? map_with(call, "selu", NULL)
                    : lossi_onnx_refuse(call, "alpha and gamma other than 1.673263 and 1.050701");
}

static loss_status map_gelu(lossi_onnx_call *call)
{
    bool is_tanh = lossi_onnx_text_is(call, "approximate", "none", "tanh");
    const loss_layer_key keys[] = {{.name = "approximate", .word = is_tanh ? "tanh" : "none"},
                                   {NULL, NULL, 0, NULL}};
    return map_with(call, "gelu", keys);
}

/* A limit: an attribute, later an input. */
static loss_status read_limit(lossi_onnx_call *call, const char *name, size_t input, double *limit,
                              bool *is_there)
{
    loss_status status = LOSS_OK;
    const Onnx__AttributeProto *a = lossi_onnx_attribute(call, name);
    const lossi_value *value = lossi_onnx_constant(call, input, &status);
    *is_there = a || value;
    *limit = a ? lossi_onnx_float(call, name, 0) : value && value->count ? value->numbers[0] : 0;
    const lossi_onnx_entry *in = lossi_onnx_input(call, input);
    if (!status && !value && in && in->is == LOSSI_ONNX_PARAMETER && in->array.count == 1) {
        float one; /* a number of the file is no weight here, whatever its name */
        lossi_array_floats(&in->array, &one);
        *limit = lossi_onnx_decimal((double)one);
        *is_there = true;
    } else if (!status && !value && in)
        status = lossi_onnx_refuse(call, "its %s is not constant", name);
    return status;
}

static loss_status map_clip(lossi_onnx_call *call)
{
    static const char *const names[] = {"min", "max"}, *const key_names[] = {"least", "most"};
    double limits[2];
    loss_layer_key keys[3] = {{NULL, NULL, 0, NULL}};
    size_t n = 0;
    for (size_t i = 0; i < 2; i++) {
        bool is_there;
        loss_status status = read_limit(call, names[i], i + 1, &limits[i], &is_there);
        if (status)
            return status;
        if (is_there && limits[i] > -3e38 && limits[i] < 3e38) /* the ends of float: no limit */
            keys[n++] = lossi_onnx_sizes(key_names[i], 1, &limits[i]);
    }
    return n ? map_with(call, "clip", keys) : lossi_onnx_pass(call);
}

/* One slope for all, or one for each channel. */
static loss_status map_prelu(lossi_onnx_call *call)
{
    loss_node in;
    lossi_onnx_shape shape;
    lossi_onnx_entry *slope;
    loss_status status = lossi_onnx_maps(call, 2, LOSSI_ARRAY_MAX_DIMS, &in, &shape);
    if (!status)
        status = lossi_onnx_weights(call, 1, false, SIZE_MAX, &slope);
    if (status)
        return status;
    bool is_one = slope->array.count == 1;
    size_t n = slope->shape.n_dims, skipped = shape.n_dims - n; /* aligned at the last */
    if (!is_one && (n > shape.n_dims || skipped > 1 || slope->array.count != shape.dims[1] ||
                    slope->shape.dims[1 - skipped] != shape.dims[1]))
        return lossi_onnx_refuse(call, "neither one slope nor one for each channel");
    const loss_layer_key keys[] = {{.name = "per", .word = is_one ? "layer" : "channel"},
                                   {NULL, NULL, 0, NULL}};
    loss_node node = lossi_onnx_layer(call, "prelu", 1, &in, keys);
    status = lossi_onnx_builder_status(call, node);
    char *name = status ? NULL : lossi_onnx_weight_name(call, slope, NULL);
    if (!status)
        status =
            name ? lossi_onnx_give(call, node, "weight", slope, name, false) : lossi_fail_nomem(0);
    free(name);
    return status ? status : lossi_onnx_set_node(call, 0, node, &shape);
}

/* ---- Those that change nothing -------------------------------------------------------------- */

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
    return map_with(call, "dropout", keys);
}

/* Exporters make one of equal initializers, and of the others Identity nodes with their names. */
static loss_status map_identity(lossi_onnx_call *call)
{
    loss_status status = lossi_onnx_pass(call);
    lossi_onnx_entry *out = lossi_onnx_find(call->graph, call->node->output[0]);
    if (!status && out->is == LOSSI_ONNX_PARAMETER && *out->name != '/') {
        out->tensor = out->name;
        out->base = out;
        out->used_by = NULL;
        out->node = -1;
    }
    return status;
}

/* All floats are computed as floats of 32 bits. Whole numbers are kept as they are: what names a
 * place is cut where it is used. */
static loss_status map_cast(lossi_onnx_call *call)
{
    bool is_whole = false;
    switch (lossi_onnx_int(call, "to", ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT)) {
    case ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT:
    case ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE: break;
    case ONNX__TENSOR_PROTO__DATA_TYPE__INT32:
    case ONNX__TENSOR_PROTO__DATA_TYPE__INT64: is_whole = true; break;
    default:
        return lossi_onnx_refuse(call,
                                 "of activations to type %lld; expected floats or, of "
                                 "places, 32 or 64 bits",
                                 (long long)lossi_onnx_int(call, "to", 0));
    }
    loss_status status = lossi_onnx_pass(call);
    if (!status)
        lossi_onnx_find(call->graph, call->node->output[0])->is_whole = is_whole;
    return status;
}

#define PLAIN(operator, known)                                                                     \
    {                                                                                              \
        .name = operator, .attributes = known, .fold = lossi_onnx_fold_one, .map = map_plain       \
    }

const lossi_onnx_operator lossi_onnx_elementwise[] = {
    PLAIN("Relu", ""),
    PLAIN("LeakyRelu", "alpha"),
    PLAIN("Elu", "alpha"),
    PLAIN("Sigmoid", ""),
    PLAIN("Tanh", ""),
    PLAIN("HardSigmoid", "alpha beta"),
    PLAIN("HardSwish", ""),
    PLAIN("Softplus", ""),
    PLAIN("Softsign", ""),
    PLAIN("Mish", ""),
    PLAIN("Exp", ""),
    PLAIN("Log", ""),
    PLAIN("Sqrt", ""),
    PLAIN("Abs", ""),
    PLAIN("Neg", ""),
    PLAIN("Reciprocal", ""),
    PLAIN("Erf", ""),
    {.name = "Selu", .attributes = "alpha gamma", .map = map_selu},
    {.name = "Gelu", .attributes = "approximate", .map = map_gelu},
    {.name = "Clip", .attributes = "min max", .map = map_clip},
    {.name = "PRelu", .attributes = "", .map = map_prelu},
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
    {.name = NULL},
};
