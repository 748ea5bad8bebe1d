/* A split of a surface that is estimated: the coarse points with all images, then the sample's
 * first images at every other point, then more of them where intervals are widest. */
#include "surface/estimate_job.h"

#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "estimate/allocate.h"
#include "net/evaluate.h"
#include "net/objective.h"
#include "surface/estimate_values.h"
#include "surface/place.h"
#include "surface/refinement.h"
#include "surface/sql.h"

/* Of one split. */
typedef struct job {
    loss_surface *surface;
    const loss_estimate_options *opt;
    const loss_dataset *data;
    loss_split split;
    lossi_estimate_design design;
    lossi_estimate_plan plan;
    lossi_known known;
    lossi_estimator estimator;
    lossi_placer *placer;
    lossi_evaluator *evaluator;
    uint32_t *order;     /* [n_points] of the points */
    double *errors;      /* [n_points] relative, with the least images */
    uint8_t *steps;      /* [n_points] */
    loss_dataset *piece; /* images of the sample; NULL: none so far */
    size_t piece_first, piece_n;
    loss_estimate_progress progress;
    double start;
} job;

static void free_job(job *j)
{
    lossi_estimator_free(&j->estimator);
    lossi_known_free(&j->known);
    lossi_placer_free(j->placer);
    lossi_evaluator_free(j->evaluator);
    loss_dataset_free(j->piece);
    free(j->order);
    free(j->errors);
    free(j->steps);
}

static void report(job *j, size_t point, uint64_t images, const loss_estimate *estimate)
{
    loss_estimate_progress *p = &j->progress;
    const loss_surface *s = j->surface;
    p->done += images;
    p->seconds = lossi_clock() - j->start;
    double now = (double)(p->done - p->done_before);
    p->images_per_second = now / p->seconds;
    p->seconds_left = p->total > p->done ? p->seconds / now * (double)(p->total - p->done) : 0;
    p->x = loss_axis_at(s->x, point % s->x.n);
    p->y = loss_axis_at(s->y, point / s->x.n);
    p->split = j->split;
    p->estimate = *estimate;
    if (j->opt->progress)
        j->opt->progress(p, j->opt->user);
}

/* Losses of some images at a point, or NaN where it has no network.
 *  @param losses  [n of data], written
 *  @param l2      what the loss has besides; written */
static loss_status evaluate(job *j, size_t point, const loss_dataset *data, float *losses,
                            loss_result *result, double *l2)
{
    const loss_surface *s = j->surface;
    const loss_net *net;
    size_t n = loss_dataset_count(data);
    *l2 = 0;
    loss_status status = lossi_placer_at(j->placer, point / s->x.n, point % s->x.n, &net);
    if (!status && net) {
        status =
            lossi_evaluator_run(j->evaluator, net, data, s->opt.cancelled, s->opt.user, result);
        *l2 = lossi_objective_l2(net);
    }
    for (size_t i = 0; i < n && !status; i++)
        losses[i] = net ? (float)lossi_evaluator_losses(j->evaluator)[i] : NAN;
    return status;
}

/* NULL: the data have targets, or nothing was evaluated. */
static const uint8_t *correct_of(const job *j, const loss_result *result)
{
    return loss_dataset_labels(j->data) && result->images ? lossi_evaluator_correct(j->evaluator)
                                                          : NULL;
}

/* What was seen of a point, and what it gave, at once.
 *  @param exact, estimate  one of them is NULL */
static loss_status commit(const job *j, size_t point, const lossi_image_losses *images,
                          const loss_point *exact, const loss_estimate *estimate)
{
    const loss_surface *s = j->surface;
    size_t iy = point / s->x.n, ix = point % s->x.n;
    loss_status status = lossi_store_begin(s->store);
    if (status)
        return status;
    status = lossi_store_insert_images(s->store, j->split, iy, ix, images);
    if (!status && exact)
        status = lossi_store_insert_point(s->store, j->split, iy, ix, exact);
    if (!status && estimate)
        status = lossi_store_replace_estimate(s->store, j->split, iy, ix, estimate);
    return lossi_sql_end(s->store, status);
}

/* ---- Coarse points -------------------------------------------------------------------------- */

