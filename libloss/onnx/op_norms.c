/* Normalising layers. */
#include <math.h>
#include <string.h>

#include "onnx/broadcast.h"

/* ---- Weights -------------------------------------------------------------------------------- */

/* True if input i is left out, or is constant and `number` everywhere. */
static bool is_only(lossi_onnx_call *call, size_t i, double number, loss_status *status)
{
    if (!lossi_onnx_input(call, i))
        return true;
    const lossi_value *value = lossi_onnx_constant(call, i, status);
    bool is_so = value != NULL;
    for (size_t k = 0; is_so && k < value->count; k++)
        is_so = value->numbers[k] == number && !value->times_n[k];
    return is_so;
}

/* True if input i is an initializer of these sizes that no other node takes. */
static bool is_own(const lossi_onnx_call *call, size_t i, size_t n_dims, const size_t *dims)
{
    const lossi_onnx_entry *in = lossi_onnx_input(call, i);
    bool fits = in && in->is == LOSSI_ONNX_PARAMETER && in->n_users < 2 && in->base->n_users < 2 &&
                !in->base->used_by && in->base->node < 0 && in->shape.n_dims == n_dims;
    for (size_t d = 0; fits && d < n_dims; d++)
        fits = in->shape.dims[d] == dims[d];
    return fits;
}

/* The affine map that ends a normalising layer: y = weight x + bias, where they are not left out.
 * The layer has them as its own tensors, or layers after it multiply and add. */
typedef struct affine {
    size_t weight, bias; /* numbers of inputs */
    bool has_weight, has_bias, is_own;
} affine;

/* @param needs_bias  the kind has both of them or none
 * @param n_dims, dims  of the layer's own tensors */
static loss_status read_affine(lossi_onnx_call *call, affine *a, bool needs_bias, size_t n_dims,
                               const size_t *dims)
{
    loss_status status = LOSS_OK;
    a->has_weight = !is_only(call, a->weight, 1, &status);
    a->has_bias = !status && !is_only(call, a->bias, 0, &status);
    a->is_own = a->has_weight && is_own(call, a->weight, n_dims, dims) &&
                (a->has_bias ? is_own(call, a->bias, n_dims, dims) : !needs_bias);
    return status;
}

static loss_status give_own(lossi_onnx_call *call, loss_node node, const affine *a)
{
    lossi_onnx_entry *entry;
    loss_status status = lossi_onnx_weights(call, a->weight, false, SIZE_MAX, &entry);
    if (!status)
        status = lossi_onnx_give(call, node, "weight", entry, entry->tensor, false);
    if (status || !a->has_bias)
        return status;
    status = lossi_onnx_weights(call, a->bias, false, SIZE_MAX, &entry);
    return status ? status : lossi_onnx_give(call, node, "bias", entry, entry->tensor, false);
}

/* Input i with ones after its one dimension, as channels of an image have them. */
static loss_status channels_of(lossi_onnx_call *call, size_t i, size_t n_dims,
                               lossi_onnx_term *term)
{
    loss_status status = lossi_onnx_term_of(call, i, term);
    if (!status && term->shape.n_dims != 1)
        status = lossi_onnx_refuse(call, "input %zu has %zu dimensions; expected 1", i,
                                   term->shape.n_dims);
    for (size_t d = 1; d + 1 < n_dims; d++)
        term->shape.dims[term->shape.n_dims++] = 1;
    return status;
}

/* Layers that do what the kind's own tensors do not.
 * @param channels  dimensions of the output, where the weights are those of its second; else 0 */
static loss_status emit_affine(lossi_onnx_call *call, const affine *a, size_t channels,
                               lossi_onnx_term *x)
{
    const bool is_wanted[] = {a->has_weight && !a->is_own, a->has_bias && !a->is_own};
    const size_t inputs[] = {a->weight, a->bias};
    loss_status status = LOSS_OK;
    for (size_t i = 0; !status && i < 2; i++) {
        lossi_onnx_term pair[2] = {*x};
        if (!is_wanted[i])
            continue;
        status = channels ? channels_of(call, inputs[i], channels, &pair[1])
                          : lossi_onnx_term_of(call, inputs[i], &pair[1]);
        if (!status)
            status = lossi_onnx_combine(call, i ? "add" : "multiply", 2, pair, x);
    }
    return status;
}

