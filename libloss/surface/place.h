/* The network at a point of a surface, in the surface's BatchNorm mode. */
#ifndef LOSSI_SURFACE_PLACE_H
#define LOSSI_SURFACE_PLACE_H

#include "surface/surface.h"

typedef struct lossi_placer lossi_placer;

/** @param threads  of recalibration; 0: one for each processor this process may use */
loss_status lossi_placer_create(lossi_placer **out, const loss_surface *surface, size_t threads);
void lossi_placer_free(lossi_placer *placer);

/** The network of point (ix, iy); asked for the same point again, nothing is done again.
 * Borrowed, overwritten by the next call.
 *  @param net  NULL if there is no such network: mode `states` gives a negative variance here */
loss_status lossi_placer_at(lossi_placer *placer, size_t iy, size_t ix, const loss_net **net);

/** The same for any coordinates of the plane; not for repeated lines. */
loss_status lossi_placer_off_grid(lossi_placer *placer, double x, double y, const loss_net **net);

#endif
