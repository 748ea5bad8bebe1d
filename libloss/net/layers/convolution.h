/* Convolutions of any window and any groups, from what the kernels can do:
 *
 *   dense       square filters, the same padding around: the kernels' own, a group at a time
 *   depthwise   one input channel a group
 *   unfolded    anything else: some rows of outputs at a time are unfolded, which leaves a dense
 *               convolution of a single tap
 *
 * Shared by the kinds conv and transposed_conv. */
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

/** A kind of layer that is one. */
typedef struct lossi_convolution_kind {
    lossi_convolution (*of)(const lossi_node *node, const lossi_node *in, size_t lanes);
    bool goes_back; /* its forward pass is the convolution's backward pass */
} lossi_convolution_kind;

/** That of a call. */
lossi_convolution lossi_convolution_at(const lossi_call *call);

/* The same for all such kinds. */
double lossi_convolution_macs(const lossi_node *node, const lossi_node *in);
/** Multiply-adds that the kernels do for a chunk: with their algorithms they may be fewer. */
double lossi_convolution_products(const lossi_site *site);
size_t lossi_convolution_scratch(const lossi_site *site);
size_t lossi_convolution_packed(const lossi_site *site, lossi_way way);
void lossi_convolution_pack(const lossi_pack *p, size_t piece);

/** Their part of a kind's table. */
#define LOSSI_CONVOLUTION(of, goes_back)                                                           \
    LOSSI_FILTER_TENSORS,                                                                          \
        .family = &(const lossi_convolution_kind){of, goes_back}, .macs = lossi_convolution_macs,  \
        .scratch_count = lossi_convolution_scratch, .packed_count = lossi_convolution_packed,      \
        .pack = lossi_convolution_pack

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
