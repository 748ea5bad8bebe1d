/* Claiming tasks and handing in outcomes. A point's eigenvalues count as a point of their own. */
#include "surface/ledger.h"

#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "surface/share.h"
#include "surface/sql.h"
#include "surface/surface.h"
#include "surface/worker.h"

#define MODEL_LOSS_FORMAT "%.17g"

struct lossi_ledger {
    loss_surface *surface;
    lossi_share share;
    uint8_t
        *lacks; /* [ny][nx] what is wanted of points of this part and is not known to be there */
    uint64_t model; /* losses of the model itself that are to be recorded */
    loss_surface_progress progress;
    uint64_t images; /* evaluated for this handle */
    size_t counted;  /* what progress.done is after the outcomes that are being handed in */
    double start;
};

void lossi_ledger_free(lossi_ledger *ledger)
{
    if (!ledger)
        return;
    lossi_share_free(&ledger->share);
    free(ledger->lacks);
    free(ledger);
}

size_t lossi_ledger_left(const lossi_ledger *ledger)
{
    return ledger->progress.total - ledger->progress.done;
}

/* Something that was lacking is there. */
static void found(lossi_ledger *l, size_t i, uint64_t bit)
{
    l->lacks[i] &= (uint8_t)~bit;
    l->progress.done++;
    l->progress.done_before++;
}

