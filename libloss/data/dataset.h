/* Inside a dataset, and what its readers share. */
#ifndef LOSSI_DATASET_H
#define LOSSI_DATASET_H

#include <loss/data.h>

#include "base/base.h"

/** What a reader gives: all images of a split. Owns pixels and labels. */
typedef struct lossi_images {
    loss_shape shape;
    size_t n;
    uint8_t *pixels;  /* [n][channels][height][width] */
    uint32_t *labels; /* [n] */
} lossi_images;

void lossi_images_free(lossi_images *images);

/* Each pair: whether a path looks like this kind (by content), and its reader. Readers return
 * LOSS_OK, LOSS_ERR_IO, LOSS_ERR_FORMAT or LOSS_ERR_NOMEM, and leave *out empty on failure. */

bool lossi_cifar10_is_folder(const char *path);
loss_status lossi_cifar10_read_folder(const char *path, loss_split split, lossi_images *out);
bool lossi_cifar10_is_archive(const uint8_t *bytes, size_t size);
loss_status lossi_cifar10_read_archive(const char *path, const uint8_t *bytes, size_t size,
                                       loss_split split, lossi_images *out);

bool lossi_idx_is_folder(const char *path);
loss_status lossi_idx_read_folder(const char *path, loss_split split, lossi_images *out);

bool lossi_png_is_folder(const char *path);
loss_status lossi_png_read_folder(const char *path, loss_split split, lossi_images *out);

#endif
