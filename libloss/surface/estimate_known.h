/* What was seen of one split: losses of all images at the coarse points, of the sample at the
 * others. */
#ifndef LOSSI_ESTIMATE_KNOWN_H
#define LOSSI_ESTIMATE_KNOWN_H

#include "surface/estimate_design.h"
#include "surface/store_estimate.h"

/** Losses of images, in the sample's order, or of a coarse point in that of the data. */
typedef struct lossi_seen {
    size_t n;
    float *losses;    /* [n] */
    uint8_t *correct; /* [n]; all 0 where the data have targets */
} lossi_seen;

typedef struct lossi_known {
    loss_surface *surface;
    loss_split split;
    size_t n_images, n_points;
    lossi_seen coarse[LOSSI_MOST_COARSE]; /* by place in the design; n = 0: not evaluated */
    lossi_seen *seen;                     /* [n_points] */
    bool *is_exact;                       /* [n_points] the file has it exactly */
    const lossi_estimate_design *design;
} lossi_known;

/** Reads all of it from the file.
 *  @return LOSS_OK, LOSS_ERR_FORMAT (pieces that do not follow each other, or of more images than
 *          there are), LOSS_ERR_IO, LOSS_ERR_NOMEM. Free with lossi_known_free() in each case. */
loss_status lossi_known_init(lossi_known *known, loss_surface *surface, loss_split split,
                             const lossi_estimate_design *design);
void lossi_known_free(lossi_known *known);

/** Adds n images behind those that were seen.
 *  @param losses   [n] float32, at any address
 *  @param correct  [n]; NULL: none is
 *  @return LOSS_OK, LOSS_ERR_NOMEM */
loss_status lossi_seen_add(lossi_seen *seen, size_t n, const void *losses, const uint8_t *correct);

/** Images that were seen of a point: of a coarse one all or none, of others those of the sample. */
size_t lossi_known_count(const lossi_known *known, size_t point);
/** Reads a point again, if the file has more of it by now.
 *  @return as lossi_known_init() */
loss_status lossi_known_refresh(lossi_known *known, size_t point);

/** The place of a point in the design, LOSSI_MOST_COARSE for others. */
size_t lossi_known_coarse(const lossi_known *known, size_t point);

#endif
