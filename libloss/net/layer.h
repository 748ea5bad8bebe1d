/* What a layer kind is: a table. One file a kind (or a family of kinds) in net/layers/, and a row
 * in net/layers/kinds.c; the builder, the .net reader, the engine and folding ask the table.
 *
 * The engine works on chunks of a few images, several at once in different threads. A function
 * of a layer sees one chunk. What must be known of the whole batch (BatchNorm in training) is
 * summed a chunk at a time by *_sums and combined once by *_combine, always in the order of the
 * chunks. */
#ifndef LOSSI_LAYER_H
#define LOSSI_LAYER_H

#include "kernels/kernels.h"
#include "net/net.h"

/* ---- Description ---------------------------------------------------------------------------- */

/** A key, as the .net format and loss_builder_layer() call it. */
typedef struct lossi_key {
    const char *name; /* NULL: the end */
    bool is_needed;
    bool is_optional;         /* where it is not given it has no values, instead of the standard */
    bool is_fraction;         /* any number; false: a whole one */
    double standard;          /* where it is not given */
    double least, most;       /* allowed values */
    size_t most_values;       /* of a list; 0: one */
    const char *const *words; /* ended by NULL: what the value may be; NULL: numbers */
} lossi_key;

/** What a tensor's values are before training. */
typedef enum lossi_initial {
    LOSSI_INITIAL_ZEROS,
    LOSSI_INITIAL_ONES,
    LOSSI_INITIAL_QUARTERS,
    LOSSI_INITIAL_HE, /* normal with variance 2 / fan_in (He et al. 2015) */
} lossi_initial;

/** A tensor that a layer owns, called NAME.suffix, or NAME where the suffix is empty. */
typedef struct lossi_own_tensor {
    const char *suffix; /* NULL: the end */
    loss_tensor_kind kind;
    lossi_initial initial;
    bool is_filter; /* directions are normalised by filter: [filters][...] */
} lossi_own_tensor;

/** Tensors that every kind has at the same place if it has them. */
enum { LOSSI_WEIGHT, LOSSI_BIAS };

/** A layer that is being added to a network. */
typedef struct lossi_addition {
    const char *name;        /* for messages: the layer's, or else the kind's */
    loss_shape images;       /* of the network */
    const lossi_node *in;    /* the first input; the images where there is none */
    const lossi_node *nodes; /* all nodes so far */
    lossi_node *node;        /* inputs and keys are set; dims are those of the first input */
    struct lossi_tensor_shape {
        size_t n_dims, dims[LOSSI_MOST_DIMS]; /* n_dims 0: this layer does without the tensor */
    } tensors[LOSSI_MOST_TENSORS];
} lossi_addition;

/* ---- Calls ---------------------------------------------------------------------------------- */

/** What a layer is given to work on one chunk. Activations and gradients are [dims...][lanes]. */
typedef struct lossi_call {
    const lossi_kernels *kernels;
    const lossi_node *node;
    const lossi_node *in;    /* the node of the first input */
    const lossi_node *nodes; /* all nodes: that of input k is nodes[node->inputs[k]] */
    size_t lanes, n;         /* of the chunk: images there is room for, images there are */
    bool training;
    uint64_t seed;             /* of dropout: differs from step to step */
    size_t first_image, index; /* of the chunk in the batch; number of the node */

    const lossi_real **x; /* [n_inputs] */
    lossi_real *y;        /* output; may be x[0] for kinds that work in place */
    const lossi_real *dy; /* gradient of the output (backward) */
    lossi_real **dx;      /* [n_inputs]: gradients of the inputs, added to; NULL: not wanted */

    const lossi_real *p[LOSSI_MOST_TENSORS]; /* tensors of the node; NULL: none */
    lossi_real *dp[LOSSI_MOST_TENSORS]; /* this chunk's gradients, added to; NULL: not wanted (never
                                           of kinds with backward_combine in training) */
    const lossi_real *packed;           /* the filter made ready: for forward, or for backward */
    const lossi_real *scale, *shift;    /* evaluation: the affine map of each channel, [channels] */
    const lossi_real *residual;         /* evaluation: added to the output; NULL: none */
    const lossi_bounds *bounds;         /* evaluation: of the output, after that; NULL: none */

    const double *state; /* [state_count]: what *_combine or fix_state found out */
    double *sums;        /* [sums_count]: this chunk's */
    lossi_real *scratch; /* [scratch_count] of this thread */
} lossi_call;

/** A call in evaluation mode, and the tangents of everything that depends on the parameters:
 * derivatives along a direction in the space of parameters. */
