/* Ranks at one calculation (<loss/team.h>): sums by MPI. */
#ifndef TEAMS_H
#define TEAMS_H

#include <loss/loss.h>

/** Makes a team of all ranks. */
void teams_begin(int n_ranks);
/** Makes the team of those that took part in an evaluation to its end; all ranks come to it. */
void teams_gather(bool takes_part);

#endif
