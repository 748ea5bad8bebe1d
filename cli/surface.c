/* lossgrid surface */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "choices.h"
#include "cli.h"
#include "report.h"
#include "runs.h"
#include "target.h"

typedef struct watch {
    const target *t;
    bool has_begun;
    size_t tenth; /* tenths of the work that have been told */
} watch;

static void report(const loss_surface_progress *p, void *user)
{
    watch *w = user;
    char left[32];
    if (!w->has_begun && p->done_before)
        progress_note(w->t->quiet, "%zu of %zu points are there already", p->done_before, p->total);
    w->has_begun = true;
    size_t tenth = 10 * p->done / p->total;
    bool milestone = tenth != w->tenth;
    w->tenth = tenth;
    if (p->curvature)
        progress_line(w->t->quiet, milestone,
                      "%zu of %zu points and eigenvalues  (%.3g, %.3g) from %.4g to %.4g  %s left",
                      p->done, p->total, p->x, p->y, p->curvature->min, p->curvature->max,
                      duration_text(p->seconds_left, left));
    else
        progress_line(w->t->quiet, milestone,
                      "%zu of %zu points  (%.3g, %.3g) loss %.5g  %.0f images/s  %s left", p->done,
                      p->total, p->x, p->y, p->point.loss, p->images_per_second,
                      duration_text(p->seconds_left, left));
}

static void report_eigenvectors(const loss_curvature_progress *p, void *user)
{
    watch *w = user;
    char left[32];
    progress_line(w->t->quiet, p->done % 20 == 0,
                  "eigenvectors: product %zu, at most %zu  residual %.2g  at most %s left", p->done,
                  p->most, p->value, duration_text(p->seconds_left, left));
}

static void report_waiting(double seconds, void *user)
{
    const watch *w = user;
    progress_line(w->t->quiet, false, "waiting for a program that reads the file, for %.0f s",
                  seconds);
}

typedef struct request {
    target t;
    int split; /* index into SPLITS */
    const char *directions, *out;
    const char *to, *and; /* other solutions, or NULL */
    size_t bn_images;
    text_list run_options;
    run_list runs; /* whose paths are drawn, and for pca span the plane */
    loss_random_options random;
    loss_curvature_options curvature; /* of --directions hessian, and of --curvature */
    bool has_curvature;
    loss_surface_options surface;
    bool has_x, has_y, has_norm, has_ignore, has_seed, has_directions, has_bn_images, json;
} request;

enum { SPLIT_BOTH = 2 };

/* The plane through the target's weights and one or two other files of weights of the same
 * network. */
static loss_status make_plane_between(const request *r, const loss_net *net,
                                      const loss_dataset *data, loss_plane **plane)
{
    const char *const paths[2] = {r->to, r->and };
    loss_net *others[2] = {NULL, NULL};
    loss_load_options opt = LOSS_LOAD_OPTIONS_INIT;
    opt.by_order = r->t.by_order;
    opt.key = r->t.key;
    loss_status status = LOSS_OK;
    for (int i = 0; i < 2 && paths[i] && !status; i++) {
        status = loss_net_create(&others[i], r->t.model, loss_dataset_shape(data));
        if (!status)
            status = loss_net_load(others[i], paths[i], &opt);
    }
    char description[1024];
    snprintf(description, sizeof description,
             r->and ? "plane through %s (1, 0) and %s (0, 1)" : "line to %s (1)", r->to, r->and);
    if (!status)
        status = loss_plane_between(plane, net, others[0], others[1], description);
    loss_net_free(others[0]);
    loss_net_free(others[1]);
    return status;
}

static bool is_pca(const request *r)
{
    return strcmp(r->directions, "pca") == 0;
}

static bool is_hessian(const request *r)
{
    return !r->to && strcmp(r->directions, "hessian") == 0;
}

static loss_status make_plane_hessian(const request *r, const loss_net *net,
                                      const loss_dataset *data, loss_plane **plane)
{
    loss_eigenvalue values[2];
    loss_status status = loss_plane_hessian(plane, net, data, &r->curvature, NULL, values);
    for (int i = 0; i < 2 && !status; i++)
        progress_note(r->t.quiet, "direction %c: eigenvalue %.6g, residual %.2g%s", "xy"[i],
                      values[i].value, values[i].residual,
                      values[i].has_converged ? "" : " (not converged)");
    return status;
}

