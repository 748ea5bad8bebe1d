#include "surface/estimate_rounds.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "estimate/allocate.h"

enum { COARSE = 1, LEAST, MORE }; /* numbers of rounds */

void lossi_estimate_rounds_free(lossi_estimate_rounds *r)
{
    lossi_estimator_free(&r->estimator);
    lossi_known_free(&r->known);
    free(r->until);
    free(r->errors);
    free(r->steps);
    *r = (lossi_estimate_rounds){0};
}

loss_status lossi_estimate_rounds_init(lossi_estimate_rounds *r, loss_surface *s, loss_split split,
                                       const lossi_estimate_design *design,
                                       const loss_estimate_options *opt)
{
    size_t n = s->x.n * s->y.n;
    *r = (lossi_estimate_rounds){.surface = s,
                                 .opt = opt,
                                 .design = design,
                                 .until = lossi_alloc(n, sizeof *r->until),
                                 .errors = lossi_alloc(n, sizeof *r->errors),
                                 .steps = lossi_alloc(n, sizeof *r->steps)};
    if (!r->until || !r->errors || !r->steps)
        return lossi_fail_nomem(n * sizeof *r->until);
    loss_status status = lossi_estimate_plan_make(&r->plan, s->x.n * s->y.n, design,
                                                  loss_dataset_count(s->data[split]), opt);
    return status ? status : lossi_known_init(&r->known, s, split, design);
}

bool lossi_estimate_rounds_is_past_coarse(const lossi_estimate_rounds *r)
{
    return r->number > COARSE;
}

size_t lossi_estimate_rounds_lacks(const lossi_estimate_rounds *r, size_t point)
{
    size_t has = lossi_known_count(&r->known, point);
    return r->until[point] > has ? r->until[point] - has : 0;
}

static size_t images_after(const lossi_estimate_rounds *r, size_t step)
{
    return lossi_allocate_images(r->plan.least, step, r->known.n_images);
}

uint64_t lossi_estimate_rounds_left(const lossi_estimate_rounds *r)
{
    uint64_t left = r->number < MORE ? r->plan.spare : 0;
    for (size_t i = 0; i < r->known.n_points; i++) {
        size_t has = lossi_known_count(&r->known, i);
        bool is_coarse = lossi_known_coarse(&r->known, i) < LOSSI_MOST_COARSE;
        size_t until = is_coarse              ? r->known.n_images
                       : r->known.is_exact[i] ? 0
                                              : images_after(r, r->steps[i]);
        left += until > has ? until - has : 0;
    }
    return left;
}

/* Errors with the first m images, so that the same points get more images whenever a stopped
 * estimate goes on; NaN for points that are done with. */
static loss_status find_errors(lossi_estimate_rounds *r, size_t m)
{
    loss_status status = LOSS_OK;
    for (size_t i = 0; i < r->known.n_points && !status; i++) {
        loss_estimate estimate;
        r->errors[i] = NAN;
        if (r->known.is_exact[i] || r->known.seen[i].n < m)
            continue;
        status = lossi_estimator_at(&r->estimator, i, m, 0, &estimate);
        if (!status)
            r->errors[i] = estimate.error / fabs(estimate.loss);
    }
    return status;
}

/* The images that are left go to the widest intervals. */
static loss_status widen(lossi_estimate_rounds *r)
{
    loss_status status = find_errors(r, r->plan.least);
    if (!status)
        lossi_allocate(r->known.n_points, r->errors, r->plan.least, r->known.n_images,
                       r->plan.spare, r->steps);
    for (size_t i = 0; i < r->known.n_points && !status; i++)
        r->until[i] = r->known.is_exact[i] ? 0 : images_after(r, r->steps[i]);
    return status;
}

/* All points whose error is above what is asked for get more images, step by step. */
static loss_status narrow(lossi_estimate_rounds *r, size_t step)
{
    loss_status status = find_errors(r, images_after(r, step - 1));
    for (size_t i = 0; i < r->known.n_points && !status; i++) {
        size_t more = lossi_allocate_steps(r->errors[i], r->opt->error);
        r->steps[i] = more ? (uint8_t)lossi_smaller(step - 1 + more, UINT8_MAX) : 0;
        r->until[i] = more ? images_after(r, step) : 0;
    }
    return status;
}

static void want_coarse(lossi_estimate_rounds *r)
{
    for (size_t k = 0; k < r->design->n_coarse; k++)
        r->until[r->design->coarse[k]] = r->known.n_images;
}

/* The coarse points say which images make the sample. */
static loss_status want_least(lossi_estimate_rounds *r)
{
    for (size_t i = 0; i < r->known.n_points; i++)
        r->until[i] = r->known.is_exact[i] ? 0 : r->plan.least;
    return lossi_estimator_init(&r->estimator, &r->known, r->opt->seed);
}

loss_status lossi_estimate_rounds_next(lossi_estimate_rounds *r, bool *has)
{
    loss_status status = LOSS_OK;
    size_t step = r->number++ >= LEAST ? r->number - LEAST : 0;
    *has = r->number <= LEAST ||
           (r->opt->error > 0 ? images_after(r, step - 1) < r->known.n_images : r->number == MORE);
    if (!*has)
        return LOSS_OK;
    memset(r->until, 0, r->known.n_points * sizeof *r->until);
    if (r->number == COARSE)
        want_coarse(r);
    else if (r->number == LEAST)
        status = want_least(r);
    else
        status = r->opt->error > 0 ? narrow(r, step) : widen(r);
    return status;
}