static loss_status find_points(lossi_ledger *l, int split)
{
    loss_surface *s = l->surface;
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

static loss_status find_curvature(lossi_ledger *l, int split)
{
    loss_surface *s = l->surface;
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

static bool has_centre(loss_axis axis)
{
    for (size_t i = 0; i < axis.n; i++)
        if (loss_axis_at(axis, i) == 0)
            return true;
    return false;
}

/* The model's own loss is recorded where the grid has the centre, which can be held against it. */
static uint64_t want_of_model(const loss_surface *s)
{
    uint64_t wants = 0;
    char key[LOSSI_KEY_SIZE];
    if (!has_centre(s->x) || (!s->opt.repeat && !has_centre(s->y)) || s->opt.part > 1)
        return 0;
    for (int k = 0; k < 2; k++)
        if (s->data[k] &&
            !lossi_facts_find(&s->facts, lossi_split_key(key, LOSS_KEY_MODEL_LOSS, (loss_split)k)))
            wants |= lossi_want_loss(k);
    return wants;
}

static loss_status fill(lossi_ledger *l)
{
    const loss_surface *s = l->surface;
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
        l->model = want_of_model(s);
        status = lossi_store_check_writable(s->store);
    }
    return status;
}

static loss_status open_ledger(loss_surface *s)
{
    if (!s->net || !s->store)
        return lossi_fail(LOSS_ERR_ARGUMENT, "%s: %s", s->path,
                          s->net ? "there is no file to put points into"
                                 : "opened to look at, not to evaluate");
    lossi_ledger *l = calloc(1, sizeof *l);
    if (!l)
        return lossi_fail_nomem(sizeof *l);
    l->surface = s;
    l->start = lossi_clock();
    loss_status status = fill(l);
    if (status)
        lossi_ledger_free(l);
    else
        s->ledger = l;
    return status;
}

/* Whether the file has by now what is wanted at point i; another process may have been here. */
static loss_status is_done(void *context, size_t i, bool *is)
{
    lossi_ledger *l = context;
    const loss_surface *s = l->surface;
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

/* The model itself, unless another process is at it. */
static loss_status claim_model(lossi_ledger *l, loss_claim *claim, loss_task *task)
{
    bool is_mine;
    loss_status status = lossi_share_try_alone(l->surface, LOSSI_MODEL_LOSS, &is_mine);
    if (!status && is_mine) {
        *claim = LOSS_CLAIM_TASK;
        *task = (loss_task){l->surface->x.n * l->surface->y.n, l->model};
    }
    l->model = 0;
    return status;
}

loss_status loss_surface_claim(loss_surface *surface, loss_claim *claim, loss_task *task)
{
    LOSSI_REQUIRE(surface && claim && task);
    *claim = LOSS_CLAIM_DONE;
    loss_status status = surface->ledger ? LOSS_OK : open_ledger(surface);
    lossi_ledger *l = surface->ledger;
    if (status || l->progress.done == l->progress.total)
        return status;
    if (l->model)
        status = claim_model(l, claim, task);
    if (status || *claim == LOSS_CLAIM_TASK)
        return status;
    size_t point;
    bool has;
    status = lossi_share_next(&l->share, is_done, l, &point, &has);
    if (!status && has)
        *task = (loss_task){point, l->lacks[point]};
    if (!status)
        *claim = has                                     ? LOSS_CLAIM_TASK
                 : l->progress.done == l->progress.total ? LOSS_CLAIM_DONE
                                                         : LOSS_CLAIM_WAIT;
    return status;
}

static loss_status insert_model_loss(loss_surface *s, int split, double loss)
{
    char key[LOSSI_KEY_SIZE], *value = lossi_format(MODEL_LOSS_FORMAT, loss);
    lossi_split_key(key, LOSS_KEY_MODEL_LOSS, (loss_split)split);
    loss_status status =
        value ? lossi_store_insert_fact(s->store, key, value, false) : lossi_fail_nomem(sizeof key);
    free(value);
    return status;
}

static loss_status insert(loss_surface *s, const loss_outcome *o)
{
    size_t iy = o->task.point / s->x.n, ix = o->task.point % s->x.n;
    bool is_model = o->task.point == s->x.n * s->y.n;
    loss_status status = LOSS_OK;
    for (int k = 0; k < 2 && !status; k++) {
        bool has_loss = o->task.wants & lossi_want_loss(k);
        if (has_loss && is_model) {
            status = insert_model_loss(s, k, o->points[k].loss);
        } else if (has_loss) {
            status = lossi_store_insert_point(s->store, (loss_split)k, iy, ix, &o->points[k]);
        }
        if (!status && o->task.wants & lossi_want_curvature(k))
            status =
                lossi_store_insert_curvature(s->store, (loss_split)k, iy, ix, &o->curvature[k]);
    }
    return status;
}

static void report(lossi_ledger *l, const loss_outcome *o, int split,
                   const loss_point_curvature *curvature)
{
    loss_surface_progress *p = &l->progress;
    const loss_surface *s = l->surface;
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

/* What the file has now of the model itself. */
static loss_status note_model(lossi_ledger *l, const loss_outcome *o)
{
    loss_surface *s = l->surface;
    char key[LOSSI_KEY_SIZE];
    lossi_share_release_alone(s, LOSSI_MODEL_LOSS);
    for (int k = 0; k < 2; k++) {
        if (!(o->task.wants & lossi_want_loss(k)))
            continue;
        char *value = lossi_format(MODEL_LOSS_FORMAT, o->points[k].loss);
        bool is_noted =
            value &&
            lossi_facts_set(&s->facts, lossi_split_key(key, LOSS_KEY_MODEL_LOSS, (loss_split)k),
                            value);
        free(value);
        if (!is_noted)
            return lossi_fail_nomem(sizeof key);
    }
    return LOSS_OK;
}

static void note_point(lossi_ledger *l, const loss_outcome *o)
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
static void count(lossi_ledger *l, const loss_outcome *outcomes, size_t n)
{
    size_t n_points = l->surface->x.n * l->surface->y.n;
    l->counted = l->progress.done;
    for (size_t i = 0; i < n; i++) {
        const loss_task *task = &outcomes[i].task;
        l->images += outcomes[i].images;
        if (task->point < n_points)
            l->counted += (size_t)__builtin_popcountll(l->lacks[task->point] & task->wants);
    }
}

loss_status loss_surface_hand_in(loss_surface *surface, const loss_outcome *outcomes, size_t n)
{
    LOSSI_REQUIRE(surface && (outcomes || !n));
    loss_status status = surface->ledger ? LOSS_OK : open_ledger(surface);
    for (size_t i = 0; i < n && !status; i++)
        status = lossi_task_check(surface, &outcomes[i].task);
    if (status || !n)
        return status;
    status = lossi_store_begin(surface->store);
    if (status)
        return status;
    for (size_t i = 0; i < n && !status; i++)
        status = insert(surface, &outcomes[i]);
    status = lossi_sql_end(surface->store, status);
    if (!status)
        count(surface->ledger, outcomes, n);
    for (size_t i = 0; i < n && !status; i++) {
        if (outcomes[i].task.point == surface->x.n * surface->y.n)
            status = note_model(surface->ledger, &outcomes[i]);
        else
            note_point(surface->ledger, &outcomes[i]);
    }
    return status;
}