static loss_status do_coarse(job *j, size_t place)
{
    size_t n = j->known.n_images, point = j->design.coarse[place];
    double start = lossi_clock(), l2;
    loss_result r = {.loss = NAN, .standard_error = NAN, .accuracy = NAN};
    float *losses = lossi_alloc(n, sizeof *losses);
    loss_status status = losses ? evaluate(j, point, j->data, losses, &r, &l2)
                                : lossi_fail_nomem(n * sizeof *losses);
    const lossi_image_losses images = {LOSSI_ALL_IMAGES, n, losses, correct_of(j, &r)};
    const loss_point exact = {true, r.loss, r.standard_error, r.accuracy, lossi_clock() - start};
    if (!status)
        status = commit(j, point, &images, &exact, NULL);
    if (!status)
        status = lossi_seen_add(&j->known.coarse[place], n, losses, images.correct);
    if (!status) {
        j->known.is_exact[point] = true;
        report(j, point, n,
               &(loss_estimate){true, true, n, r.loss, 0, r.loss, r.loss, r.accuracy, 0, r.accuracy,
                                r.accuracy, exact.seconds});
    }
    free(losses);
    return status;
}

static loss_status do_all_coarse(job *j)
{
    loss_status status = LOSS_OK;
    for (size_t k = 0; k < j->design.n_coarse && !status; k++)
        if (!j->known.coarse[k].n)
            status = do_coarse(j, k);
    return status;
}

/* ---- The other points ----------------------------------------------------------------------- */

/* The sample's images from place `first` on. */
static loss_status bring_piece(job *j, size_t first, size_t n)
{
    if (j->piece && j->piece_first == first && j->piece_n == n)
        return LOSS_OK;
    loss_dataset_free(j->piece);
    j->piece = NULL;
    size_t *numbers = lossi_alloc(n, sizeof *numbers);
    if (!numbers)
        return lossi_fail_nomem(n * sizeof *numbers);
    for (size_t i = 0; i < n; i++)
        numbers[i] = j->estimator.sample.order[first + i];
    loss_status status = loss_dataset_pick(&j->piece, j->data, n, numbers);
    free(numbers);
    j->piece_first = first;
    j->piece_n = n;
    return status;
}

/* A point gets what it lacks of the first m images. */
static loss_status extend(job *j, size_t point, size_t m)
{
    lossi_seen *seen = &j->known.seen[point];
    double start = lossi_clock(), l2 = 0;
    if (seen->n >= m)
        return LOSS_OK;
    size_t first = seen->n, n = m - first;
    loss_result r = {.images = 0};
    loss_estimate estimate;
    float *losses = lossi_alloc(n, sizeof *losses);
    loss_status status = losses ? bring_piece(j, first, n) : lossi_fail_nomem(n * sizeof *losses);
    if (!status)
        status = evaluate(j, point, j->piece, losses, &r, &l2);
    const lossi_image_losses images = {(int64_t)first, n, losses,
                                       status ? NULL : correct_of(j, &r)};
    if (!status)
        status = lossi_seen_add(seen, n, losses, images.correct);
    if (!status)
        status = lossi_estimator_at(&j->estimator, point, m, l2, &estimate);
    if (!status) {
        estimate.seconds = lossi_clock() - start;
        status = commit(j, point, &images, NULL, &estimate);
    }
    if (!status)
        report(j, point, n, &estimate);
    free(losses);
    return status;
}

/* All points that are not exact get the first m images, if they are to have so many steps. */
static loss_status extend_all(job *j, size_t step)
{
    size_t m = lossi_allocate_images(j->plan.least, step, j->known.n_images);
    loss_status status = LOSS_OK;
    for (size_t i = 0; i < j->known.n_points && !status; i++)
        if (!j->known.is_exact[j->order[i]] && j->steps[j->order[i]] >= step)
            status = extend(j, j->order[i], m);
    return status;
}

/* Errors with the first m images, so that the same points get more images whenever a stopped
 * estimate goes on; NaN for points that are done with. */
static loss_status find_errors(job *j, size_t m)
{
    loss_status status = LOSS_OK;
    for (size_t i = 0; i < j->known.n_points && !status; i++) {
        loss_estimate estimate;
        j->errors[i] = NAN;
        if (j->known.is_exact[i] || j->known.seen[i].n < m)
            continue;
        status = lossi_estimator_at(&j->estimator, i, m, 0, &estimate);
        if (!status)
            j->errors[i] = estimate.error / fabs(estimate.loss);
    }
    return status;
}

static void set_total(job *j)
{
    j->progress.total = j->progress.done;
    for (size_t i = 0; i < j->known.n_points; i++) {
        size_t m = lossi_allocate_images(j->plan.least, j->steps[i], j->known.n_images);
        if (!j->known.is_exact[i] && m > j->known.seen[i].n)
            j->progress.total += m - j->known.seen[i].n;
    }
}

