/* Rank 0 computes, too: in a thread, while its main thread talks with the others. */
#ifndef OWN_TASKS_H
#define OWN_TASKS_H

#include <loss/loss.h>

typedef struct own_tasks own_tasks;

/** @return NULL: memory is out, or no thread could be made */
own_tasks *own_tasks_start(loss_surface *surface);
/** Waits for the task in work; NULL is a no-op. */
void own_tasks_end(own_tasks *own);

/** Whether nothing is in work, so that a task may be given. */
bool own_tasks_is_idle(own_tasks *own);
void own_tasks_give(own_tasks *own, const loss_task *task);
/** Takes the outcome of a task that is finished.
 *  @param outcome  written where *has
 *  @return LOSS_OK, or how the task failed */
loss_status own_tasks_take(own_tasks *own, loss_outcome *outcome, bool *has);

#endif
