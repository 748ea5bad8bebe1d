/* Claiming tasks and handing in outcomes. A point's eigenvalues count as a point of their own. */
#include "surface/agenda.h"

#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "surface/model_loss.h"
#include "surface/share.h"
#include "surface/sql.h"
#include "surface/surface.h"
#include "surface/worker.h"

typedef struct ledger {
    lossi_agenda agenda;
    lossi_share share;
    uint8_t
        *lacks; /* [ny][nx] what is wanted of points of this part and is not known to be there */
    uint64_t model; /* losses of the model itself that are to be recorded */
    loss_surface_progress progress;
    uint64_t images; /* evaluated for this handle */
    size_t counted;  /* what progress.done is after the outcomes that are being handed in */
    double start;
} ledger;

static void free_ledger(lossi_agenda *agenda)
{
    ledger *l = (ledger *)agenda;
    lossi_share_free(&l->share);
    free(l->lacks);
    free(l);
}

/* Something that was lacking is there. */
static void found(ledger *l, size_t i, uint64_t bit)
{
    l->lacks[i] &= (uint8_t)~bit;
    l->progress.done++;
    l->progress.done_before++;
}

static loss_status find_points(ledger *l, int split)
{
    loss_surface *s = l->agenda.surface;
    size_t n = s->x.n * s->y.n;
    loss_point *points = malloc(n * sizeof *points);
    loss_status status =
        points ? lossi_store_read_points(s->store, (loss_split)split, s->x.n, s->y.n, points)
               : lossi_fail_nomem(n * sizeof *points);
    for (size_t i = 0; i < n && !status; i++)
        if (points[i].evaluated && l->lacks[i])
            found(l, i, lossi_want_loss(split));
    free(points);
    return status;
}

static loss_status find_curvature(ledger *l, int split)
{
    loss_surface *s = l->agenda.surface;
    size_t n = s->x.n * s->y.n;
    loss_point_curvature *points = malloc(n * sizeof *points);
    loss_status status =
        points ? lossi_store_read_curvature(s->store, (loss_split)split, s->x.n, s->y.n, points)
               : lossi_fail_nomem(n * sizeof *points);
    for (size_t i = 0; i < n && !status; i++)
        if (points[i].evaluated && l->lacks[i] & lossi_want_curvature(split))
            found(l, i, lossi_want_curvature(split));
    free(points);
    return status;
}

static loss_status fill(ledger *l)
{
    const loss_surface *s = l->agenda.surface;
    uint64_t wants = lossi_surface_wants(s);
    loss_status status = lossi_share_init(&l->share, s);
    if (!status && !(l->lacks = calloc(s->x.n * s->y.n, 1)))
        status = lossi_fail_nomem(s->x.n * s->y.n);
    for (size_t i = 0; i < l->share.n && !status; i++)
        l->lacks[l->share.points[i]] = (uint8_t)wants;
    for (int k = 0; k < 2 && !status; k++) {
        l->progress.total += wants & lossi_want_loss(k) ? l->share.n : 0;
        l->progress.total += wants & lossi_want_curvature(k) ? l->share.n : 0;
        if (wants & lossi_want_loss(k))
            status = find_points(l, k);
        if (!status && wants & lossi_want_curvature(k))
            status = find_curvature(l, k);
    }
    if (!status && l->progress.done < l->progress.total) {
        l->model = lossi_model_loss_wants(s);
        status = lossi_store_check_writable(s->store);
    }
    return status;
}

/* Whether the file has by now what is wanted at point i; another process may have been here. */
static loss_status is_done(void *context, size_t i, bool *is)
{
    ledger *l = context;
    const loss_surface *s = l->agenda.surface;
    loss_status status = LOSS_OK;
    for (int k = 0; k < 2 && !status; k++) {
        bool has = false;
        if (l->lacks[i] & lossi_want_loss(k))
            status = lossi_store_has_point(s->store, (loss_split)k, i / s->x.n, i % s->x.n, &has);
        if (!status && has)
            found(l, i, lossi_want_loss(k));
        has = false;
        if (!status && l->lacks[i] & lossi_want_curvature(k))
            status =
                lossi_store_has_curvature(s->store, (loss_split)k, i / s->x.n, i % s->x.n, &has);
        if (!status && has)
            found(l, i, lossi_want_curvature(k));
    }
    *is = !status && !l->lacks[i];
    return status;
}

static loss_status claim_next(lossi_agenda *agenda, loss_claim *claim, loss_task *task)
{
    ledger *l = (ledger *)agenda;
    bool has = false;
    size_t point;
    loss_status status = LOSS_OK;
    *claim = LOSS_CLAIM_DONE;
    if (l->progress.done == l->progress.total)
        return LOSS_OK;
    if (l->model)
        status = lossi_model_loss_claim(agenda->surface, l->model, task, &has);
    l->model = 0;
    if (status || has) {
        *claim = LOSS_CLAIM_TASK;
        return status;
    }
    status = lossi_share_next(&l->share, is_done, l, &point, &has);
    if (!status && has)
        *task = (loss_task){.point = point, .wants = l->lacks[point]};
    if (!status)
        *claim = has                                     ? LOSS_CLAIM_TASK
                 : l->progress.done == l->progress.total ? LOSS_CLAIM_DONE
                                                         : LOSS_CLAIM_WAIT;
    return status;
}

