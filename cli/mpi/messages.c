/* Messages by MPI. Only the main thread of a rank sends and takes them. */
#include "messages.h"

#include <mpi.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const long BETWEEN_LOOKS = 200000; /* nanoseconds */

void message_pause(void)
{
    nanosleep(&(struct timespec){0, BETWEEN_LOOKS}, NULL);
}

bool message_is_there(int *source, int *tag)
{
    int is_there;
    MPI_Status status;
    MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &is_there, &status);
    if (is_there) {
        *source = status.MPI_SOURCE;
        *tag = status.MPI_TAG;
    }
    return is_there;
}

bool message_is_coming(int source, int tag)
{
    int is_there;
    MPI_Iprobe(source, tag, MPI_COMM_WORLD, &is_there, MPI_STATUS_IGNORE);
    return is_there;
}

void message_wait(int *source, int *tag)
{
    while (!message_is_there(source, tag))
        message_pause();
}

void message_take(int source, int tag, void *bytes, size_t n)
{
    MPI_Recv(bytes, (int)n, MPI_BYTE, source, tag, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
}

char *message_take_text(int source, int tag)
{
    int n;
    MPI_Status status;
    MPI_Probe(source, tag, MPI_COMM_WORLD, &status);
    MPI_Get_count(&status, MPI_BYTE, &n);
    char *text = malloc((size_t)n + 1);
    if (!text)
        return NULL;
    message_take(source, tag, text, (size_t)n);
    text[n] = 0;
    return text;
}

void message_send(int to, int tag, const void *bytes, size_t n)
{
    MPI_Send(bytes, (int)n, MPI_BYTE, to, tag, MPI_COMM_WORLD);
}

/* ---- Structs that are followed by arrays ---------------------------------------------------- */

/* One of the arrays. */
typedef struct part {
    const void *bytes;
    size_t n;
} part;

static loss_status send_parts(int to, int tag, const part *parts, size_t n_parts)
{
    size_t n = 0;
    for (size_t i = 0; i < n_parts; i++)
        n += parts[i].n;
    char *all = malloc(n), *end = all;
    if (!all)
        return LOSS_ERR_NOMEM;
    for (size_t i = 0; i < n_parts; i++) {
        if (parts[i].n)
            memcpy(end, parts[i].bytes, parts[i].n);
        end += parts[i].n;
    }
    message_send(to, tag, all, n);
    free(all);
    return LOSS_OK;
}

/* *copy: n bytes of a message from *from on, which moves behind them; NULL for none. */
static bool take_part(const char **from, size_t n, void **copy)
{
    *copy = n ? malloc(n) : NULL;
    if (*copy)
        memcpy(*copy, *from, n);
    *from += n;
    return *copy || !n;
}

loss_status message_send_task(int to, const loss_task *task)
{
    const part parts[] = {{task, sizeof *task},
                          {task->images, task->n_images * sizeof *task->images}};
    return send_parts(to, MESSAGE_TASK, parts, 2);
}

loss_status message_send_outcome(int to, const loss_outcome *o)
{
    size_t n = o->losses ? o->images : 0;
    const part parts[] = {
        {o, sizeof *o}, {o->losses, n * sizeof *o->losses}, {o->correct, n * sizeof *o->correct}};
    return send_parts(to, MESSAGE_OUTCOME, parts, 3);
}

loss_status message_take_task(int source, loss_task *task, uint32_t **images)
{
    void *copy;
    char *all = message_take_text(source, MESSAGE_TASK);
    const char *from = all + sizeof *task;
    *images = NULL;
    if (!all)
        return LOSS_ERR_NOMEM;
    memcpy(task, all, sizeof *task);
    bool has = take_part(&from, task->n_images * sizeof **images, &copy);
    task->images = *images = copy;
    free(all);
    return has ? LOSS_OK : LOSS_ERR_NOMEM;
}

loss_status message_take_outcome(int source, loss_outcome *o)
{
    void *losses, *correct = NULL;
    char *all = message_take_text(source, MESSAGE_OUTCOME);
    const char *from = all + sizeof *o;
    *o = (loss_outcome){0};
    if (!all)
        return LOSS_ERR_NOMEM;
    memcpy(o, all, sizeof *o);
    size_t n = o->losses ? o->images : 0;
    bool has = take_part(&from, n * sizeof *o->losses, &losses) &&
               take_part(&from, n * sizeof *o->correct, &correct);
    o->losses = losses;
    o->correct = correct;
    o->task.images = NULL;
    free(all);
    return has ? LOSS_OK : LOSS_ERR_NOMEM;
}
