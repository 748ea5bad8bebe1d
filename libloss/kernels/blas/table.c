/* The set "blas": im2col with OpenBLAS, the rest as in the reference, whose plain loops
 * compilers vectorise well. */
#include "kernels/blas/blas.h"
#include "kernels/ref/ref.h"

const lossi_kernels lossi_kernels_blas = {
    .name = "blas",
    .vector = 8,
    .uses_blas = true,
    .conv_packed = lossk_conv_packed_ref,
    .conv_packed_backward = lossk_conv_packed_ref,
    .conv_scratch = lossk_conv_scratch_blas,
    .conv_pack = lossk_conv_pack_ref,
    .conv_pack_backward = lossk_conv_pack_backward_ref,
    .conv_forward = lossk_conv_forward_blas,
    .conv_backward_data = lossk_conv_backward_data_blas,
    .conv_backward_weights = lossk_conv_backward_weights_blas,
    .unfold = lossk_unfold,
    .fold = lossk_fold,
    .depthwise = lossk_depthwise_ref,
    .depthwise_backward_data = lossk_depthwise_data_ref,
    .depthwise_backward_weights = lossk_depthwise_weights_ref,
    .max_pool = lossk_max_pool_ref,
    .max_pool_backward = lossk_max_pool_backward_ref,
    .average_pool = lossk_average_pool_ref,
    .average_pool_backward = lossk_average_pool_backward_ref,
    .norm_sums = lossk_norm_sums_blas,
    .norm_apply = lossk_norm_apply_ref,
    .norm_backward_sums = lossk_norm_backward_sums_blas,
    .norm_backward = lossk_norm_backward_ref,
    .relu = lossk_relu_ref,
    .relu_backward = lossk_relu_backward_ref,
    .add = lossk_add_ref,
    .curve = lossk_curve_ref,
    .product = lossk_product_ref,
    .xent = lossk_xent_ref,
};
