/* Negative log-likelihood: the outputs are logarithms of probabilities already, as of a graph that
 * ends in log-softmax. Loss -w z[label], gradient -w at the label, no tangent. */
#include "net/loss.h"

static void value(const lossi_loss_call *c)
{
    size_t lanes = c->maps.lanes;
    if (c->gradient)
        c->kernels->zero(c->maps.channels * lanes, c->gradient);
    for (size_t i = 0; i < c->maps.images; i++) {
        double w = lossi_class_weight(c->objective, c->labels[i]);
        size_t at = c->labels[i] * lanes + i;
        c->loss[i] = -w * (double)c->outputs[at];
        if (c->gradient)
            c->gradient[at] = (lossi_real)(-w * c->scale);
    }
    lossi_loss_judge(c);
}

static void tangent(const lossi_loss_call *c)
{
    c->kernels->zero(c->maps.channels * c->maps.lanes, c->gradient_tangent);
}

const lossi_loss lossi_loss_nll = {
    .name = "nll",
    .about = "minus the label's output, for networks that end in log-softmax; weights=w0/w1/...",
    .takes_weights = true,
    .value = value,
    .tangent = tangent,
    .guessing = lossi_guess_classes};
