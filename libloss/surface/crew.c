/* A thread for each member, which waits for tasks. The caller's thread gives them and takes
 * outcomes; it computes nothing. */
#include "surface/crew.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/thread.h"
#include "net/evaluate.h"
#include "surface/surface.h"
#include "surface/worker.h"

typedef enum state { IDLE, GIVEN, FINISHED, ENDING } state;

typedef struct member {
    lossi_crew *crew;
    pthread_t thread;
    pthread_cond_t changed; /* its state became GIVEN or ENDING */
    state state;
    lossi_task_worker *worker;
    loss_task task;
    loss_outcome outcome;
    loss_status status;
    char message[LOSSI_MESSAGE]; /* a status's message is its thread's */
} member;

struct lossi_crew {
    pthread_mutex_t mutex;
    pthread_cond_t finished;
    size_t n; /* members that were started */
    member *members;
    size_t n_busy; /* given and not taken; of the caller's thread */
};

static void *work(void *context)
{
    member *m = context;
    pthread_mutex_lock(&m->crew->mutex);
    for (;;) {
        while (m->state != GIVEN && m->state != ENDING)
            pthread_cond_wait(&m->changed, &m->crew->mutex);
        if (m->state == ENDING)
            break;
        pthread_mutex_unlock(&m->crew->mutex);
        m->status = lossi_task_worker_do(m->worker, &m->task, &m->outcome);
        if (m->status)
            snprintf(m->message, sizeof m->message, "%s", loss_last_message());
        pthread_mutex_lock(&m->crew->mutex);
        if (m->state == GIVEN)
            m->state = FINISHED;
        pthread_cond_signal(&m->crew->finished);
    }
    pthread_mutex_unlock(&m->crew->mutex);
    return NULL;
}

static void set_state(member *m, state to)
{
    pthread_mutex_lock(&m->crew->mutex);
    m->state = to;
    pthread_cond_signal(&m->changed);
    pthread_mutex_unlock(&m->crew->mutex);
}

static loss_status start(lossi_crew *crew, const loss_surface *s, size_t threads)
{
    member *m = &crew->members[crew->n];
    m->crew = crew;
    loss_status status = lossi_task_worker_create(&m->worker, s, threads);
    if (status)
        return status;
    pthread_cond_init(&m->changed, NULL);
    int error = pthread_create(&m->thread, NULL, work, m);
    if (error) {
        pthread_cond_destroy(&m->changed);
        lossi_task_worker_free(m->worker);
        return lossi_fail(LOSS_ERR_SYSTEM, "cannot make a thread: %s", strerror(error));
    }
    crew->n++;
    return LOSS_OK;
}

void lossi_crew_free(lossi_crew *crew)
{
    if (!crew)
        return;
    for (size_t i = 0; i < crew->n; i++) {
        set_state(&crew->members[i], ENDING);
        pthread_join(crew->members[i].thread, NULL);
        pthread_cond_destroy(&crew->members[i].changed);
        lossi_task_worker_free(crew->members[i].worker);
    }
    pthread_cond_destroy(&crew->finished);
    pthread_mutex_destroy(&crew->mutex);
    free(crew->members);
    free(crew);
}

/* ---- Size ----------------------------------------------------------------------------------- */

/* The share of threads that have something to do: a point's pieces go round and round in a
 * member's threads, and some rounds are not full. */
static double busy_share(size_t n_threads, size_t n_chunks, lossi_crew_size size)
{
    size_t rounds = (n_chunks + size.threads - 1) / size.threads;
    return (double)n_chunks / (double)(rounds * size.threads) *
           (double)(size.members * size.threads) / (double)n_threads;
}

lossi_crew_size lossi_crew_size_for(size_t n_threads, size_t n_chunks, size_t most)
{
    static const double ENOUGH = 0.95;
    lossi_crew_size best = {1, n_threads};
    double best_share = busy_share(n_threads, n_chunks, best);
    for (size_t threads = n_threads; threads && best_share < ENOUGH; threads--) {
        lossi_crew_size size = {lossi_smaller(n_threads / threads, most), threads};
        double share = busy_share(n_threads, n_chunks, size);
        if (share > best_share) {
            best = size;
            best_share = share;
        }
    }
    return best;
}

