/* The layer kinds that there are: a row each. */
#include "net/layer.h"

/* clang-format off */
#define LAYERS(X) \
    X(conv) \
    X(transposed_conv) \
    X(linear) \
    X(batchnorm) \
    X(groupnorm) \
    X(instancenorm) \
    X(layernorm) \
    X(rmsnorm) \
    X(local_response_norm) \
    X(relu) \
    X(max_pool) \
    X(average_pool) \
    X(global_max_pool) \
    X(global_average_pool) \
    X(adaptive_max_pool) \
    X(adaptive_average_pool) \
    X(flatten) \
    X(add) \
    X(concat) \
    X(shortcut) \
    X(dropout) \
    X(parameter) \
    X(constant) \
    X(leaky_relu) \
    X(elu) \
    X(selu) \
    X(gelu) \
    X(silu) \
    X(sigmoid) \
    X(tanh) \
    X(hard_sigmoid) \
    X(hard_swish) \
    X(softplus) \
    X(mish) \
    X(softsign) \
    X(clip) \
    X(exp) \
    X(log) \
    X(sqrt) \
    X(abs) \
    X(neg) \
    X(reciprocal) \
    X(erf) \
    X(scale) \
    X(prelu) \
    X(subtract) \
    X(multiply) \
    X(divide) \
    X(maximum) \
    X(minimum) \
    X(power) \
    X(reshape) \
    X(identity) \
    X(transpose) \
    X(expand) \
    X(pixel_shuffle) \
    X(slice) \
    X(pad) \
    X(resize) \
    X(gather) \
    X(embedding) \
    X(stochastic_depth) \
    X(softmax) \
    X(log_softmax) \
    X(reduce_mean) \
    X(reduce_sum) \
    X(reduce_max) \
    X(matmul)
/* clang-format on */

#define DECLARE(kind) extern const lossi_layer lossi_layer_##kind;
LAYERS(DECLARE)

#define ROW(kind) &lossi_layer_##kind,
const lossi_layer *const lossi_layers[] = {LAYERS(ROW) NULL};

_Static_assert(sizeof lossi_layers / sizeof *lossi_layers <= LOSSI_MOST_LAYERS + 1,
               "more kinds of layers than readers make room for");
