/* Binary cross-entropy with logits, the mean over the outputs z with targets t:
 *
 *   log(1 + exp(z)) - t z     slope s - t     second derivative s (1 - s), s = 1 / (1 + exp(-z)) */
#include <math.h>

#include "net/loss.h"

enum { ONEHOT };

static double sigmoid(double z)
{
    return z >= 0 ? 1 / (1 + exp(-z)) : exp(z) / (1 + exp(z));
}

static lossi_difference each(double z, double t)
{
    return (lossi_difference){(z > 0 ? z : 0) + log1p(exp(-fabs(z))) - t * z, sigmoid(z) - t};
}

static double bend(double z, double t)
{
    (void)t;
    return sigmoid(z) * sigmoid(-z);
}

static void value(const lossi_loss_call *c)
{
    lossi_loss_each(c, each);
}

static void tangent(const lossi_loss_call *c)
{
    lossi_loss_each_tangent(c, bend);
}

static const char *expects(const loss_net *net, const loss_dataset *data)
{
    size_t outputs = net->shape.classes, n = loss_dataset_shape(data).classes;
    bool fits = !loss_dataset_labels(data) ? n == outputs
                : outputs == 1             ? n == 2
                                           : n == outputs && net->objective.keys[ONEHOT] != 0;
    return fits ? NULL
                : "as many targets, labels of two classes for one output, or with onehot=1 as many "
                  "classes";
}

/* The logit, kept finite. */
static double output_of(double share)
{
    double s = fmin(fmax(share, 1e-12), 1 - 1e-12);
    return log(s / (1 - s));
}

static double guessing(const loss_net *net, const loss_dataset *data)
{
    return lossi_guess_each(net, data, each, output_of);
}

const lossi_loss lossi_loss_bce = {
    .name = "bce",
    .about = "binary cross-entropy with logits, the mean over the outputs; onehot=1: of labels",
    .keys = {{"onehot", 0, 0, 1, .is_flag = true}},
    .expects = expects,
    .value = value,
    .tangent = tangent,
    .guessing = guessing};
