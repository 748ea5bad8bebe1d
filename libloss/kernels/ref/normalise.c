/* Normalising an image's values set by set, from the definition. */
#include <math.h>

#include "kernels/ref/ref.h"

/* Of a set, for each image. */
typedef struct moments {
    double mean[LOSSI_MOST_LANES], inverse[LOSSI_MOST_LANES]; /* 1 / deviation */
} moments;

static void find_moments(const lossi_norm_sets *s, const lossi_real *x, moments *m)
{
    double sum[LOSSI_MOST_LANES] = {0}, square[LOSSI_MOST_LANES] = {0}, n = (double)s->size;
    for (size_t e = 0; e < s->size; e++)
        for (size_t i = 0; i < s->lanes; i++) {
            double value = (double)x[e * s->lanes + i];
            sum[i] += value;
            square[i] += value * value;
        }
    for (size_t i = 0; i < s->lanes; i++) {
        m->mean[i] = s->keeps_mean ? 0 : sum[i] / n;
        double variance = square[i] / n - m->mean[i] * m->mean[i];
        m->inverse[i] = 1 / sqrt((variance < 0 ? 0 : variance) + s->eps);
    }
}

/* The weight of element e of set number `set`. */
static double weight_of(const lossi_norm_sets *s, const lossi_real *weight, size_t set, size_t e)
{
    return weight ? (double)weight[lossi_set_weight(s, set, e)] : 1;
}

void lossk_normalise_ref(const lossi_norm_sets *s, const lossi_real *x, const lossi_real *weight,
                         const lossi_real *bias, lossi_real *y)
{
    for (size_t set = 0, at = 0; set < s->sets; set++) {
        moments m;
        find_moments(s, x + at, &m);
        for (size_t e = 0; e < s->size; e++, at += s->lanes) {
            double factor = weight_of(s, weight, set, e),
                   offset = bias ? (double)bias[lossi_set_weight(s, set, e)] : 0;
            for (size_t i = 0; i < s->lanes; i++)
                y[at + i] = (lossi_real)(factor * (((double)x[at + i] - m.mean[i]) * m.inverse[i]) +
                                         offset);
        }
    }
}

void lossk_normalise_backward_ref(const lossi_norm_sets *s, const lossi_real *x,
                                  const lossi_real *weight, const lossi_real *dy, lossi_real *dx)
{
    size_t n = s->size * s->lanes;
    for (size_t set = 0; set < s->sets; set++, x += n, dy += n, dx += n) {
        moments m;
        double sum[LOSSI_MOST_LANES] = {0}, product[LOSSI_MOST_LANES] = {0};
        find_moments(s, x, &m);
        for (size_t e = 0; e < s->size; e++)
            for (size_t i = 0; i < s->lanes; i++) {
                size_t at = e * s->lanes + i;
                double g = weight_of(s, weight, set, e) * (double)dy[at];
                sum[i] += g;
                product[i] += g * (((double)x[at] - m.mean[i]) * m.inverse[i]);
            }
        for (size_t e = 0; e < s->size; e++)
            for (size_t i = 0; i < s->lanes; i++) {
                size_t at = e * s->lanes + i;
                double g = weight_of(s, weight, set, e) * (double)dy[at],
                       xhat = ((double)x[at] - m.mean[i]) * m.inverse[i],
                       mean = s->keeps_mean ? 0 : sum[i] / (double)s->size;
                dx[at] +=
                    (lossi_real)(m.inverse[i] * (g - mean - xhat * product[i] / (double)s->size));
            }
    }
}

void lossk_normalise_weights_ref(const lossi_norm_sets *s, const lossi_real *x,
                                 const lossi_real *dy, lossi_real *dweight, lossi_real *dbias)
{
    for (size_t set = 0, at = 0; set < s->sets; set++) {
        moments m;
        find_moments(s, x + at, &m);
        for (size_t e = 0; e < s->size; e++, at += s->lanes) {
            double sum = 0, product = 0;
            for (size_t i = 0; i < s->images; i++) {
                sum += (double)dy[at + i];
                product += (double)dy[at + i] * (((double)x[at + i] - m.mean[i]) * m.inverse[i]);
            }
            dweight[lossi_set_weight(s, set, e)] += (lossi_real)product;
            if (dbias)
                dbias[lossi_set_weight(s, set, e)] += (lossi_real)sum;
        }
    }
}