/* The images that are left go to the widest intervals. */
static loss_status widen(job *j)
{
    loss_status status = find_errors(j, j->plan.least);
    if (status)
        return status;
    lossi_allocate(j->known.n_points, j->errors, j->plan.least, j->known.n_images, j->plan.spare,
                   j->steps);
    set_total(j);
    for (size_t step = 1; step <= LOSSI_MOST_STEPS && !status; step++)
        status = extend_all(j, step);
    return status;
}

/* All points whose error is above what is asked for get more images, step by step. */
static loss_status narrow(job *j)
{
    size_t m = 0, before;
    loss_status status = LOSS_OK;
    for (size_t step = 1; m < j->known.n_images && !status; step++) {
        before = lossi_allocate_images(j->plan.least, step - 1, j->known.n_images);
        m = lossi_allocate_images(j->plan.least, step, j->known.n_images);
        status = find_errors(j, before);
        for (size_t i = 0; i < j->known.n_points && !status; i++) {
            size_t more = lossi_allocate_steps(j->errors[i], j->opt->error);
            j->steps[i] = more ? (uint8_t)lossi_smaller(step - 1 + more, UINT8_MAX) : 0;
        }
        set_total(j);
        if (!status)
            status = extend_all(j, step);
    }
    return status;
}

/* ---- The whole ------------------------------------------------------------------------------ */

/* Images of a point that is not exact, on average; 0: all points are. */
static size_t usual_images(const lossi_known *known)
{
    size_t sum = 0, n = 0;
    for (size_t i = 0; i < known->n_points; i++) {
        sum += known->is_exact[i] ? 0 : known->seen[i].n;
        n += !known->is_exact[i];
    }
    return n ? sum / n : 0;
}

static loss_status put_check(job *j)
{
    char key[LOSSI_KEY_SIZE];
    lossi_estimate_check check;
    size_t m = usual_images(&j->known);
    if (!m)
        return LOSS_OK;
    loss_status status = lossi_estimator_check(&j->estimator, m, &check);
    if (status)
        return status;
    char *text = lossi_format("%.6g,%.6g,%zu,%zu", check.observed, check.predicted, check.checked,
                              check.held);
    status = text ? lossi_store_put_fact(j->surface->store,
                                         lossi_split_key(key, LOSS_KEY_ESTIMATE_CHECK, j->split),
                                         text, true)
                  : lossi_fail_nomem(64);
    free(text);
    return status;
}

static void begin_progress(job *j)
{
    uint64_t n = j->known.n_images;
    loss_estimate_progress *p = &j->progress;
    j->start = lossi_clock();
    for (size_t k = 0; k < j->design.n_coarse; k++)
        p->done_before += j->known.coarse[k].n;
    for (size_t i = 0; i < j->known.n_points; i++) {
        bool is_coarse = lossi_known_coarse(&j->known, i) < LOSSI_MOST_COARSE;
        p->done_before += j->known.seen[i].n;
        p->total += is_coarse ? n : j->known.is_exact[i] ? 0 : j->plan.least;
    }
    p->total += j->plan.spare;
    p->done = p->done_before;
}

static loss_status begin(job *j)
{
    loss_surface *s = j->surface;
    size_t n = s->x.n * s->y.n;
    loss_status status =
        lossi_estimate_plan_make(&j->plan, s, &j->design, loss_dataset_count(j->data), j->opt);
    if (!status)
        status = lossi_known_init(&j->known, s, j->split, &j->design);
    if (!status)
        status = lossi_refinement_make(&j->order, s->x.n, s->y.n, false);
    j->errors = lossi_alloc(n, sizeof *j->errors);
    j->steps = lossi_alloc(n, sizeof *j->steps);
    if (!status && (!j->errors || !j->steps))
        status = lossi_fail_nomem(n * sizeof *j->errors);
    if (!status)
        status = lossi_placer_create(&j->placer, s, s->opt.threads);
    if (!status)
        status = lossi_evaluator_create(&j->evaluator, s->net, s->opt.threads);
    if (!status)
        begin_progress(j);
    return status;
}

loss_status lossi_estimate_split(loss_surface *s, loss_split split,
                                 const lossi_estimate_design *design,
                                 const loss_estimate_options *opt)
{
    job j = {.surface = s, .opt = opt, .data = s->data[split], .split = split, .design = *design};
    loss_status status = begin(&j);
    if (!status)
        status = do_all_coarse(&j);
    if (!status)
        status = lossi_estimator_init(&j.estimator, &j.known, opt->seed);
    if (!status)
        status = extend_all(&j, 0);
    if (!status)
        status = opt->error > 0 ? narrow(&j) : widen(&j);
    if (!status)
        status = put_check(&j);
    free_job(&j);
    return status;
}
