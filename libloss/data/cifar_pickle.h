/* A batch of the Python version of CIFAR. */
#ifndef LOSSI_CIFAR_PICKLE_H
#define LOSSI_CIFAR_PICKLE_H

#include "data/images.h"

/** Room for n more images of CIFAR. @return LOSS_OK, LOSS_ERR_NOMEM */
loss_status lossi_cifar_grow(lossi_images *images, size_t n);

/** Appends the images of a pickled dictionary: data, an array of bytes [n][3072], and a list of
 * labels.
 *  @param file  for messages
 *  @param key   what the labels are called
 *  @return LOSS_OK, LOSS_ERR_FORMAT, LOSS_ERR_NOMEM */
loss_status lossi_cifar_append_pickle(const char *file, const char *key, size_t classes,
                                      const uint8_t *bytes, size_t size, lossi_images *images);

#endif
