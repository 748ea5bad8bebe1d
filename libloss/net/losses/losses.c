/* The losses that there are: a row each. The first is that of a network which names none. And what
 * several of them do in one way. */
#include "net/loss.h"

#include <math.h>

/* clang-format off */
#define LOSSES(X) \
    X(cross_entropy) \
    X(nll) \
    X(bce) \
    X(mse) \
    X(mae)
/* clang-format on */

#define DECLARE(loss) extern const lossi_loss lossi_loss_##loss;
LOSSES(DECLARE)

#define ROW(loss) &lossi_loss_##loss,
const lossi_loss *const lossi_losses[] = {LOSSES(ROW) NULL};

void lossi_loss_judge(const lossi_loss_call *c)
{
    size_t lanes = c->maps.lanes, classes = c->maps.channels;
    for (size_t i = 0; i < c->maps.images; i++) {
        size_t best = 0;
        for (size_t k = 1; k < classes; k++)
            if (c->outputs[k * lanes + i] > c->outputs[best * lanes + i])
                best = k;
        if (classes == 1)
            best = c->outputs[i] > 0;
        c->correct[i] = c->labels && best == c->labels[i];
    }
}

void lossi_loss_each(const lossi_loss_call *c, lossi_difference (*each)(double, double))
{
    size_t lanes = c->maps.lanes, n = c->maps.channels;
    if (c->gradient)
        c->kernels->zero(n * lanes, c->gradient);
    for (size_t i = 0; i < c->maps.images; i++) {
        double sum = 0;
        for (size_t k = 0; k < n; k++) {
            lossi_difference d =
                each((double)c->outputs[k * lanes + i], lossi_wanted_output(c, i, k));
            sum += d.value;
            if (c->gradient)
                c->gradient[k * lanes + i] = (lossi_real)(d.slope / (double)n * c->scale);
        }
        c->loss[i] = sum / (double)n;
    }
    lossi_loss_judge(c);
}

double lossi_guess_classes(const loss_net *net, const loss_dataset *data)
{
    (void)data;
    return log((double)net->shape.classes);
}

double lossi_guess_each(const loss_net *net, const loss_dataset *data,
                        lossi_difference (*each)(double, double), double (*output)(double))
{
    size_t outputs = net->shape.classes, n = loss_dataset_count(data);
    lossi_loss_call c = {.maps.channels = outputs,
                         .labels = loss_dataset_labels(data),
                         .targets = loss_dataset_targets(data)};
    double loss = 0;
    for (size_t k = 0; k < outputs; k++) {
        double sum = 0, here = 0;
        for (size_t i = 0; i < n; i++)
            sum += lossi_wanted_output(&c, i, k);
        double z = output ? output(sum / (double)n) : sum / (double)n;
        for (size_t i = 0; i < n; i++)
            here += each(z, lossi_wanted_output(&c, i, k)).value;
        loss += here / (double)n;
    }
    return loss / (double)outputs;
}

void lossi_loss_each_tangent(const lossi_loss_call *c, double (*bend)(double, double))
{
    size_t lanes = c->maps.lanes, n = c->maps.channels;
    c->kernels->zero(n * lanes, c->gradient_tangent);
    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < c->maps.images; i++) {
            size_t at = k * lanes + i;
            c->gradient_tangent[at] =
                (lossi_real)(bend((double)c->outputs[at], lossi_wanted_output(c, i, k)) /
                             (double)n * (double)c->tangents[at] * c->scale);
        }
}

const char *lossi_loss_expects_targets(const loss_net *net, const loss_dataset *data)
{
    bool is_onehot = net->objective.keys[0] != 0;
    bool fits = loss_dataset_shape(data).classes == net->shape.classes &&
                (!loss_dataset_labels(data) || is_onehot);
    return fits ? NULL : "as many targets, or with onehot=1 labels of as many classes";
}
