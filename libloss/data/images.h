/* Images as a reader gives them, and how much memory they may take. */
#ifndef LOSSI_IMAGES_H
#define LOSSI_IMAGES_H

#include <loss/data.h>

#include "base/base.h"

/** All images of a split: bytes or floats, with labels or targets. Owns its arrays. */
typedef struct lossi_images {
    const char *format; /* what they turned out to be; NULL: what the reader is for. Static. */
    loss_shape shape;
    size_t n;
    size_t n_all;     /* that there were before the reader took those that are wanted; 0: all are
                         here */
    bool is_fitted;   /* resized and cropped */
    uint8_t *pixels;  /* [n][channels][height][width]; NULL: values */
    float *values;    /* the same, as the network takes them; NULL: pixels */
    uint32_t *labels; /* [n]; NULL: targets */
    float *targets;   /* [n][classes]; NULL: labels */
} lossi_images;

/** Values of one image. */
size_t lossi_image_size(const lossi_images *images);

/** Frees and empties. */
void lossi_images_free(lossi_images *images);

/** Room for n images of the shape, which is that of *images: pixels and labels, not set. n becomes
 * the number of images.
 *  @return LOSS_OK, LOSS_ERR_FORMAT (larger than an address), LOSS_ERR_NOMEM */
loss_status lossi_images_reserve(lossi_images *images, size_t n);

/** Refuses what unpacks to far more than its files hold: a few bytes of gzip or PNG can claim
 * gigabytes. Files may always unpack to 256 MiB, and larger ones to 64 times their size;
 * opt->max_bytes, where it is set, is the limit instead. To be asked before memory is taken.
 *  @param path        for the message
 *  @param file_bytes  size of the files that are read
 *  @param bytes       what they claim, or have come, to unpack to
 *  @return LOSS_OK, LOSS_ERR_FORMAT (the numbers are in the message) */
loss_status lossi_check_unpacked(const loss_dataset_options *opt, const char *path,
                                 size_t file_bytes, size_t bytes);

#endif
