/* The images of a run, and what the loss compares the network's outputs for them with. */
#ifndef LOSSI_BATCH_H
#define LOSSI_BATCH_H

#include <loss/net.h>

typedef struct lossi_batch {
    size_t n;               /* at least 1 */
    const uint32_t *labels; /* [n]; NULL: targets, or no loss is wanted */
    const float *targets;   /* [n][classes]; NULL: labels, or no loss is wanted */
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

#endif
