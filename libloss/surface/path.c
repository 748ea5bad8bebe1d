/* The path that training took, on a surface's plane. First all checkpoints are read and
 * projected: that is cheap, and tells at once if one of them does not belong; then each that the
 * file lacks is evaluated twice, as it is and on the plane below it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <loss/tasks.h>

#include "base/clock.h"
#include "base/team.h"
#include "net/checkpoint.h"
#include "net/evaluate.h"
#include "plane/plane.h"
#include "surface/place.h"
#include "surface/share.h"
#include "surface/surface.h"

/* What is found of a checkpoint and a split: numbers that a team may add up. */
typedef struct losses {
    double true_loss, true_accuracy, plane_loss;
} losses;
enum { LOSSES = sizeof(losses) / sizeof(double) };

typedef struct walk {
    loss_surface *surface;
    const char *run;
    const char *const *paths;
    size_t n;
    const loss_path_options *opt;
    loss_net *net;        /* the checkpoint read last */
    lossi_path_row *rows; /* [n] without the losses; texts are borrowed */
    double *lacks;        /* [2][n] by split: 1 where it is to be evaluated; room for a sum */
    uint64_t digest;
    lossi_placer *placer;
    lossi_evaluator *evaluator;
    loss_path_progress progress;
    double start;
} walk;

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* epoch-012.safetensors: 12; another name: its place in the list. */
static size_t epoch_of(const char *name, size_t place)
{
    size_t epoch;
    return lossi_checkpoint_epoch(name, &epoch) ? epoch : place;
}

static loss_status read_checkpoint(walk *w, size_t t)
{
    const loss_surface_options *opt = &w->surface->opt;
    if (opt->cancelled && opt->cancelled(opt->user))
        return lossi_fail(LOSS_ERR_CANCELLED, "cancelled");
    return loss_net_load(w->net, w->paths[t], NULL);
}

static void add_difference(const walk *w, double *sum)
{
    const loss_net *origin = w->surface->net;
    for (size_t i = 0; i < origin->n_tensors; i++)
        for (size_t j = 0;
             lossi_tensor_is_trainable(&origin->tensors[i]) && j < origin->tensors[i].count; j++)
            *sum++ += (double)w->net->tensors[i].values[j] - (double)origin->tensors[i].values[j];
}

/* |a x + b y|^2 */
static double length_on_plane(const loss_plane *plane, double a, double b)
{
    double x = a * plane->norms[0], y = b * plane->norms[1];
    return x * x + y * y + 2 * x * y * plane->cosine;
}

/* Of the checkpoints' variance around their mean, the share within the plane. NaN if they are
 * all one, or one is not finite. */
static double share_held(const walk *w, const double *sum)
{
    double n = (double)w->n, total = 0, mean = 0, held = 0, a = 0, b = 0;
    for (size_t t = 0; t < w->n; t++) {
        const loss_path_point *p = &w->rows[t].point;
        total += p->distance * p->distance;
        held += length_on_plane(w->surface->plane, p->x, p->y);
        a += p->x / n;
        b += p->y / n;
    }
    for (size_t j = 0; j < w->surface->plane->n; j++)
        mean += sum[j] / n * (sum[j] / n);
    held -= n * length_on_plane(w->surface->plane, a, b);
    total -= n * mean;
    return total > 0 ? held / total : NAN;
}

static size_t count_axes(const loss_surface *s)
{
    return s->y.n == 1 && s->y.min == 0 ? 1 : 2;
}

