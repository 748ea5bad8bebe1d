/* What a point of a network costs, as measured; the simulation spends this time. */
#ifndef SIMULATION_NETWORK_H
#define SIMULATION_NETWORK_H

#include <stddef.h>
#include <stdint.h>

enum { N_RELATIVE = 20 };

typedef struct simulated_network {
    const char *name;
    size_t lanes;                /* images of a chunk */
    uint64_t bytes;              /* of a point's weights, those made ready included */
    double move;                 /* seconds of moving the weights, in one thread */
    double ready;                /* of making them ready; threads share this */
    double chunk;                /* of a chunk, the mean */
    double relative[N_RELATIVE]; /* a chunk's time to the mean: what was measured, by size */
} simulated_network;

/** @return NULL: there is no such network */
const simulated_network *simulated_network_find(const char *name);

/** A point of so many images. */
typedef struct simulated_point {
    const simulated_network *network;
    size_t images;
    double
        spread; /* how far chunks' times are from their mean, as a multiple of what was measured */
} simulated_point;

size_t simulated_chunks(const simulated_point *point);
/** Seconds that a member of some threads takes. Threads take chunks from a counter.
 *  @param number  of the task: its chunks' times are drawn by it, and so not by who does it
 *  @param work    seconds of all threads together are added */
double simulated_seconds(const simulated_point *point, size_t number, size_t threads, double *work);

#endif
