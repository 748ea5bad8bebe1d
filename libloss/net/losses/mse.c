/* Mean squared error: (z - t)^2, the mean over the outputs z with targets t. */
#include "net/loss.h"

static lossi_difference each(double z, double t)
{
    return (lossi_difference){(z - t) * (z - t), 2 * (z - t)};
}

static double bend(double z, double t)
{
    (void)z;
    (void)t;
    return 2;
}

static void value(const lossi_loss_call *c)
{
    lossi_loss_each(c, each);
}

static void tangent(const lossi_loss_call *c)
{
    lossi_loss_each_tangent(c, bend);
}

static double guessing(const loss_net *net, const loss_dataset *data)
{
    return lossi_guess_each(net, data, each, NULL);
}

const lossi_loss lossi_loss_mse = {
    .name = "mse",
    .about = "squared error, the mean over the outputs; onehot=1: of labels",
    .keys = {{"onehot", 0, 0, 1, .is_flag = true}},
    .expects = lossi_loss_expects_targets,
    .value = value,
    .tangent = tangent,
    .guessing = guessing};
