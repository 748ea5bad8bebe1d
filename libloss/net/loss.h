/* What a loss is: a table. One file each in net/losses/. A network has one, and every pass asks
 * it. */
#ifndef LOSSI_LOSS_H
#define LOSSI_LOSS_H

#include "kernels/kernels.h"

/** The outputs of a network for a chunk, and what is wanted of them. */
typedef struct lossi_loss_call {
    const lossi_kernels *kernels;
    lossi_maps maps;              /* of the outputs: [classes][1][lanes], images first */
    const lossi_real *outputs;    /* logits */
    const uint32_t *labels;       /* [images] */
    double scale;                 /* of gradients */
    double *loss;                 /* [images], written */
    uint8_t *correct;             /* [images], written: 1 where the prediction is right */
    lossi_real *gradient;         /* of the outputs, [classes][lanes], written; NULL: not wanted */
    const lossi_real *tangents;   /* tangent(): of the outputs */
    lossi_real *gradient_tangent; /* tangent(): of the gradient, written */
} lossi_loss_call;

typedef struct lossi_loss {
    const char *name;
    /** Loss of each image; the gradient of `scale` times their sum. Zero beyond the images. */
    void (*value)(const lossi_loss_call *c);
    /** The tangent of that gradient along the tangents of the outputs. */
    void (*tangent)(const lossi_loss_call *c);
} lossi_loss;

/** All losses, ended by NULL: net/losses/losses.c. */
extern const lossi_loss *const lossi_losses[];

#endif
