/* Signs of life between rank 0 and the others. A machine that is cut off sends nothing, not even an
 * end, and MPI waits for it for ever. */
#ifndef PULSE_H
#define PULSE_H

#include <stdbool.h>

/** What to do when a rank was silent for too long. Called by a thread of the pulse's own; the
 * pulse goes on if it returns.
 *  @param host     where the rank was
 *  @param seconds  of silence */
typedef void pulse_lost(int rank, const char *host, double seconds);

/** Begins, in all ranks together. From then on each hears of rank 0, and rank 0 of all, whatever
 * the main thread does. Rank 0's LOSSGRID_SILENCE is the limit in seconds.
 *  @param threads  whether MPI may be called by several threads; without that there is no pulse */
void pulse_begin(int number, int n_ranks, bool threads, pulse_lost *lost);
/** Ends it, after all ranks have met. */
void pulse_end(void);

#endif
