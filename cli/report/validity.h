/* What a reader has to know before a landscape is believed. */
#ifndef VALIDITY_H
#define VALIDITY_H

#include "json.h"
#include "report/summary.h"

/** One run's path against the plane. Differences are of finite losses. */
typedef struct path_report {
    char run[128];
    size_t n, not_finite; /* checkpoints; those whose own loss or loss on the plane is not finite */
    double farthest_residual; /* of the checkpoint farthest from the origin */
    size_t farthest_epoch;
    double worst_residual; /* and the largest, which may be of one close to the origin */
    char worst_checkpoint[128];
    size_t worst_epoch;
    double gap; /* largest |true loss - loss on the plane|; NaN: none is finite */
    char gap_checkpoint[128];
    size_t gap_epoch;
    double held; /* share of the path's variance within the plane; NaN: not known */
} path_report;

enum { MOST_RUNS = 32 };

/** Reports of the runs in a surface, [MOST_RUNS] written; more are left out. */
loss_status validity_paths(loss_surface *surface, loss_split split, path_report *reports,
                           size_t *n);

/** Centre of the grid minus the model's own loss; NaN if one of them is not known, 0 if both are
 * the same infinity. */
double validity_centre(const loss_surface *surface, loss_split split, double centre);

/** The report as lines on standard output, or added to a JSON document as "validity" and "path".
 *  @param summaries  of the splits; NULL: one is not there */
loss_status validity_print(loss_surface *surface, const summary *const summaries[2]);
loss_status validity_add(loss_surface *surface, const summary *const summaries[2], json *j);
/** The table of all paths on standard output. */
loss_status validity_print_paths(loss_surface *surface, const summary *const summaries[2]);

#endif
