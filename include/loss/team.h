/* Several processes at one calculation, each of which makes the same call: every member computes a
 * share of the numbers, their sum over all members is the whole, and the bits are those of one
 * process. How the numbers travel is the program's affair (lossgrid-mpi uses MPI). */
#ifndef LOSS_TEAM_H
#define LOSS_TEAM_H

#include <stddef.h>

#include <loss/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/** This process among those that share a calculation. Since 0.1. */
typedef struct loss_team {
    size_t members; /**< at least 1 */
    size_t member;  /**< this one: 0 .. members - 1 */
    /** Adds up over all members, number by number; each then has the sums. Members come to it
     *  equally often, with equally many numbers, also when a calculation was cancelled: then all of
     *  them are. One that fails comes to it no more: the program has to end the others.
     *  @param values  [n], replaced by the sums
     *  @return LOSS_OK, or what ends the calculation */
    loss_status (*sum)(double *values, size_t n, void *user);
    void *user; /**< passed to sum() */
} loss_team;

#ifdef __cplusplus
}
#endif
#endif
