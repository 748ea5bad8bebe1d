/* A thread for each member, which takes tasks from one queue. The caller's thread gives them and
 * takes outcomes; it computes nothing. */
#include "surface/crew.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/thread.h"
#include "net/evaluate.h"
#include "net/kept.h"
#include "surface/crew_plan.h"
#include "surface/keep.h"
#include "surface/surface.h"
#include "surface/worker.h"

typedef struct member {
    lossi_crew *crew;
    const loss_surface *surface;
    size_t threads;
    pthread_t thread;
    lossi_task_worker *worker; /* made by the thread itself */
} member;

struct lossi_crew {
    pthread_mutex_t mutex;
    pthread_cond_t given, finished;
    size_t n; /* members that were started */
    member *members;
    size_t most;
    size_t n_tasks; /* given and not taken; of the caller's thread */

    /* Under the mutex. */
    size_t n_ready;   /* members that have their worker, or failed to make it */
    loss_task *queue; /* [most] the next one first */
    size_t n_queued;
    loss_outcome *outcomes; /* [most] of tasks that are done */
    size_t n_outcomes, n_failed;
    loss_status status; /* of the first that failed */
    char message[LOSSI_MESSAGE];
    double longest; /* seconds that a task took */
    bool ends;
};

/* The next task. False: there will be none. */
static bool next_task(lossi_crew *crew, loss_task *task)
{
    while (!crew->n_queued && !crew->ends)
        pthread_cond_wait(&crew->given, &crew->mutex);
    if (crew->ends)
        return false;
    *task = crew->queue[0];
    memmove(crew->queue, crew->queue + 1, --crew->n_queued * sizeof *crew->queue);
    return true;
}

/* A status's message is its thread's. */
static void keep_failure(lossi_crew *crew, loss_status status)
{
    if (!crew->n_failed++) {
        crew->status = status;
        snprintf(crew->message, sizeof crew->message, "%s", loss_last_message());
    }
}

/* Its memory is first used by the thread that works with it: where processors have memory of their
 * own (NUMA), it lies near that thread then. */
static loss_status make_worker(member *m)
{
    loss_status status = lossi_task_worker_create(&m->worker, m->surface, m->threads);
    pthread_mutex_lock(&m->crew->mutex);
    if (status)
        keep_failure(m->crew, status);
    m->crew->n_ready++;
    pthread_cond_signal(&m->crew->finished);
    pthread_mutex_unlock(&m->crew->mutex);
    return status;
}

static void *work(void *context)
{
    member *m = context;
    lossi_crew *crew = m->crew;
    loss_task task;
    if (make_worker(m))
        return NULL;
    pthread_mutex_lock(&crew->mutex);
    while (next_task(crew, &task)) {
        pthread_mutex_unlock(&crew->mutex);
        loss_outcome outcome;
        double start = lossi_clock();
        loss_status status = lossi_task_worker_do(m->worker, &task, &outcome);
        pthread_mutex_lock(&crew->mutex);
        if (status)
            keep_failure(crew, status);
        else
            crew->outcomes[crew->n_outcomes++] = outcome;
        crew->longest = fmax(crew->longest, lossi_clock() - start);
        pthread_cond_signal(&crew->finished);
    }
    pthread_mutex_unlock(&crew->mutex);
    return NULL;
}

static loss_status start(lossi_crew *crew, const loss_surface *s, size_t threads)
{
    member *m = &crew->members[crew->n];
    *m = (member){.crew = crew, .surface = s, .threads = threads};
    int error = pthread_create(&m->thread, NULL, work, m);
    if (error)
        return lossi_fail(LOSS_ERR_SYSTEM, "cannot make a thread: %s", strerror(error));
    crew->n++;
    return LOSS_OK;
}

static loss_status wait_until_ready(lossi_crew *crew)
{
    pthread_mutex_lock(&crew->mutex);
    while (crew->n_ready < crew->n)
        pthread_cond_wait(&crew->finished, &crew->mutex);
    loss_status status = crew->n_failed ? lossi_fail(crew->status, "%s", crew->message) : LOSS_OK;
    pthread_mutex_unlock(&crew->mutex);
    return status;
}

void lossi_crew_free(lossi_crew *crew)
{
    if (!crew)
        return;
    pthread_mutex_lock(&crew->mutex);
    crew->ends = true;
    pthread_cond_broadcast(&crew->given);
    pthread_mutex_unlock(&crew->mutex);
    for (size_t i = 0; i < crew->n; i++) {
        pthread_join(crew->members[i].thread, NULL);
        lossi_task_worker_free(crew->members[i].worker);
    }
    pthread_cond_destroy(&crew->given);
    pthread_cond_destroy(&crew->finished);
    pthread_mutex_destroy(&crew->mutex);
    for (size_t i = 0; i < crew->n_outcomes; i++)
        loss_outcome_clear(&crew->outcomes[i]);
    free(crew->members);
    free(crew->queue);
    free(crew->outcomes);
    free(crew);
}

/* ---- Size ----------------------------------------------------------------------------------- */

/* What is chosen, and the bytes of weights of one member. */
typedef struct choice {
    lossi_crew_size size;
    uint64_t bytes;
} choice;

/* Eigenvalues and recalibration keep much memory for each point, and share a point's images out
 * finely: they go point by point. */
