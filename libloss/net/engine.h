/* The engine that every pass runs on: evaluation, training, Hessian-vector products, statistics
 * of BatchNorm. It has the threads and the memory, cuts images into chunks of fixed size, brings
 * them in, and runs what a pass does with a chunk. net/calls.h calls layers, net/ready.h makes
 * their weights ready, net/sums.h adds up in order, so that no bit depends on the number of
 * threads, and net/outcome.h has the losses. */
#ifndef LOSSI_ENGINE_H
#define LOSSI_ENGINE_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/thread.h"
#include "kernels/backend.h"
#include "net/batch.h"
#include "net/plan.h"

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

/** What a pass needs. */
typedef struct lossi_engine_options {
    size_t threads;    /* 0: one for each processor this process may use */
    size_t n_images;   /* of the largest run; 0: not known, and chunks keep nothing */
    bool shares;       /* chunks are made small enough for threads to share n_images */
    bool fills;        /* the same, and until no chunk has empty lanes */
    bool keeps;        /* each chunk keeps its memory to the end of the run; false: it goes through
                          the whole network at once, and each thread has memory */
    bool goes_back;    /* gradients as well */
    bool has_tangents; /* of both */
    const lossi_steps *steps; /* of a pass that only goes forward; NULL: one for each layer */
} lossi_engine_options;

/** What went wrong with an image in one of the threads: the first of those that were tried. */
typedef struct lossi_failure {
    pthread_mutex_t lock;
    atomic_bool happened;
    loss_status status;
    size_t image;
    char message[1024];
} lossi_failure;

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
    lossi_failure *failure; /* of the run under way */

    /* The run under way. */
    const loss_net *net;
    lossi_mode mode;
    lossi_batch batch;
    double total; /* what the mean loss divides the sum by */
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

/** Chooses kernels, makes the threads and takes memory.
 *  @return LOSS_OK, or an error; lossi_engine_free() in every case. */
loss_status lossi_engine_create(lossi_engine *e, const loss_net *net,
                                const lossi_engine_options *opt);
void lossi_engine_free(lossi_engine *e);

/** Chunks of n images. */
static inline size_t lossi_engine_chunks(const lossi_engine *e, size_t n)
{
    return n / e->lanes + (n % e->lanes != 0);
}

/** Begins a run: a network of the graph, the images. */
void lossi_engine_start(lossi_engine *e, const loss_net *net, lossi_mode mode,
                        const lossi_batch *batch);

/** Runs `work` for all chunks of the images. Before each, `cancelled` is asked.
 *  @param n_slots  chunks s, s + n_slots, ... have slot s and run one after the other; 0: as many
 *                  as chunks.
 *  @return LOSS_OK, LOSS_ERR_CANCELLED, or why an image could not be had */
loss_status lossi_engine_run(lossi_engine *e, size_t n_slots, lossi_chunk_work work, void *pass);

/** Stops the run: it ends with this thread's last error. Where several images fail, the first one's
 * counts. */
void lossi_engine_fail(const lossi_engine *e, size_t image);

bool lossi_engine_has_failed(const lossi_engine *e);

/** Brings a chunk's images in, and zeros for those it lacks. */
void lossi_engine_feed(const lossi_engine *e, const lossi_chunk *chunk);
/** Those of all chunks. @return as lossi_engine_run() */
loss_status lossi_engine_feed_all(lossi_engine *e);

#endif
