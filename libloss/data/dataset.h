/* Inside a dataset. */
#ifndef LOSSI_DATASET_H
#define LOSSI_DATASET_H

#include "data/images.h"

struct loss_dataset {
    loss_split split;
    const char *format;
    char *path;
    lossi_images images;
    float *mean, *std; /* [channels], at least 3; NULL for images of floats */
    char digest[17], selection[40];
};

/** The numbers of the images that are wanted of n, ascending: the first opt->limit, or a seeded
 * choice of as many.
 *  @param keep  [*n_keep], owned by the caller; NULL: all
 *  @return LOSS_OK, LOSS_ERR_NOMEM */
loss_status lossi_choose(size_t n, const loss_dataset_options *opt, size_t **keep, size_t *n_keep);

/** Keeps the first opt->limit images, or a seeded choice of as many, in their order.
 *  @return LOSS_OK, LOSS_ERR_NOMEM */
loss_status lossi_select(loss_dataset *data, const loss_dataset_options *opt);

#endif
