/* What a loss is: a table. One file each in net/losses/. A network has one, and every pass asks
 * it. */
#ifndef LOSSI_LOSS_H
#define LOSSI_LOSS_H

#include "kernels/kernels.h"
#include "net/net.h"

/** The outputs of a network for a chunk, and what is wanted of them. Either labels or targets are
 * NULL. */
typedef struct lossi_loss_call {
    const lossi_kernels *kernels;
    const lossi_objective *objective; /* the network's; its keys in the order of the table */
    lossi_maps maps;                  /* of the outputs: [classes][1][lanes], images first */
    const lossi_real *outputs;        /* logits */
    const uint32_t *labels;           /* [images] */
    const float *targets;             /* [images][classes] */
    double scale;                     /* of gradients */
    double *loss;                     /* [images], written */
    uint8_t *correct;                 /* [images], written: 1 where the prediction is the label; of
                                         targets 0 */
    lossi_real *gradient;         /* of the outputs, [classes][lanes], written; NULL: not wanted */
    const lossi_real *tangents;   /* tangent(): of the outputs */
    lossi_real *gradient_tangent; /* tangent(): of the gradient, written */
} lossi_loss_call;

/** A key of a loss: NAME:key=value. */
typedef struct lossi_loss_key {
    const char *name;             /* NULL: the end */
    double standard, least, most; /* a value where it is not given; allowed ones */
    bool is_flag;                 /* 0 or 1 */
} lossi_loss_key;

typedef struct lossi_loss {
    const char *name, *about;
    lossi_loss_key keys[LOSSI_MOST_LOSS_KEYS + 1];
    bool takes_weights; /* of classes: weights=w0/w1/... */
    /** Whether the data hold what the outputs are compared with; NULL: a label for each image, one
     * of as many classes as there are outputs. @return NULL, or what is expected instead */
    const char *(*expects)(const loss_net *net, const loss_dataset *data);
    /** Loss of each image; the gradient of `scale` times their sum. Zero beyond the images. */
    void (*value)(const lossi_loss_call *c);
    /** The tangent of that gradient along the tangents of the outputs. */
    void (*tangent)(const lossi_loss_call *c);
    /** The loss of a network whose outputs know nothing of the images, over these: what trained
     * weights must be below. NULL: not known */
    double (*guessing)(const loss_net *net, const loss_dataset *data);
} lossi_loss;

/** guessing(): of outputs that are alike, ln of their number. */
double lossi_guess_classes(const loss_net *net, const loss_dataset *data);

/** All losses, ended by NULL: net/losses/losses.c. */
extern const lossi_loss *const lossi_losses[];
/** That of a function of the caller, which has no name to be chosen by. */
extern const lossi_loss lossi_loss_function;

/** Weight of a class: 1 without weights. */
static inline double lossi_class_weight(const lossi_objective *o, size_t k)
{
    return o->weights ? o->weights[k] : 1;
}

/** What output k of image i should be: the target, or 1 for the label's output and 0 for others. A
 * label for one output is that number itself. */
static inline double lossi_wanted_output(const lossi_loss_call *c, size_t i, size_t k)
{
    if (c->targets)
        return (double)c->targets[i * c->maps.channels + k];
    return c->maps.channels == 1 ? (double)c->labels[i] : c->labels[i] == k;
}

/** Writes `correct`: where the label's output is the largest, the first of equal ones; of a single
 * output, where it is above 0 for label 1 and not for label 0. */
void lossi_loss_judge(const lossi_loss_call *c);

/** Adds, image by image, the mean over the outputs of what `each` gives: for losses that compare
 * each output with what it should be. */
typedef struct lossi_difference {
    double value, slope; /* at an output, and its derivative */
} lossi_difference;
void lossi_loss_each(const lossi_loss_call *c,
                     lossi_difference (*each)(double output, double wanted));
/** The same of the tangent: `bend` gives the second derivative at an output. */
void lossi_loss_each_tangent(const lossi_loss_call *c,
                             double (*bend)(double output, double wanted));
/** guessing() of such a loss: of outputs that are always the same ones.
 *  @param output  which, of the mean of what an output should be; NULL: that mean */
double lossi_guess_each(const loss_net *net, const loss_dataset *data,
                        lossi_difference (*each)(double z, double t),
                        double (*output)(double mean));

/** expects() of losses of targets, or with their first key, onehot, of labels. */
const char *lossi_loss_expects_targets(const loss_net *net, const loss_dataset *data);

#endif
