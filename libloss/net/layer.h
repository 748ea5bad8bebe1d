/* What a layer kind is to the engine: a table of functions. One file a kind.
 *
 * The engine works on chunks of a few images, several at once in different threads. A function
 * of a layer sees one chunk. What must be known of the whole batch (BatchNorm in training) is
 * summed a chunk at a time by *_sums and combined once by
 * *_combine, always in the order of the chunks. */
#ifndef LOSSI_LAYER_H
#define LOSSI_LAYER_H

#include "kernels/kernels.h"
#include "net/net.h"

/** What a layer is given to work on one chunk. Activations and gradients are [c][h][w][lanes]. */
typedef struct lossi_call {
    const lossi_kernels *kernels;
    const lossi_node *node;
    const lossi_node *in; /* the node of the first input */
    size_t lanes, n;      /* of the chunk: images there is room for, images there are */
    bool training;
    uint64_t seed;             /* of dropout: differs from step to step */
    size_t first_image, index; /* of the chunk in the batch; number of the node */

    const lossi_real *x[2]; /* inputs */
    lossi_real *y;          /* output; may be x[0] for kinds that work in place */
    const lossi_real *dy;   /* gradient of the output (backward) */
    lossi_real *dx[2];      /* gradients of the inputs, added to; NULL: not wanted */

    const lossi_real *weight, *bias; /* tensors of the node, NULL without */
    const lossi_real *packed;        /* the filter made ready: for forward, or for backward */
    const lossi_real *scale, *shift; /* evaluation: BatchNorm as an affine map, [channels] */
    const lossi_real *residual;      /* evaluation: added to the output before ReLU; NULL: none */
    bool relu;                       /* evaluation: ReLU on the output */
    lossi_real *dweight, *dbias; /* this chunk's gradients, added to; NULL: not wanted (BatchNorm
                                    in training: never) */

    const double *state; /* [state_count]: what *_combine found out for the batch */
    double *sums;        /* [sums_count]: this chunk's */
    lossi_real *scratch; /* [scratch_count] of this thread */
} lossi_call;

/** A call in evaluation mode with its derivative along a direction through the parameters (the
 * tangent): dots on all that moves. */
typedef struct lossi_tangent {
    lossi_call at;            /* activations and gradients as they are */
    const lossi_real *x[2];   /* derivatives of the inputs */
    lossi_real *y;            /* of the output; may be x[0] where at.y is at.x[0] */
    const lossi_real *dy;     /* of the output's gradient (backward) */
    lossi_real *dx[2];        /* of the inputs' gradients, added to; NULL: not wanted */
    const lossi_real *bias;   /* the direction's part for the bias, NULL where it does not move */
    const lossi_real *packed; /* the direction's part for the filter, made ready: for forward, or
                                 for backward */
    const lossi_real *scale, *shift; /* BatchNorm: the derivative of the affine map, [channels]
                                        each; zeros where it does not move */
    lossi_real *dweight,
        *dbias; /* derivatives of this chunk's gradients, added to; NULL: do not move */
} lossi_tangent;

/** What it takes to make a filter ready. */
typedef struct lossi_pack {
    const lossi_kernels *kernels;
    const lossi_node *node, *in;
    size_t lanes;
    const lossi_real *weight;
    const lossi_real *scale; /* [out channels], forward only; NULL: 1 */
    lossi_real *packed;
} lossi_pack;

/** What *_combine is given, once a batch. */
typedef struct lossi_combine {
    const lossi_node *node;
    size_t n_images;
    size_t n_chunks;
    const double *sums; /* [n_chunks][sums_count] */
    double *state;      /* [state_count] */
    const lossi_real *weight;
    lossi_real *mean, *variance; /* running statistics of the network: updated in training */
    bool replaces;               /* they become the batch's own, instead of moving towards them */
    lossi_real *dweight, *dbias; /* gradients of the batch, written */
} lossi_combine;

typedef struct lossi_layer {
    const char *name;
    bool in_place;          /* forward may write over its first input in evaluation */
    bool in_place_training; /* in training too, if the input's kind does not need its own output
                               for backward */
    bool backward_uses_output;

    size_t (*scratch_count)(const lossi_kernels *kernels, const lossi_node *node,
                            const lossi_node *in, size_t lanes);
    /* Filters made ready once for all chunks, LOSSI_PACK channels a piece: output channels for
     * forward, input ones for backward. */
    size_t (*packed_count)(const lossi_kernels *kernels, const lossi_node *node,
                           const lossi_node *in, size_t lanes);
    size_t (*packed_backward_count)(const lossi_kernels *kernels, const lossi_node *node,
                                    const lossi_node *in, size_t lanes);
    void (*pack)(const lossi_pack *pack, size_t piece);
    void (*pack_backward)(const lossi_pack *pack, size_t piece);
    size_t (*sums_count)(const lossi_node *node);
    size_t (*state_count)(const lossi_node *node);

    void (*forward_sums)(const lossi_call *call); /* training only; NULL: none */
    void (*forward_combine)(const lossi_combine *c);
    void (*forward)(const lossi_call *call);
    void (*backward_sums)(const lossi_call *call); /* NULL: none */
    void (*backward_combine)(const lossi_combine *c);
    void (*backward)(const lossi_call *call);

    /* Derivatives of forward and of backward along a direction, in evaluation mode. NULL:
     * forward, or backward, itself serves, as the kind has no parameters and is linear, or
     * linear as long as no value crosses a kink. */
    void (*forward_tangent)(const lossi_tangent *t);
    void (*backward_tangent)(const lossi_tangent *t);
} lossi_layer;

/** Values of a node's output for a chunk. */
static inline size_t lossi_chunk_size(const lossi_node *node, size_t lanes)
{
    return lanes * lossi_node_size(node);
}

/** The output of a call's node. */
static inline lossi_maps lossi_maps_of(const lossi_call *call)
{
    return (lossi_maps){call->node->channels, call->node->height * call->node->width, call->lanes,
                        call->n};
}

/** BatchNorm's evaluation as y = scale x + shift, [channels] each; bias of the convolution
 * before it, or NULL. */
void lossi_norm_affine(size_t channels, const lossi_real *weight, const lossi_real *bias,
                       const lossi_real *mean, const lossi_real *variance,
                       const lossi_real *conv_bias, lossi_real *scale, lossi_real *shift);

/** BatchNorm's state for a backward pass in evaluation mode: the statistics are the running ones
 * and stay. [state_count], written. */
void lossi_norm_fix_state(size_t channels, const lossi_real *weight, const lossi_real *mean,
                          const lossi_real *variance, double *state);

extern const lossi_layer lossi_layer_conv; /* linear too: a 1 x 1 convolution of 1 x 1 maps */
extern const lossi_layer lossi_layer_norm;
extern const lossi_layer lossi_layer_relu;
extern const lossi_layer lossi_layer_max_pool;
extern const lossi_layer lossi_layer_average_pool; /* global average pooling too */
extern const lossi_layer lossi_layer_flatten;
extern const lossi_layer lossi_layer_add;
extern const lossi_layer lossi_layer_concat;
extern const lossi_layer lossi_layer_shortcut;
extern const lossi_layer lossi_layer_dropout;

#endif
