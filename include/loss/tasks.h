/* The points of a surface one at a time, for programs that spread them over processes or machines
 * in their own way (examples/06-workers.c). loss_surface_evaluate() and loss_surface_estimate() are
 * made of these:
 *
 *     one handle with the file:      claim -> task                outcome -> hand in
 *     any handle, also without it:            task -> compute -> outcome
 *
 * Tasks and outcomes are plain values: between processes of one program on one kind of machine they
 * may be sent as their bytes, followed by their arrays. Only estimates have arrays. */
#ifndef LOSS_TASKS_H
#define LOSS_TASKS_H

#include <stdint.h>

#include <loss/surface.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What is wanted at a point; values are or-ed. Since 0.1. */
typedef enum loss_want {
    LOSS_WANT_TRAIN = 1,           /**< the loss of the training images: 1 << LOSS_SPLIT_TRAIN */
    LOSS_WANT_TEST = 2,            /**< the loss of the test images: 1 << LOSS_SPLIT_TEST */
    LOSS_WANT_TRAIN_CURVATURE = 4, /**< the extreme eigenvalues of that of the training images */
    LOSS_WANT_TEST_CURVATURE = 8,  /**< the extreme eigenvalues of that of the test images */
    LOSS_WANT_IMAGES = 16          /**< with one of the first two: of each image by itself, too */
} loss_want;

/** Work that one process does. Since 0.1. */
typedef struct loss_task {
    uint64_t point; /**< iy * nx + ix; nx * ny: the network itself, whose loss the file records */
    uint64_t wants; /**< of loss_want */
    /** with LOSS_WANT_IMAGES: how many images are wanted; 0: all of the split */
    uint64_t n_images;
    /** [n_images] their numbers. Borrowed from the handle that claimed, until the task is handed in
     *  or the handle closed; NULL: all */
    const uint32_t *images;
} loss_task;

/** What came out. Free with loss_outcome_clear(). Since 0.1. */
typedef struct loss_outcome {
    loss_task task;                    /**< that was done; its images are not looked at any more */
    loss_point points[2];              /**< by split; of some images, their mean */
    loss_point_curvature curvature[2]; /**< by split */
    uint64_t images;                   /**< that were evaluated */
    /** [images] with LOSS_WANT_IMAGES: of each, in the order of the task; NaN where the point has
     * no network. Owned by the outcome, from malloc(); else NULL */
    float *losses;
    uint8_t *correct; /**< [images] whether each was classified right; owned like losses */
    double added;     /**< with LOSS_WANT_IMAGES: what the loss has besides the images' mean */
    /** with LOSS_WANT_IMAGES: the network there has the very values of the surface's own */
    bool is_own;
} loss_outcome;

/** Frees what an outcome owns, and empties it.
 *  @param outcome  NULL is a no-op. Threads: any. Since 0.1. */
LOSS_API void loss_outcome_clear(loss_outcome *outcome);

/** What loss_surface_claim() found. Since 0.1. */
typedef enum loss_claim {
    LOSS_CLAIM_DONE = 0, /**< everything is in the file */
    LOSS_CLAIM_TASK = 1, /**< a task */
    /** what is left is with other processes, or was claimed here and not handed in: ask again soon.
     *  A process that ended loses its claims at once; one that hangs after ten times the longest
     *  that a task took here, at least a minute. */
    LOSS_CLAIM_WAIT = 2
} loss_claim;

/** Claims the next task, coarse to fine; of an estimate that loss_surface_begin_estimate() began,
 * if there is one. Until it is handed in, or this handle is closed, no other process of this
 * machine gets it.
 *  @param surface  from loss_surface_open(), with a file
 *  @param claim    written: what was found
 *  @param task     written with LOSS_CLAIM_TASK
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT (no file, or opened with loss_surface_read()), LOSS_ERR_IO
 *          (also: write-protected), LOSS_ERR_NOMEM, LOSS_ERR_CANCELLED
 *  Threads: one caller a handle; another thread may be in loss_surface_compute(). Since 0.1. */
LOSS_API loss_status loss_surface_claim(loss_surface *surface, loss_claim *claim, loss_task *task);

/** Does a task, with all the threads of the surface. The bits do not depend on who does it.
 *  @param surface  from loss_surface_open(), of the same network, plane, data and options as the
 *                  one that claimed; it may be one without a file
 *  @param outcome  written on success: loss_outcome_clear() it
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT (no such task), LOSS_ERR_NOMEM, LOSS_ERR_SYSTEM,
 *          LOSS_ERR_CANCELLED
 *  Threads: one caller a handle; another thread may be in loss_surface_claim() or
 *  loss_surface_hand_in(). Since 0.1. */
LOSS_API loss_status loss_surface_compute(loss_surface *surface, const loss_task *task,
                                          loss_outcome *outcome);

/** Puts outcomes into the file, in one commit: all of them are on disk on return, or none. Then
 *  tells the surface's progress function of each.
 *  @param outcomes  [n], of tasks that this handle claimed. Borrowed: they stay the caller's.
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT (no such task), LOSS_ERR_IO, LOSS_ERR_MISMATCH (another file
 *          has taken the place of the one that was opened), LOSS_ERR_CANCELLED
 *  Threads: as loss_surface_claim(). Since 0.1. */
LOSS_API loss_status loss_surface_hand_in(loss_surface *surface, const loss_outcome *outcomes,
                                          size_t n);

/** What a surface is of: network, weights, directions, data, grid, kernel set, a line each, such as
 *  "kernel set: avx2". Outcomes of one handle belong into the file of another only if these are the
 *  same.
 *  @param text  *text is owned by the caller: free(); NULL on failure
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT, LOSS_ERR_NOMEM. Threads: one caller a handle. Since 0.1. */
LOSS_API loss_status loss_surface_identity(const loss_surface *surface, char **text);

#ifdef __cplusplus
}
#endif
#endif
