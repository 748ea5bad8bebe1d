/* One image of a file in memory, and what is made of it before it is an image of a data set. */
#ifndef LOSSI_PICTURE_H
#define LOSSI_PICTURE_H

#include "data/images.h"

typedef struct lossi_picture {
    size_t channels, height, width; /* channels: 1 or 3 */
    uint8_t *pixels;                /* [channels][height][width]. Owned. */
} lossi_picture;

void lossi_picture_free(lossi_picture *p);

/** Reads a PNG or JPEG, recognised by content, with its samples as they are stored.
 *  @param opt   how much it may unpack to
 *  @param path  for messages
 *  @return LOSS_OK, LOSS_ERR_FORMAT, LOSS_ERR_NOMEM; the picture is empty on failure */
loss_status lossi_picture_read(lossi_picture *p, const uint8_t *bytes, size_t size,
                               const loss_dataset_options *opt, const char *path);

/** Grey becomes three equal channels. @return LOSS_OK, LOSS_ERR_NOMEM */
loss_status lossi_picture_colour(lossi_picture *p);

/** opt->resize and opt->crop, as torchvision's Resize and CenterCrop do them with PIL: the shorter
 *  side becomes `resize`, by PIL's bilinear filter, which widens with the scale (the same bytes);
 *  then the middle is cut out.
 *  @param name  for messages
 *  @return LOSS_OK, LOSS_ERR_SHAPE (smaller than the crop), LOSS_ERR_NOMEM */
loss_status lossi_picture_fit(lossi_picture *p, const loss_dataset_options *opt, const char *name);

#endif
