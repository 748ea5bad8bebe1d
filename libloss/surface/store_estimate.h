/* The tables of estimates of a landscape file. Files that were not estimated do not have them. */
#ifndef LOSSI_STORE_ESTIMATE_H
#define LOSSI_STORE_ESTIMATE_H

#include <loss/estimate.h>

#include "surface/store.h"

/** Some images of one point, one after the other. Borrowed. */
typedef struct lossi_image_losses {
    /** place of the first one in the sample's order; LOSSI_ALL_IMAGES: of a coarse point, all
     * images in the order of the data */
    int64_t first;
    size_t n;
    const void *losses;     /* [n] float32, at any address */
    const uint8_t *correct; /* [n]; NULL: the data have targets */
} lossi_image_losses;

enum { LOSSI_ALL_IMAGES = -1 };

/** Whether the file has the tables. */
loss_status lossi_store_has_estimates(lossi_store *store, bool *has);
/** Makes them, if they are not there, and records what the estimates are made by; read again if
 * another process did before.
 *  @param design  becomes the fact LOSS_KEY_ESTIMATE
 *  @return LOSS_OK, LOSS_ERR_MISMATCH (it has estimates made by something else), LOSS_ERR_IO */
loss_status lossi_store_begin_estimates(lossi_store *store, const char *design);

/** All estimates of a split, [ny][nx]; those that are absent have evaluated = false. */
loss_status lossi_store_read_estimates(lossi_store *store, loss_split split, size_t nx, size_t ny,
                                       loss_estimate *estimates);
/** The same as they were put in: what each point's own images tell, whatever its neighbours do. */
loss_status lossi_store_read_own_estimates(lossi_store *store, loss_split split, size_t nx,
                                           size_t ny, loss_estimate *estimates);
/** Takes some images of point number `point`; what it points to is borrowed until it returns. */
typedef loss_status lossi_take_images(void *context, size_t point, const lossi_image_losses *taken);
/** Gives all of a split, point after point, in their order. */
loss_status lossi_store_read_images(lossi_store *store, loss_split split, size_t nx, size_t ny,
                                    lossi_take_images *take, void *context);
/** The same of one point of that grid; and how many there are.
 *  @param is_all  those of a coarse point are counted, else those of a sample */
loss_status lossi_store_read_images_at(lossi_store *store, loss_split split, size_t iy, size_t ix,
                                       size_t nx, size_t ny, lossi_take_images *take,
                                       void *context);
loss_status lossi_store_count_images(lossi_store *store, loss_split split, size_t iy, size_t ix,
                                     bool is_all, size_t *n);

/** Within a transaction: adds some images of a point; puts an estimate in place of one of as many
 * images or fewer. */
loss_status lossi_store_insert_images(lossi_store *store, loss_split split, size_t iy, size_t ix,
                                      const lossi_image_losses *images);
loss_status lossi_store_replace_estimate(lossi_store *store, loss_split split, size_t iy, size_t ix,
                                         const loss_estimate *estimate);
/** Within a transaction: changes what is said of a point, but not what its own images tell. */
loss_status lossi_store_settle_estimate(lossi_store *store, loss_split split, size_t iy, size_t ix,
                                        const loss_estimate *estimate);

#endif
