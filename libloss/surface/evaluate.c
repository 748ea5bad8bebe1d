/* Fills a landscape file: point after point, coarse to fine, all threads on the images of one
 * point, each point, and its eigenvalues, committed when it is done. Processes that fill one file
 * share its points. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/thread.h"
#include "curvature/curvature.h"
#include "net/evaluate.h"
#include "surface/place.h"
#include "surface/share.h"
#include "surface/surface.h"

typedef struct evaluation {
    loss_surface *surface;
    lossi_share share;
    lossi_placer *placer;
    lossi_evaluator *evaluator;
    loss_curvature *curvature[2];        /* by split; NULL: no eigenvalues are wanted */
    bool *present[2], *has_curvature[2]; /* by split, [ny][nx]: points, and eigenvalues, known to be
                                            in the file */
    loss_surface_progress progress;
    size_t images_done; /* by this call */
    double start;
} evaluation;

/* present: of the points, or of the eigenvalues, of a split. */
static void found(evaluation *e, bool *present, size_t i)
{
    present[i] = true;
    e->progress.done++;
    e->progress.done_before++;
}

static loss_status find_points(evaluation *e)
{
    loss_surface *s = e->surface;
    size_t n = s->x.n * s->y.n;
    loss_point *points = calloc(n, sizeof *points);
    loss_status status = points ? LOSS_OK : lossi_fail_nomem(n * sizeof *points);
    for (int k = 0; k < 2 && !status; k++) {
        if (!s->data[k])
            continue;
        e->progress.total += e->share.n;
        e->present[k] = calloc(n, sizeof *e->present[k]);
        status = e->present[k]
                     ? lossi_store_read_points(s->store, (loss_split)k, s->x.n, s->y.n, points)
                     : lossi_fail_nomem(n);
        for (size_t i = 0; i < e->share.n && !status; i++)
            if (points[e->share.points[i]].evaluated)
                found(e, e->present[k], e->share.points[i]);
    }
    free(points);
    return status;
}

static loss_status find_curvature(evaluation *e)
{
    loss_surface *s = e->surface;
    size_t n = s->x.n * s->y.n;
    loss_point_curvature *curvature = calloc(n, sizeof *curvature);
    loss_status status = curvature ? LOSS_OK : lossi_fail_nomem(n * sizeof *curvature);
    for (int k = 0; k < 2 && !status && s->opt.curvature; k++) {
        if (!s->data[k])
            continue;
        e->progress.total += e->share.n;
        e->has_curvature[k] = calloc(n, sizeof *e->has_curvature[k]);
        status = e->has_curvature[k] ? lossi_store_read_curvature(s->store, (loss_split)k, s->x.n,
                                                                  s->y.n, curvature)
                                     : lossi_fail_nomem(n);
        for (size_t i = 0; i < e->share.n && !status; i++)
            if (curvature[e->share.points[i]].evaluated)
                found(e, e->has_curvature[k], e->share.points[i]);
        if (!status)
            status = loss_curvature_create(&e->curvature[k], s->net, s->data[k], s->opt.curvature);
    }
    free(curvature);
    return status;
}

static void report(evaluation *e, loss_split split, double x, double y, const loss_point *point,
                   const loss_point_curvature *curvature)
{
    loss_surface_progress *p = &e->progress;
    const loss_surface_options *opt = &e->surface->opt;
    p->seconds = lossi_clock() - e->start;
    p->seconds_left =
        p->seconds / (double)(p->done - p->done_before) * (double)(p->total - p->done);
    p->images_per_second = (double)e->images_done / p->seconds;
    p->x = x;
    p->y = y;
    p->split = split;
    if (point)
        p->point = *point;
    p->curvature = curvature;
    if (opt->progress)
        opt->progress(p, opt->user);
}

/* Whether the file has by now what is wanted at point i; another process may have been here. */
static loss_status is_done(void *context, size_t i, bool *is)
{
    evaluation *e = context;
    lossi_store *store = e->surface->store;
    size_t iy = i / e->surface->x.n, ix = i % e->surface->x.n;
    loss_status status = LOSS_OK;
    *is = true;
    for (int k = 0; k < 2 && !status; k++) {
        bool has = true;
        if (e->present[k] && !e->present[k][i]) {
            status = lossi_store_has_point(store, (loss_split)k, iy, ix, &has);
            if (!status && has)
                found(e, e->present[k], i);
            *is = *is && has;
        }
        if (!status && e->has_curvature[k] && !e->has_curvature[k][i]) {
            status = lossi_store_has_curvature(store, (loss_split)k, iy, ix, &has);
            if (!status && has)
                found(e, e->has_curvature[k], i);
            *is = *is && has;
        }
    }
    return status;
}

static loss_status evaluate_point(evaluation *e, loss_split split, size_t iy, size_t ix)
{
    loss_surface *s = e->surface;
    if (e->present[split][iy * s->x.n + ix])
        return LOSS_OK;
    double x = loss_axis_at(s->x, ix), y = loss_axis_at(s->y, iy), start = lossi_clock();
    const loss_net *net;
    loss_result result = {
        .loss = NAN, .standard_error = NAN, .accuracy = NAN}; /* where there is no network */
    loss_status status = lossi_placer_at(e->placer, iy, ix, &net);
    if (!status && net)
        status = lossi_evaluator_run(e->evaluator, net, s->data[split], s->opt.cancelled,
                                     s->opt.user, &result);
    if (status)
        return status;
    loss_point point = {true, result.loss, result.standard_error, result.accuracy,
                        lossi_clock() - start};
    status = lossi_store_put_point(s->store, split, iy, ix, &point);
    if (status)
        return status;
    e->present[split][iy * s->x.n + ix] = true;
    e->progress.done++;
    e->images_done += result.images;
    report(e, split, x, y, &point, NULL);
    return LOSS_OK;
}

