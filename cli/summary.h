/* What a landscape says in a few figures. */
#ifndef SUMMARY_H
#define SUMMARY_H

#include <loss/loss.h>

typedef struct summary {
    size_t total, evaluated, not_finite;
    bool has_centre;
    loss_point centre;
    double min, max;                /* of finite losses; NaN if there are none */
    double min_x, min_y, min_error; /* where it is lowest, and its standard error */
    double seconds;                 /* of all points */
    bool has_barrier;               /* a line between solutions, all of it finite: */
    double barrier, barrier_at;     /* docs/definitions.md; and where the loss is highest */
    size_t n_bends; /* points with extreme eigenvalues, and |smallest / largest| of those where
                       it is finite: */
    double convexity_low, convexity_high;
} summary;

/** Figures of a split. */
loss_status summary_of(loss_surface *surface, loss_split split, summary *s);

/** Prints figures and metadata on standard output, as text or as one JSON object. */
loss_status summary_print(loss_surface *surface, const char *path, bool json);

#endif
