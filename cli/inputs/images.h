/* The images that a surface is of: a data set for each of its splits, and those that BatchNorm's
 * statistics are estimated from. */
#ifndef IMAGES_H
#define IMAGES_H

#include <loss/loss.h>

typedef struct images {
    loss_dataset *of[2]; /* by loss_split; NULL: the surface is not of it. Owned */
    loss_dataset *bn;    /* NULL: the statistics are not estimated. Owned */
} images;

void images_free(images *i);

/** What a surface is opened with: the test images, or the training images where there are no
 * others. Borrowed. */
loss_dataset *images_first(const images *i);
/** Puts the others into the options that it is opened with. */
void images_attach(const images *i, loss_surface_options *options);

#endif
