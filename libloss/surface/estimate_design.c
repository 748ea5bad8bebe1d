#include "surface/estimate_design.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Of what is not the coarse points': the rest goes where it helps most. */
static const double SHARE_OF_LEAST = 0.5;
/* Where that would be too few images to tell an error, so much may go to all points evenly. */
static const double MOST_OF_LEAST = 0.8;
/* Of all work: more for the coarse points would leave too small a sample. */
static const double MOST_OF_COARSE = 0.45;
/* With fewer images an error can hardly be told. */
static const size_t LEAST_IMAGES = 30;
/* With which it is looked how many are needed for an error that is asked for. */
static const size_t FIRST_IMAGES = 100;

/* Coordinate j of 0 to 4, a quarter of the axis each. */
static size_t quarter(size_t n, size_t j)
{
    return (j * (n - 1) + 2) / 4;
}

static void add(lossi_estimate_design *d, size_t point)
{
    for (size_t i = 0; i < d->n_coarse; i++)
        if (d->coarse[i] == point)
            return;
    d->coarse[d->n_coarse++] = (uint32_t)point;
}

/* Ends and middles, 3 x 3; with quarters, what lies in the middle of each four of them. */
static void place(lossi_estimate_design *d, size_t nx, size_t ny, bool with_quarters, uint64_t seed)
{
    d->n_coarse = 0;
    for (size_t j = 0; j <= 4; j += 2)
        for (size_t i = 0; i <= 4; i += 2)
            add(d, quarter(ny, j) * nx + quarter(nx, i));
    for (size_t j = 1; j <= 3 && with_quarters; j += 2)
        for (size_t i = 1; i <= 3; i += 2)
            add(d, quarter(ny, j) * nx + quarter(nx, i));
    snprintf(d->text, sizeof d->text, "coarse=%zu samples=own seed=%" PRIu64, d->n_coarse, seed);
}

static size_t least_images(const lossi_estimate_design *d)
{
    return lossi_larger(LEAST_IMAGES, 3 * (d->n_coarse + 1));
}

/* Images of each other point, if they all get the same; 0: nothing is left. */
static double each(const lossi_estimate_design *d, size_t n_points, size_t n_images, double share)
{
    double all = share * (double)n_points * (double)n_images,
           left = all - (double)d->n_coarse * (double)n_images;
    return left > 0 && n_points > d->n_coarse ? left / (double)(n_points - d->n_coarse) : 0;
}

/* @param images  [n_splits] */
static bool leaves_enough(const lossi_estimate_design *d, size_t n_points, const size_t *images,
                          size_t n_splits, double share)
{
    bool enough = (double)d->n_coarse <= MOST_OF_COARSE * share * (double)n_points;
    for (size_t k = 0; k < n_splits; k++)
        enough = enough &&
                 MOST_OF_LEAST * each(d, n_points, images[k], share) >= (double)least_images(d);
    return enough;
}

/* The design of a file that has none. */
static void choose(lossi_estimate_design *d, size_t nx, size_t ny, const size_t *images,
                   size_t n_splits, const loss_estimate_options *opt)
{
    place(d, nx, ny, true, opt->seed);
    if (!(opt->error > 0) && !leaves_enough(d, nx * ny, images, n_splits, opt->share))
        place(d, nx, ny, false, opt->seed);
}

static loss_status check_options(const loss_estimate_options *opt)
{
    if (opt->error != 0 && !(opt->error > 0 && opt->error < 1))
        return lossi_fail(LOSS_ERR_ARGUMENT, "an error of %g of the loss; expected 0 to 1",
                          opt->error);
    return opt->error > 0 || (opt->share > 0 && opt->share < 1)
               ? LOSS_OK
               : lossi_fail(LOSS_ERR_ARGUMENT, "a share of %g of the work; expected 0 to 1",
                            opt->share);
}

loss_status lossi_estimate_design_make(lossi_estimate_design *d, const loss_surface *s,
                                       const loss_estimate_options *opt)
{
    const char *was = loss_surface_metadata(s, LOSS_KEY_ESTIMATE);
    loss_status status = check_options(opt);
    if (status)
        return status;
    place(d, s->x.n, s->y.n, false, opt->seed);
    if (was && strcmp(was, d->text) == 0)
        return LOSS_OK;
    place(d, s->x.n, s->y.n, true, opt->seed);
    if (was && strcmp(was, d->text) == 0)
        return LOSS_OK;
    size_t images[2], n_splits = 0;
    for (int k = 0; k < 2; k++)
        if (s->data[k])
            images[n_splits++] = loss_dataset_count(s->data[k]);
    choose(d, s->x.n, s->y.n, images, n_splits, opt);
    return LOSS_OK;
}

static loss_status too_small(const lossi_estimate_design *d, size_t n, size_t n_images,
                             double share)
{
    size_t least = least_images(d);
    double needed = (double)d->n_coarse * (double)n_images +
                    (double)(n - d->n_coarse) * ceil((double)least / MOST_OF_LEAST);
    return lossi_fail(LOSS_ERR_ARGUMENT,
                      "a share of %g is too small for a grid of %zu points and %zu images: %zu "
                      "points with all images and %zu images at each other one take %.2f; without "
                      "an estimate all points take 1",
                      share, n, n_images, d->n_coarse, least,
                      ceil(100 * needed / (double)n / (double)n_images) / 100);
}

loss_status lossi_estimate_plan_make(lossi_estimate_plan *plan, size_t n,
                                     const lossi_estimate_design *d, size_t n_images,
                                     const loss_estimate_options *opt)
{
    double images = each(d, n, n_images, opt->share);
    if (opt->error > 0) {
        *plan = (lossi_estimate_plan){lossi_smaller(FIRST_IMAGES, n_images), 0};
        return LOSS_OK;
    }
    if ((size_t)(MOST_OF_LEAST * images) < least_images(d))
        return too_small(d, n, n_images, opt->share);
    plan->least = lossi_larger((size_t)(SHARE_OF_LEAST * images), least_images(d));
    plan->least = lossi_smaller(plan->least, n_images);
    plan->spare = (uint64_t)((images - (double)plan->least) * (double)(n - d->n_coarse));
    return LOSS_OK;
}

loss_status loss_estimate_check(loss_axis x, loss_axis y, const size_t *images, size_t n_splits,
                                const loss_estimate_options *given)
{
    LOSSI_REQUIRE(images || !n_splits);
    loss_estimate_options opt = LOSS_ESTIMATE_OPTIONS_INIT;
    lossi_estimate_design d;
    lossi_estimate_plan plan;
    loss_status status = LOSSI_OPTIONS(opt, given);
    if (!status)
        status = check_options(&opt);
    if (!status)
        status = lossi_axis_check(x, LOSS_ERR_ARGUMENT, "axis x");
    if (!status)
        status = lossi_axis_check(y, LOSS_ERR_ARGUMENT, "axis y");
    if (status)
        return status;
    choose(&d, x.n, y.n, images, n_splits, &opt);
    for (size_t k = 0; k < n_splits && !status; k++)
        status = lossi_estimate_plan_make(&plan, x.n * y.n, &d, images[k], &opt);
    return status;
}
