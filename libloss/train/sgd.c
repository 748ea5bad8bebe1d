/* SGD steps and learning-rate schedules. */
#include "train/sgd.h"

#include <math.h>
#include <stdlib.h>

loss_status lossi_sgd_create(lossi_sgd *sgd, const loss_net *net, double momentum,
                             double weight_decay, bool nesterov)
{
    *sgd = (lossi_sgd){momentum, weight_decay, nesterov, net->n_tensors,
                       calloc(net->n_tensors + 1, sizeof *sgd->velocity)};
    if (!sgd->velocity)
        return lossi_fail_nomem(net->n_tensors * sizeof *sgd->velocity);
    for (size_t i = 0; i < net->n_tensors; i++) {
        if (!lossi_tensor_is_trainable(&net->tensors[i]))
            continue;
        sgd->velocity[i] = lossi_alloc(net->tensors[i].count, sizeof **sgd->velocity);
        if (!sgd->velocity[i]) {
            lossi_sgd_free(sgd);
            return lossi_fail_nomem(net->tensors[i].count * sizeof **sgd->velocity);
        }
    }
    return LOSS_OK;
}

void lossi_sgd_free(lossi_sgd *sgd)
{
    for (size_t i = 0; sgd->velocity && i < sgd->n_tensors; i++)
        free(sgd->velocity[i]);
    free(sgd->velocity);
    *sgd = (lossi_sgd){0};
}

void lossi_sgd_step(lossi_sgd *sgd, loss_net *net, const lossi_backprop *backprop, double lr)
{
    lossi_real rate = (lossi_real)lr, momentum = (lossi_real)sgd->momentum,
               decay = (lossi_real)sgd->weight_decay;
    for (size_t i = 0; i < net->n_tensors; i++) {
        lossi_real *v = sgd->velocity[i], *w = net->tensors[i].values;
        const lossi_real *gradient = lossi_backprop_gradient(backprop, i);
        for (size_t j = 0; v && j < net->tensors[i].count; j++) {
            lossi_real g = gradient[j] + decay * w[j];
            v[j] = momentum * v[j] + g;
            w[j] -= rate * (sgd->nesterov ? g + momentum * v[j] : v[j]);
        }
    }
}

const char *loss_schedule_name(loss_schedule schedule)
{
    static const char *const names[] = {"constant", "step", "cosine"};
    return (unsigned)schedule < sizeof names / sizeof *names ? names[schedule] : "unknown";
}

double lossi_schedule_lr(loss_schedule schedule, double lr, size_t s, size_t epoch_steps,
                         size_t n_steps)
{
    const double pi = 3.14159265358979323846;
    if (schedule == LOSS_SCHEDULE_COSINE)
        return lr * (1 + cos(pi * (double)s / (double)n_steps)) / 2;
    if (schedule == LOSS_SCHEDULE_CONSTANT)
        return lr;
    size_t epochs = n_steps / epoch_steps, epoch = s / epoch_steps; /* finished ones */
    return 4 * epoch >= 3 * epochs ? lr / 100 : 2 * epoch >= epochs ? lr / 10 : lr;
}
