/* What a layer kind is to the engine: a table of functions. One file a kind.
 *
 * The engine works on chunks of a few images, several at once in different threads. A function of a layer sees one chunk. What
 * must be known of the whole batch (BatchNorm in training) is summed a chunk at a time by *_sums and combined once by
 * *_combine, always in the order of the chunks. */
#ifndef LOSSI_LAYER_H
#define LOSSI_LAYER_H

#include "kernels/kernels.h"
#include "net/net.h"

/** What a layer is given to work on one chunk. Activations and gradients are [c][n][h][w]. */
typedef struct lossi_call {
    const lossi_kernels *kernels;
    const lossi_node *node;
    const lossi_node *in;        /* the node of the first input */
    size_t n;                    /* images in the chunk */
    bool training;
    uint64_t seed;               /* of dropout: differs from step to step */
    size_t first_image, index;   /* of the chunk in the batch; number of the node */

    const lossi_real *x[2];      /* inputs */
    lossi_real *y;               /* output; may be x[0] for kinds that work in place */
    const lossi_real *dy;        /* gradient of the output (backward) */
    lossi_real *dx[2];           /* gradients of the inputs, added to; NULL: not wanted */

    const lossi_real *weight, *bias, *mean, *variance; /* tensors of the node, NULL without */
    lossi_real *dweight, *dbias; /* this chunk's gradients, added to */

    const double *state;         /* [state_count]: what *_combine found out for the batch */
    double *sums;                /* [sums_count]: this chunk's */
    lossi_real *scratch;         /* [scratch_count] of this thread */
} lossi_call;

/** What *_combine is given, once a batch. */
typedef struct lossi_combine {
    const lossi_node *node;
    size_t n_images;
    size_t n_chunks;
    const double *sums;          /* [n_chunks][sums_count] */
    double *state;               /* [state_count] */
    const lossi_real *weight;
    lossi_real *mean, *variance; /* running statistics of the network: updated in training */
    lossi_real *dweight, *dbias; /* gradients of the batch, written */
} lossi_combine;

typedef struct lossi_layer {
    const char *name;
    bool in_place;            /* forward may write over its first input in evaluation */
    bool in_place_training;   /* in training too, if the input's kind does not need its own output for backward */
    bool backward_uses_output;

    size_t (*scratch_count)(const lossi_kernels *kernels, const lossi_node *node, const lossi_node *in, size_t n);
    size_t (*sums_count)(const lossi_node *node);
    size_t (*state_count)(const lossi_node *node);

    void (*forward_sums)(const lossi_call *call);      /* training only; NULL: none */
    void (*forward_combine)(const lossi_combine *c);
    void (*forward)(const lossi_call *call);
    void (*backward_sums)(const lossi_call *call);     /* NULL: none */
    void (*backward_combine)(const lossi_combine *c);
    void (*backward)(const lossi_call *call);
} lossi_layer;

extern const lossi_layer lossi_layer_conv;   /* linear too: a 1 x 1 convolution of 1 x 1 maps */
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
