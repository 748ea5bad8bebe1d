/* lossgrid surface */
#include <stdio.h>

#include "cli.h"
#include "commands/surface_request.h"
#include "commands/surface_watch.h"
#include "inputs/images.h"
#include "ranks.h"
#include "report/report.h"

/* What is open while a surface is evaluated. */
typedef struct work {
    images images;
    loss_net *net;
    loss_plane *plane;
    loss_surface *surface;
} work;

static void close_all(work *w)
{
    loss_surface_close(w->surface);
    loss_plane_free(w->plane);
    loss_net_free(w->net);
    images_free(&w->images);
}

/* The images that running statistics are estimated from: a seeded choice, since a data set may
 * be sorted by class. */
static loss_status open_bn_images(const surface_request *r, loss_dataset **data)
{
    target t = r->t;
    t.limit = r->bn_images;
    t.sample = true;
    return target_open_data(&t, LOSS_SPLIT_TRAIN, data);
}

static loss_status open_images(const surface_request *r, images *i)
{
    loss_split first = r->split == CHOICE_BOTH ? LOSS_SPLIT_TEST : (loss_split)r->split;
    loss_dataset *data;
    loss_status status = target_open_split(&r->t, first, r->has_split, &data);
    if (!status)
        i->of[loss_dataset_split(data)] = data;
    if (!status && r->split == CHOICE_BOTH)
        status = target_open_data(&r->t, LOSS_SPLIT_TRAIN, &i->of[LOSS_SPLIT_TRAIN]);
    if (!status && r->surface.bn == LOSS_BN_RECALIBRATE)
        status = open_bn_images(r, &i->bn);
    return status;
}

static loss_status make_plane(surface_request *r, work *w)
{
    const plane_source from = {&r->plane, &r->t, &r->runs, &r->curvature};
    return r->kind->make(&from, w->net, images_first(&w->images), &w->plane);
}

static loss_status choose_axes(surface_request *r, const work *w)
{
    loss_surface_options *s = &r->surface;
    surface_request_choose_axes(r, w->plane);
    return axis_is_auto(s->x) || axis_is_auto(s->y)
               ? runs_fit_axes(&r->runs, r->t.model, w->net, w->plane, &s->x, &s->y)
               : LOSS_OK;
}

/* An estimate that cannot be leaves no file behind. */
static loss_status check_estimate(const surface_request *r, const work *w)
{
    loss_path_kind kind;
    size_t counts[2], n = 0;
    loss_status status = r->has_estimate ? loss_path_find(r->out, &kind) : LOSS_OK;
    if (!r->has_estimate || ranks_number() || status || kind != LOSS_PATH_NOTHING)
        return status;
    for (int k = 0; k < 2; k++)
        if (w->images.of[k])
            counts[n++] = loss_dataset_count(w->images.of[k]);
    return loss_estimate_check(r->surface.x, r->surface.y, counts, n, &r->estimate);
}

static loss_status open_surface(surface_request *r, work *w)
{
    loss_surface_options *s = &r->surface;
    images_attach(&w->images, s);
    const char *shared = loss_path_shared(r->out);
    if (shared)
        progress_note(r->t.quiet,
                      "%s lies on %s: fill it from one machine only; others take --part K/N and a "
                      "file of their own, then lossgrid merge",
                      r->out, shared);
    s->network_from = r->t.network_from;
    s->caveat = *r->t.caveat ? r->t.caveat : NULL;
    s->weights = r->t.weights ? r->t.weights : has_weights(r->t.model) ? r->t.model : NULL;
    s->network_file = is_net_file(r->t.model) ? r->t.model : NULL;
    s->weights_read = *r->t.read ? r->t.read : NULL;
    return loss_surface_open(&w->surface, ranks_number() ? NULL : r->out, w->net, w->plane,
                             images_first(&w->images), s);
}

/* What is computed once for all points, if anything is. */
static loss_status tell_kept(const surface_request *r, loss_surface *surface)
{
    loss_kept k = LOSS_KEPT_INIT;
    char room[128] = "";
    loss_status status = loss_surface_kept(surface, &k);
    if (status || !k.layers_kept || ranks_number())
        return status;
    if (k.images_kept < k.images)
        snprintf(room, sizeof room, ", for %zu of %zu images: --keep SIZE makes room on disk",
                 k.images_kept, k.images);
    else if (k.bytes_in_memory < k.bytes)
        snprintf(room, sizeof room, ", of them %.3g MB in a temporary file",
                 1e-6 * (double)(k.bytes - k.bytes_in_memory));
    progress_note(r->t.quiet, "%zu of %zu layers are computed once: %.3g %% of the work; %.3g MB%s",
                  k.layers_kept, k.layers, 100 * k.share, 1e-6 * (double)k.bytes, room);
    return LOSS_OK;
}

static loss_status evaluate(const surface_request *r, loss_surface *surface)
{
    loss_status status = tell_kept(r, surface);
    if (!status && r->has_estimate && !ranks_number())
        status = loss_surface_begin_estimate(surface, &r->estimate);
    return status ? status : ranks_evaluate(surface);
}

static loss_status run(surface_request *r)
{
    work w = {.net = NULL};
    loss_status status = open_images(r, &w.images);
    if (!status)
        status = target_open_net(&r->t, images_first(&w.images), &w.net);
    if (!status)
        status = make_plane(r, &w);
    if (!status)
        status = choose_axes(r, &w);
    if (!status)
        status = check_estimate(r, &w);
    if (!status)
        status = open_surface(r, &w);
    if (!status)
        status = evaluate(r, w.surface);
    progress_end();
    bool is_first = !ranks_number();
    const loss_team *team = ranks_evaluators();
    if (!status && (is_first || team) && r->surface.part <= 1)
        status = runs_add_paths(&r->runs, w.surface, team, r->t.quiet);
    if (!status && is_first)
        status = report_print(w.surface, r->out, false);
    close_all(&w);
    return status;
}

int command_surface(int argc, char **argv)
{
    surface_request r;
    int result = surface_request_read(&r, argc, argv);
    if (result < 0) {
        surface_watch w = {.quiet = r.t.quiet};
        interrupts_catch();
        r.curvature.threads = r.surface.threads;
        r.surface.curvature = r.has_curvature ? &r.curvature : NULL;
        surface_watch_attach_curvature(&w, &r.curvature);
        surface_watch_attach(&w, &r.surface);
        surface_watch_attach_estimate(&w, &r.estimate);
        loss_status status = run(&r);
        result = status ? report_failure(status) : EXIT_OK;
    }
    surface_request_free(&r);
    return result;
}
