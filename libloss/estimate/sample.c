#include "estimate/sample.h"

#include <math.h>
#include <stdlib.h>

#include "base/random.h"

/* Without a floor, an image of almost no loss would stand for thousands of its kind. The last one
 * is almost a sample of equal chances. */
static const double FLOORS[] = {0.125, 0.25, 0.5, 1, 4, 16};
enum { N_FLOORS = sizeof FLOORS / sizeof *FLOORS };

void lossi_sample_free(lossi_sample *sample)
{
    free(sample->sizes);
    free(sample->order);
    *sample = (lossi_sample){0};
}

/* The root of an image's mean loss, that of each point but one in multiples of the point's mean: a
 * loss varies over the images about as the root of itself tells. */
static void find_sizes(const lossi_panel *p, size_t but, double *sizes)
{
    for (size_t i = 0; i < p->n_images; i++) {
        double sum = 0;
        for (size_t k = 0; k < p->n_points; k++)
            sum += k == but ? 0 : fabs(lossi_panel_term(p, k + 1, i));
        sizes[i] = sqrt(sum);
    }
}

static double mean_of(const double *values, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += values[i];
    return sum / (double)n;
}

/* Variances of point k's estimate from the other points, by floor, times the number of images: the
 * mean of size times the mean of r^2 / size. Sizes are made without point k, so that nothing is
 * chosen by what it is judged by. */
static void add_variances(const lossi_panel *p, const float *residuals, size_t k, double *sizes,
                          double variances[N_FLOORS])
{
    find_sizes(p, k, sizes);
    double mean = mean_of(sizes, p->n_images);
    for (size_t f = 0; f < N_FLOORS && mean > 0; f++) {
        double sum = 0;
        for (size_t i = 0; i < p->n_images; i++) {
            double r = (double)residuals[k * p->n_images + i];
            sum += r * r / (sizes[i] + FLOORS[f] * mean);
        }
        variances[f] += (1 + FLOORS[f]) * mean * sum / (double)p->n_images;
    }
}

static double choose_floor(const lossi_panel *p, const float *residuals, double *sizes)
{
    double variances[N_FLOORS] = {0};
    size_t best = 0;
    for (size_t k = 0; k < p->n_points && p->n_points > 1; k++)
        add_variances(p, residuals, k, sizes, variances);
    for (size_t f = 1; f < N_FLOORS; f++)
        if (variances[f] < variances[best])
            best = f;
    return FLOORS[best];
}

typedef struct place {
    double key;
    uint32_t image;
} place;

static int compare_places(const void *a, const void *b)
{
    const place *p = a, *q = b;
    return p->key != q->key ? (p->key > q->key) - (p->key < q->key)
                            : (p->image > q->image) - (p->image < q->image);
}

static loss_status sort(lossi_sample *s, uint64_t seed, uint32_t detail)
{
    lossi_stream stream = lossi_stream_make(seed, LOSSI_RANDOM_ESTIMATE, detail);
    place *places = lossi_alloc(s->n, sizeof *places);
    if (!places)
        return lossi_fail_nomem(s->n * sizeof *places);
    for (size_t i = 0; i < s->n; i++)
        places[i] = (place){lossi_random_uniform(&stream, i) / s->sizes[i], (uint32_t)i};
    qsort(places, s->n, sizeof *places, compare_places);
    for (size_t i = 0; i < s->n; i++)
        s->order[i] = places[i].image;
    free(places);
    return LOSS_OK;
}

loss_status lossi_sample_draw(lossi_sample *s, const lossi_panel *p, uint64_t seed, uint32_t detail)
{
    size_t n = p->n_images, n_residuals;
    *s = (lossi_sample){.n = n};
    if (n > UINT32_MAX || !lossi_mul(n, p->n_points, &n_residuals))
        return lossi_fail(LOSS_ERR_ARGUMENT, "%zu images are more than can be put in order", n);
    float *residuals = lossi_alloc(n_residuals, sizeof *residuals);
    s->sizes = lossi_alloc(n, sizeof *s->sizes);
    s->order = lossi_alloc(n, sizeof *s->order);
    loss_status status = residuals && s->sizes && s->order
                             ? LOSS_OK
                             : lossi_fail_nomem(n_residuals * sizeof *residuals);
    if (!status) {
        lossi_panel_residuals(p, residuals);
        s->floor = choose_floor(p, residuals, s->sizes);
        find_sizes(p, SIZE_MAX, s->sizes);
        double mean = mean_of(s->sizes, n);
        for (size_t i = 0; i < n; i++)
            s->sizes[i] = mean > 0 ? s->sizes[i] / mean + s->floor : 1;
        status = sort(s, seed, detail);
    }
    free(residuals);
    return status;
}

/* Chances are min(1, rate * size), with the rate that makes them add up to m. */
void lossi_sample_chances(const lossi_sample *s, size_t m, double *chances)
{
    double rate = 0, previous = -1;
    while (rate > previous) {
        double rest = 0;
        size_t n_certain = 0;
        for (size_t i = 0; i < s->n; i++) {
            if (rate * s->sizes[i] >= 1)
                n_certain++;
            else
                rest += s->sizes[i];
        }
        previous = rate;
        if (n_certain < m && rest > 0)
            rate = (double)(m - n_certain) / rest;
    }
    for (size_t i = 0; i < m; i++)
        chances[i] = m < s->n ? fmin(1, rate * s->sizes[s->order[i]]) : 1;
}
