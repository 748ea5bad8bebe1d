/* What a split of a landscape says in a few figures. */
#ifndef SUMMARY_H
#define SUMMARY_H

#include "json.h"

typedef struct summary {
    size_t total, evaluated, not_finite;
    bool has_centre;
    loss_point centre;
    double min, max;                /* of finite losses; NaN if there are none */
    double min_x, min_y, min_error; /* where it is lowest, and its standard error */
    double seconds;                 /* of all points */
    bool has_barrier;               /* a line between solutions, all of it finite: */
    double barrier, barrier_at;     /* docs/definitions.md; and where the loss is highest */
    size_t n_curvature; /* points with extreme eigenvalues, and |smallest / largest| of those where
                       it is finite: */
    double convexity_low, convexity_high;
    bool has_estimates; /* points that are estimated: */
    loss_estimate_report estimates;
} summary;

/** Figures of a split. */
loss_status summary_of(loss_surface *surface, loss_split split, summary *s);

/** Prints them on standard output, or adds them to a JSON object. */
void summary_print(const loss_surface *surface, loss_split split, const summary *s);
void summary_add(json *j, cJSON *to, const summary *s);

#endif