static loss_status choose(choice *c, const loss_surface *s, size_t n_tasks, size_t n_images)
{
    lossi_evaluator *one;
    loss_status status = lossi_evaluator_create(&one, s->net, 1);
    if (status)
        return status;
    size_t threads = s->opt.threads ? s->opt.threads : lossi_processors();
    const lossi_crew_work work = {lossi_evaluator_chunks(one, n_images), n_tasks ? n_tasks : 1};
    c->bytes = lossi_evaluator_bytes(one) + loss_net_n_parameters(s->net) * sizeof(lossi_real);
    lossi_evaluator_free(one);
    if (s->opt.memory && s->opt.memory < c->bytes)
        return lossi_fail(LOSS_ERR_ARGUMENT,
                          "memory of %llu bytes for weights; those of one point of %s take %llu",
                          (unsigned long long)s->opt.memory, s->net->model,
                          (unsigned long long)c->bytes);
    uint64_t memory = lossi_surface_memory(s), kept = s->kept ? lossi_kept_bytes(s->kept) : 0;
    memory -= kept < memory / 2 ? kept : memory / 2;
    uint64_t most = memory / (c->bytes ? c->bytes : 1);
    bool is_alone = s->opt.curvature || s->opt.bn == LOSS_BN_RECALIBRATE || !most;
    c->size = is_alone ? (lossi_crew_size){1, threads}
                       : lossi_crew_size_for(threads, &work, most < threads ? most : threads);
    return LOSS_OK;
}

static bool allocate(lossi_crew *crew, size_t members)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&crew->mutex, NULL);
    pthread_cond_init(&crew->given, NULL);
    pthread_cond_init(&crew->finished, &attributes);
    pthread_condattr_destroy(&attributes);
    crew->most = lossi_crew_most_tasks(members, 1e-9);
    crew->members = calloc(members, sizeof *crew->members);
    crew->queue = calloc(crew->most, sizeof *crew->queue);
    crew->outcomes = calloc(crew->most, sizeof *crew->outcomes);
    return crew->members && crew->queue && crew->outcomes;
}

loss_status lossi_crew_create(lossi_crew **out, const loss_surface *s, size_t n_tasks,
                              size_t n_images)
{
    choice c = {{1, 1}, 0};
    *out = NULL;
    loss_status status = choose(&c, s, n_tasks, n_images);
    if (status)
        return status;
    lossi_crew *crew = calloc(1, sizeof *crew);
    if (!crew)
        return lossi_fail_nomem(sizeof *crew);
    if (!allocate(crew, c.size.members))
        status = lossi_fail_nomem(c.size.members * sizeof *crew->members);
    for (size_t i = 0; i < c.size.members && !status; i++)
        status = start(crew, s, c.size.threads);
    if (!status)
        status = wait_until_ready(crew);
    if (status) {
        lossi_crew_free(crew);
        return status;
    }
    if (s->opt.in_work)
        s->opt.in_work(c.size.members, c.size.threads, c.size.members * c.bytes, s->opt.user);
    *out = crew;
    return LOSS_OK;
}

/* ---- Work ----------------------------------------------------------------------------------- */

bool lossi_crew_has_room(lossi_crew *crew)
{
    pthread_mutex_lock(&crew->mutex);
    size_t most = lossi_crew_most_tasks(crew->n, crew->longest);
    pthread_mutex_unlock(&crew->mutex);
    return crew->n_tasks < most;
}

bool lossi_crew_has_tasks(const lossi_crew *crew)
{
    return crew->n_tasks > 0;
}

size_t lossi_crew_most(const lossi_crew *crew)
{
    return crew->most;
}

void lossi_crew_give(lossi_crew *crew, const loss_task *task)
{
    pthread_mutex_lock(&crew->mutex);
    crew->queue[crew->n_queued++] = *task;
    pthread_cond_signal(&crew->given);
    pthread_mutex_unlock(&crew->mutex);
    crew->n_tasks++;
}

void lossi_crew_drop(lossi_crew *crew)
{
    pthread_mutex_lock(&crew->mutex);
    crew->n_tasks -= crew->n_queued;
    crew->n_queued = 0;
    pthread_mutex_unlock(&crew->mutex);
}

/* Under the mutex: until a task is done, or the time is over. */
static void wait_for_one(lossi_crew *crew, double seconds)
{
    struct timespec until;
    double whole = floor(seconds);
    clock_gettime(CLOCK_MONOTONIC, &until);
    if (isfinite(seconds)) {
        long nanoseconds = until.tv_nsec + (long)(1e9 * (seconds - whole));
        until.tv_sec += (time_t)whole + nanoseconds / 1000000000;
        until.tv_nsec = nanoseconds % 1000000000;
    }
    for (int error = 0; !error && !crew->n_outcomes && !crew->n_failed;)
        error = isfinite(seconds) ? pthread_cond_timedwait(&crew->finished, &crew->mutex, &until)
                                  : pthread_cond_wait(&crew->finished, &crew->mutex);
}

loss_status lossi_crew_take(lossi_crew *crew, double seconds, loss_outcome *outcomes, size_t *n)
{
    pthread_mutex_lock(&crew->mutex);
    wait_for_one(crew, seconds);
    *n = crew->n_outcomes;
    memcpy(outcomes, crew->outcomes, *n * sizeof *outcomes);
    loss_status status = crew->n_failed ? lossi_fail(crew->status, "%s", crew->message) : LOSS_OK;
    crew->n_tasks -= *n + crew->n_failed;
    crew->n_outcomes = crew->n_failed = 0;
    pthread_mutex_unlock(&crew->mutex);
    return status;
}