typedef struct lossi_tangent {
    lossi_call at;        /* activations and gradients as they are */
    const lossi_real **x; /* tangents of the inputs */
    lossi_real *y;        /* of the output; may be x[0] where at.y is at.x[0] */
    const lossi_real *dy; /* of the output's gradient (backward) */
    lossi_real **dx;      /* of the inputs' gradients, added to; NULL: not wanted */
    const lossi_real *p[LOSSI_MOST_TENSORS]; /* the direction's parts; NULL: they do not move */
    const lossi_real *packed;                /* the direction's part for the filter, made ready: for
                                                forward, or for backward */
    const lossi_real *scale, *shift;    /* tangents of the affine map, [channels]; zeros where it
                                           does not move */
    lossi_real *dp[LOSSI_MOST_TENSORS]; /* tangents of this chunk's gradients, added to; NULL: not
                                           wanted */
} lossi_tangent;

/** A layer in its place: what sizes and filters made ready depend on. */
typedef struct lossi_site {
    const lossi_kernels *kernels;
    const lossi_node *node, *in; /* in: the node of the first input */
    size_t lanes;
} lossi_site;

/** Which pass a filter is made ready for. */
typedef enum lossi_way { LOSSI_FORWARD, LOSSI_BACKWARD } lossi_way;

/** What it takes to make a filter ready. */
typedef struct lossi_pack {
    lossi_site site;
    lossi_way way;
    const lossi_real *weight;
    const lossi_real *scale; /* [out channels], forward only; NULL: 1 */
    lossi_real *packed;
} lossi_pack;

/** What *_combine is given, once a batch. */
typedef struct lossi_combine {
    const lossi_node *node;
    size_t n_images, n_chunks;
    const double *sums;                 /* [n_chunks][sums_count] */
    double *state;                      /* [state_count] */
    lossi_real *p[LOSSI_MOST_TENSORS];  /* running statistics are updated */
    lossi_real *dp[LOSSI_MOST_TENSORS]; /* gradients of the batch, written (backward) */
    bool replaces; /* running statistics become the batch's own, instead of moving towards them */
} lossi_combine;

/** A layer that is an affine map of each channel in evaluation: y = scale x + shift. */
typedef struct lossi_affine {
    const lossi_node *node;
    const lossi_real *p[LOSSI_MOST_TENSORS];
    const lossi_real *before;  /* [channels], added to x first; NULL: zeros */
    lossi_real *scale, *shift; /* [channels], written */
} lossi_affine;

/* ---- The table ------------------------------------------------------------------------------ */

/** What a layer can be to the layer before it in evaluation, in the order in which they are done;
 * the layer before must take it (`folds`). Each at most once. */
typedef enum lossi_fold {
    LOSSI_FOLD_NONE,
    LOSSI_FOLD_AFFINE,
    LOSSI_FOLD_SUM, /* of two inputs */
    LOSSI_FOLD_BOUNDS,
    LOSSI_N_FOLDS
} lossi_fold;
/** A set of them. */
#define LOSSI_FOLDS(fold) (1u << (fold))

typedef struct lossi_layer {
    const char *name; /* in the .net format and in messages */
    lossi_key keys[LOSSI_MOST_KEYS + 1];
    lossi_own_tensor tensors[LOSSI_MOST_TENSORS + 1];
    size_t least_inputs, most_inputs; /* 0: one; SIZE_MAX: any number */
    bool is_source;                   /* no inputs */
    const void *family;               /* what a file of several kinds knows of this one */
    /* Checks inputs and keys; sets the node's dims and the shapes of its tensors. NULL: the output
     * is like the first input, and there are no tensors. */
    loss_status (*add)(lossi_addition *a);

    lossi_fold fold;                              /* what it can be to the layer before it */
    unsigned folds;                               /* what it takes of the layers after it */
    unsigned (*folds_at)(const lossi_node *node); /* the same where it depends; NULL: folds */
    bool in_place;          /* forward may write over its first input in evaluation */
    bool in_place_training; /* in training too, if the input's kind does not need its own output
                               for backward */
    bool backward_uses_output;

    size_t (*scratch_count)(const lossi_site *site);
    /* Filters made ready once for all chunks, LOSSI_PACK channels a piece: output channels for
     * forward, input ones for backward. */
    size_t (*packed_count)(const lossi_site *site, lossi_way way);
    void (*pack)(const lossi_pack *pack, size_t piece);
    size_t (*sums_count)(const lossi_node *node);
    size_t (*state_count)(const lossi_node *node);

    void (*forward_sums)(const lossi_call *call); /* training only; NULL: none */
    void (*forward_combine)(const lossi_combine *c);
    void (*forward)(const lossi_call *call);
    void (*backward_sums)(const lossi_call *call); /* NULL: none */
    void (*backward_combine)(const lossi_combine *c);
    void (*backward)(const lossi_call *call);

    /* Kinds that are affine maps in evaluation. The map is linear in the trainable tensors. */
    void (*affine)(const lossi_affine *a);
    /* Kinds that keep values within bounds, and can be LOSSI_FOLD_BOUNDS: which. */
    lossi_bounds (*bounds)(const lossi_node *node);
    /* Multiply-adds of one image's forward pass; NULL: none to speak of. */
    double (*macs)(const lossi_node *node, const lossi_node *in);

    /* The state for a backward pass in evaluation mode: running statistics stay as they are. */
    void (*fix_state)(const lossi_node *node, const lossi_real *const *p, double *state);

    /* Tangents of forward and of backward, in evaluation mode. NULL: forward, or backward, itself
     * serves, as the kind has no parameters and is linear. */
    void (*forward_tangent)(const lossi_tangent *t);
    void (*backward_tangent)(const lossi_tangent *t);
} lossi_layer;

