/* A pool of threads that runs numbered pieces of work, taken from one atomic counter. Which
 * thread runs a piece must not matter to the result: that is how results are the same for any
 * number of threads. */
#ifndef LOSSI_THREAD_H
#define LOSSI_THREAD_H

#include "base/base.h"

typedef struct lossi_pool lossi_pool;

/** One piece of work. `worker` is below lossi_pool_size(): index of scratch memory that only
 * this thread uses now. */
typedef void (*lossi_work)(void *context, size_t piece, size_t worker);

/** @param n_threads  0: as many as this process may run on at once (affinity mask). */
loss_status lossi_pool_create(lossi_pool **out, size_t n_threads);
void lossi_pool_free(lossi_pool *pool);
size_t lossi_pool_size(const lossi_pool *pool);

/** Runs work for pieces 0 .. n-1 and returns when all are done; the caller's thread takes part.
 * One caller at a time. */
void lossi_pool_run(lossi_pool *pool, size_t n_pieces, lossi_work work, void *context);

/** How many threads this process may run on at once (affinity mask); 1 where it cannot be asked. */
size_t lossi_processors(void);

#endif
