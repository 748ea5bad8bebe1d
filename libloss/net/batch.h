/* The images of a run, and what the loss compares the network's outputs for them with. */
#ifndef LOSSI_BATCH_H
#define LOSSI_BATCH_H

#include <loss/net.h>

typedef struct lossi_batch {
    size_t n;                /* at least 1 */
    const uint32_t *labels;  /* [n]; NULL: targets, or no loss is wanted */
    const float *targets;    /* [n][classes]; NULL: labels, or no loss is wanted */
    const uint32_t *numbers; /* [n] of the images in their data set; NULL: 0, 1, 2, ... */
    /** Gives image i of the batch, [c][h][w], normalised: where it lies, which may be `buffer`.
     * NULL: it failed, with a status and a message of the thread's. Called from several threads at
     * once. */
    const float *(*image)(void *user, size_t i, float *buffer);
    void *user;
    uint64_t seed;            /* of dropout: another one for every step */
    loss_cancelled cancelled; /* asked before each chunk; may be NULL */
    void *cancelled_user;
} lossi_batch;

/** All images of a dataset. Borrowed. */
lossi_batch lossi_batch_of(const loss_dataset *data);

/** Some images of a dataset. */
typedef struct lossi_some {
    const loss_dataset *data;
    const uint32_t *numbers;
    uint32_t *labels; /* [n] */
    float *targets;   /* [n][classes] */
} lossi_some;

/** @param some     written; borrows data and numbers, and is borrowed by the batch
 *  @param numbers  [n] of the images, at least one
 *  @return LOSS_OK, LOSS_ERR_ARGUMENT (there is no such image), LOSS_ERR_NOMEM. Free with
 *          lossi_some_free() in each case. */
loss_status lossi_batch_of_some(lossi_batch *batch, lossi_some *some, const loss_dataset *data,
                                const uint32_t *numbers, size_t n);
void lossi_some_free(lossi_some *some);

#endif