static uint64_t machine_memory(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
    return pages > 0 && size > 0 ? (uint64_t)pages * (uint64_t)size : 0;
}

/* Eigenvalues and recalibration keep much memory for each point, and share a point's images out
 * finely: they go point by point. */
static loss_status choose_size(const loss_surface *s, lossi_crew_size *size)
{
    lossi_evaluator *one;
    *size = (lossi_crew_size){1, s->opt.threads};
    if (s->opt.curvature || s->opt.bn == LOSS_BN_RECALIBRATE)
        return LOSS_OK;
    loss_status status = lossi_evaluator_create(&one, s->net, 1);
    if (status)
        return status;
    uint64_t memory = s->opt.memory ? s->opt.memory : machine_memory() / 8;
    uint64_t bytes =
        lossi_evaluator_bytes(one) + loss_net_n_parameters(s->net) * sizeof(lossi_real);
    size_t chunks = SIZE_MAX;
    for (int k = 0; k < 2; k++)
        if (s->data[k])
            chunks =
                lossi_smaller(chunks, lossi_evaluator_chunks(one, loss_dataset_count(s->data[k])));
    lossi_evaluator_free(one);
    size_t threads = s->opt.threads ? s->opt.threads : lossi_processors();
    uint64_t most = memory / (bytes ? bytes : 1);
    *size = lossi_crew_size_for(threads, chunks, most > threads ? threads : most ? most : 1);
    return LOSS_OK;
}

loss_status lossi_crew_create(lossi_crew **out, const loss_surface *s)
{
    lossi_crew_size size;
    *out = NULL;
    loss_status status = choose_size(s, &size);
    if (status)
        return status;
    lossi_crew *crew = calloc(1, sizeof *crew);
    if (!crew)
        return lossi_fail_nomem(sizeof *crew);
    pthread_mutex_init(&crew->mutex, NULL);
    pthread_cond_init(&crew->finished, NULL);
    crew->members = calloc(size.members, sizeof *crew->members);
    if (!crew->members)
        status = lossi_fail_nomem(size.members * sizeof *crew->members);
    for (size_t i = 0; i < size.members && !status; i++)
        status = start(crew, s, size.threads);
    if (status)
        lossi_crew_free(crew);
    else
        *out = crew;
    return status;
}

/* ---- Work ----------------------------------------------------------------------------------- */

bool lossi_crew_has_idle(const lossi_crew *crew)
{
    return crew->n_busy < crew->n;
}

bool lossi_crew_has_busy(const lossi_crew *crew)
{
    return crew->n_busy > 0;
}

/* Under the mutex. NULL: none is in that state. */
static member *find(lossi_crew *crew, state wanted)
{
    for (size_t i = 0; i < crew->n; i++)
        if (crew->members[i].state == wanted)
            return &crew->members[i];
    return NULL;
}

void lossi_crew_give(lossi_crew *crew, const loss_task *task)
{
    pthread_mutex_lock(&crew->mutex);
    member *m = find(crew, IDLE);
    m->task = *task;
    m->state = GIVEN;
    pthread_cond_signal(&m->changed);
    pthread_mutex_unlock(&crew->mutex);
    crew->n_busy++;
}

loss_status lossi_crew_take(lossi_crew *crew, loss_outcome *outcomes, size_t *n)
{
    loss_status status = LOSS_OK;
    member *m;
    *n = 0;
    pthread_mutex_lock(&crew->mutex);
    while (!find(crew, FINISHED))
        pthread_cond_wait(&crew->finished, &crew->mutex);
    while ((m = find(crew, FINISHED)) != NULL) {
        if (!m->status)
            outcomes[(*n)++] = m->outcome;
        else if (!status)
            status = lossi_fail(m->status, "%s", m->message);
        m->state = IDLE;
        crew->n_busy--;
    }
    pthread_mutex_unlock(&crew->mutex);
    return status;
}

size_t lossi_crew_members(const lossi_crew *crew)
{
    return crew->n;
}
