/* Softmax cross-entropy in double, the largest logit taken off first so that exp cannot
 * overflow. */
#include <math.h>

#include "kernels/ref/ref.h"

void lossk_xent_ref(const lossi_maps *m, const lossi_real *logits, const uint32_t *labels,
                    double *loss, uint8_t *correct, double scale, lossi_real *dlogits)
{
    size_t classes = m->channels, lanes = m->lanes;
    for (size_t i = 0; i < m->images; i++) {
        const lossi_real *logit = logits + i; /* of class k: logit[k * lanes] */
        size_t best = 0;
        int has_nan = 0;
        for (size_t k = 0; k < classes; k++) {
            has_nan |= isnan(logit[k * lanes]);
            if (logit[k * lanes] > logit[best * lanes])
                best = k;
        }
        double largest = (double)logit[best * lanes], sum = 0;
        for (size_t k = 0; k < classes; k++)
            sum += exp((double)logit[k * lanes] - largest);
        loss[i] = log(sum) + largest - (double)logit[labels[i] * lanes];
        correct[i] = best == labels[i] && !has_nan;
        for (size_t k = 0; dlogits && k < classes; k++) {
            double probability = exp((double)logit[k * lanes] - largest) / sum;
            dlogits[k * lanes + i] = (lossi_real)((probability - (k == labels[i])) * scale);
        }
    }
    for (size_t k = 0; dlogits && k < classes; k++)
        for (size_t i = m->images; i < lanes; i++)
            dlogits[k * lanes + i] = 0;
}
