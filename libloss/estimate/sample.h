/* In which order images are taken: a random one, in which those of large losses at the coarse
 * points come earlier. Its beginnings are samples, each within the next: sequential Poisson
 * sampling (Ohlsson 1998), image i with the key u_i / size_i. */
#ifndef LOSSI_SAMPLE_H
#define LOSSI_SAMPLE_H

#include "estimate/panel.h"

typedef struct lossi_sample {
    size_t n;        /* images */
    double *sizes;   /* [n] by image: what its chance to come early is proportional to, above 0 */
    uint32_t *order; /* [n] */
    double floor;    /* sizes are the root of a loss, and this multiple of the mean root */
} lossi_sample;

/** Draws the order. The floor is chosen among a few for the least error that each coarse point
 * would have if it were estimated from the others.
 *  @param detail  part of the stream's key: the split
 *  @return LOSS_OK, LOSS_ERR_NOMEM. Free with lossi_sample_free() in each case. */
loss_status lossi_sample_draw(lossi_sample *sample, const lossi_panel *panel, uint64_t seed,
                              uint32_t detail);
void lossi_sample_free(lossi_sample *sample);

/** The chances that the first m images of the order had to be among the first m.
 *  @param chances  [m] in the order, above 0, at most 1; written */
void lossi_sample_chances(const lossi_sample *sample, size_t m, double *chances);

#endif
