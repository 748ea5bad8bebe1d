/* The tasks of an estimate, split after split, round after round (estimate_rounds.h). What others
 * put into the file is read when it is found that a point was done. */
#include "surface/estimate_job.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "surface/estimate_rounds.h"
#include "surface/estimate_settle.h"
#include "surface/model_loss.h"
#include "surface/share.h"
#include "surface/sql.h"
#include "surface/worker.h"

typedef struct job {
    lossi_agenda agenda;
    loss_estimate_options opt;
    lossi_estimate_design design;
    int split;      /* at work; below 0: none was begun */
    bool is_over;   /* nothing is left of any split */
    bool *wanted;   /* [n_points] in this round, and not known to be there */
    size_t left;    /* of them, and the model's own loss while it is in work */
    uint64_t model; /* its loss is to be recorded; 0 or a loss_want */
    lossi_estimate_rounds rounds;
    lossi_share share;
    loss_estimate *estimates; /* [n_points] that were put in last */
    loss_estimate_progress progress;
    double start;
} job;

static void free_job(lossi_agenda *agenda)
{
    job *j = (job *)agenda;
    lossi_estimate_rounds_free(&j->rounds);
    lossi_share_free(&j->share);
    free(j->wanted);
    free(j->estimates);
    free(j);
}

static loss_split split_of(const job *j)
{
    return (loss_split)j->split;
}

static bool is_coarse(const job *j, size_t point)
{
    return lossi_known_coarse(&j->rounds.known, point) < LOSSI_MOST_COARSE;
}

/* ---- The end of a split --------------------------------------------------------------------- */

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

/* @param key  of the fact */
static loss_status put_check_of(job *j, bool of_accuracy, size_t m, const char *key)
{
    char of_split[LOSSI_KEY_SIZE];
    lossi_estimate_check check;
    loss_status status = lossi_estimator_check(&j->rounds.estimator, of_accuracy, m, &check);
    if (status)
        return status;
    char *text = lossi_format("%.6g,%.6g,%zu,%zu", check.observed, check.predicted, check.checked,
                              check.held);
    status = text ? lossi_store_put_fact(j->agenda.surface->store,
                                         lossi_split_key(of_split, key, split_of(j)), text, true)
                  : lossi_fail_nomem(64);
    free(text);
    return status;
}

/* How well the coarse points are estimated from each other. */
static loss_status put_check(job *j)
{
    const loss_dataset *data = j->agenda.surface->data[j->split];
    loss_status status = LOSS_OK;
    for (size_t i = 0; i < j->rounds.known.n_points && !status; i++) /* what others did meanwhile */
        status = lossi_known_refresh(&j->rounds.known, i);
    size_t m = usual_images(&j->rounds.known);
    if (status || !m)
        return status;
    status = put_check_of(j, false, m, LOSS_KEY_ESTIMATE_CHECK);
    return !status && loss_dataset_labels(data)
               ? put_check_of(j, true, m, LOSS_KEY_ESTIMATE_ACCURACY_CHECK)
               : status;
}

/* Nothing is left to evaluate: the points are looked at together. */
static loss_status end_split(job *j)
{
    loss_status status = put_check(j);
    return status ? status : lossi_estimate_settle(j->agenda.surface, split_of(j));
}

/* ---- Rounds --------------------------------------------------------------------------------- */

static void begin_progress(job *j)
{
    loss_estimate_progress *p = &j->progress;
    *p = (loss_estimate_progress){.split = split_of(j)};
    j->start = lossi_clock();
    for (size_t i = 0; i < j->rounds.known.n_points; i++)
        p->done_before += lossi_known_count(&j->rounds.known, i);
    p->done = p->done_before;
}

/* is_over: there is no further split. */
static loss_status begin_split(job *j)
{
    loss_surface *s = j->agenda.surface;
    lossi_estimate_rounds_free(&j->rounds);
    do
        j->split++;
    while (j->split < 2 && !s->data[j->split]);
    j->is_over = j->split == 2;
    if (j->is_over)
        return lossi_surface_read_facts(s);
    j->model = lossi_model_loss_wants(s) & lossi_want_loss(j->split);
    loss_status status =
        lossi_estimate_rounds_init(&j->rounds, s, split_of(j), &j->design, &j->opt);
    if (!status)
        begin_progress(j);
    return status;
}