static loss_status make_plane(const request *r, const loss_net *net, const loss_dataset *data,
                              loss_plane **plane)
{
    if (r->to)
        return make_plane_between(r, net, data, plane);
    if (strcmp(r->directions, "random") == 0)
        return loss_plane_random(plane, net, &r->random);
    if (is_pca(r))
        return runs_make_plane(&r->runs, net, r->random.ignore, r->t.quiet, plane);
    if (is_hessian(r))
        return make_plane_hessian(r, net, data, plane);
    return loss_plane_load(plane, net, r->directions);
}

/* Whether a Hessian is wanted, over the parameters that --ignore leaves. */
static bool has_hessian(const request *r)
{
    return is_hessian(r) || r->has_curvature;
}

/* Options that would be silently without effect. @return -1 to go on. */
static int check_request(const request *r, const char *command)
{
    if (!r->out)
        return usage_error(command, "where to? Give --out FILE.landscape");
    if (r->has_y && !r->has_x)
        return usage_error(command, "--y goes with --x; --x alone is a line");
    if (strcmp(r->directions, "random") != 0 &&
        (r->has_norm || (r->has_ignore && !is_pca(r) && !has_hessian(r)) || r->has_seed))
        return usage_error(command,
                           "--%s is about random directions; those of %s are used as they are",
                           r->has_norm   ? "norm"
                           : r->has_seed ? "seed"
                                         : "ignore",
                           r->directions);
    if (is_pca(r) && !r->t.run && !r->run_options.n)
        return usage_error(command,
                           "--directions pca wants checkpoints: a RUN/ folder, or --run RUN/");
    if (!is_pca(r) && !r->run_options.n &&
        (axis_is_auto(r->surface.x) || axis_is_auto(r->surface.y)))
        return usage_error(
            command, "auto is the range of a path; it goes with --run RUN/ or --directions pca");
    if (r->surface.repeat && r->run_options.n)
        return usage_error(
            command,
            "--repeat makes lines of many directions; a path (--run) has no place on them");
    if (r->and &&!r->to)
        return usage_error(command, "--and goes with --to: the plane through three solutions");
    if (r->to && (r->has_directions || r->has_norm || (r->has_ignore && !has_hessian(r)) ||
                  r->has_seed || r->surface.repeat))
        return usage_error(command, "--to gives the directions: --%s is without effect",
                           r->has_directions   ? "directions"
                           : r->has_norm       ? "norm"
                           : r->has_seed       ? "seed"
                           : r->surface.repeat ? "repeat"
                                               : "ignore");
    if (r->to && !r->and &&r->has_y)
        return usage_error(command,
                           "--to alone is a line, without --y; --and gives it a second direction");
    if (r->surface.bn == LOSS_BN_STATES && !r->to)
        return usage_error(
            command, "--bn states moves running statistics between solutions; it goes with --to");
    if (r->has_bn_images && r->surface.bn != LOSS_BN_RECALIBRATE)
        return usage_error(command, "--bn-images goes with --bn recalibrate");
    if (r->surface.repeat && (r->has_y || strcmp(r->directions, "random") != 0))
        return usage_error(command, "--repeat draws random lines: it goes without %s",
                           r->has_y ? "--y" : "--directions");
    return -1;
}

/* Axes that were not given. */
static void choose_axes(request *r, const loss_plane *plane)
{
    loss_surface_options *s = &r->surface;
    if (is_pca(r) && !r->has_x)
        s->x = (loss_axis){NAN, NAN, 25};
    if (axis_is_auto(s->x) && !r->has_y) /* both */
        s->y = s->x;
    else if (r->to && !r->has_x)
        s->x = (loss_axis){-0.5, 1.5, r->and ? 25 : 41};
    if (axis_is_auto(s->y))
        return;
    if (r->and &&!r->has_y)
        s->y = (loss_axis){-0.5, 1.5, 25};
    else if (((r->has_x && !r->has_y) || !loss_plane_direction(plane, 1)) && !r->has_y)
        s->y = (loss_axis){0, 0, 1};
    if (s->repeat)
        s->y = (loss_axis){0, (double)(s->repeat - 1), s->repeat};
}

/* The runs of --run, and for pca that of the target. @return -1 to go on */
static int find_runs(request *r, const char *command)
{
    int result = is_pca(r) && r->t.run ? runs_add(&r->runs, command, r->t.run) : -1;
    for (size_t i = 0; i < r->run_options.n && result < 0; i++)
        result = runs_add(&r->runs, command, r->run_options.items[i]);
    return result;
}

/* The images that running statistics are estimated from: a seeded choice, since a data set may
 * be sorted by class. */
