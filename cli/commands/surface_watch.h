/* How far a surface is, on standard error, and how it is stopped. */
#ifndef SURFACE_WATCH_H
#define SURFACE_WATCH_H

#include <loss/loss.h>

typedef struct surface_watch {
    bool quiet;
    bool has_begun;
    size_t tenth; /* tenths of the work that have been told */
} surface_watch;

/** Watches the evaluation of a surface, also while another program keeps its file locked. The watch
 * has to outlive the options. */
void surface_watch_attach(surface_watch *w, loss_surface_options *options);
/** Watches an estimate. */
void surface_watch_attach_estimate(surface_watch *w, loss_estimate_options *options);
/** Watches a search for eigenvectors. */
void surface_watch_attach_curvature(surface_watch *w, loss_curvature_options *options);

#endif
