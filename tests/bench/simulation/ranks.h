/* Ranks of lossgrid-mpi. What rank 0 decides (cli/mpi/handout.h), claims and commits is the
 * product's own; messages, ranks and the clock are simulated. */
#ifndef SIMULATION_RANKS_H
#define SIMULATION_RANKS_H

#include "bench/simulation/crew.h"

typedef struct simulated_ranks {
    simulated_point point;
    size_t ranks, threads, side;  /* threads of each rank; side x side points */
    double claim, commit, insert; /* seconds of rank 0: a task; a commit; a point */
    double message;               /* seconds that sending or taking a message takes rank 0 */
    double latency;               /* seconds until a message is there */
    double pause;                 /* between two looks of rank 0 */
    double start;                 /* until ranks have their data and weights */
} simulated_ranks;

/** @param folder  where the file is made. result->seconds are without the start */
loss_status simulated_ranks_run(const simulated_ranks *ranks, const char *folder,
                                simulated_result *result);

#endif
