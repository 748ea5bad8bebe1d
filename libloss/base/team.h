/* Shares of a calculation, in a team of processes or alone. */
#ifndef LOSSI_BASE_TEAM_H
#define LOSSI_BASE_TEAM_H

#include <loss/team.h>

#include "base/base.h"

/** Room that lossi_team_sum() needs after the numbers. */
enum { LOSSI_TEAM_EXTRA = 3 };

/** @param team  NULL: alone. @return LOSS_OK, LOSS_ERR_ARGUMENT */
loss_status lossi_team_check(const loss_team *team);
size_t lossi_team_members(const loss_team *team);
/** Whether piece i of many is this member's. */
bool lossi_team_has(const loss_team *team, size_t i);
/** Makes the members' shares the whole.
 *  @param values  [n + LOSSI_TEAM_EXTRA]; 0 where another member has the number
 *  @param about   a digest of what the numbers are of: members that compute something else are
 *                 refused
 *  @param status  of this member so far
 *  @return status, unless it is LOSS_OK; LOSS_ERR_CANCELLED if another member was cancelled;
 *          LOSS_ERR_MISMATCH; what the team's sum() returned */
loss_status lossi_team_sum(const loss_team *team, double *values, size_t n, uint64_t about,
                           loss_status status);

#endif
