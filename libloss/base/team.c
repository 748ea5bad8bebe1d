/* Shares of a calculation. */
#include "base/team.h"

loss_status lossi_team_check(const loss_team *team)
{
    return !team || (team->members && team->member < team->members && team->sum)
               ? LOSS_OK
               : lossi_fail(LOSS_ERR_ARGUMENT, "a team with member %zu of %zu%s", team->member,
                            team->members, team->sum ? "" : ", which has no sum()");
}

size_t lossi_team_members(const loss_team *team)
{
    return team ? team->members : 1;
}

bool lossi_team_has(const loss_team *team, size_t i)
{
    return !team || i % team->members == team->member;
}

loss_status lossi_team_sum(const loss_team *team, double *values, size_t n, uint64_t about,
                           loss_status status)
{
    if (!team || (status && status != LOSS_ERR_CANCELLED))
        return status;
    /* Halves, whose sums over all members are exact. Where one is not the mean, some member sees
     * it, and ends all. */
    double *leaving = values + n, halves[2] = {(double)(about >> 32), (double)(uint32_t)about};
    leaving[0] = status != LOSS_OK;
    leaving[1] = halves[0];
    leaving[2] = halves[1];
    loss_status summed = team->sum(values, n + LOSSI_TEAM_EXTRA, team->user);
    if (status || summed)
        return status ? status : summed;
    if (leaving[0] != 0)
        return lossi_fail(LOSS_ERR_CANCELLED, "cancelled");
    double members = (double)team->members;
    if (leaving[1] != halves[0] * members || leaving[2] != halves[1] * members)
        return lossi_fail(LOSS_ERR_MISMATCH,
                          "member %zu of a team of %zu: others compute something else",
                          team->member, team->members);
    return LOSS_OK;
}
