/* The engine that every pass runs on: evaluation, training, Hessian-vector products, statistics
 * of BatchNorm. It has the threads and the memory, cuts images into chunks of fixed size, brings
 * them in, calls layers, makes filters ready, and adds up in order, so that no bit depends on the
 * number of threads. A pass is what is done with a chunk. */
#ifndef LOSSI_ENGINE_H
#define LOSSI_ENGINE_H

#include <stdatomic.h>

#include "base/thread.h"
#include "kernels/backend.h"
#include "net/plan.h"

/** Where images come from: gives image i, [c][h][w], normalised; where it lies may be `buffer`.
 * Called from several threads at once. */
typedef struct lossi_feed {
    const float *(*image)(void *user, size_t i, float *buffer);
    void *user;
} lossi_feed;

/** Memory of a chunk: outputs of layers and their gradients, and the tangents of both. */
typedef enum lossi_block {
    LOSSI_OUTPUTS,
    LOSSI_GRADIENTS,
    LOSSI_TANGENTS,
    LOSSI_GRADIENT_TANGENTS,
    LOSSI_N_BLOCKS
} lossi_block;

/** How layers behave. */
typedef enum lossi_mode {
    LOSSI_EVALUATION,
    LOSSI_STATISTICS, /* BatchNorm as in training, dropout as in evaluation */
    LOSSI_TRAINING
} lossi_mode;

/** What one thread has to itself. */
typedef struct lossi_worker {
    lossi_real *scratch;
    float *image; /* one on its way in */
    /* Of the call under way, [most inputs of a layer]. */
    const lossi_real **x, **x_tangents;
    lossi_real **dx, **dx_tangents;
} lossi_worker;

typedef struct lossi_engine {
    const lossi_backend *backend;
    const lossi_kernels *kernels;
    lossi_pool *pool;
    size_t lanes; /* images that a chunk has room for */
    size_t image_size, n_nodes, n_workers;
    lossi_plan outputs, gradients;      /* gradients: of passes that go backward */
    size_t n_memories;                  /* one for each chunk, or for each thread */
    bool memory_of_worker;              /* for each thread */
    lossi_real *blocks[LOSSI_N_BLOCKS]; /* [n_memories][plan's total] */
    double *sums;                       /* [n_memories][sums_count]: the layer's under way; or of a
                                           thread, which may be at another layer than others */
    size_t most_sums;                   /* of any layer */
    double **states;                    /* [n_nodes]; NULL: none */
    lossi_worker *workers;              /* [n_workers] */
    double *losses;                     /* [n_losses], of each image */
    uint8_t *correct;                   /* the same */
    size_t n_losses;

    /* The run under way; set by the pass. */
    const loss_net *net;
    size_t n_images;
    const uint32_t *labels; /* of losses, [n_images]; NULL: targets */
    const float *targets;   /* [n_images][classes]; NULL: labels */
    double total;           /* what the mean loss divides the sum by */
    lossi_mode mode;
    uint64_t seed;
    loss_cancelled cancelled; /* may be NULL */
    void *user;
    atomic_bool stopped;
} lossi_engine;

/** Some images of a run. */
typedef struct lossi_chunk {
    size_t number, slot;
    size_t first, n; /* number of the first image; how many */
    size_t memory;
    lossi_worker *worker;
} lossi_chunk;

/** What a pass does with a chunk. Called from several threads at once. */
typedef void (*lossi_chunk_work)(void *pass, const lossi_chunk *chunk);

/* ---- Set up --------------------------------------------------------------------------------- */

/** Chooses kernels, makes the threads, and chooses `lanes`, which may be lowered before the next
 * call. @return LOSS_OK, or an error; lossi_engine_free() in every case. */
loss_status lossi_engine_begin(lossi_engine *e, const loss_net *net, size_t threads);
/** Takes memory for the blocks whose plans are there, scratch memory and sums.
 *  @param n_chunks     that have memory at once; 0: one for each thread, as a chunk goes through
 *                      the whole network.
 *  @param has_tangents tangents as well */
