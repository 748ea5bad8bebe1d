/* The set "avx2". */
#include "kernels/avx2/avx2.h"
#include "kernels/blas/blas.h"
#include "kernels/ref/ref.h"

const lossi_kernels lossi_kernels_avx2 = {
    .name = "avx2",
    .conv_packed = lossk_conv_packed_avx2,
    .conv_packed_backward = lossk_conv_packed_backward_avx2,
    .conv_scratch = lossk_conv_scratch_avx2,
    .conv_pack = lossk_conv_pack_avx2,
    .conv_pack_backward = lossk_conv_pack_backward_avx2,
    .conv_forward = lossk_conv_forward_avx2,
    .conv_backward_data = lossk_conv_backward_data_avx2,
    .conv_backward_weights = lossk_conv_backward_weights_avx2,
    .max_pool = lossk_max_pool_avx2,
    .max_pool_backward = lossk_max_pool_backward_avx2,
    .average_pool = lossk_average_pool_ref,
    .average_pool_backward = lossk_average_pool_backward_ref,
    .norm_sums = lossk_norm_sums_avx2,
    .norm_apply = lossk_norm_apply_avx2,
    .norm_backward_sums = lossk_norm_backward_sums_avx2,
    .norm_backward = lossk_norm_backward_avx2,
    .relu = lossk_relu_avx2,
    .relu_backward = lossk_relu_backward_avx2,
    .add = lossk_add_avx2,
    .xent = lossk_xent_ref,
};
