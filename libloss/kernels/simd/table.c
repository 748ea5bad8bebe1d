/* A set of vector kernels. */
#include "kernels/ref/ref.h"
#include "kernels/simd/simd.h"
#include "kernels/simd/vector.h"

#define LOSSI_NAME_OF(set) LOSSI_TEXT(set)

const lossi_kernels lossi_kernels_set = {
    .name = LOSSI_NAME_OF(LOSSI_SET),
    .vector = LOSSI_VECTOR,
    .conv_packed = lossk_conv_packed,
    .conv_packed_backward = lossk_conv_packed_backward,
    .conv_scratch = lossk_conv_scratch,
    .conv_products = lossk_conv_products,
    .conv_pack = lossk_conv_pack,
    .conv_pack_backward = lossk_conv_pack_backward,
    .conv_forward = lossk_conv_forward,
    .conv_backward_data = lossk_conv_backward_data,
    .conv_backward_weights = lossk_conv_backward_weights,
    .unfold = lossk_unfold,
    .fold = lossk_fold,
    .depthwise = lossk_depthwise,
    .depthwise_backward_data = lossk_depthwise_data,
    .depthwise_backward_weights = lossk_depthwise_weights,
    .max_pool = lossk_max_pool,
    .max_pool_backward = lossk_max_pool_backward,
    .max_pool_tangent = lossk_max_pool_tangent,
    .average_pool = lossk_average_pool,
    .average_pool_backward = lossk_average_pool_backward,
    .norm_sums = lossk_norm_sums,
    .norm_apply = lossk_norm_apply,
    .norm_backward_sums = lossk_norm_backward_sums,
    .norm_backward = lossk_norm_backward,
    .normalise = lossk_normalise,
    .normalise_backward = lossk_normalise_backward,
    .normalise_weights = lossk_normalise_weights,
    .copy = lossk_copy,
    .zero = lossk_zero,
    .clear_others = lossk_clear_others,
    .relu = lossk_relu,
    .relu_backward = lossk_relu_backward,
    .add = lossk_add,
    .curve = lossk_curve,
    .product = lossk_product,
    .xent = lossk_xent_ref,
};