/* Fills the rows; *held as above. */
static loss_status project(walk *w, double *held)
{
    size_t n = w->surface->plane->n;
    double *sum = lossi_alloc(n, sizeof *sum);
    loss_status status = sum ? LOSS_OK : lossi_fail_nomem(n * sizeof *sum);
    for (size_t t = 0; t < w->n && !status; t++) {
        loss_projection at;
        lossi_path_row *row = &w->rows[t];
        status = read_checkpoint(w, t);
        if (!status)
            status = loss_plane_project(w->surface->plane, w->surface->net, w->net,
                                        count_axes(w->surface), &at);
        if (status)
            break;
        loss_net_digest(w->net, row->digest);
        const char *name = file_name(w->paths[t]);
        row->point = (loss_path_point){.run = w->run,
                                       .checkpoint = name,
                                       .epoch = epoch_of(name, t),
                                       .x = at.x,
                                       .y = at.y,
                                       .residual = at.residual,
                                       .distance = at.distance};
        add_difference(w, sum);
    }
    if (!status)
        *held = share_held(w, sum);
    free(sum);
    return status;
}

/* Strikes off the checkpoints that the file has, of a split; under their names must be these very
 * ones. lacks [n]. */
static loss_status find_present(walk *w, loss_split split, double *lacks)
{
    lossi_path_row *there;
    size_t n_there;
    loss_status status = lossi_store_read_path(w->surface->store, split, &there, &n_there);
    if (status)
        return status;
    for (size_t t = 0; t < w->n && !status; t++)
        for (size_t i = 0; i < n_there && !status; i++) {
            const loss_path_point *p = &there[i].point;
            if (strcmp(p->run, w->run) != 0 ||
                strcmp(p->checkpoint, w->rows[t].point.checkpoint) != 0)
                continue;
            if (strcmp(there[i].digest, w->rows[t].digest) != 0)
                status = lossi_fail(LOSS_ERR_MISMATCH,
                                    "%s: the path of the run \"%s\" in it has other weights for "
                                    "%s: digest %s; %s has %s. Give "
                                    "this run another name",
                                    w->surface->path, w->run, p->checkpoint, there[i].digest,
                                    w->paths[t], w->rows[t].digest);
            lacks[t] = 0;
            w->progress.done++;
            w->progress.done_before++;
        }
    lossi_path_free(there, n_there);
    return status;
}

/* What the file lacks: whoever has it tells the others. */
static loss_status find_lacking(walk *w, loss_status status)
{
    const loss_surface *s = w->surface;
    for (int k = 0; k < 2 && !status && s->store; k++)
        if (s->data[k]) {
            w->progress.total += w->n;
            for (size_t t = 0; t < w->n; t++)
                w->lacks[(size_t)k * w->n + t] = 1;
            status = find_present(w, (loss_split)k, w->lacks + (size_t)k * w->n);
        }
    return lossi_team_sum(w->opt->team, w->lacks, 2 * w->n, w->digest, status);
}

static bool is_lacking(const walk *w, int split, size_t t)
{
    return w->lacks[(size_t)split * w->n + t] != 0;
}

static loss_status run_evaluator(walk *w, const loss_net *net, loss_split split,
                                 loss_result *result)
{
    const loss_surface *s = w->surface;
    *result = (loss_result){
        .loss = NAN, .standard_error = NAN, .accuracy = NAN}; /* where there is no network */
    return net ? lossi_evaluator_run(w->evaluator, net, s->data[split], s->opt.cancelled,
                                     s->opt.user, result)
               : LOSS_OK;
}

static void report(walk *w, loss_split split, const loss_path_point *point)
{
    loss_path_progress *p = &w->progress;
    p->done++;
    p->seconds = lossi_clock() - w->start;
    p->seconds_left =
        p->seconds / (double)(p->done - p->done_before) * (double)(p->total - p->done);
    p->split = split;
    p->point = point;
    if (w->opt->progress)
        w->opt->progress(p, w->opt->user);
}

