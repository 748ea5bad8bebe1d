/* The surface of all images for a share of the work: some points with all images, the others with
 * a sample of them that is weighted so that it has the very means of all images at the former
 * (docs/estimates.md, docs/definitions.md). */
#ifndef LOSS_ESTIMATE_H
#define LOSS_ESTIMATE_H

#include <loss/surface.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What is known of one point of an estimated surface. Since 0.1. */
typedef struct loss_estimate {
    bool evaluated;  /**< false: not done yet; the other fields mean nothing */
    bool is_exact;   /**< all images were evaluated here: an interval is its one value */
    uint64_t images; /**< that were evaluated here */
    double loss;     /**< nats per image, of all images; may be Inf or NaN */
    /** of the estimate: how far it may be from the loss over all images; 0 where that is exact. NaN
     *  where the loss is not finite */
    double error;
    double low, high;                   /**< the ends of a 95 % interval of that loss */
    double accuracy;                    /**< percent, of all images; NaN: the data have targets */
    double accuracy_error;              /**< as error, percentage points */
    double accuracy_low, accuracy_high; /**< as low and high, within 0 and 100 */
    double seconds;                     /**< that the last images took */
} loss_estimate;

/** How far loss_surface_estimate() is. Since 0.1. */
typedef struct loss_estimate_progress {
    uint64_t done, total;         /**< images times points, of one split */
    uint64_t done_before;         /**< of them found in the file */
    double seconds, seconds_left; /**< since the split began; estimate of the rest */
    double images_per_second;     /**< since the split began */
    double x, y;                  /**< the point just finished */
    loss_split split;             /**< the split that the point is of */
    loss_estimate estimate;       /**< what came out */
} loss_estimate_progress;

/** How a surface is estimated. Start from LOSS_ESTIMATE_OPTIONS_INIT. Since 0.1. */
typedef struct loss_estimate_options {
    size_t struct_size; /**< sizeof(loss_estimate_options): set by the initialiser */
    /** images times points that may be evaluated, of all there are: above 0, below 1 */
    double share;
    uint64_t seed; /**< of the sample */
    /** after each point, from the caller's thread; may be NULL */
    void (*progress)(const loss_estimate_progress *progress, void *user);
    void *user; /**< passed to the function above */
    /** 0: the share counts. Else, in its place: each point gets images until its standard error is
     *  at most so much of its loss; above 0, below 1 */
    double error;
} loss_estimate_options;

/** The defaults of loss_estimate_options. Since 0.1. */
#define LOSS_ESTIMATE_OPTIONS_INIT                                                                 \
    {                                                                                              \
        sizeof(loss_estimate_options), 0.05, 0, NULL, NULL, 0                                      \
    }

/** Estimates the loss and the accuracy over all images at every point that the file does not have
 *  exactly. The coarse points, 13 or 9 of them spread over the grid (of a line 5 or 3), are
 *  evaluated with all images; from what they say, each other point draws a sample of its own. Half
 *  of what is left for the samples goes where it makes the errors least; where an error was
 *  asked for, all that are above it get more. At the end neighbouring points are smoothed together
 *  (Fay and Herriot 1979 with a spatial covariance, docs/definitions.md), and errors and intervals
 *  are those of what comes out. Points are evaluated and committed as those of
 *  loss_surface_evaluate() are, several at once; several processes may work on one file. Called
 *  again on the same file with a larger share, or a smaller error, it goes on from there; the
 *  coarse points and the orders of the images stay as they were drawn first.
 *  @param surface  from loss_surface_open(), with a file; without eigenvalues, repeated lines or
 *                  parts. Threads and cancellation are those of the surface.
 *  @param opt      NULL: a twentieth, seed 0
 *  @return LOSS_OK; LOSS_ERR_ARGUMENT (such a surface, a share or an error outside 0 and 1, a share
 *          too small for the coarse points and 30 images at each other one: the message says which
 *          is enough); LOSS_ERR_MISMATCH (the file was estimated with another seed); LOSS_ERR_IO,
 *          LOSS_ERR_NOMEM, LOSS_ERR_SYSTEM; LOSS_ERR_CANCELLED; whatever it is, finished points
 *          stay in the file
 *  The bits do not depend on the number of threads or on interruptions.
 *  Threads: one caller a handle. Cost: share of points x images forward passes. Memory: the losses
 *  of all images at the coarse points, and of the sample at all points. Since 0.1. */
LOSS_API loss_status loss_surface_estimate(loss_surface *surface, const loss_estimate_options *opt);

