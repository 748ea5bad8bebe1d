/* The strict reference kernels: one obvious loop nest each, sums in double, nothing reordered.
 * The fast sets take over those of them that are no bottleneck. See kernels/kernels.h for what
 * each computes. */
#ifndef LOSSI_KERNELS_REF_H
#define LOSSI_KERNELS_REF_H

#include "kernels/kernels.h"

size_t lossk_conv_packed_ref(const lossi_conv_shape *s);
size_t lossk_conv_scratch_ref(const lossi_conv_shape *s);
double lossk_conv_products_ref(const lossi_conv_shape *s);
void lossk_conv_pack_ref(const lossi_conv_shape *s, const lossi_real *w, const lossi_real *scale,
                         size_t begin, size_t end, lossi_real *packed);
void lossk_conv_forward_ref(const lossi_conv_shape *s, const lossi_real *x,
                            const lossi_real *packed, const lossi_epilogue *epilogue, lossi_real *y,
                            lossi_real *scratch);
void lossk_conv_pack_backward_ref(const lossi_conv_shape *s, const lossi_real *w, size_t begin,
                                  size_t end, lossi_real *packed);
void lossk_conv_backward_data_ref(const lossi_conv_shape *s, const lossi_real *dy,
                                  const lossi_real *packed, lossi_real *dx, lossi_real *scratch);
void lossk_conv_backward_weights_ref(const lossi_conv_shape *s, const lossi_real *x,
                                     const lossi_real *dy, lossi_real *dw, lossi_real *dbias,
                                     lossi_real *scratch);
/* Serve all sets. */
void lossk_unfold(const lossi_windows *s, size_t row, size_t n, const lossi_real *x,
                  lossi_real *columns);
void lossk_fold(const lossi_windows *s, size_t row, size_t n, const lossi_real *columns,
                lossi_real *dx);
void lossk_copy(size_t count, const lossi_real *x, lossi_real *y);
void lossk_zero(size_t count, lossi_real *y);
void lossk_clear_others(const lossi_maps *m, lossi_real *y);
void lossk_max_pool_tangent(const lossi_pool_shape *s, const lossi_real *x, const lossi_real *t,
                            lossi_real *y);
void lossk_depthwise_ref(const lossi_windows *s, size_t count, const lossi_real *x,
                         const lossi_real *w, const lossi_epilogue *epilogue, lossi_real *y);
void lossk_depthwise_data_ref(const lossi_windows *s, size_t count, const lossi_real *dy,
                              const lossi_real *w, lossi_real *dx);
void lossk_depthwise_weights_ref(const lossi_windows *s, size_t count, const lossi_real *x,
                                 const lossi_real *dy, lossi_real *dw, lossi_real *dbias);
void lossk_max_pool_ref(const lossi_pool_shape *s, const lossi_real *x, lossi_real *y);
void lossk_max_pool_backward_ref(const lossi_pool_shape *s, const lossi_real *x,
                                 const lossi_real *dy, lossi_real *dx);
void lossk_average_pool_ref(const lossi_pool_shape *s, const lossi_real *x, lossi_real *y);
void lossk_average_pool_backward_ref(const lossi_pool_shape *s, const lossi_real *dy,
                                     lossi_real *dx);
void lossk_norm_sums_ref(const lossi_maps *m, const lossi_real *x, double *sum, double *square);
void lossk_norm_apply_ref(const lossi_maps *m, const lossi_real *x, const lossi_real *scale,
                          const lossi_real *shift, const lossi_bounds *bounds, lossi_real *y);
void lossk_norm_backward_sums_ref(const lossi_maps *m, const lossi_real *x, const lossi_real *dy,
                                  const double *mean, double *sum_dy, double *sum_dy_x);
void lossk_norm_backward_ref(const lossi_maps *m, const lossi_real *x, const lossi_real *dy,
                             const lossi_real *by_dy, const lossi_real *by_x,
                             const lossi_real *constant, lossi_real *dx);
void lossk_normalise_ref(const lossi_norm_sets *s, const lossi_real *x, const lossi_real *weight,
                         const lossi_real *bias, lossi_real *y);
void lossk_normalise_backward_ref(const lossi_norm_sets *s, const lossi_real *x,
                                  const lossi_real *weight, const lossi_real *dy, lossi_real *dx);
void lossk_normalise_weights_ref(const lossi_norm_sets *s, const lossi_real *x,
                                 const lossi_real *dy, lossi_real *dweight, lossi_real *dbias);
void lossk_relu_ref(size_t count, const lossi_real *x, lossi_real *y);
void lossk_relu_backward_ref(size_t count, const lossi_real *y, const lossi_real *dy,
                             lossi_real *dx);
void lossk_add_ref(size_t count, const lossi_real *a, const lossi_real *b, lossi_real *y);
void lossk_curve_ref(lossi_curve curve, unsigned order, const double k[LOSSI_CURVE_CONSTANTS],
                     size_t count, const lossi_real *x, lossi_real *y);
void lossk_product_ref(const lossi_product *p, const lossi_real *a, const lossi_real *b,
                       lossi_real *c);
void lossk_xent_ref(const lossi_maps *m, const lossi_real *logits, const uint32_t *labels,
                    double *loss, uint8_t *correct, double scale, lossi_real *dlogits);

#endif