/* Room for the keys of one layer. */
typedef struct keys {
    size_t n;
    double values[4];
    loss_layer_key list[5]; /* ended by a name of NULL */
} keys;

static void add_key(keys *k, const char *name, double value)
{
    k->values[k->n] = value;
    k->list[k->n] = lossi_onnx_sizes(name, 1, &k->values[k->n]);
    k->n++;
}

/* The layer, and what comes after it. */
static loss_status finish(lossi_onnx_call *call, const char *kind, keys *k, const affine *a,
                          size_t channels, lossi_onnx_term *x)
{
    if (!a->is_own)
        add_key(k, "affine", 0);
    loss_status status = lossi_onnx_apply(call, kind, k->list, x);
    if (!status && a->is_own)
        status = give_own(call, x->node, a);
    if (!status)
        status = emit_affine(call, a, channels, x);
    return status ? status : lossi_onnx_set_term(call, 0, x);
}

/* ---- BatchNorm ------------------------------------------------------------------------------ */

static loss_status map_batch_norm(lossi_onnx_call *call)
{
    static const char *const suffixes[] = {"weight", "bias", "running_mean", "running_var"};
    lossi_onnx_term x;
    lossi_onnx_entry *tensors[4];
    affine a = {.weight = 1, .bias = 2};
    loss_status status = lossi_onnx_maps(call, 2, 4, &x.node, &x.shape);
    if (!status)
        status = read_affine(call, &a, true, 1, x.shape.dims + 1);
    size_t first = a.has_weight || a.has_bias ? 0 : 2;
    for (size_t i = first; !status && i < 4; i++) {
        status = lossi_onnx_weights(call, i + 1, false, 1, &tensors[i]);
        if (!status && tensors[i]->shape.dims[0] != x.shape.dims[1])
            status =
                lossi_onnx_refuse(call, "%zu values of %.100s for %zu channels",
                                  tensors[i]->shape.dims[0], tensors[i]->tensor, x.shape.dims[1]);
    }
    if (status)
        return status;
    double eps = lossi_onnx_float(call, "epsilon", 1e-5),
           momentum = lossi_onnx_decimal(1 - lossi_onnx_float(call, "momentum", 0.9));
    keys k = {0};
    if (eps != 1e-5)
        add_key(&k, "eps", eps);
    if (momentum != 0.1)
        add_key(&k, "momentum", momentum);
    if (first)
        add_key(&k, "affine", 0);
    status = lossi_onnx_apply(call, "batchnorm", k.list, &x);
    for (size_t i = first; !status && i < 4; i++)
        status = lossi_onnx_give(call, x.node, suffixes[i], tensors[i], tensors[i]->tensor, false);
    call->graph->n_norms++;
    return status ? status : lossi_onnx_set_term(call, 0, &x);
}

/* ---- Over the values of an image ------------------------------------------------------------ */

/* Over the last dimensions, from `axis` on: LayerNormalization and RMSNormalization. */
static loss_status map_last(lossi_onnx_call *call)
{
    bool keeps_mean = strcmp(call->operator->name, "RMSNormalization") == 0;
    lossi_onnx_term x;
    size_t axis = 0;
    loss_status status = lossi_onnx_term_of(call, 0, &x);
    if (!status)
        status = lossi_onnx_axis(call, lossi_onnx_int(call, "axis", -1), x.shape.n_dims, &axis);
    if (!status && x.shape.batch >= (int)axis)
        status = lossi_onnx_refuse(call, "over the images of the batch");
    if (!status && (lossi_onnx_wants(call, 1) || lossi_onnx_wants(call, 2)))
        status = lossi_onnx_refuse(call, "the mean and the deviation are not read");
    if (status)
        return status;
    affine a = {.weight = 1, .bias = 2};
    size_t n = x.shape.n_dims - axis;
    status = read_affine(call, &a, false, n, x.shape.dims + axis);
    if (status)
        return status;
    keys k = {0};
    if (n != 1)
        add_key(&k, "dims", (double)n);
    add_key(&k, "eps", lossi_onnx_float(call, "epsilon", 1e-5));
    if (!keeps_mean && a.is_own && !a.has_bias)
        add_key(&k, "bias", 0);
    return finish(call, keeps_mean ? "rmsnorm" : "layernorm", &k, &a, 0, &x);
}

