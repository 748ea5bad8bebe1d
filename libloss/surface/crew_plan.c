#include "surface/crew_plan.h"

/* Of a point that threads share this part of a chunk's time is lost: what one thread does before
 * the first chunk, and the wait for the slowest at the end. */
static const double LOST = 0.25;
static const double ENOUGH = 0.98;

/* Longer tasks are not given ahead: at the end others would have nothing, and the wait for a
 * commit is little beside them. */
static const double SHORT_TASK = 1; /* seconds */

/* A commit takes processor time and waits for the disk, so several short tasks share one. */
static const double BETWEEN_COMMITS = 0.25; /* seconds */

static size_t rounds(size_t n, size_t at_once)
{
    return (n + at_once - 1) / at_once;
}

double lossi_crew_busy_share(lossi_crew_size size, size_t n_threads, const lossi_crew_work *work)
{
    double chunks = (double)work->n_chunks, points = (double)work->n_points;
    double turns = (double)rounds(work->n_chunks, size.threads) + (size.threads > 1 ? LOST : 0);
    double in_point = chunks / (turns * (double)size.threads);
    double at_end = points / (double)(rounds(work->n_points, size.members) * size.members);
    return in_point * at_end * (double)(size.members * size.threads) / (double)n_threads;
}

lossi_crew_size lossi_crew_size_for(size_t n_threads, const lossi_crew_work *work, size_t most)
{
    lossi_crew_size best = {1, n_threads};
    double best_share = lossi_crew_busy_share(best, n_threads, work);
    for (size_t threads = n_threads; threads && best_share < ENOUGH; threads--) {
        lossi_crew_size size = {lossi_smaller(n_threads / threads, most), threads};
        double share = lossi_crew_busy_share(size, n_threads, work);
        if (share > best_share) {
            best = size;
            best_share = share;
        }
    }
    return best;
}

size_t lossi_crew_most_tasks(size_t members, double longest)
{
    return longest > 0 && longest < SHORT_TASK ? 2 * members : members;
}

double lossi_crew_commit_in(double since)
{
    return since < BETWEEN_COMMITS ? BETWEEN_COMMITS - since : 0;
}