/* The extreme eigenvalues at a point, unless they are there. Where there is no network or no
 * finite loss, they are NaN. */
static loss_status evaluate_curvature(evaluation *e, loss_split split, size_t iy, size_t ix)
{
    loss_surface *s = e->surface;
    size_t i = iy * s->x.n + ix;
    if (!e->curvature[split] || e->has_curvature[split][i])
        return LOSS_OK;
    double start = lossi_clock();
    const loss_net *net;
    loss_eigenvalue found[2];
    loss_point_curvature curvature = {true, NAN, NAN, NAN, NAN, 0};
    loss_status status = lossi_placer_at(e->placer, iy, ix, &net);
    if (!status && net) {
        lossi_curvature_set(e->curvature[split], net);
        status = loss_curvature_eigen(e->curvature[split], &s->eigen, found, NULL);
        if (!status)
            curvature = (loss_point_curvature){
                true, found[1].value, found[0].value, found[1].residual, found[0].residual, 0};
        else if (status == LOSS_ERR_NOT_FINITE)
            status = LOSS_OK;
    }
    curvature.seconds = lossi_clock() - start;
    if (!status)
        status = lossi_store_put_curvature(s->store, split, iy, ix, &curvature);
    if (status)
        return status;
    e->has_curvature[split][i] = true;
    e->progress.done++;
    report(e, split, loss_axis_at(s->x, ix), loss_axis_at(s->y, iy), NULL, &curvature);
    return LOSS_OK;
}

static bool has_centre(loss_axis axis)
{
    for (size_t i = 0; i < axis.n; i++)
        if (loss_axis_at(axis, i) == 0)
            return true;
    return false;
}

/* The loss of the network itself, as LOSS_KEY_MODEL_LOSS: the centre of the grid can be held
 * against it. */
static loss_status evaluate_model(evaluation *e)
{
    loss_surface *s = e->surface;
    loss_status status = LOSS_OK;
    for (int k = 0; k < 2 && !status; k++) {
        char key[LOSSI_KEY_SIZE];
        loss_result result = LOSS_RESULT_INIT;
        lossi_split_key(key, LOSS_KEY_MODEL_LOSS, (loss_split)k);
        if (!s->data[k] || lossi_facts_find(&s->facts, key))
            continue;
        status = lossi_evaluator_run(e->evaluator, s->net, s->data[k], s->opt.cancelled,
                                     s->opt.user, &result);
        char *value = status ? NULL : lossi_format("%.17g", result.loss);
        if (!status)
            status = value ? lossi_store_put_fact(s->store, key, value, false)
                           : lossi_fail_nomem(sizeof key);
        if (!status && !lossi_facts_set(&s->facts, key, value))
            status = lossi_fail_nomem(sizeof key);
        free(value);
    }
    return status;
}

/* One process does it for all that fill the file. */
static loss_status evaluate_model_once(evaluation *e)
{
    loss_surface *s = e->surface;
    bool is_mine;
    if (!has_centre(s->x) || (!s->opt.repeat && !has_centre(s->y)) || s->opt.part > 1)
        return LOSS_OK;
    loss_status status = lossi_share_try_alone(s, LOSSI_MODEL_LOSS, &is_mine);
    if (status || !is_mine)
        return status;
    status = evaluate_model(e);
    lossi_share_release_alone(s, LOSSI_MODEL_LOSS);
    return status;
}

static loss_status evaluate_at(evaluation *e, size_t i)
{
    loss_surface *s = e->surface;
    loss_status status = LOSS_OK;
    for (int k = 0; k < 2 && !status; k++) {
        if (s->data[k])
            status = evaluate_point(e, (loss_split)k, i / s->x.n, i % s->x.n);
        if (!status)
            status = evaluate_curvature(e, (loss_split)k, i / s->x.n, i % s->x.n);
    }
    return status;
}

static loss_status evaluate_missing(evaluation *e)
{
    loss_surface *s = e->surface;
    loss_status status = lossi_store_check_writable(s->store);
    if (!status)
        status = lossi_placer_create(&e->placer, s);
    if (!status)
        status = lossi_evaluator_create(&e->evaluator, s->net, s->opt.threads);
    if (!status)
        status = evaluate_model_once(e);
    bool has = true;
    while (!status && has) {
        size_t i;
        status = lossi_share_next(&e->share, is_done, e, &i, &has);
        if (status || !has)
            continue;
        status = evaluate_at(e, i);
        lossi_share_release(&e->share, i);
    }
    return status;
}

loss_status loss_surface_evaluate(loss_surface *surface)
{
    LOSSI_REQUIRE(surface);
    if (!surface->net)
        return lossi_fail(LOSS_ERR_ARGUMENT, "%s: opened to look at, not to evaluate",
                          surface->path);
    evaluation e = {.surface = surface, .start = lossi_clock()};
    loss_status status = lossi_share_init(&e.share, surface);
    if (!status)
        status = find_points(&e);
    if (!status)
        status = find_curvature(&e);
    if (!status && e.progress.done < e.progress.total)
        status = evaluate_missing(&e);
    lossi_evaluator_free(e.evaluator);
    lossi_placer_free(e.placer);
    lossi_share_free(&e.share);
    for (int k = 0; k < 2; k++) {
        loss_curvature_free(e.curvature[k]);
        free(e.present[k]);
        free(e.has_curvature[k]);
    }
    return status;
}
