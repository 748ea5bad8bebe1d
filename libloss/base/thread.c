/* The pool: workers take pieces from one atomic counter. Between jobs they first wait awake,
 * since waking a thread takes longer than many a layer of a small network does; then they sleep
 * on a condition variable. */
#include "base/thread.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

typedef struct worker {
    lossi_pool *pool;
    size_t index;
    pthread_t thread;
} worker;

struct lossi_pool {
    size_t size;      /* threads that work, the caller's included */
    size_t n_started; /* of the size - 1 others */
    worker *workers;

    bool waits_awake; /* there is a processor for each thread */
    pthread_mutex_t
        mutex; /* for sleeping: `job` and `stop` change, and `n_busy` becomes 0, with it held */
    pthread_cond_t wake, idle;
    atomic_uint_fast64_t job; /* counts jobs; a worker that sees a new number joins in */
    atomic_size_t n_busy;     /* workers that have not finished the present job */
    atomic_bool stop;

    lossi_work work; /* the job: written before `job` changes */
    void *context;
    size_t n_pieces;
    atomic_size_t next;
};

/* How often one looks before one sleeps. */
enum { LOOKS = 4000 };

static void take_pieces(lossi_pool *pool, size_t index)
{
    for (;;) {
        size_t piece = atomic_fetch_add_explicit(&pool->next, 1, memory_order_relaxed);
        if (piece >= pool->n_pieces)
            return;
        pool->work(pool->context, piece, index);
    }
}

static void pause_processor(void)
{
#if defined __x86_64__
    __builtin_ia32_pause();
#endif
}

/* Looks some ten microseconds for a job other than `seen`, or for the end. */
static void look_for_job(lossi_pool *pool, uint64_t seen)
{
    for (int i = 0; pool->waits_awake && i < LOOKS && atomic_load(&pool->job) == seen &&
                    !atomic_load(&pool->stop);
         i++)
        pause_processor();
}

static void *worker_main(void *argument)
{
    worker *self = argument;
    lossi_pool *pool = self->pool;
    for (uint64_t seen = 0;; seen++) {
        look_for_job(pool, seen);
        pthread_mutex_lock(&pool->mutex);
        while (atomic_load(&pool->job) == seen && !atomic_load(&pool->stop))
            pthread_cond_wait(&pool->wake, &pool->mutex);
        pthread_mutex_unlock(&pool->mutex);
        if (atomic_load(&pool->stop))
            return NULL;
        take_pieces(pool, self->index);
        if (atomic_fetch_sub(&pool->n_busy, 1) == 1) {
            pthread_mutex_lock(&pool->mutex);
            pthread_cond_signal(&pool->idle);
            pthread_mutex_unlock(&pool->mutex);
        }
    }
}

size_t lossi_processors(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set))
        return 1;
    int n = CPU_COUNT(&set);
    return n > 0 ? (size_t)n : 1;
}

loss_status lossi_pool_create(lossi_pool **out, size_t n_threads)
{
    *out = NULL;
    size_t size = n_threads ? n_threads : lossi_processors();
    if (size > 4096)
        return lossi_fail(LOSS_ERR_ARGUMENT, "%zu threads asked for; at most 4096", size);
    lossi_pool *pool = calloc(1, sizeof *pool);
    worker *workers = calloc(size, sizeof *workers);
    if (!pool || !workers) {
        free(pool);
        free(workers);
        return lossi_fail_nomem(sizeof *pool + size * sizeof *workers);
    }
    pool->size = size;
    pool->waits_awake = size <= lossi_processors();
    pool->workers = workers;
    pthread_mutex_init(&pool->mutex, NULL);
    pthread_cond_init(&pool->wake, NULL);
    pthread_cond_init(&pool->idle, NULL);
    for (size_t i = 1; i < size; i++) {
        workers[i] = (worker){.pool = pool, .index = i};
        int error = pthread_create(&workers[i].thread, NULL, worker_main, &workers[i]);
        if (error) {
            size_t started = pool->n_started;
            lossi_pool_free(pool);
            return lossi_fail(LOSS_ERR_SYSTEM, "thread %zu of %zu could not be started: %s",
                              started + 2, size, strerror(error));
        }
        pool->n_started++;
    }
    *out = pool;
    return LOSS_OK;
}

void lossi_pool_free(lossi_pool *pool)
{
    if (!pool)
        return;
    pthread_mutex_lock(&pool->mutex);
    atomic_store(&pool->stop, true);
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->mutex);
    for (size_t i = 1; i <= pool->n_started; i++)
        pthread_join(pool->workers[i].thread, NULL);
    pthread_cond_destroy(&pool->idle);
    pthread_cond_destroy(&pool->wake);
    pthread_mutex_destroy(&pool->mutex);
    free(pool->workers);
    free(pool);
}

size_t lossi_pool_size(const lossi_pool *pool)
{
    return pool->size;
}

void lossi_pool_run(lossi_pool *pool, size_t n_pieces, lossi_work work, void *context)
{
    pool->work = work;
    pool->context = context;
    pool->n_pieces = n_pieces;
    atomic_store(&pool->next, 0);
    if (pool->size == 1 || n_pieces < 2) { /* one piece is not worth waking anyone for */
        take_pieces(pool, 0);
        return;
    }
    atomic_store(&pool->n_busy, pool->size - 1);
    pthread_mutex_lock(&pool->mutex);
    atomic_fetch_add(&pool->job, 1);
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->mutex);
    take_pieces(pool, 0);
    for (int i = 0; pool->waits_awake && i < LOOKS && atomic_load(&pool->n_busy); i++)
        pause_processor();
    pthread_mutex_lock(&pool->mutex);
    while (atomic_load(&pool->n_busy))
        pthread_cond_wait(&pool->idle, &pool->mutex);
    pthread_mutex_unlock(&pool->mutex);
}
