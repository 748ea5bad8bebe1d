/* Which points of a surface this process evaluates, and when: its part of them, coarse to fine,
 * without those that another process is at. */
#ifndef LOSSI_SURFACE_SHARE_H
#define LOSSI_SURFACE_SHARE_H

#include "surface/surface.h"

typedef struct lossi_share {
    size_t n;
    uint32_t *points; /* [n] iy * nx + ix, in their order */
    size_t next;      /* in points */
    uint32_t *later;  /* [n] left to others, from first_later to n_later */
    size_t first_later, n_later;
    lossi_store *store;
    double longest;       /* seconds that a point took here */
    double waiting_since; /* while all that is left is with others; 0: not so */
} lossi_share;

/** Whether all that is wanted at a point is in the file by now. */
typedef loss_status lossi_share_is_done(void *context, size_t point, bool *is);

/** The points of this part of a surface.
 *  @return LOSS_OK, LOSS_ERR_NOMEM. lossi_share_free() is needed in each case. */
loss_status lossi_share_init(lossi_share *share, const loss_surface *surface);
/** Some of its points, in the same order.
 *  @param wanted  [ny][nx]; NULL: all. Borrowed until it returns. */
loss_status lossi_share_init_some(lossi_share *share, const loss_surface *surface,
                                  const bool *wanted);
void lossi_share_free(lossi_share *share);

/** Claims the next point that is not done. One of a process that ended is free at once; a process
 * that hangs holds its point for ten times the longest that a point took here, at least a minute;
 * then it is given out here, too, and who is first puts it.
 *  @param has  false: what is left was claimed, here or by others
 *  @return LOSS_OK, or what is_done returned */
loss_status lossi_share_next(lossi_share *share, lossi_share_is_done *is_done, void *context,
                             size_t *point, bool *has);
/** Gives a point back, after it was put. @param seconds  that it took */
void lossi_share_release(lossi_share *share, size_t point, double seconds);

/** Waiting for others. Starts from zero. */
typedef struct lossi_pause {
    double began, told; /* seconds */
} lossi_pause;
/** A moment, before one looks again; tells opt.waiting_for_points each second.
 *  @return LOSS_OK, LOSS_ERR_CANCELLED */
loss_status lossi_share_pause(const loss_surface *surface, lossi_pause *pause);

/** Work that only one process at a time does; numbers of claims after those of the points. */
typedef enum lossi_sole_work { LOSSI_MODEL_LOSS, LOSSI_PATHS } lossi_sole_work;
/** Claims such work, if nobody has it.
 *  @return LOSS_OK, LOSS_ERR_IO, LOSS_ERR_NOMEM */
loss_status lossi_share_try_alone(loss_surface *surface, lossi_sole_work work, bool *is_mine);
/** Claims it; waits for who has it, which opt.waiting_for_points is told of.
 *  @return LOSS_OK, LOSS_ERR_CANCELLED, LOSS_ERR_IO, LOSS_ERR_NOMEM */
loss_status lossi_share_alone(loss_surface *surface, lossi_sole_work work);
void lossi_share_release_alone(loss_surface *surface, lossi_sole_work work);

#endif
