/* Softmax cross-entropy in double, the largest logit taken off first so that exp cannot overflow. */
#include <math.h>

#include "kernels/ref/ref.h"

void lossk_xent_ref(size_t classes, size_t n, const lossi_real *logits, const uint8_t *labels, double *loss,
                    uint8_t *correct, double scale, lossi_real *dlogits)
{
    for (size_t i = 0; i < n; i++) {
        size_t best = 0;
        int has_nan = 0;
        for (size_t k = 0; k < classes; k++) {
            has_nan |= isnan(logits[k * n + i]);
            if (logits[k * n + i] > logits[best * n + i])
                best = k;
        }
        double largest = (double)logits[best * n + i], sum = 0;
        for (size_t k = 0; k < classes; k++)
            sum += exp((double)logits[k * n + i] - largest);
        loss[i] = log(sum) + largest - (double)logits[labels[i] * n + i];
        correct[i] = best == labels[i] && !has_nan;
        for (size_t k = 0; dlogits && k < classes; k++) {
            double probability = exp((double)logits[k * n + i] - largest) / sum;
            dlogits[k * n + i] = (lossi_real)((probability - (k == labels[i])) * scale);
        }
    }
}