/** All kinds, ended by NULL: net/layers/kinds.c. */
extern const lossi_layer *const lossi_layers[];
enum { LOSSI_MOST_LAYERS = 255 };

/** The kind of that name; NULL, with an error that begins with `where` and names the nearest. */
const lossi_layer *lossi_find_layer(const char *name, const char *where);

/** The key of a kind that `word` of `n` letters is; NULL: none. */
const lossi_key *lossi_find_key(const lossi_layer *kind, const char *word, size_t n);

/** Inputs that a kind takes. */
static inline size_t lossi_least_inputs(const lossi_layer *kind)
{
    return kind->is_source ? 0 : kind->least_inputs ? kind->least_inputs : 1;
}
static inline size_t lossi_most_inputs(const lossi_layer *kind)
{
    return kind->is_source ? 0 : kind->most_inputs ? kind->most_inputs : 1;
}

/** LOSS_ERR_ARGUMENT unless a key may have these values.
 *  @param name  the layer's, for the message */
loss_status lossi_key_check(const lossi_key *key, const char *name, const lossi_values *values);

/** Fills in keys that were not given; LOSS_ERR_ARGUMENT if one of them is needed.
 *  @param has  [keys of the kind] given */
loss_status lossi_keys_complete(const lossi_layer *kind, const char *name, const bool *has,
                                lossi_values *values);

/** A list of keys by name as values in the table's order.
 *  @param given  ended by a name of NULL; NULL: none */
loss_status lossi_keys_read(const lossi_layer *kind, const char *name, const loss_layer_key *given,
                            lossi_values *values);

/** Writes the keys of a node that have not their standard values, as the .net format has them:
 * "channels=16 kernel=3,1". */
enum { LOSSI_KEYS_TEXT = LOSSI_MOST_KEYS * (64 + LOSSI_MOST_VALUES * (LOSS_NUMBER_SIZE + 1)) };
void lossi_node_keys_text(const lossi_node *node, char text[LOSSI_KEYS_TEXT]);

/** Whether the tensors of a node are called NAME.suffix, all with one NAME.
 *  @param length  of NAME, with which the first tensor's name begins; 0 where there is none */
bool lossi_node_prefix(const loss_net *net, const lossi_node *node, size_t *length);

/** Values of a node's output for a chunk. */
static inline size_t lossi_chunk_size(const lossi_node *node, size_t lanes)
{
    return lanes * lossi_node_size(node);
}

/** The output of a call's node. */
static inline lossi_maps lossi_maps_of(const lossi_call *call)
{
    return (lossi_maps){call->node->dims[0], lossi_node_pixels(call->node), call->lanes, call->n};
}

/** False for the first layer: images do not move with the weights. */
static inline bool lossi_input_moves(const lossi_tangent *t)
{
    return t->at.in->layer != NULL;
}

/** Makes the lanes of an output without images zero, where a kind makes 0 something else. */
static inline void lossi_clear_others(const lossi_call *call, lossi_real *y)
{
    lossi_maps m = lossi_maps_of(call);
    call->kernels->clear_others(&m, y);
}

/** Pieces that a filter is made ready in. */
static inline size_t lossi_pieces(const lossi_site *site, lossi_way way)
{
    size_t channels = (way == LOSSI_FORWARD ? site->node : site->in)->dims[0];
    return site->node->layer->pack ? (channels + LOSSI_PACK - 1) / LOSSI_PACK : 0;
}

#endif
