/* A thread sends and takes the signs of life, so that a rank lives in its peers' eyes while it
 * computes, reads, or waits for a disk. They have a communicator of their own. */
#include "pulse.h"

#include <loss/text.h>
#include <mpi.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

static const double SECONDS_OF_SILENCE = 60; /* unless LOSSGRID_SILENCE says otherwise */
static const double LEAST_SECONDS = 1, MOST_SECONDS = 1e6;
enum { PULSES_A_LIMIT = 10 };

typedef char host_name[MPI_MAX_PROCESSOR_NAME];

/* Another rank. */
typedef struct peer {
    int rank;
    double heard; /* when, in seconds */
    MPI_Request sending;
} peer;

static struct {
    MPI_Comm comm;
    double limit; /* seconds */
    pulse_lost *lost;
    int n_peers;
    peer *peers;      /* [n_peers] rank 0 has all others, they have rank 0 */
    host_name *hosts; /* [n_ranks] */
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t ending;
    bool ends, runs;
} pulse = {.mutex = PTHREAD_MUTEX_INITIALIZER, .ending = PTHREAD_COND_INITIALIZER};

static peer *find(int rank)
{
    return &pulse.peers[pulse.n_peers > 1 ? rank - 1 : 0];
}

static void hear(double now)
{
    int is_there;
    MPI_Status status;
    MPI_Iprobe(MPI_ANY_SOURCE, 0, pulse.comm, &is_there, &status);
    while (is_there) {
        MPI_Recv(NULL, 0, MPI_BYTE, status.MPI_SOURCE, 0, pulse.comm, MPI_STATUS_IGNORE);
        find(status.MPI_SOURCE)->heard = now;
        MPI_Iprobe(MPI_ANY_SOURCE, 0, pulse.comm, &is_there, &status);
    }
}

/* What does not leave must not pile up: one at a time. */
static void send(peer *to)
{
    int is_sent = 1;
    if (to->sending != MPI_REQUEST_NULL)
        MPI_Test(&to->sending, &is_sent, MPI_STATUS_IGNORE);
    if (is_sent)
        MPI_Isend(NULL, 0, MPI_BYTE, to->rank, 0, pulse.comm, &to->sending);
}

static void beat(double now, double since)
{
    hear(now);
    for (peer *p = pulse.peers; p < pulse.peers + pulse.n_peers; p++) {
        /* Who was stopped itself, or suspended, has heard nobody meanwhile. */
        if (since > pulse.limit / 2)
            p->heard = now;
        if (now - p->heard > pulse.limit)
            pulse.lost(p->rank, pulse.hosts[p->rank], now - p->heard);
        send(p);
    }
}

static struct timespec in(double seconds)
{
    struct timespec at;
    clock_gettime(CLOCK_REALTIME, &at);
    double whole = (double)at.tv_nsec * 1e-9 + seconds;
    at.tv_sec += (time_t)whole;
    at.tv_nsec = (long)((whole - (double)(time_t)whole) * 1e9);
    return at;
}

static void *live(void *unused)
{
    double last = MPI_Wtime();
    pthread_mutex_lock(&pulse.mutex);
    while (!pulse.ends) {
        pthread_mutex_unlock(&pulse.mutex);
        double now = MPI_Wtime();
        beat(now, now - last);
        last = now;
        struct timespec next = in(pulse.limit / PULSES_A_LIMIT);
        pthread_mutex_lock(&pulse.mutex);
        if (!pulse.ends)
            pthread_cond_timedwait(&pulse.ending, &pulse.mutex, &next);
    }
    pthread_mutex_unlock(&pulse.mutex);
    return unused;
}

/* Rank 0's, for all. */
static double agreed_limit(void)
{
    const char *text = getenv("LOSSGRID_SILENCE");
    double limit;
    if (!text || !loss_number_parse(text, NULL, &limit) || !(limit >= LEAST_SECONDS) ||
        limit > MOST_SECONDS)
        limit = SECONDS_OF_SILENCE;
    MPI_Bcast(&limit, 1, MPI_DOUBLE, 0, MPI_COMM_WORLD);
    return limit;
}

void pulse_begin(int number, int n_ranks, bool threads, pulse_lost *lost)
{
    host_name host = "";
    int length;
    pulse.limit = agreed_limit();
    pulse.lost = lost;
    pulse.n_peers = number ? 1 : n_ranks - 1;
    pulse.peers = calloc((size_t)pulse.n_peers + 1, sizeof *pulse.peers);
    pulse.hosts = calloc((size_t)n_ranks, sizeof *pulse.hosts);
    /* Together, since one alone without a pulse would seem lost. */
    int can = threads && pulse.peers && pulse.hosts, all;
    MPI_Allreduce(&can, &all, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD);
    if (!all || n_ranks == 1)
        return;
    MPI_Get_processor_name(host, &length);
    MPI_Allgather(host, sizeof host, MPI_CHAR, pulse.hosts, sizeof host, MPI_CHAR, MPI_COMM_WORLD);
    MPI_Comm_dup(MPI_COMM_WORLD, &pulse.comm);
    for (int i = 0; i < pulse.n_peers; i++)
        pulse.peers[i] = (peer){number ? 0 : i + 1, MPI_Wtime(), MPI_REQUEST_NULL};
    pulse.runs = pthread_create(&pulse.thread, NULL, live, NULL) == 0;
}

void pulse_end(void)
{
    if (pulse.runs) {
        pthread_mutex_lock(&pulse.mutex);
        pulse.ends = true;
        pthread_cond_signal(&pulse.ending);
        pthread_mutex_unlock(&pulse.mutex);
        pthread_join(pulse.thread, NULL);
        for (int i = 0; i < pulse.n_peers; i++)
            if (pulse.peers[i].sending != MPI_REQUEST_NULL)
                MPI_Request_free(&pulse.peers[i].sending);
    }
    free(pulse.peers);
    free(pulse.hosts);
}