static loss_status begin_round(job *j, bool *has)
{
    loss_status status = lossi_estimate_rounds_next(&j->rounds, has);
    if (status || !*has)
        return status;
    uint64_t images = 0;
    for (size_t i = 0; i < j->rounds.known.n_points; i++) {
        size_t lacks = lossi_estimate_rounds_lacks(&j->rounds, i);
        j->wanted[i] = lacks > 0;
        j->left += j->wanted[i];
        images += lacks;
    }
    j->progress.total = j->progress.done + lossi_estimate_rounds_left(&j->rounds);
    j->agenda.round++;
    j->agenda.n_tasks = j->left;
    j->agenda.n_images = j->left ? images / j->left : 1;
    lossi_share_free(&j->share);
    return lossi_share_init_some(&j->share, j->agenda.surface, j->wanted);
}

/* The next round that has something to do, of this split or the next one. */
static loss_status go_on(job *j)
{
    loss_status status = LOSS_OK;
    while (!status && !j->left && !j->is_over) {
        bool has = false;
        if (j->split >= 0)
            status = begin_round(j, &has);
        if (!status && !has && j->split >= 0)
            status = end_split(j);
        if (!status && !has)
            status = begin_split(j);
    }
    return status;
}

/* ---- Claims --------------------------------------------------------------------------------- */

/* A point of this round is there. */
static void cross_off(job *j, size_t point)
{
    j->left -= j->wanted[point];
    j->wanted[point] = false;
}

/* Whether the file has by now what is wanted of a point; another process may have been here. */
static loss_status is_done(void *context, size_t point, bool *is)
{
    job *j = context;
    lossi_known *known = &j->rounds.known;
    size_t before = lossi_known_count(known, point);
    loss_status status = lossi_known_refresh(known, point);
    if (status)
        return status;
    size_t found = lossi_known_count(known, point) - before;
    j->progress.done += found;
    j->progress.done_before += found;
    *is = !lossi_estimate_rounds_lacks(&j->rounds, point) ||
          (known->is_exact[point] && !is_coarse(j, point));
    if (*is)
        cross_off(j, point);
    return LOSS_OK;
}

static loss_status make_task(job *j, size_t point, loss_task *task)
{
    const uint32_t *images;
    *task = (loss_task){.point = point, .wants = lossi_want_loss(j->split) | LOSS_WANT_IMAGES};
    if (is_coarse(j, point))
        return LOSS_OK;
    size_t first = lossi_known_count(&j->rounds.known, point),
           n = lossi_estimate_rounds_lacks(&j->rounds, point);
    loss_status status = lossi_estimator_images(&j->rounds.estimator, point, first + n, &images);
    task->n_images = n;
    task->images = status ? NULL : images + first;
    return status;
}

/* A coarse point that has the model's values tells its loss; where there is none it is evaluated,
 * after the coarse points. */
static loss_status claim_model(job *j, loss_task *task, bool *has)
{
    loss_surface *s = j->agenda.surface;
    loss_status status = lossi_surface_read_facts(s);
    j->model &= lossi_model_loss_wants(s);
    if (!status && j->model)
        status = lossi_model_loss_claim(s, j->model, task, has);
    j->left += !status && *has;
    j->model = 0;
    return status;
}

static loss_status claim_next(lossi_agenda *agenda, loss_claim *claim, loss_task *task)
{
    job *j = (job *)agenda;
    bool has = false;
    size_t point;
    loss_status status = go_on(j);
    if (!status && j->model && !j->is_over && lossi_estimate_rounds_is_past_coarse(&j->rounds))
        status = claim_model(j, task, &has);
    while (!status && !has && !j->is_over) {
        status = lossi_share_next(&j->share, is_done, j, &point, &has);
        if (!status && has)
            status = make_task(j, point, task);
        if (j->left)
            break;
        status = status ? status : go_on(j);
    }
    *claim = has ? LOSS_CLAIM_TASK : j->is_over ? LOSS_CLAIM_DONE : LOSS_CLAIM_WAIT;
    return status;
}

/* ---- Outcomes ------------------------------------------------------------------------------- */

static loss_status insert_coarse(job *j, const loss_outcome *o, const lossi_image_losses *images)
{
    const loss_surface *s = j->agenda.surface;
    const loss_point *p = &o->points[j->split];
    size_t point = o->task.point, iy = point / s->x.n, ix = point % s->x.n;
    loss_status status = lossi_store_insert_images(s->store, split_of(j), iy, ix, images);
    if (!status)
        status = lossi_store_insert_point(s->store, split_of(j), iy, ix, p);
    if (!status)
        status =
            lossi_seen_add(&j->rounds.known.coarse[lossi_known_coarse(&j->rounds.known, point)],
                           images->n, images->losses, images->correct);
    j->rounds.known.is_exact[point] = true;
    j->estimates[point] =
        (loss_estimate){true,    true,        images->n, p->loss,     0,           p->loss,
                        p->loss, p->accuracy, 0,         p->accuracy, p->accuracy, p->seconds};
    return status;
}