/* Input i of [groups] values as one of [channels]. */
static loss_status spread_groups(lossi_onnx_call *call, lossi_onnx_term *term, size_t groups,
                                 size_t channels)
{
    if (term->shape.dims[0] == channels)
        return LOSS_OK;
    const double sizes[] = {(double)groups, (double)(channels / groups)};
    const loss_layer_key expand[] = {lossi_onnx_sizes("shape", 2, sizes), {NULL, NULL, 0, NULL}};
    term->node = lossi_onnx_reshaped(call, term->node, &(lossi_onnx_dims){2, {groups, 1}});
    loss_status status = lossi_onnx_apply(call, "expand", expand, term);
    term->node = lossi_onnx_reshaped(call, term->node, &(lossi_onnx_dims){1, {channels}});
    term->shape.dims[0] = channels;
    return status;
}

/* Before version 21 there is a weight for each group. */
static loss_status map_group_norm(lossi_onnx_call *call)
{
    lossi_onnx_term x;
    affine a = {.weight = 1, .bias = 2};
    int64_t groups = lossi_onnx_int(call, "num_groups", 0);
    loss_status status = lossi_onnx_maps(call, 2, LOSSI_ARRAY_MAX_DIMS, &x.node, &x.shape);
    size_t channels = status ? 0 : x.shape.dims[1];
    if (!status && (groups < 1 || (size_t)groups > channels || channels % (size_t)groups))
        status =
            lossi_onnx_refuse(call, "%lld groups of %zu channels", (long long)groups, channels);
    if (!status)
        status = read_affine(call, &a, true, 1, &channels);
    if (status)
        return status;
    keys k = {0};
    add_key(&k, "groups", (double)groups);
    add_key(&k, "eps", lossi_onnx_float(call, "epsilon", 1e-5));
    const lossi_onnx_entry *weight = lossi_onnx_input(call, 1);
    bool is_of_groups = call->graph->version < 21 && weight && channels != (size_t)groups;
    if (!is_of_groups)
        return finish(call, "groupnorm", &k, &a, x.shape.n_dims, &x);
    add_key(&k, "affine", 0);
    status = lossi_onnx_apply(call, "groupnorm", k.list, &x);
    for (size_t i = 0; !status && i < 2; i++) {
        lossi_onnx_term pair[2] = {x};
        if (!(i ? a.has_bias : a.has_weight))
            continue;
        status = channels_of(call, 1 + i, 2, &pair[1]);
        if (!status)
            status = spread_groups(call, &pair[1], (size_t)groups, channels);
        for (size_t d = 2; d < x.shape.n_dims; d++)
            pair[1].shape.dims[pair[1].shape.n_dims++] = 1;
        if (!status)
            status = lossi_onnx_combine(call, i ? "add" : "multiply", 2, pair, &x);
    }
    return status ? status : lossi_onnx_set_term(call, 0, &x);
}

static loss_status map_instance_norm(lossi_onnx_call *call)
{
    lossi_onnx_term x;
    affine a = {.weight = 1, .bias = 2};
    loss_status status = lossi_onnx_maps(call, 3, LOSSI_ARRAY_MAX_DIMS, &x.node, &x.shape);
    if (!status)
        status = read_affine(call, &a, true, 1, x.shape.dims + 1);
    if (status)
        return status;
    keys k = {0};
    add_key(&k, "eps", lossi_onnx_float(call, "epsilon", 1e-5));
    return finish(call, "instancenorm", &k, &a, x.shape.n_dims, &x);
}

