/* One process with many threads. loss_surface_evaluate() runs as it is, with its claims, its order,
 * its crew's plan and its commits; members and the clock are simulated. They take the place of
 * libloss/surface/crew.c and libloss/base/clock.c where this is linked. */
#ifndef SIMULATION_CREW_H
#define SIMULATION_CREW_H

#include <stdbool.h>

#include <loss/status.h>

#include "bench/simulation/network.h"

typedef struct simulated_process {
    simulated_point point;
    size_t threads, side;         /* side x side points */
    uint64_t memory;              /* for the weights of points in work */
    double claim, commit, insert; /* seconds of the caller's thread: a task; a commit; a point */
} simulated_process;

typedef struct simulated_result {
    double seconds;          /* from the first claim to the last commit */
    double work;             /* seconds of all threads that compute */
    double caller;           /* seconds that the caller's thread, or rank 0's, was busy */
    size_t tasks, commits;   /* tasks that were given; commits */
    size_t members, threads; /* of each */
    bool is_right;           /* each task was given once, and the file has all points */
} simulated_result;

/** The share of the threads' time that computes. */
static inline double simulated_efficiency(const simulated_result *r, size_t n_threads)
{
    return r->work / (r->seconds * (double)n_threads);
}

/** @param folder  where the file is made */
loss_status simulated_process_run(const simulated_process *process, const char *folder,
                                  simulated_result *result);

#endif