static loss_status open_bn_data(const request *r, loss_dataset **data)
{
    target t = r->t;
    t.limit = r->bn_images;
    t.sample = true;
    return target_open_data(&t, LOSS_SPLIT_TRAIN, data);
}

static loss_status run(request *r)
{
    loss_dataset *data = NULL, *second = NULL, *bn_data = NULL;
    loss_net *net = NULL;
    loss_plane *plane = NULL;
    loss_surface *surface = NULL;
    loss_status status = target_open_data(
        &r->t, r->split == SPLIT_BOTH ? LOSS_SPLIT_TEST : (loss_split)r->split, &data);
    if (!status && r->split == SPLIT_BOTH)
        status = target_open_data(&r->t, LOSS_SPLIT_TRAIN, &second);
    if (!status && r->surface.bn == LOSS_BN_RECALIBRATE)
        status = open_bn_data(r, &bn_data);
    if (!status)
        status = target_open_net(&r->t, data, &net);
    if (!status)
        status = make_plane(r, net, data, &plane);
    if (!status) {
        choose_axes(r, plane);
        if (axis_is_auto(r->surface.x) || axis_is_auto(r->surface.y))
            status = runs_fit_axes(&r->runs, r->t.model, net, plane, &r->surface.x, &r->surface.y);
    }
    if (!status) {
        r->surface.second = second;
        r->surface.network_from = r->t.network_from;
        r->surface.caveat = *r->t.caveat ? r->t.caveat : NULL;
        r->surface.bn_data = bn_data;
        status = loss_surface_open(&surface, r->out, net, plane, data, &r->surface);
    }
    if (!status)
        status = loss_surface_evaluate(surface);
    progress_end();
    if (!status)
        status = runs_add_paths(&r->runs, surface, r->t.quiet);
    if (!status)
        status = report_print(surface, r->out, r->json, false);
    loss_surface_close(surface);
    loss_plane_free(plane);
    loss_net_free(net);
    loss_dataset_free(bn_data);
    loss_dataset_free(second);
    loss_dataset_free(data);
    return status;
}

static const char ABOUT[] =
    "Evaluates L(w + a x + b y) on a grid. Every point is on disk as soon as it is done: "
    "stopped by Ctrl-C or a power\n"
    "cut, the same command goes on where it was, and ends with the same bits.";
static const char MORE[] =
    "Two random directions are drawn unless --directions says otherwise; they are normalised "
    "filter by filter\n"
    "(Li et al. 2018), so that landscapes of different networks can be compared. --directions "
    "pca takes the two\n"
    "principal components of the checkpoints of RUN/ and of every --run, and puts their paths "
    "into the file.";
static const char EXAMPLES[] =
    "  lossgrid surface run --limit 256 --out resnet20.landscape\n"
    "  lossgrid surface run --split both --x=-0.5:0.5:51 --y=-0.5:0.5:51 --seed 3 --out "
    "fine.landscape\n"
    "  lossgrid surface run --x=-1:1:101 --out line.landscape\n"
    "  lossgrid surface run --x=-1:1:51 --repeat 10 --out lines.landscape\n"
    "  lossgrid surface run --directions pca --split train --limit 512 --sample --out "
    "path.landscape\n"
    "  lossgrid surface run --directions hessian --limit 512 --out hessian.landscape\n"
    "  lossgrid surface run --curvature --limit 64 --x=-1:1:11 --y=-1:1:11 --out "
    "convexity.landscape\n"
    "  lossgrid surface run --to other/epoch-030.safetensors --bn recalibrate --out "
    "between.landscape\n"
    "  lossgrid surface --weights resnet20.th --data cifar-10-batches-bin --limit 256 --out "
    "theirs.landscape";

static const command_text TEXT = {
    .name = "surface",
    .usage = "RUN/ --out F.landscape [options]  |  --model NAME --weights FILE --data PATH --out "
             "F.landscape [options]",
    .summary = ABOUT,
    .notes = MORE,
    .examples = EXAMPLES,
};

