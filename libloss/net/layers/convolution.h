/* Convolutions of any window and any groups, from what the kernels can do:
 *
 *   dense       square filters, the same padding around: the kernels' own, a group at a time
 *   depthwise   one input channel a group
 *   unfolded    anything else: some rows of outputs at a time are unfolded, which leaves a dense
 *               convolution of a single tap
 *
 * Shared by the kinds conv, linear and transposed_conv. */
#ifndef LOSSI_CONVOLUTION_H
#define LOSSI_CONVOLUTION_H

#include "net/builder.h"

typedef enum lossi_route { LOSSI_DENSE, LOSSI_DEPTHWISE, LOSSI_UNFOLDED } lossi_route;

typedef struct lossi_convolution {
    lossi_route route;
    size_t groups;
    size_t in, out;         /* channels of a group */
    lossi_windows windows;  /* of a group; depthwise: of all */
    lossi_conv_shape dense; /* of a group; unfolded: of a block of rows of outputs */
} lossi_convolution;

/** The convolution of these windows, whose channels are those of the whole input.
 *  @param out  output channels; the groups divide both */
lossi_convolution lossi_convolution_of(const lossi_windows *windows, size_t groups, size_t out);

double lossi_convolution_macs(const lossi_convolution *c);
size_t lossi_convolution_scratch(const lossi_convolution *c, const lossi_kernels *kernels);
size_t lossi_convolution_packed(const lossi_convolution *c, const lossi_kernels *kernels,
                                lossi_way way);
/** Makes a piece of all filters ready.
 *  @param way  of the convolution: a transposed one goes backward where its layer goes forward */
void lossi_convolution_pack(const lossi_convolution *c, const lossi_pack *p, lossi_way way,
                            size_t piece);

/* As the kernels' conv_forward and so on, with the kernels and the scratch memory of a call. */
void lossi_convolution_forward(const lossi_convolution *c, const lossi_call *call,
                               const lossi_real *x, const lossi_real *packed,
                               const lossi_epilogue *epilogue, lossi_real *y);
void lossi_convolution_backward_data(const lossi_convolution *c, const lossi_call *call,
                                     const lossi_real *dy, const lossi_real *packed,
                                     lossi_real *dx);
void lossi_convolution_backward_weights(const lossi_convolution *c, const lossi_call *call,
                                        const lossi_real *x, const lossi_real *dy, lossi_real *dw,
                                        lossi_real *dbias);

#endif
