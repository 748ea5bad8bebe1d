/* Who does the tasks of a surface while the caller's thread has the file: one member with all
 * threads, or, where one point has too few images for them, several, each with a point of its own
 * and some of the threads. */
#ifndef LOSSI_SURFACE_CREW_H
#define LOSSI_SURFACE_CREW_H

#include <loss/tasks.h>

typedef struct lossi_crew lossi_crew;

/** How many members there should be, and the threads of each. */
typedef struct lossi_crew_size {
    size_t members, threads;
} lossi_crew_size;
/** The fewest members that keep 95 of 100 threads busy, or that come nearest to it.
 *  @param n_threads  of all together
 *  @param n_chunks   pieces that the images of a point are
 *  @param most       members that there is memory for, at least 1 */
lossi_crew_size lossi_crew_size_for(size_t n_threads, size_t n_chunks, size_t most);

/** @return LOSS_OK, LOSS_ERR_NOMEM, LOSS_ERR_SYSTEM */
loss_status lossi_crew_create(lossi_crew **out, const loss_surface *surface);
/** Waits for what is in work; NULL is a no-op. */
void lossi_crew_free(lossi_crew *crew);

bool lossi_crew_has_idle(const lossi_crew *crew);
bool lossi_crew_has_busy(const lossi_crew *crew);
/** Gives a task to a member that is idle. */
void lossi_crew_give(lossi_crew *crew, const loss_task *task);
/** Waits until a member is done, and takes what all have that are.
 *  @param outcomes  [members]
 *  @param n         how many are right
 *  @return LOSS_OK, or how one of them failed */
loss_status lossi_crew_take(lossi_crew *crew, loss_outcome *outcomes, size_t *n);
size_t lossi_crew_members(const lossi_crew *crew);

#endif
