/* Softmax cross-entropy. With p the softmax of the logits z:
 *
 *   loss = -log p[label]     gradient = p - onehot     its tangent along z' = p (z' - sum p z') */
#include <math.h>
#include <string.h>

#include "net/loss.h"

static void value(const lossi_loss_call *c)
{
    c->kernels->xent(&c->maps, c->outputs, c->labels, c->loss, c->correct, c->scale, c->gradient);
}

static void tangent(const lossi_loss_call *c)
{
    size_t classes = c->maps.channels, lanes = c->maps.lanes;
    memset(c->gradient_tangent, 0, classes * lanes * sizeof *c->gradient_tangent);
    for (size_t i = 0; i < c->maps.images; i++) {
        const lossi_real *z = c->outputs + i, *dz = c->tangents + i; /* of class k: [k * lanes] */
        double largest = (double)z[0], sum = 0, mean = 0;
        for (size_t k = 1; k < classes; k++)
            largest = (double)z[k * lanes] > largest ? (double)z[k * lanes] : largest;
        for (size_t k = 0; k < classes; k++) {
            double p = exp((double)z[k * lanes] - largest);
            sum += p;
            mean += p * (double)dz[k * lanes];
        }
        mean /= sum;
        for (size_t k = 0; k < classes; k++) {
            double p = exp((double)z[k * lanes] - largest) / sum;
            c->gradient_tangent[k * lanes + i] =
                (lossi_real)(p * ((double)dz[k * lanes] - mean) * c->scale);
        }
    }
}

const lossi_loss lossi_loss_cross_entropy = {
    .name = "cross_entropy", .value = value, .tangent = tangent};
