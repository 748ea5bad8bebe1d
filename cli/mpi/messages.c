/* Messages by MPI. Only the main thread of a rank sends and takes them. */
#include "messages.h"

#include <mpi.h>
#include <stdlib.h>
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