loss_status lossi_engine_allocate(lossi_engine *e, const loss_net *net, size_t n_chunks,
                                  bool has_tangents);
/** Makes room for the losses of n images. */
loss_status lossi_engine_reserve(lossi_engine *e, size_t n);
void lossi_engine_free(lossi_engine *e);

/** Chunks of n images. */
size_t lossi_engine_chunks(const lossi_engine *e, size_t n);
/** Lowers `lanes` until n images make at least four chunks, for threads to share. */
void lossi_engine_share(lossi_engine *e, size_t n, bool without_empty_lanes);

/** Values placed one after the other, each on lines of its own. Run a placement twice: first with
 * `memory` NULL, which counts. */
typedef struct lossi_arena {
    lossi_real *memory;
    size_t used;
} lossi_arena;
lossi_real *lossi_arena_take(lossi_arena *a, size_t n);

/* ---- A run ---------------------------------------------------------------------------------- */

/** Runs `work` for all chunks of e->n_images images. Before each, `cancelled` is asked.
 *  @param n_slots  chunks s, s + n_slots, ... have slot s and run one after the other; 0: as many
 *                  as chunks.
 *  @return LOSS_OK, LOSS_ERR_CANCELLED */
loss_status lossi_engine_run(lossi_engine *e, size_t n_slots, lossi_chunk_work work, void *pass);

/** Brings a chunk's images in, and zeros for those it lacks. */
void lossi_engine_feed(const lossi_engine *e, const lossi_chunk *chunk, const lossi_feed *feed);
/** The images of a dataset. */
lossi_feed lossi_feed_of(const loss_dataset *data);

/** The output of node i, or what a block has of it, [dims...][lanes]; NULL: nothing. */
lossi_real *lossi_engine_at(const lossi_engine *e, const lossi_chunk *chunk, lossi_block block,
                            size_t i);
/** The call of node i, with inputs, output and tensors. Valid until the thread's next. */
lossi_call lossi_engine_call(const lossi_engine *e, const lossi_chunk *chunk, size_t i);
/** Pointers to what a block has of the inputs of node i. */
void lossi_engine_inputs(const lossi_engine *e, const lossi_chunk *chunk, lossi_block block,
                         size_t i, const lossi_real **x);
/** Where the gradients of the inputs of node i go. The first that writes one finds zeros. */
void lossi_engine_input_gradients(const lossi_engine *e, const lossi_chunk *chunk,
                                  lossi_block block, size_t i, lossi_real **dx);
/** Sets what the losses of the n_images of the run compare the outputs with. */
void lossi_engine_want(lossi_engine *e, const uint32_t *labels, const float *targets);
/** The losses of a chunk, and the gradient of their mean and its tangent where they are wanted. */
void lossi_engine_loss(const lossi_engine *e, const lossi_chunk *chunk, bool has_gradient,
                       bool has_tangent);
/** The mean of the losses of the run, with the L2 term. */
double lossi_engine_mean(const lossi_engine *e);

/** What a layer's *_combine is given; gradients are not set. */
lossi_combine lossi_engine_combine(const lossi_engine *e, size_t i);

/** A layer in its place. */
lossi_site lossi_engine_site(const lossi_engine *e, const loss_net *net, size_t i);
/** The values of a tensor; NULL for -1. */
const lossi_real *lossi_tensor_of(const loss_net *net, int tensor);
/** Makes filters ready in all threads. */
void lossi_engine_pack(lossi_engine *e, size_t n, const lossi_pack *packs);

/** Rows of values to be added up, in their order. */
typedef struct lossi_sum {
    const lossi_real *from;  /* row r begins at r * stride */
    size_t n, stride, count; /* rows, values */
    lossi_real *to;          /* [count], written */
    bool in_double;
} lossi_sum;
void lossi_engine_sum(lossi_engine *e, size_t n, const lossi_sum *sums);

#endif