static loss_status insert_sample(job *j, const loss_outcome *o, const lossi_image_losses *images)
{
    const loss_surface *s = j->agenda.surface;
    size_t point = o->task.point, iy = point / s->x.n, ix = point % s->x.n;
    lossi_seen *seen = &j->rounds.known.seen[point];
    loss_estimate *estimate = &j->estimates[point];
    loss_status status = lossi_store_insert_images(s->store, split_of(j), iy, ix, images);
    if (!status)
        status = lossi_seen_add(seen, images->n, images->losses, images->correct);
    if (!status)
        status = lossi_estimator_at(&j->rounds.estimator, point, seen->n, o->added, estimate);
    estimate->seconds = o->points[j->split].seconds;
    return status ? status : lossi_store_replace_estimate(s->store, split_of(j), iy, ix, estimate);
}

/* What a task of this round that was not done gives. */
static bool is_expected(const job *j, const loss_outcome *o)
{
    size_t lacks = lossi_estimate_rounds_lacks(&j->rounds, o->task.point);
    return o->losses && o->correct && o->images == lacks &&
           o->task.wants == (lossi_want_loss(j->split) | LOSS_WANT_IMAGES) &&
           o->task.n_images == (is_coarse(j, o->task.point) ? 0 : lacks);
}

static loss_status insert(lossi_agenda *agenda, const loss_outcome *o)
{
    job *j = (job *)agenda;
    const loss_surface *s = agenda->surface;
    if (lossi_model_loss_is(s, &o->task))
        return lossi_model_loss_insert(agenda->surface, o);
    if (!j->wanted[o->task.point]) /* someone else was first */
        return LOSS_OK;
    if (!is_expected(j, o))
        return lossi_fail(LOSS_ERR_ARGUMENT,
                          "%s: an outcome at point %llu that is none of a task of the estimate",
                          s->path, (unsigned long long)o->task.point);
    bool is_all = is_coarse(j, o->task.point);
    const lossi_image_losses images = {
        is_all ? LOSSI_ALL_IMAGES : (int64_t)lossi_known_count(&j->rounds.known, o->task.point),
        o->images, o->losses, loss_dataset_labels(s->data[j->split]) ? o->correct : NULL};
    return is_all ? insert_coarse(j, o, &images) : insert_sample(j, o, &images);
}

static void report(job *j, const loss_outcome *o)
{
    loss_estimate_progress *p = &j->progress;
    const loss_surface *s = j->agenda.surface;
    size_t point = o->task.point;
    p->done += o->images;
    p->seconds = lossi_clock() - j->start;
    double now = (double)(p->done - p->done_before);
    p->images_per_second = now / p->seconds;
    p->seconds_left = p->total > p->done ? p->seconds / now * (double)(p->total - p->done) : 0;
    p->x = loss_axis_at(s->x, point % s->x.n);
    p->y = loss_axis_at(s->y, point / s->x.n);
    p->estimate = j->estimates[point];
    if (j->opt.progress)
        j->opt.progress(p, j->opt.user);
}

static loss_status note(lossi_agenda *agenda, const loss_outcome *outcomes, size_t n)
{
    job *j = (job *)agenda;
    loss_status status = LOSS_OK;
    for (size_t i = 0; i < n && !status; i++) {
        const loss_outcome *o = &outcomes[i];
        if (lossi_model_loss_is(agenda->surface, &o->task)) {
            status = lossi_model_loss_note(agenda->surface, o);
            j->left--;
        } else if (j->wanted[o->task.point]) {
            cross_off(j, o->task.point);
            report(j, o);
            lossi_share_release(&j->share, o->task.point, o->points[j->split].seconds);
        }
    }
    return status;
}

static const lossi_agenda_kind ESTIMATE = {claim_next, insert, note, free_job};

loss_status lossi_estimate_job_create(lossi_agenda **out, loss_surface *s,
                                      const lossi_estimate_design *design,
                                      const loss_estimate_options *opt)
{
    size_t n = s->x.n * s->y.n;
    job *j = calloc(1, sizeof *j);
    *out = NULL;
    if (!j)
        return lossi_fail_nomem(sizeof *j);
    *j = (job){.agenda = {.kind = &ESTIMATE, .surface = s},
               .opt = *opt,
               .design = *design,
               .split = -1,
               .wanted = lossi_alloc(n, sizeof *j->wanted),
               .estimates = lossi_alloc(n, sizeof *j->estimates)};
    if (!j->wanted || !j->estimates) {
        free_job(&j->agenda);
        return lossi_fail_nomem(n * sizeof *j->estimates);
    }
    *out = &j->agenda;
    return LOSS_OK;
}