/* What is lacking of checkpoint t. found [2]: by split. */
static loss_status evaluate_checkpoint(walk *w, size_t t, losses *found)
{
    const loss_surface *s = w->surface;
    const loss_path_point *point = &w->rows[t].point;
    const loss_net *below = NULL;
    loss_status status = read_checkpoint(w, t);
    if (!status && isfinite(point->x) && isfinite(point->y))
        status = lossi_placer_off_grid(w->placer, point->x, point->y, &below);
    for (int k = 0; k < 2 && !status; k++) {
        loss_result own = LOSS_RESULT_INIT, plane = LOSS_RESULT_INIT;
        if (!s->data[k] || !is_lacking(w, k, t))
            continue;
        status = run_evaluator(w, w->net, (loss_split)k, &own);
        if (!status)
            status = run_evaluator(w, below, (loss_split)k, &plane);
        found[k] = (losses){own.loss, own.accuracy, plane.loss};
    }
    return status;
}

/* Puts them into the file. */
static loss_status keep(walk *w, size_t t, const losses *found)
{
    loss_surface *s = w->surface;
    lossi_path_row *row = &w->rows[t];
    loss_status status = LOSS_OK;
    for (int k = 0; k < 2 && !status && s->store; k++) {
        if (!is_lacking(w, k, t))
            continue;
        row->point.true_loss = found[k].true_loss;
        row->point.true_accuracy = found[k].true_accuracy;
        row->point.plane_loss = found[k].plane_loss;
        status = lossi_store_put_path(s->store, (loss_split)k, row);
        if (!status)
            report(w, (loss_split)k, &row->point);
    }
    return status;
}

/* One checkpoint for each member, as often as it takes. places [n]: of those that are lacking;
 * found [members][2] and some room. */
static loss_status evaluate_rounds(walk *w, const size_t *places, size_t n, losses *found)
{
    size_t members = lossi_team_members(w->opt->team);
    loss_status status = LOSS_OK;
    for (size_t first = 0; first < n && !status; first += members) {
        memset(found, 0, 2 * members * sizeof *found);
        for (size_t i = 0; i < members && first + i < n && !status; i++)
            if (lossi_team_has(w->opt->team, i))
                status = evaluate_checkpoint(w, places[first + i], found + 2 * i);
        status = lossi_team_sum(w->opt->team, &found->true_loss, 2 * members * LOSSES, w->digest,
                                status);
        for (size_t i = 0; i < members && first + i < n && !status; i++)
            status = keep(w, places[first + i], found + 2 * i);
    }
    return status;
}

static loss_status evaluate_all(walk *w)
{
    loss_surface *s = w->surface;
    size_t members = lossi_team_members(w->opt->team), n = 0;
    size_t *places = lossi_alloc(w->n, sizeof *places);
    losses *found = lossi_alloc(2 * members + LOSSI_TEAM_EXTRA, sizeof *found);
    loss_status status = places && found ? LOSS_OK : lossi_fail_nomem(w->n * sizeof *places);
    for (size_t t = 0; t < w->n && !status; t++)
        if (is_lacking(w, 0, t) || is_lacking(w, 1, t))
            places[n++] = t;
    if (n && s->store)
        status = lossi_store_check_writable(s->store);
    if (n && !status)
        status = lossi_placer_create(&w->placer, s, s->opt.threads);
    if (n && !status)
        status = lossi_evaluator_create(&w->evaluator, s->net, s->opt.threads);
    w->start = lossi_clock();
    if (!status)
        status = evaluate_rounds(w, places, n, found);
    lossi_evaluator_free(w->evaluator);
    lossi_placer_free(w->placer);
    free(places);
    free(found);
    return status;
}

static loss_status record_share(walk *w, double held)
{
    loss_surface *s = w->surface;
    char *key = lossi_format(LOSS_KEY_PATH_HELD "_%s", w->run), *value = lossi_format("%.9g", held);
    loss_status status = key && value ? LOSS_OK : lossi_fail_nomem(strlen(w->run) + 32);
    const char *was = status ? NULL : lossi_facts_find(&s->facts, key);
    if (!status && !(was && strcmp(was, value) == 0)) {
        status = lossi_store_put_fact(s->store, key, value, true);
        if (!status && !lossi_facts_set(&s->facts, key, value))
            status = lossi_fail_nomem(strlen(value) + 1);
    }
    free(key);
    free(value);
    return status;
}

