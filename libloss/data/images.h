/* Images as a reader gives them, and how much memory they may take. */
#ifndef LOSSI_IMAGES_H
#define LOSSI_IMAGES_H

#include <loss/data.h>

#include "base/base.h"
#include "base/spill.h"

/** All images of a split: bytes or floats, with labels or targets. Owns its arrays. The first
 * n_held images are in memory, the others in a temporary file. */
typedef struct lossi_images {
    const char *format; /* what they turned out to be; NULL: what the reader is for. Static. */
    loss_shape shape;
    size_t n;
    size_t n_all;       /* that there were before the reader took those that are wanted; 0: all are
                           here */
    bool is_fitted;     /* resized and cropped */
    size_t n_held;      /* once they were reserved; readers that fill the arrays below leave it 0 */
    lossi_spill *spill; /* NULL: all are held */
    uint8_t *pixels;    /* [n_held][channels][height][width]; NULL: values */
    float *values;      /* the same, as the network takes them; NULL: pixels */
    uint32_t *labels;   /* [n]; NULL: targets */
    float *targets;     /* [n][classes]; NULL: labels */
} lossi_images;

/** Values of one image. */
size_t lossi_image_size(const lossi_images *images);

/** Frees and empties. */
void lossi_images_free(lossi_images *images);

/** Bytes of one image. */
size_t lossi_image_bytes(const lossi_images *images);

/** Room for n images of the shape, which is that of *images; n becomes the number of images.
 *  @param is_floats  values, not pixels
 *  @param cache      most bytes of them that memory holds; 0: all
 *  @return LOSS_OK, LOSS_ERR_FORMAT (larger than an address), LOSS_ERR_NOMEM, LOSS_ERR_IO */
loss_status lossi_images_reserve(lossi_images *images, size_t n, bool is_floats, size_t cache);
/** Puts image i there. @return LOSS_OK, LOSS_ERR_IO */
loss_status lossi_images_put(lossi_images *images, size_t i, const void *image);
/** Image i, bytes or floats: where it lies in memory, or in `buffer` [lossi_image_bytes()]. Any
 * threads at once. @return LOSS_OK, LOSS_ERR_IO */
loss_status lossi_images_get(const lossi_images *images, size_t i, void *buffer,
                             const void **image);
/** Ends a reader's work: what it read whole is put where it belongs. @return as
 * lossi_images_reserve() */
loss_status lossi_images_hold(lossi_images *images, size_t cache);

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
