/* Which images a point of the surface gets, and in which order: each point draws its own, so that
 * errors of neighbours are independent (estimate/smooth.h lives on that). Images that have large
 * losses at coarse points nearby come earlier. The beginnings of an order are samples, each within
 * the next: sequential Poisson sampling (Ohlsson 1998), image i with the key u_i / size_i. */
#ifndef LOSSI_SAMPLE_H
#define LOSSI_SAMPLE_H

#include "estimate/panel.h"

/** A place on the grid, whose axes go from -1 to 1. */
typedef struct lossi_spot {
    double x, y;
} lossi_spot;

/** The place of a point, iy * nx + ix, on a grid. */
lossi_spot lossi_spot_of(size_t point, size_t nx, size_t ny);

typedef struct lossi_sample {
    const lossi_panel *panel; /* borrowed */
    const lossi_spot *spots;  /* [n_points of the panel], borrowed */
    uint64_t seed;
    uint32_t detail;
    double floor; /* sizes are the root of a loss, and this multiple of the mean root */
    double reach; /* coarse points within this distance count alike; farther ones less */
} lossi_sample;

/** Chooses floor and reach among a few for the least error that each coarse point would have if it
 * were estimated from the others.
 *  @param spots   [n_points of the panel] where they are. Borrowed.
 *  @param detail  part of the stream's key: the split
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT (too many images), LOSS_ERR_NOMEM */
loss_status lossi_sample_init(lossi_sample *sample, const lossi_panel *panel,
                              const lossi_spot *spots, uint64_t seed, uint32_t detail);

/** A point that a sample is drawn for. */
typedef struct lossi_target {
    lossi_spot spot;
    uint64_t number; /* part of the stream's place: points of different numbers are independent */
    int left_out;    /* a point of the panel that is not asked; LOSSI_LEAVE_NONE: all are */
} lossi_target;

enum { LOSSI_LEAVE_NONE = -1 };

/** Draws the first m images of the target's order.
 *  @param m      at most all images
 *  @param order  [m], written
 *  @return LOSS_OK, LOSS_ERR_NOMEM */
loss_status lossi_sample_draw(const lossi_sample *sample, const lossi_target *target, size_t m,
                              uint32_t *order);

/** The chances that the first m images of the order had to be among the first m.
 *  @param order    [m] of the same target
 *  @param chances  [m] in the order, above 0, at most 1; written
 *  @return LOSS_OK, LOSS_ERR_NOMEM */
loss_status lossi_sample_chances(const lossi_sample *sample, const lossi_target *target, size_t m,
                                 const uint32_t *order, double *chances);

#endif
