/* Doing tasks: the network is moved to the point, and its loss and the eigenvalues evaluated, all
 * threads on the images of one point. */
#include "surface/worker.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "curvature/curvature.h"
#include "net/evaluate.h"
#include "net/objective.h"
#include "surface/keep.h"
#include "surface/place.h"
#include "surface/surface.h"

struct lossi_task_worker {
    const loss_surface *surface;
    lossi_placer *placer;
    lossi_evaluator *evaluator;
    loss_curvature *curvature[2]; /* by split; NULL: no eigenvalues are wanted */
};

uint64_t lossi_surface_wants(const loss_surface *s)
{
    uint64_t wants = 0;
    for (int k = 0; k < 2; k++)
        if (s->data[k])
            wants |= lossi_want_loss(k) | (s->opt.curvature ? lossi_want_curvature(k) : 0);
    return wants;
}

/* Losses of single images are wanted of one split, and of nothing else. */
static bool is_right_about_images(const loss_surface *s, const loss_task *task)
{
    uint64_t of = task->wants & ~(uint64_t)LOSS_WANT_IMAGES;
    if (of == task->wants)
        return !task->n_images;
    for (int k = 0; k < 2; k++)
        if (of == lossi_want_loss(k) && s->data[k])
            return task->n_images <= loss_dataset_count(s->data[k]);
    return false;
}

loss_status lossi_task_check(const loss_surface *s, const loss_task *task)
{
    size_t n = s->x.n * s->y.n;
    uint64_t possible = task->point == n ? lossi_surface_wants(s) & LOSSI_WANT_LOSSES
                                         : lossi_surface_wants(s) | LOSS_WANT_IMAGES;
    if (task->point > n || task->wants & ~possible)
        return lossi_fail(LOSS_ERR_ARGUMENT,
                          "%s: a task at point %llu that wants %llu; expected a point up to %zu, "
                          "and wants within %llu",
                          s->path, (unsigned long long)task->point, (unsigned long long)task->wants,
                          n, (unsigned long long)possible);
    return is_right_about_images(s, task)
               ? LOSS_OK
               : lossi_fail(LOSS_ERR_ARGUMENT,
                            "%s: a task of %llu images that wants %llu; expected images that there "
                            "are, and of one split",
                            s->path, (unsigned long long)task->n_images,
                            (unsigned long long)task->wants);
}

void lossi_task_worker_free(lossi_task_worker *worker)
{
    if (!worker)
        return;
    for (int k = 0; k < 2; k++)
        loss_curvature_free(worker->curvature[k]);
    lossi_evaluator_free(worker->evaluator);
    lossi_placer_free(worker->placer);
    free(worker);
}

loss_status lossi_task_worker_create(lossi_task_worker **out, const loss_surface *s, size_t threads)
{
    loss_curvature_options curvature = s->curvature;
    curvature.threads = threads;
    lossi_task_worker *w = calloc(1, sizeof *w);
    loss_status status =
        w ? lossi_placer_create(&w->placer, s, threads) : lossi_fail_nomem(sizeof *w);
    if (!status) {
        w->surface = s;
        status = lossi_evaluator_create(&w->evaluator, s->net, threads);
    }
    for (int k = 0; k < 2 && !status && s->opt.curvature; k++)
        if (s->data[k])
            status = loss_curvature_create(&w->curvature[k], s->net, s->data[k], &curvature);
    *out = status ? NULL : w;
    if (status)
        lossi_task_worker_free(w);
    return status;
}

static loss_status run(lossi_task_worker *w, const loss_net *net, int split, const loss_task *task,
                       loss_result *result)
{
    const loss_surface *s = w->surface;
    lossi_evaluator_keep(w->evaluator, s->kept, (size_t)split);
    return task->images
               ? lossi_evaluator_run_some(w->evaluator, net, s->data[split], task->images,
                                          task->n_images, s->opt.cancelled, s->opt.user, result)
               : lossi_evaluator_run(w->evaluator, net, s->data[split], s->opt.cancelled,
                                     s->opt.user, result);
}

/* net is NULL where there is none: its loss is NaN. */
static loss_status find_loss(lossi_task_worker *w, const loss_net *net, int split,
                             loss_outcome *outcome)
{
    double start = lossi_clock();
    loss_result result = {.loss = NAN, .standard_error = NAN, .accuracy = NAN};
    loss_status status = net ? run(w, net, split, &outcome->task, &result) : LOSS_OK;
    outcome->points[split] = (loss_point){true, result.loss, result.standard_error, result.accuracy,
                                          lossi_clock() - start};
    outcome->images += result.images;
    return status;
}

