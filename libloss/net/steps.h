/* What evaluation runs, in order: the layers, each with those after it that are folded into it
 * (net/layer.h: lossi_fold). */
#ifndef LOSSI_STEPS_H
#define LOSSI_STEPS_H

#include "net/layer.h"

/** One step. Numbers are those of nodes; -1: none. */
typedef struct lossi_step {
    int node;                  /* that computes */
    int folded[LOSSI_N_FOLDS]; /* what is folded into it, by what it is */
    int residual;              /* the other input of a folded sum */
    int output;                /* the node whose output the step gives */
} lossi_step;

typedef struct lossi_steps {
    size_t n;
    lossi_step *at;  /* [n] */
    size_t *step_of; /* [n_nodes]; of the images: SIZE_MAX */
} lossi_steps;

/** @param folds  false: a step for each layer */
loss_status lossi_steps_create(lossi_steps *steps, const loss_net *net, bool folds);
void lossi_steps_free(lossi_steps *steps);

#endif