static loss_status check(const walk *w)
{
    const loss_surface *s = w->surface;
    if (!s->net || (!s->store && !w->opt->team))
        return lossi_fail(LOSS_ERR_ARGUMENT, "%s: %s", s->path,
                          s->net ? "there is no file to put a path into"
                                 : "opened to look at, not to evaluate");
    if (s->opt.repeat)
        return lossi_fail(LOSS_ERR_ARGUMENT,
                          "%s: repeated lines are no plane that a path could be drawn on", s->path);
    if (!w->n || !*w->run)
        return lossi_fail(LOSS_ERR_ARGUMENT, "%s: a path %s", s->path,
                          w->n ? "without a name" : "without checkpoints");
    for (size_t t = 0; t < w->n; t++) {
        if (!w->paths[t])
            return lossi_fail(LOSS_ERR_ARGUMENT, "checkpoint %zu of the path %s is NULL", t,
                              w->run);
        for (size_t i = 0; i < t; i++)
            if (strcmp(file_name(w->paths[t]), file_name(w->paths[i])) == 0)
                return lossi_fail(LOSS_ERR_ARGUMENT,
                                  "%s and %s: two checkpoints of one name in the path %s",
                                  w->paths[i], w->paths[t], w->run);
    }
    return lossi_team_check(w->opt->team);
}

/* Of what a team's members must have the same. */
static loss_status find_digest(walk *w)
{
    char *identity;
    if (!w->opt->team)
        return LOSS_OK;
    loss_status status = loss_surface_identity(w->surface, &identity);
    if (!status)
        w->digest = lossi_digest(LOSSI_DIGEST_INIT, identity, strlen(identity));
    for (size_t t = 0; t < w->n && !status; t++)
        w->digest = lossi_digest(w->digest, w->rows[t].digest, sizeof w->rows[t].digest);
    free(identity);
    return status;
}

/* What the file lacks of the path. Only one process, or team, at a time does it: another one finds
 * it done. */
static loss_status complete(walk *w, double held, loss_status status)
{
    loss_surface *s = w->surface;
    loss_status claimed = LOSS_ERR_CANCELLED;
    if (!status)
        status = find_digest(w);
    if (!status && s->store)
        status = claimed = lossi_share_alone(s, LOSSI_PATHS);
    status = find_lacking(w, status);
    if (!status)
        status = evaluate_all(w);
    if (!status && s->store)
        status = record_share(w, held);
    if (s->store && !claimed)
        lossi_share_release_alone(s, LOSSI_PATHS);
    return status;
}

loss_status loss_surface_add_path(loss_surface *surface, const char *run, const char *const *paths,
                                  size_t n, const loss_path_options *given)
{
    LOSSI_REQUIRE(surface && run && paths);
    LOSSI_REQUIRE_COUNT(n, sizeof *paths);
    loss_path_options opt = LOSS_PATH_OPTIONS_INIT;
    walk w = {.surface = surface, .run = run, .paths = paths, .n = n, .opt = &opt};
    double held = NAN;
    loss_status status = LOSSI_OPTIONS(opt, given);
    if (!status)
        status = check(&w);
    if (!status)
        status = lossi_net_clone(&w.net, surface->net);
    w.rows = status ? NULL : calloc(n, sizeof *w.rows);
    w.lacks = status ? NULL : calloc(2 * n + LOSSI_TEAM_EXTRA, sizeof *w.lacks);
    if (!status && !(w.rows && w.lacks))
        status = lossi_fail_nomem(n * sizeof *w.rows);
    if (!status)
        status = project(&w, &held);
    if (!status || status == LOSS_ERR_CANCELLED)
        status = complete(&w, held, status);
    free(w.lacks);
    free(w.rows);
    loss_net_free(w.net);
    return status;
}
