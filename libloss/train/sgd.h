/* Stochastic gradient descent with momentum, as torch.optim.SGD defines it. */
#ifndef LOSSI_SGD_H
#define LOSSI_SGD_H

#include <loss/train.h>

#include "net/backprop.h"

typedef struct lossi_sgd {
    double momentum, weight_decay;
    bool nesterov;
    size_t n_tensors;
    lossi_real *
        *velocity; /* [n_tensors], each [count]; NULL for running statistics; zero at first */
} lossi_sgd;

loss_status lossi_sgd_create(lossi_sgd *sgd, const loss_net *net, double momentum,
                             double weight_decay, bool nesterov);
void lossi_sgd_free(lossi_sgd *sgd);

/** One step on the gradients g of the last lossi_backprop_run():
 *    g += weight_decay w;  v = momentum v + g;  w -= lr (nesterov ? g + momentum v : v) */
void lossi_sgd_step(lossi_sgd *sgd, loss_net *net, const lossi_backprop *backprop, double lr);

/** Learning rate of step s of n_steps, in epochs of epoch_steps: see loss_schedule. */
double lossi_schedule_lr(loss_schedule schedule, double lr, size_t s, size_t epoch_steps,
                         size_t n_steps);

#endif
