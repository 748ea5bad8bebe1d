/* Which images a step sees, and what augmentation makes of them. Everything is drawn from (seed,
 * epoch, image), so that any epoch can be had without those before it. */
#ifndef LOSSI_BATCHES_H
#define LOSSI_BATCHES_H

#include "base/base.h"
#include "net/backprop.h"

typedef struct lossi_batches {
    const loss_dataset *data;
    size_t batch, n_steps; /* steps an epoch */
    bool augment;
    uint64_t seed;
    size_t epoch;     /* 1 .. */
    size_t *order;    /* [n]: images in this epoch's order */
    uint32_t *labels; /* [n], in that order; or */
    float *targets;   /* [n][classes] */
    float *table;     /* [channels][256]: a byte's normalised value */
    size_t first;     /* of the step under way */
} lossi_batches;

/** @return LOSS_OK, LOSS_ERR_ARGUMENT (fewer than two images), LOSS_ERR_NOMEM */
loss_status lossi_batches_create(lossi_batches *b, const loss_dataset *data, size_t batch,
                                 bool augment, uint64_t seed);
void lossi_batches_free(lossi_batches *b);

/** Shuffles for an epoch. */
void lossi_batches_begin_epoch(lossi_batches *b, size_t epoch);

/** The batch of a step, 0 .. n_steps - 1. Valid until the next call; `b` must stay where it is. */
lossi_batch lossi_batches_step(lossi_batches *b, size_t step);

#endif
