/* Doing tasks of a surface: no file is touched. */
#ifndef LOSSI_SURFACE_WORKER_H
#define LOSSI_SURFACE_WORKER_H

#include <loss/tasks.h>

typedef struct lossi_task_worker lossi_task_worker;

/** All bits that may be wanted, and those of one split. */
enum { LOSSI_WANT_LOSSES = LOSS_WANT_TRAIN | LOSS_WANT_TEST };
static inline uint64_t lossi_want_loss(int split)
{
    return (uint64_t)LOSS_WANT_TRAIN << split;
}
static inline uint64_t lossi_want_curvature(int split)
{
    return (uint64_t)LOSS_WANT_TRAIN_CURVATURE << split;
}

/** What a surface wants at each point. */
uint64_t lossi_surface_wants(const loss_surface *surface);
/** LOSS_ERR_ARGUMENT unless it is a task of the surface. The numbers of its images are not looked
 * at: an outcome's task may have lost them. */
loss_status lossi_task_check(const loss_surface *surface, const loss_task *task);

/** @param threads  0: one for each processor this process may use
 *  @return LOSS_OK, LOSS_ERR_NOMEM, LOSS_ERR_SYSTEM */
loss_status lossi_task_worker_create(lossi_task_worker **out, const loss_surface *surface,
                                     size_t threads);
void lossi_task_worker_free(lossi_task_worker *worker);
/** As loss_surface_compute(), of a task that was checked. Different workers of one surface may be
 * at work in different threads. */
loss_status lossi_task_worker_do(lossi_task_worker *worker, const loss_task *task,
                                 loss_outcome *outcome);

#endif
