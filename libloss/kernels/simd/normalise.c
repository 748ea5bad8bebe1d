/* Normalising an image's values set by set, a vector of images at a time. Sums are kept in double.
 */
#include <math.h>

#include "kernels/simd/simd.h"
#include "kernels/simd/vector.h"

/* Of a set, for each image of a vector: x is normalised as (x - mean) inverse. */
typedef struct moments {
    vector mean, inverse; /* 1 / deviation */
} moments;

static moments moments_of(const lossi_norm_sets *s, const float *x)
{
    double sums[LOSSI_VECTOR], squares[LOSSI_VECTOR], n = (double)s->size;
    float mean[LOSSI_VECTOR], inverse[LOSSI_VECTOR];
    doubles sum = no_doubles(), square = no_doubles();
    for (size_t e = 0; e < s->size; e++) {
        doubles value = widen(load(x + e * s->lanes));
        sum = added(sum, value);
        square = added_product(value, value, square);
    }
    store_doubles(sums, sum);
    store_doubles(squares, square);
    for (size_t i = 0; i < LOSSI_VECTOR; i++) {
        double m = s->keeps_mean ? 0 : sums[i] / n, variance = squares[i] / n - m * m;
        mean[i] = (float)m;
        inverse[i] = (float)(1 / sqrt((variance < 0 ? 0 : variance) + s->eps));
    }
    return (moments){load(mean), load(inverse)};
}

static inline vector product(vector a, vector b)
{
    return plus_product(a, b, zeros());
}

static inline vector normal(const moments *m, const float *x)
{
    return product(minus(load(x), m->mean), m->inverse);
}

static inline vector weight_at(const lossi_norm_sets *s, const float *weight, size_t set, size_t e)
{
    static const float one = 1;
    return all(weight ? weight + lossi_set_weight(s, set, e) : &one);
}

/* Calls for each vector of images of each set; `at` is where its first value lies. */
#define FOR_EACH_SET(s, set, at)                                                                   \
    for (size_t set = 0; set < (s)->sets; set++)                                                   \
        for (size_t lane_ = 0, at = set * (s)->size * (s)->lanes; lane_ < (s)->lanes;              \
             lane_ += LOSSI_VECTOR, at += LOSSI_VECTOR)

void lossk_normalise(const lossi_norm_sets *s, const float *x, const float *weight,
                     const float *bias, float *y)
{
    FOR_EACH_SET(s, set, first)
    {
        moments m = moments_of(s, x + first);
        for (size_t e = 0, at = first; e < s->size; e++, at += s->lanes) {
            vector offset = bias ? all(bias + lossi_set_weight(s, set, e)) : zeros();
            store(y + at, plus_product(weight_at(s, weight, set, e), normal(&m, x + at), offset));
        }
    }
}

/* The mean of what lanes' sums are, as floats. */
static vector mean_of(doubles sum, size_t n)
{
    double sums[LOSSI_VECTOR];
    float means[LOSSI_VECTOR];
    store_doubles(sums, sum);
    for (size_t i = 0; i < LOSSI_VECTOR; i++)
        means[i] = (float)(sums[i] / (double)n);
    return load(means);
}

void lossk_normalise_backward(const lossi_norm_sets *s, const float *x, const float *weight,
                              const float *dy, float *dx)
{
    FOR_EACH_SET(s, set, first)
    {
        moments m = moments_of(s, x + first);
        doubles sum = no_doubles(), products = no_doubles();
        for (size_t e = 0, at = first; e < s->size; e++, at += s->lanes) {
            vector g = product(weight_at(s, weight, set, e), load(dy + at));
            sum = added(sum, widen(g));
            products = added_product(widen(g), widen(normal(&m, x + at)), products);
        }
        vector mean = s->keeps_mean ? zeros() : mean_of(sum, s->size),
               by_normal = mean_of(products, s->size);
        for (size_t e = 0, at = first; e < s->size; e++, at += s->lanes) {
            vector g = product(weight_at(s, weight, set, e), load(dy + at));
            vector change = minus(minus(g, mean), product(by_normal, normal(&m, x + at)));
            store(dx + at, plus_product(m.inverse, change, load(dx + at)));
        }
    }
}

void lossk_normalise_weights(const lossi_norm_sets *s, const float *x, const float *dy,
                             float *dweight, float *dbias)
{
    FOR_EACH_SET(s, set, first)
    {
        size_t lane = first % s->lanes;
        if (lane >= s->images)
            continue;
        moments m = moments_of(s, x + first);
        mask images = first_lanes(s->images - lane);
        for (size_t e = 0, at = first; e < s->size; e++, at += s->lanes) {
            size_t k = lossi_set_weight(s, set, e);
            vector gradient = where(images, load(dy + at));
            dweight[k] += sum_of_lanes(product(gradient, normal(&m, x + at)));
            if (dbias)
                dbias[k] += sum_of_lanes(gradient);
        }
    }
}
