/* One task at a time, in a thread of its own. */
#include "own_tasks.h"

#include <pthread.h>
#include <stdlib.h>

typedef enum state { IDLE, GIVEN, FINISHED, ENDING } state;

struct own_tasks {
    loss_surface *surface;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    state state;
    loss_task task;
    loss_outcome outcome;
    loss_status status;
};

static void *work(void *context)
{
    own_tasks *own = context;
    pthread_mutex_lock(&own->mutex);
    for (;;) {
        while (own->state != GIVEN && own->state != ENDING)
            pthread_cond_wait(&own->changed, &own->mutex);
        if (own->state == ENDING)
            break;
        pthread_mutex_unlock(&own->mutex);
        loss_outcome outcome = {.images = 0};
        loss_status status = loss_surface_compute(own->surface, &own->task, &outcome);
        pthread_mutex_lock(&own->mutex);
        own->outcome = outcome;
        own->status = status;
        own->state = own->state == ENDING ? ENDING : FINISHED;
    }
    pthread_mutex_unlock(&own->mutex);
    return NULL;
}

own_tasks *own_tasks_start(loss_surface *surface)
{
    own_tasks *own = calloc(1, sizeof *own);
    if (!own)
        return NULL;
    own->surface = surface;
    pthread_mutex_init(&own->mutex, NULL);
    pthread_cond_init(&own->changed, NULL);
    if (pthread_create(&own->thread, NULL, work, own) == 0)
        return own;
    free(own);
    return NULL;
}

static void set_state(own_tasks *own, state to)
{
    pthread_mutex_lock(&own->mutex);
    own->state = to;
    pthread_cond_signal(&own->changed);
    pthread_mutex_unlock(&own->mutex);
}

void own_tasks_end(own_tasks *own)
{
    if (!own)
        return;
    set_state(own, ENDING);
    pthread_join(own->thread, NULL);
    loss_outcome_clear(&own->outcome);
    pthread_cond_destroy(&own->changed);
    pthread_mutex_destroy(&own->mutex);
    free(own);
}

static state state_of(own_tasks *own)
{
    pthread_mutex_lock(&own->mutex);
    state is = own->state;
    pthread_mutex_unlock(&own->mutex);
    return is;
}

bool own_tasks_is_idle(own_tasks *own)
{
    return state_of(own) == IDLE;
}

void own_tasks_give(own_tasks *own, const loss_task *task)
{
    own->task = *task; /* the thread waits for the state */
    set_state(own, GIVEN);
}

loss_status own_tasks_take(own_tasks *own, loss_outcome *outcome, bool *has)
{
    *has = state_of(own) == FINISHED;
    if (!*has)
        return LOSS_OK;
    *outcome = own->outcome;
    own->outcome = (loss_outcome){.images = 0};
    loss_status status = own->status;
    *has = !status;
    set_state(own, IDLE);
    return status;
}
