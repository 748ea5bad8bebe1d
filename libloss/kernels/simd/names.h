/* The sources of this folder are compiled once for each set of vector kernels, LOSSI_SET (avx2,
 * avx512; for the tests, emulated): these macros give what the files share a name of its own in
 * each, lossk_gemm_avx2 and so on. */
#ifndef LOSSI_SIMD_NAMES_H
#define LOSSI_SIMD_NAMES_H

#define LOSSI_PASTED(name, set)  name##_##set
#define LOSSI_NAME_IN(name, set) LOSSI_PASTED(name, set)
#define LOSSI_NAMED(name)        LOSSI_NAME_IN(name, LOSSI_SET)

#define lossi_kernels_set LOSSI_NAME_IN(lossi_kernels, LOSSI_SET)

#define lossk_add                      LOSSI_NAMED(lossk_add)
#define lossk_average_pool             LOSSI_NAMED(lossk_average_pool)
#define lossk_average_pool_backward    LOSSI_NAMED(lossk_average_pool_backward)
#define lossk_conv_backward_data       LOSSI_NAMED(lossk_conv_backward_data)
#define lossk_conv_backward_weights    LOSSI_NAMED(lossk_conv_backward_weights)
#define lossk_conv_forward             LOSSI_NAMED(lossk_conv_forward)
#define lossk_conv_pack                LOSSI_NAMED(lossk_conv_pack)
#define lossk_conv_pack_backward       LOSSI_NAMED(lossk_conv_pack_backward)
#define lossk_conv_packed              LOSSI_NAMED(lossk_conv_packed)
#define lossk_conv_packed_backward     LOSSI_NAMED(lossk_conv_packed_backward)
#define lossk_conv_scratch             LOSSI_NAMED(lossk_conv_scratch)
#define lossk_gemm                     LOSSI_NAMED(lossk_gemm)
#define lossk_gemm_panels              LOSSI_NAMED(lossk_gemm_panels)
#define lossk_max_pool                 LOSSI_NAMED(lossk_max_pool)
#define lossk_max_pool_backward        LOSSI_NAMED(lossk_max_pool_backward)
#define lossk_norm_apply               LOSSI_NAMED(lossk_norm_apply)
#define lossk_norm_backward            LOSSI_NAMED(lossk_norm_backward)
#define lossk_norm_backward_sums       LOSSI_NAMED(lossk_norm_backward_sums)
#define lossk_norm_sums                LOSSI_NAMED(lossk_norm_sums)
#define lossk_panel_forward            LOSSI_NAMED(lossk_panel_forward)
#define lossk_panel_pack               LOSSI_NAMED(lossk_panel_pack)
#define lossk_panel_packed             LOSSI_NAMED(lossk_panel_packed)
#define lossk_panel_scratch            LOSSI_NAMED(lossk_panel_scratch)
#define lossk_relu                     LOSSI_NAMED(lossk_relu)
#define lossk_relu_backward            LOSSI_NAMED(lossk_relu_backward)
#define lossk_tiles                    LOSSI_NAMED(lossk_tiles)
#define lossk_weights_scratch          LOSSI_NAMED(lossk_weights_scratch)
#define lossk_winograd_2x2             LOSSI_NAMED(lossk_winograd_2x2)
#define lossk_winograd_4x4             LOSSI_NAMED(lossk_winograd_4x4)
#define lossk_winograd_forward         LOSSI_NAMED(lossk_winograd_forward)
#define lossk_winograd_has_weights     LOSSI_NAMED(lossk_winograd_has_weights)
#define lossk_winograd_pack            LOSSI_NAMED(lossk_winograd_pack)
#define lossk_winograd_packed          LOSSI_NAMED(lossk_winograd_packed)
#define lossk_winograd_scratch         LOSSI_NAMED(lossk_winograd_scratch)
#define lossk_winograd_strided         LOSSI_NAMED(lossk_winograd_strided)
#define lossk_winograd_weights         LOSSI_NAMED(lossk_winograd_weights)
#define lossk_winograd_weights_scratch LOSSI_NAMED(lossk_winograd_weights_scratch)

#endif
