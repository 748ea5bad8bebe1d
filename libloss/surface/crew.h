/* Who does the tasks of a surface while the caller's thread has the file: one member with all
 * threads, or several, each with a point of its own and some of the threads (crew_plan.h). */
#ifndef LOSSI_SURFACE_CREW_H
#define LOSSI_SURFACE_CREW_H

#include <loss/tasks.h>

typedef struct lossi_crew lossi_crew;

/** Members for the tasks of a surface; tells opt.in_work how many.
 *  @param n_tasks   that are left
 *  @param n_images  of each
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT (opt.memory is too small for one point), LOSS_ERR_NOMEM,
 *          LOSS_ERR_SYSTEM */
loss_status lossi_crew_create(lossi_crew **out, const loss_surface *surface, size_t n_tasks,
                              size_t n_images);
/** Waits for what is in work; NULL is a no-op. */
void lossi_crew_free(lossi_crew *crew);

/** Whether it should be given one more task: members are idle, or tasks are so short that each
 * member should find the next one at once. */
bool lossi_crew_has_room(lossi_crew *crew);
/** Gives a task; where there is room. */
void lossi_crew_give(lossi_crew *crew, const loss_task *task);
/** Takes back the tasks that nobody has begun. */
void lossi_crew_drop(lossi_crew *crew);
/** Whether something was given that was not taken. */
bool lossi_crew_has_tasks(const lossi_crew *crew);
/** The most tasks that it has at once. */
size_t lossi_crew_most(const lossi_crew *crew);

/** Waits until a task is done, and takes the outcomes of all that are.
 *  @param seconds   after which it returns without; INFINITY: it waits
 *  @param outcomes  [lossi_crew_most()]; the caller's to clear
 *  @param n         how many are right
 *  @return LOSS_OK, or how one of them failed */
loss_status lossi_crew_take(lossi_crew *crew, double seconds, loss_outcome *outcomes, size_t *n);

#endif
