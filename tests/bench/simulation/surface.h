/* A landscape file that simulations fill: what claims points, and puts them in, is the product's
 * own; only the losses are made up. */
#ifndef SIMULATION_SURFACE_H
#define SIMULATION_SURFACE_H

#include <loss/tasks.h>

typedef struct simulated_surface {
    loss_net *net;
    loss_plane *plane;
    loss_dataset *data;
    loss_surface *surface;
    size_t n; /* points of the grid */
} simulated_surface;

/** Makes a file in a folder. opt: x and y, and what should be told of progress. Messages of what
 *  failed are the library's. */
loss_status simulated_surface_open(simulated_surface *s, const char *folder,
                                   loss_surface_options *opt);
/** Closes and removes it. */
void simulated_surface_close(simulated_surface *s, const char *folder);

loss_outcome simulated_outcome(const loss_task *task, double seconds);
/** Whether the file has all points, each with its own loss. */
bool simulated_surface_is_whole(const simulated_surface *s);

#endif