/* Whether a network of the graph has the values of the surface's own, bit for bit. */
static bool is_own(const loss_surface *s, const loss_net *net)
{
    bool same = net != NULL;
    for (size_t i = 0; same && i < net->n_tensors; i++)
        same = memcmp(net->tensors[i].values, s->net->tensors[i].values,
                      net->tensors[i].count * sizeof *net->tensors[i].values) == 0;
    return same;
}

/* What the last run found of each image. */
static loss_status take_images(const lossi_task_worker *w, const loss_net *net, int split,
                               loss_outcome *outcome)
{
    const loss_dataset *data = w->surface->data[split];
    size_t n = outcome->task.n_images ? outcome->task.n_images : loss_dataset_count(data);
    bool has_labels = net && loss_dataset_labels(data);
    outcome->losses = lossi_alloc(n, sizeof *outcome->losses);
    outcome->correct = lossi_alloc(n, sizeof *outcome->correct);
    outcome->images = n;
    outcome->added = net ? lossi_objective_l2(net) : 0;
    outcome->is_own = is_own(w->surface, net);
    if (!outcome->losses || !outcome->correct)
        return lossi_fail_nomem(n * sizeof *outcome->losses);
    for (size_t i = 0; i < n; i++) {
        outcome->losses[i] = net ? (float)lossi_evaluator_losses(w->evaluator)[i] : NAN;
        outcome->correct[i] = has_labels && lossi_evaluator_correct(w->evaluator)[i];
    }
    return LOSS_OK;
}

/* Where there is no network or no finite loss, the eigenvalues are NaN. */
static loss_status find_curvature(lossi_task_worker *w, const loss_net *net, int split,
                                  loss_outcome *outcome)
{
    double start = lossi_clock();
    loss_eigenvalue found[2];
    loss_point_curvature *curvature = &outcome->curvature[split];
    *curvature = (loss_point_curvature){true, NAN, NAN, NAN, NAN, 0};
    loss_status status = LOSS_OK;
    if (net) {
        lossi_curvature_set(w->curvature[split], net);
        status = loss_curvature_eigen(w->curvature[split], &w->surface->eigen, found, NULL);
        if (!status)
            *curvature = (loss_point_curvature){
                true, found[1].value, found[0].value, found[1].residual, found[0].residual, 0};
        else if (status == LOSS_ERR_NOT_FINITE)
            status = LOSS_OK;
    }
    curvature->seconds = lossi_clock() - start;
    return status;
}

loss_status lossi_task_worker_do(lossi_task_worker *w, const loss_task *task, loss_outcome *outcome)
{
    const loss_surface *s = w->surface;
    const loss_net *net = s->net;
    loss_status status = LOSS_OK;
    *outcome = (loss_outcome){.task = *task};
    if (task->point < s->x.n * s->y.n)
        status = lossi_placer_at(w->placer, task->point / s->x.n, task->point % s->x.n, &net);
    for (int k = 0; k < 2 && !status; k++) {
        if (task->wants & lossi_want_loss(k))
            status = find_loss(w, net, k, outcome);
        if (!status && task->wants & lossi_want_loss(k) && task->wants & LOSS_WANT_IMAGES)
            status = take_images(w, net, k, outcome);
        if (!status && task->wants & lossi_want_curvature(k))
            status = find_curvature(w, net, k, outcome);
    }
    if (status)
        loss_outcome_clear(outcome);
    return status;
}

loss_status loss_surface_compute(loss_surface *surface, const loss_task *task,
                                 loss_outcome *outcome)
{
    LOSSI_REQUIRE(surface && task && outcome);
    if (!surface->net)
        return lossi_fail(LOSS_ERR_ARGUMENT, "%s: opened to look at, not to evaluate",
                          surface->path);
    loss_status status = lossi_task_check(surface, task);
    if (!status && !task->images != !task->n_images)
        status = lossi_fail(LOSS_ERR_ARGUMENT, "%s: a task of %llu images, with%s their numbers",
                            surface->path, (unsigned long long)task->n_images,
                            task->images ? "" : "out");
    if (!status && !surface->worker)
        status = lossi_surface_keep(surface);
    if (!status && !surface->worker)
        status = lossi_task_worker_create(&surface->worker, surface, surface->opt.threads);
    return status ? status : lossi_task_worker_do(surface->worker, task, outcome);
}
