#include "estimate/sample.h"

#include <math.h>
#include <stdlib.h>

#include "base/random.h"

/* Without a floor, an image of almost no loss would stand for thousands of its kind. The last one
 * is almost a sample of equal chances. */
static const double FLOORS[] = {0.125, 0.25, 0.5, 1, 4, 16};
/* Beyond the last one all coarse points count alike. */
static const double REACHES[] = {0.15, 0.3, 0.6, 1.2, 10};
enum { N_FLOORS = sizeof FLOORS / sizeof *FLOORS, N_REACHES = sizeof REACHES / sizeof *REACHES };

static double along(size_t i, size_t n)
{
    return n > 1 ? 2 * (double)i / (double)(n - 1) - 1 : 0;
}

lossi_spot lossi_spot_of(size_t point, size_t nx, size_t ny)
{
    return (lossi_spot){along(point % nx, nx), along(point / nx, ny)};
}

/* Sizes by image, with a mean of 1 + floor: the root of the mean of an image's losses at the coarse
 * points, nearer ones weighing more, each in multiples of the point's mean. A loss varies over the
 * images about as the root of itself tells. */
static void find_sizes(const lossi_sample *s, const lossi_target *t, double *sizes)
{
    const lossi_panel *p = s->panel;
    double sum = 0;
    for (size_t i = 0; i < p->n_images; i++)
        sizes[i] = 0;
    for (size_t k = 0; k < p->n_points; k++) {
        double dx = s->spots[k].x - t->spot.x, dy = s->spots[k].y - t->spot.y;
        double weight = 1 / (dx * dx + dy * dy + s->reach * s->reach) / p->scales[k + 1];
        const float *values = p->values[k];
        if (t->left_out >= 0 && k == (size_t)t->left_out)
            continue;
        for (size_t i = 0; i < p->n_images; i++)
            sizes[i] += weight * (double)fabsf(values[i]);
    }
    for (size_t i = 0; i < p->n_images; i++)
        sum += sizes[i] = sqrt(sizes[i]);
    double mean = sum / (double)p->n_images;
    for (size_t i = 0; i < p->n_images; i++)
        sizes[i] = mean > 0 ? sizes[i] / mean + s->floor : 1;
}

/* ---- Floor and reach ------------------------------------------------------------------------ */

/* The variance of point k's estimate from the other points, times the number of images: the mean of
 * size times the mean of r^2 / size. Sizes are made without point k, so that nothing is chosen by
 * what it is judged by.
 *  plain: [n] sizes without a floor */
static double variance(const float *residuals, const double *plain, size_t n, double floor)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)residuals[i] * (double)residuals[i] / (plain[i] + floor);
    return (1 + floor) * sum / (double)n;
}

static void choose(lossi_sample *s, const float *residuals, double *sizes)
{
    size_t n = s->panel->n_images, best = N_FLOORS * N_REACHES - 4; /* reach 10, floor 1/2 */
    double variances[N_FLOORS * N_REACHES] = {0};
    s->floor = 0;
    for (size_t r = 0; r < N_REACHES && s->panel->n_points > 1; r++)
        for (size_t k = 0; k < s->panel->n_points; k++) {
            const lossi_target target = {.spot = s->spots[k], .left_out = (int)k};
            s->reach = REACHES[r];
            find_sizes(s, &target, sizes);
            for (size_t f = 0; f < N_FLOORS; f++)
                variances[r * N_FLOORS + f] += variance(residuals + k * n, sizes, n, FLOORS[f]);
        }
    for (size_t i = 0; i < N_FLOORS * N_REACHES; i++)
        best = variances[i] < variances[best] ? i : best;
    s->reach = REACHES[best / N_FLOORS];
    s->floor = FLOORS[best % N_FLOORS];
}

loss_status lossi_sample_init(lossi_sample *s, const lossi_panel *p, const lossi_spot *spots,
                              uint64_t seed, uint32_t detail)
{
    size_t n = p->n_images, n_residuals;
    *s = (lossi_sample){.panel = p, .spots = spots, .seed = seed, .detail = detail};
    if (n > UINT32_MAX || !lossi_mul(n, p->n_points, &n_residuals))
        return lossi_fail(LOSS_ERR_ARGUMENT, "%zu images are more than can be put in order", n);
    float *residuals = lossi_alloc(n_residuals, sizeof *residuals);
    double *sizes = lossi_alloc(n, sizeof *sizes);
    loss_status status =
        residuals && sizes ? LOSS_OK : lossi_fail_nomem(n_residuals * sizeof *residuals);
    if (!status) {
        lossi_panel_residuals(p, residuals);
        choose(s, residuals, sizes);
    }
    free(residuals);
    free(sizes);
    return status;
}

/* ---- The draw ------------------------------------------------------------------------------- */

/* Chances are min(1, rate * size), with the rate that makes them add up to m. */
static double find_rate(const double *sizes, size_t n, size_t m)
{
    double rate = 0, previous = -1;
    while (rate > previous) {
        double rest = 0;
        size_t n_certain = 0;
        for (size_t i = 0; i < n; i++) {
            if (rate * sizes[i] >= 1)
                n_certain++;
            else
                rest += sizes[i];
        }
        previous = rate;
        if (n_certain < m && rest > 0)
            rate = (double)(m - n_certain) / rest;
    }
    return rate;
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

/* Moves the places with keys up to a bound to the front, and says how many they are. */
static size_t take_below(place *places, size_t n, double bound)
{
    size_t taken = 0;
    for (size_t i = 0; i < n; i++)
        if (places[i].key <= bound) {
            place p = places[i];
            places[i] = places[taken];
            places[taken++] = p;
        }
    return taken;
}

/* Only the keys near the first m are sorted: about m of them lie below the rate. */
static void order_first(place *places, size_t n, double rate, size_t m)
{
    double bound = rate;
    size_t taken = m < n ? take_below(places, n, bound) : n;
    while (taken < m) {
        bound *= 1.2;
        taken = take_below(places, n, bound);
    }
    qsort(places, taken, sizeof *places, compare_places);
}

loss_status lossi_sample_draw(const lossi_sample *s, const lossi_target *target, size_t m,
                              uint32_t *order)
{
    size_t n = s->panel->n_images;
    lossi_stream stream = lossi_stream_make(s->seed, LOSSI_RANDOM_ESTIMATE, s->detail);
    double *sizes = lossi_alloc(n, sizeof *sizes);
    place *places = lossi_alloc(n, sizeof *places);
    loss_status status = sizes && places ? LOSS_OK : lossi_fail_nomem(n * sizeof *places);
    if (!status) {
        find_sizes(s, target, sizes);
        for (size_t i = 0; i < n; i++) {
            double u = lossi_random_uniform(&stream, target->number * n + i);
            places[i] = (place){u / sizes[i], (uint32_t)i};
        }
        order_first(places, n, find_rate(sizes, n, m), m);
        for (size_t i = 0; i < m; i++)
            order[i] = places[i].image;
    }
    free(sizes);
    free(places);
    return status;
}

loss_status lossi_sample_chances(const lossi_sample *s, const lossi_target *target, size_t m,
                                 const uint32_t *order, double *chances)
{
    size_t n = s->panel->n_images;
    double *sizes = lossi_alloc(n, sizeof *sizes);
    if (!sizes)
        return lossi_fail_nomem(n * sizeof *sizes);
    find_sizes(s, target, sizes);
    double rate = find_rate(sizes, n, m);
    for (size_t i = 0; i < m; i++)
        chances[i] = m < n ? fmin(1, rate * sizes[order[i]]) : 1;
    free(sizes);
    return LOSS_OK;
}
