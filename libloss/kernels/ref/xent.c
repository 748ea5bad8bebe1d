/* Softmax cross-entropy in double, the largest logit taken off first so that exp cannot overflow. */
#include <math.h>

#include "kernels/ref/ref.h"

void lossk_xent_ref(size_t classes, size_t n, const lossi_real *logits, const uint8_t *labels, double *loss,
                    uint8_t *correct, double scale, lossi_real *dlogits)
{
    for (size_t i = 0; i < n; i++) {
        const lossi_real *logit = logits + i; /* of class k: logit[k * LOSSI_LANES] */
        size_t best = 0;
        int has_nan = 0;
        for (size_t k = 0; k < classes; k++) {
            has_nan |= isnan(logit[k * LOSSI_LANES]);
            if (logit[k * LOSSI_LANES] > logit[best * LOSSI_LANES])
                best = k;
        }
        double largest = (double)logit[best * LOSSI_LANES], sum = 0;
        for (size_t k = 0; k < classes; k++)
            sum += exp((double)logit[k * LOSSI_LANES] - largest);
        loss[i] = log(sum) + largest - (double)logit[labels[i] * LOSSI_LANES];
        correct[i] = best == labels[i] && !has_nan;
        for (size_t k = 0; dlogits && k < classes; k++) {
            double probability = exp((double)logit[k * LOSSI_LANES] - largest) / sum;
            dlogits[k * LOSSI_LANES + i] = (lossi_real)((probability - (k == labels[i])) * scale);
        }
    }
    for (size_t k = 0; dlogits && k < classes; k++)
        for (size_t i = n; i < LOSSI_LANES; i++)
            dlogits[k * LOSSI_LANES + i] = 0;
}
