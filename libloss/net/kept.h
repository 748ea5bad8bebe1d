/* Outputs of fixed steps (net/fixed.h) for the images of data sets, computed at the first network
 * that an image is evaluated for, and used at all others, whichever images share a chunk with it
 * there. Evaluators in several threads share them: what one has written, all read. */
#ifndef LOSSI_KEPT_H
#define LOSSI_KEPT_H

#include "net/engine.h"
#include "net/fixed.h"

typedef struct lossi_kept lossi_kept;

enum { LOSSI_KEPT_SETS = 2 };

typedef struct lossi_kept_options {
    const bool *moves;                /* [n_tensors] those that the networks differ in */
    size_t n_images[LOSSI_KEPT_SETS]; /* of each data set; 0: there is none */
    uint64_t memory;                  /* bytes at most */
    bool spills; /* what is beyond goes into a temporary file; else it is computed each time */
} lossi_kept_options;

/** @param net  borrowed; its values must not change
 *  @param out  NULL: too little is fixed for keeping to be worth its memory
 *  @return LOSS_OK, LOSS_ERR_NOMEM, LOSS_ERR_IO (there can be no temporary file) */
loss_status lossi_kept_create(lossi_kept **out, const loss_net *net, const lossi_kept_options *opt);
void lossi_kept_free(lossi_kept *kept);

const lossi_fixed *lossi_kept_fixed(const lossi_kept *kept);
/** Bytes that all data sets need, and that there is memory for; and how many images have room
 * there or in the file. */
uint64_t lossi_kept_needs(const lossi_kept *kept);
uint64_t lossi_kept_bytes(const lossi_kept *kept);
size_t lossi_kept_images(const lossi_kept *kept);

/** What is to be done with a chunk. */
typedef enum lossi_kept_use {
    LOSSI_KEPT_NOT,  /* all steps run */
    LOSSI_KEPT_SAVE, /* they run, and outputs of some images are saved: then lossi_kept_end() */
    LOSSI_KEPT_LOAD  /* only those that are not fixed run */
} lossi_kept_use;

/** A chunk of the images of data set number `set`. */
typedef struct lossi_kept_chunk {
    size_t set;
    const lossi_engine *engine;
    const lossi_chunk *chunk;
    uint64_t lanes; /* a bit for each image that is to be saved; written by lossi_kept_begin() */
} lossi_kept_chunk;

/** Nothing is kept of images that there is no room for. */
lossi_kept_use lossi_kept_begin(lossi_kept *kept, lossi_kept_chunk *c);
/** A chunk was saved. @param done  false: it was not, and another thread may try */
void lossi_kept_end(lossi_kept *kept, const lossi_kept_chunk *c, bool done);

/** Copies the output of step k, which is one of those that are kept, from an engine or into it.
 *  @return LOSS_OK, LOSS_ERR_IO, LOSS_ERR_NOMEM */
loss_status lossi_kept_save(const lossi_kept *kept, const lossi_kept_chunk *c, size_t k);
loss_status lossi_kept_load(const lossi_kept *kept, const lossi_kept_chunk *c, size_t k);

#endif