/* x / the norm of x along an axis. */
static loss_status map_lp_norm(lossi_onnx_call *call)
{
    lossi_onnx_term x, pair[2];
    size_t axis = 0;
    int64_t p = lossi_onnx_int(call, "p", 2);
    loss_status status = lossi_onnx_term_of(call, 0, &x);
    if (!status)
        status = lossi_onnx_axis(call, lossi_onnx_int(call, "axis", -1), x.shape.n_dims, &axis);
    if (!status && (lossi_onnx_image_axis(&x.shape, axis) < 0 || x.shape.batch == (int)axis))
        status = lossi_onnx_refuse(call, "over the images of the batch");
    if (!status && p != 1 && p != 2)
        status = lossi_onnx_refuse(call, "p of %lld; expected 1 or 2", (long long)p);
    if (status)
        return status;
    double at = lossi_onnx_image_axis(&x.shape, axis), keep = 1, exponent = 2;
    const loss_layer_key sum[] = {lossi_onnx_sizes("axes", 1, &at),
                                  lossi_onnx_sizes("keep_dims", 1, &keep),
                                  {NULL, NULL, 0, NULL}},
                         square[] = {lossi_onnx_sizes("exponent", 1, &exponent),
                                     {NULL, NULL, 0, NULL}};
    pair[0] = pair[1] = x;
    status = lossi_onnx_apply(call, p == 2 ? "power" : "abs", p == 2 ? square : NULL, &pair[1]);
    if (!status)
        status = lossi_onnx_apply(call, "reduce_sum", sum, &pair[1]);
    if (!status && p == 2)
        status = lossi_onnx_apply(call, "sqrt", NULL, &pair[1]);
    pair[1].shape.dims[axis] = 1;
    if (!status)
        status = lossi_onnx_combine(call, "divide", 2, pair, &x);
    return status ? status : lossi_onnx_set_term(call, 0, &x);
}

/* Of an even number of channels ONNX has one more after the channel, and PyTorch and the layer one
 * more before it. */
static loss_status map_lrn(lossi_onnx_call *call)
{
    lossi_onnx_term x;
    int64_t size = lossi_onnx_int(call, "size", 0);
    loss_status status = lossi_onnx_maps(call, 3, LOSSI_ARRAY_MAX_DIMS, &x.node, &x.shape);
    if (!status && (size < 1 || size > LOSSI_LARGEST_SIZE || size % 2 == 0))
        status =
            lossi_onnx_refuse(call, "over %lld channels; expected an odd number", (long long)size);
    if (status)
        return status;
    keys k = {0};
    add_key(&k, "size", (double)size);
    add_key(&k, "alpha", lossi_onnx_float(call, "alpha", 1e-4));
    add_key(&k, "beta", lossi_onnx_float(call, "beta", 0.75));
    add_key(&k, "k", lossi_onnx_float(call, "bias", 1));
    status = lossi_onnx_apply(call, "local_response_norm", k.list, &x);
    return status ? status : lossi_onnx_set_term(call, 0, &x);
}

const lossi_onnx_operator lossi_onnx_norms[] = {
    {.name = "BatchNormalization",
     .attributes = "epsilon momentum training_mode spatial",
     .map = map_batch_norm},
    {.name = "LayerNormalization", .attributes = "axis epsilon stash_type", .map = map_last},
    {.name = "RMSNormalization", .attributes = "axis epsilon stash_type", .map = map_last},
    {.name = "GroupNormalization",
     .attributes = "epsilon num_groups stash_type",
     .map = map_group_norm},
    {.name = "InstanceNormalization", .attributes = "epsilon", .map = map_instance_norm},
    {.name = "LpNormalization", .attributes = "axis p", .map = map_lp_norm},
    {.name = "LRN", .attributes = "alpha beta bias size", .map = map_lrn},
    {.name = NULL},
};