/* Fills the request from the command line. @return -1 to go on */
static int read_request(request *r, int argc, char **argv)
{
    const char *const splits[] = {loss_split_name(LOSS_SPLIT_TRAIN),
                                  loss_split_name(LOSS_SPLIT_TEST), "both", NULL};
    int norm = LOSS_NORM_FILTER, ignore = LOSS_IGNORE_BIASBN, bn = LOSS_BN_WEIGHTS;
    const option_spec options[] = {
        TARGET_OPTIONS(r->t),
        OPT_TEXT("out", "FILE.landscape", "where the points go; an unfinished file is gone on with",
                 &r->out),
        OPT_CHOICE("split", "S", splits, "train, test or both (test)", &r->split),
        OPT_AXIS("x",
                 "coordinates along direction x (-1:1:25); auto or auto:N: what holds the paths, "
                 "both ways (pca: auto)",
                 &r->surface.x, .given = &r->has_x),
        OPT_AXIS("y", "the same along y; with --x alone: a line", &r->surface.y,
                 .given = &r->has_y),
        OPT_TEXT("directions", "random|pca|hessian|FILE",
                 "random, pca of a run's checkpoints, hessian (its two leading eigenvectors), or a "
                 ".safetensors with tensors x/NAME, y/NAME",
                 &r->directions, .given = &r->has_directions),
        OPT_TEXTS("run", "[NAME=]RUN/",
                  "a run whose path is put on the surface; pca: of its checkpoints too; may be "
                  "given several times",
                  &r->run_options),
        OPT_TEXT("to", "W1",
                 "instead: towards other weights of the network, which are at x = 1 (-0.5:1.5:41)",
                 &r->to),
        OPT_TEXT("and", "W2", "with --to: the plane through three solutions; W2 is at (0, 1)",
                 &r->and),
        OPT_COUNT("repeat", "K", "K random lines, of seeds N .. N + K - 1, in one file",
                  &r->surface.repeat),
        OPT_CHOICE("norm", "N", choices_norm(), "random: filter, layer, weight or none (filter)",
                   &norm, .given = &r->has_norm),
        OPT_CHOICE(
            "ignore", "I", choices_ignore(),
            "random, pca, hessian, --curvature: biasbn or none (biasbn: biases and BatchNorm stay)",
            &ignore, .given = &r->has_ignore),
        OPT_SEED("seed", "N", "seed of the random directions (0)", &r->random.seed,
                 .given = &r->has_seed),
        OPT_FLAG("curvature",
                 "the smallest and the largest eigenvalue of the Hessian at each point, too (plot "
                 "--field convexity)",
                 &r->has_curvature),
        OPT_CHOICE("bn", "MODE", choices_bn(),
                   "running statistics: weights (the centre's), states (moved, with --to) or "
                   "recalibrate (weights)",
                   &bn),
        OPT_COUNT("bn-images", "N",
                  "recalibrate: training images that they are estimated from at each point (512)",
                  &r->bn_images, .given = &r->has_bn_images),
        OPT_THREADS(&r->surface.threads),
        OPT_JSON(&r->json),
        OPT_QUIET(&r->t.quiet),
    };
    size_t n_operands = 0;
    int result = command_parse(&TEXT, OPTION_TABLE(options, 1), argc, argv, &r->t.run, &n_operands);
    r->surface.bn = (loss_bn)bn;
    r->random.ignore = r->curvature.ignore = (loss_ignore)ignore;
    r->random.norm = (loss_norm)norm;
    if (result < 0)
        result = target_resolve(&r->t, TEXT.name, true);
    if (result < 0)
        result = check_request(r, TEXT.name);
    return result < 0 ? find_runs(r, TEXT.name) : result;
}

/* Who is told how far it is, and who stops it. */
static void attach_watch(request *r, watch *w)
{
    r->curvature.threads = r->surface.threads;
    r->curvature.progress = report_eigenvectors;
    r->curvature.cancelled = interrupted;
    r->curvature.user = w;
    r->surface.curvature = r->has_curvature ? &r->curvature : NULL;
    r->surface.progress = report;
    r->surface.waiting = report_waiting;
    r->surface.cancelled = interrupted;
    r->surface.user = w;
}

int command_surface(int argc, char **argv)
{
    request r = {.split = LOSS_SPLIT_TEST,
                 .directions = "random",
                 .random = LOSS_RANDOM_OPTIONS_INIT,
                 .bn_images = 512,
                 .curvature = LOSS_CURVATURE_OPTIONS_INIT,
                 .surface = LOSS_SURFACE_OPTIONS_INIT};
    watch w = {&r.t, false, 0};
    int result = read_request(&r, argc, argv);
    if (result < 0) {
        interrupts_catch();
        attach_watch(&r, &w);
        loss_status status = run(&r);
        result = status ? report_failure(status) : EXIT_OK;
    }
    runs_free(&r.runs);
    target_free(&r.t);
    return result;
}
