/* What a crew decides: how many points are in work at once and with how many threads each, how
 * many tasks are given ahead, when outcomes are committed. There is no clock and no thread in it:
 * the crew (crew.c) and the simulation of it (tests/bench/) ask the same functions. */
#ifndef LOSSI_SURFACE_CREW_PLAN_H
#define LOSSI_SURFACE_CREW_PLAN_H

#include "base/base.h"

/** What is to be done. */
typedef struct lossi_crew_work {
    size_t n_chunks; /* pieces that the images of a point are */
    size_t n_points; /* that are left */
} lossi_crew_work;

/** How many members there should be, and the threads of each. */
typedef struct lossi_crew_size {
    size_t members, threads;
} lossi_crew_size;

/** The share of n_threads that such a crew keeps busy from the first point to the last. */
double lossi_crew_busy_share(lossi_crew_size size, size_t n_threads, const lossi_crew_work *work);

/** The fewest members that keep 98 of 100 threads busy, or that come nearest to it.
 *  @param n_threads  of all together
 *  @param most       members that there is memory for, at least 1 */
lossi_crew_size lossi_crew_size_for(size_t n_threads, const lossi_crew_work *work, size_t most);

/** Tasks that are with a crew at once: one for each member in work, and where tasks are short one
 * more for each, so that nobody waits while the caller's thread commits.
 *  @param longest  seconds that a task took so far; 0: none was done */
size_t lossi_crew_most_tasks(size_t members, double longest);

/** Seconds that outcomes may still wait for others to be committed together.
 *  @param since  seconds since the last commit
 *  @return 0: they should be committed now */
double lossi_crew_commit_in(double since);

#endif