/** Begins an estimate: what loss_surface_claim() gives from now on, and loss_surface_evaluate()
 * does, is of it, until nothing is left of it or the evaluation ends. loss_surface_estimate() is
 * this and loss_surface_evaluate(); programs that spread tasks over processes call this where the
 * file is.
 *  @param surface, opt  as for loss_surface_estimate()
 *  @return as loss_surface_estimate(); after a failure the surface is as before
 *  Threads: one caller a handle. Since 0.1. */
LOSS_API loss_status loss_surface_begin_estimate(loss_surface *surface,
                                                 const loss_estimate_options *opt);

/** Whether a surface without a file can be estimated so; of one with a file,
 * loss_surface_begin_estimate() tells.
 *  @param images    [n_splits] of each split. Borrowed
 *  @param opt       as for loss_surface_estimate()
 *  @return LOSS_OK; LOSS_ERR_ARGUMENT, as loss_surface_estimate() and for axes that are none
 *  Threads: any. Since 0.1. */
LOSS_API loss_status loss_estimate_check(loss_axis x, loss_axis y, const size_t *images,
                                         size_t n_splits, const loss_estimate_options *opt);

/** Whether the file holds estimates by now.
 *  @param has  written; false on failure
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT (NULL, or no file), LOSS_ERR_IO, LOSS_ERR_NOMEM
 *  Threads: one caller a handle. Since 0.1. */
LOSS_API loss_status loss_surface_has_estimates(loss_surface *surface, bool *has);

/** All points of a split as the file has them now: exact ones, and estimates of the others.
 *  loss_surface_points() gives the same losses; this tells which of them are estimates, and how
 *  good.
 *  @param estimates  [ny][nx], written. Caller-owned.
 *  @return LOSS_OK, LOSS_ERR_NAME (no such split in the file), LOSS_ERR_FORMAT, LOSS_ERR_IO,
 *          LOSS_ERR_NOMEM
 *  Threads: one caller a handle. Since 0.1. */
LOSS_API loss_status loss_surface_estimates(loss_surface *surface, loss_split split,
                                            loss_estimate *estimates);

/** The standard error of the accuracy at each point: of an estimate its own, of a point that was
 *  evaluated with all images loss_accuracy_error(). Critical points of accuracies are compared with
 *  it. loss_surface_points() has that of losses.
 *  @param errors  [ny][nx], percentage points; NaN: not evaluated, or not known. Caller-owned.
 *  @return as loss_surface_estimates(). Threads: one caller a handle. Since 0.1. */
LOSS_API loss_status loss_surface_accuracy_errors(loss_surface *surface, loss_split split,
                                                  double *errors);

/** What was estimated, and how well it went. Start from LOSS_ESTIMATE_REPORT_INIT. Since 0.1. */
typedef struct loss_estimate_report {
    size_t struct_size;      /**< sizeof(loss_estimate_report): set by the initialiser */
    size_t exact, estimated; /**< points; those that are neither were not done */
    uint64_t images;         /**< of the split: what a point takes that is exact */
    uint64_t fewest, most;   /**< images of an estimated point; 0: there is none */
    double share;            /**< of the work of all points with all images that was done */
    double median_error;     /**< of the estimates' relative standard errors; NaN: none */
    double largest_error;    /**< the same: of the point where it is largest */
    /** root mean square of the relative errors of the coarse points, each estimated from the others
     *  and the sample, and of the standard errors that go with them; NaN: not known */
    double observed, predicted;
    size_t checked, held; /**< coarse points that were; within their intervals */
    /** the same of accuracies, not relative: percentage points */
    double accuracy_observed, accuracy_predicted;
    size_t accuracy_held; /**< coarse points whose accuracy is within its interval */
} loss_estimate_report;

/** The defaults of loss_estimate_report. Since 0.1. */
#define LOSS_ESTIMATE_REPORT_INIT                                                                  \
    {                                                                                              \
        sizeof(loss_estimate_report), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0                  \
    }

/** Sums up the estimates of a split.
 *  @param report  written on success
 *  @return LOSS_OK; LOSS_ERR_NAME (no such split, or no estimates in the file); LOSS_ERR_ARGUMENT
 *          (its size), LOSS_ERR_FORMAT, LOSS_ERR_IO, LOSS_ERR_NOMEM
 *  Threads: one caller a handle. Since 0.1. */
LOSS_API loss_status loss_surface_estimate_report(loss_surface *surface, loss_split split,
                                                  loss_estimate_report *report);

#ifdef __cplusplus
}
#endif
#endif