static loss_status insert(lossi_agenda *agenda, const loss_outcome *o)
{
    loss_surface *s = agenda->surface;
    size_t iy = o->task.point / s->x.n, ix = o->task.point % s->x.n;
    loss_status status = LOSS_OK;
    if (o->task.wants & LOSS_WANT_IMAGES)
        return lossi_fail(LOSS_ERR_ARGUMENT, "%s: an outcome of an estimate; none was begun",
                          s->path);
    if (lossi_model_loss_is(s, &o->task))
        return lossi_model_loss_insert(s, o);
    for (int k = 0; k < 2 && !status; k++) {
        if (o->task.wants & lossi_want_loss(k))
            status = lossi_store_insert_point(s->store, (loss_split)k, iy, ix, &o->points[k]);
        if (!status && o->task.wants & lossi_want_curvature(k))
            status =
                lossi_store_insert_curvature(s->store, (loss_split)k, iy, ix, &o->curvature[k]);
    }
    return status;
}

static void report(ledger *l, const loss_outcome *o, int split,
                   const loss_point_curvature *curvature)
{
    loss_surface_progress *p = &l->progress;
    const loss_surface *s = l->agenda.surface;
    p->done++;
    p->seconds = lossi_clock() - l->start;
    p->seconds_left =
        p->seconds / (double)(l->counted - p->done_before) * (double)(p->total - l->counted);
    p->images_per_second = (double)l->images / p->seconds;
    p->x = loss_axis_at(s->x, o->task.point % s->x.n);
    p->y = loss_axis_at(s->y, o->task.point / s->x.n);
    p->split = (loss_split)split;
    if (!curvature)
        p->point = o->points[split];
    p->curvature = curvature;
    if (s->opt.progress)
        s->opt.progress(p, s->opt.user);
}

static void note_point(ledger *l, const loss_outcome *o)
{
    uint8_t *lacks = &l->lacks[o->task.point];
    double seconds = 0;
    for (int k = 0; k < 2; k++) {
        uint64_t loss = lossi_want_loss(k), curvature = lossi_want_curvature(k);
        seconds += o->points[k].seconds + o->curvature[k].seconds;
        if (*lacks & o->task.wants & loss) {
            *lacks &= (uint8_t)~loss;
            report(l, o, k, NULL);
        }
        if (*lacks & o->task.wants & curvature) {
            *lacks &= (uint8_t)~curvature;
            report(l, o, k, &o->curvature[k]);
        }
    }
    if (!*lacks)
        lossi_share_release(&l->share, o->task.point, seconds);
}

/* What outcomes add: rates are those after all of them. */
static void count(ledger *l, const loss_outcome *outcomes, size_t n)
{
    size_t n_points = l->agenda.surface->x.n * l->agenda.surface->y.n;
    l->counted = l->progress.done;
    for (size_t i = 0; i < n; i++) {
        const loss_task *task = &outcomes[i].task;
        l->images += outcomes[i].images;
        if (task->point < n_points)
            l->counted += (size_t)__builtin_popcountll(l->lacks[task->point] & task->wants);
    }
}

static loss_status note(lossi_agenda *agenda, const loss_outcome *outcomes, size_t n)
{
    ledger *l = (ledger *)agenda;
    loss_status status = LOSS_OK;
    count(l, outcomes, n);
    for (size_t i = 0; i < n && !status; i++) {
        if (lossi_model_loss_is(agenda->surface, &outcomes[i].task))
            status = lossi_model_loss_note(agenda->surface, &outcomes[i]);
        else
            note_point(l, &outcomes[i]);
    }
    return status;
}

static const lossi_agenda_kind LEDGER = {claim_next, insert, note, free_ledger};

loss_status lossi_ledger_open(lossi_agenda **out, loss_surface *s)
{
    if (!s->net || !s->store)
        return lossi_fail(LOSS_ERR_ARGUMENT, "%s: %s", s->path,
                          s->net ? "there is no file to put points into"
                                 : "opened to look at, not to evaluate");
    ledger *l = calloc(1, sizeof *l);
    if (!l)
        return lossi_fail_nomem(sizeof *l);
    l->agenda = (lossi_agenda){.kind = &LEDGER, .surface = s, .n_images = SIZE_MAX};
    l->start = lossi_clock();
    loss_status status = fill(l);
    l->agenda.n_tasks = l->progress.total - l->progress.done;
    for (int k = 0; k < 2; k++)
        if (s->data[k])
            l->agenda.n_images = lossi_smaller(l->agenda.n_images, loss_dataset_count(s->data[k]));
    if (status)
        free_ledger(&l->agenda);
    else
        *out = &l->agenda;
    return status;
}
