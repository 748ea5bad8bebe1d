/* The command line of lossgrid surface. */
#include "commands/surface_request.h"
#include "progress_log.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli.h"
#include "made_by.h"

static const char ABOUT[] =
    "Evaluates L(w + a x + b y) on a grid. Every point is on disk a moment after it is done: "
    "stopped by Ctrl-C or a power\n"
    "cut, the same command goes on where it was, and ends with the same bits.";
static const char MORE[] =
    "Two random directions are drawn unless --directions says otherwise; they are normalised "
    "filter by filter\n"
    "(Li et al. 2018), so that landscapes of different networks can be compared. --directions "
    "pca takes the two\n"
    "principal components of the checkpoints of RUN/ and of every --run, and puts their paths "
    "into the file.\n"
    "A landscape in the place of RUN/ stands for its network, weights, images, directions, grid "
    "and "
    "modes: it is gone on\n"
    "with (--curvature and --estimate add to it), or, with --x, --y or --directions and --out, "
    "another one is made.";
static const char EXAMPLES[] =
    "  lossgrid surface run --limit 256 --out resnet20.landscape\n"
    "  lossgrid surface run --split both --x=-0.5:0.5:51 --y=-0.5:0.5:51 --seed 3 --out "
    "fine.landscape\n"
    "  lossgrid surface run --x=-1:1:101 --out line.landscape\n"
    "  lossgrid surface run --x=-1:1:51 --repeat 10 --out lines.landscape\n"
    "  lossgrid surface run --directions pca --split train --limit 512 --sample --out "
    "path.landscape\n"
    "  lossgrid surface run --directions hessian --limit 512 --out hessian.landscape\n"
    "  lossgrid surface run --split train --estimate 0.05 --out estimated.landscape\n"
    "  lossgrid surface run --layers 'layer3.*,linear.*' --limit 1000 --out last-stage.landscape\n"
    "  lossgrid surface run --curvature --limit 64 --x=-1:1:11 --y=-1:1:11 --out "
    "convexity.landscape\n"
    "  lossgrid surface convexity.landscape --curvature\n"
    "  lossgrid surface resnet20.landscape --x=-0.1:0.1:25 --y=-0.1:0.1:25 --out "
    "closer.landscape\n"
    "  lossgrid surface run --to other/epoch-030.safetensors --bn recalibrate --out "
    "between.landscape\n"
    "  lossgrid surface --weights resnet20.th --data cifar-10-batches-bin --limit 256 --out "
    "theirs.landscape";

/* --part */
typedef struct surface_part {
    size_t number, parts;
} surface_part;

static const command_text TEXT = {
    .name = "surface",
    .usage = "RUN/ --out F.landscape [options]  |  --model NAME --weights FILE --data PATH --out "
             "F.landscape [options]  |  F.landscape [options]",
    .summary = ABOUT,
    .notes = MORE,
    .examples = EXAMPLES,
};

/* K/N */
static bool take_part(const option_spec *o, const char *text, char message[OPTIONS_MESSAGE])
{
    surface_part *part = o->to.own;
    char *end;
    part->number = strtoul(text, &end, 10);
    bool is_right = isdigit((unsigned char)*text) && *end == '/' && isdigit((unsigned char)end[1]);
    if (is_right)
        part->parts = strtoul(end + 1, &end, 10);
    is_right = is_right && !*end && part->number >= 1 && part->number <= part->parts;
    if (!is_right)
        snprintf(message, OPTIONS_MESSAGE,
                 "--part %.60s: expected K/N, part K of N, such as 1/4: K from 1 to N", text);
    return is_right;
}

static int parse(surface_request *r, int argc, char **argv)
{
    int bn = LOSS_BN_WEIGHTS;
    surface_part part = {0, 0};
    size_t memory = 0;
    const option_spec options[] = {
        TARGET_OPTIONS(r->t),
        OPT_TEXT("out", "FILE.landscape", "where the points go; an unfinished file is gone on with",
                 &r->out),
        OPT_CHOICE("split", "S", choices_splits(), "train, test or both (test, where there is one)",
                   &r->split, .given = &r->has_split),
        OPT_AXIS("x",
                 "coordinates along direction x (-1:1:25); auto or auto:N: what holds the paths, "
                 "both ways (pca: auto)",
                 &r->surface.x, .given = &r->has_x),
        OPT_AXIS("y", "the same along y; with --x alone: a line", &r->surface.y,
                 .given = &r->has_y),
        OPT_TEXTS("run", "[NAME=]RUN/",
                  "a run whose path is put on the surface; pca: of its checkpoints too; may be "
                  "given several times",
                  &r->run_options),
        OPT_CHECKPOINTS(&r->checkpoint_options),
        PLANE_OPTIONS(r->plane),
        OPT_FLAG("curvature",
                 "the smallest and the largest eigenvalue of the Hessian at each point, too (plot "
                 "--field convexity)",
                 &r->has_curvature),
        OPT_NUMBER("estimate", "SHARE",
                   "the surface of all images for a share of the work, such as 0.05, with errors "
                   "and intervals; a larger one later goes on",
                   &r->estimate.share, .low = 1e-6, .high = 1, .given = &r->has_share),
        OPT_NUMBER("estimate-error", "E",
                   "instead: images at each point until its standard error is at most so much of "
                   "its loss, such as 0.02",
                   &r->estimate.error, .low = 1e-6, .high = 1, .given = &r->has_error),
        OPT_SEED("estimate-seed", "N", "seed of the images that an estimate is made of (0)",
                 &r->estimate.seed, .given = &r->has_estimate_seed),
        OPT_CHOICE("bn", "MODE", choices_bn(),
                   "running statistics: weights (the centre's), states (moved, with --to) or "
                   "recalibrate (weights)",
                   &bn, .given = &r->has_bn),
        OPT_COUNT("bn-images", "N",
                  "recalibrate: training images that they are estimated from at each point (512)",
                  &r->bn_images, .given = &r->has_bn_images),
        OPT_OWN("part", "K/N",
                "part K of N of the points, for lossgrid merge; paths come with part 1", take_part,
                &part),
        OPT_BYTES("keep",
                  "most bytes in memory of what is computed once for all points, such as 2G; the "
                  "rest is in a temporary file (a sixteenth of the memory; the rest is computed "
                  "each time)",
                  &r->keep, .given = &r->surface.kept_on_disk),
        OPT_THREADS(&r->surface.threads),
        OPT_BYTES("memory",
                  "most bytes for what points share and the weights of those in work, such as 2G "
                  "(an eighth of the machine's)",
                  &memory),
        OPT_PROGRESS_LOG,
        OPT_QUIET(&r->t.quiet),
    };
    size_t n_operands = 0;
    int result = command_parse(&TEXT, OPTION_TABLE(options, 1), argc, argv, &r->t.run, &n_operands);
    r->has_estimate = r->has_share || r->has_error;
    r->surface.bn = (loss_bn)bn;
    r->surface.memory = memory;
    r->surface.part = part.number;
    r->surface.parts = part.parts;
    return result;
}

/* Options that do not fit each other. @return -1 to go on */
static int check_axes(const surface_request *r)
{
    if (r->has_y && !r->has_x)
        return usage_error(TEXT.name, "--y goes with --x; --x alone is a line");
    if (r->has_y && r->kind->is_line)
        return usage_error(TEXT.name,
                           "--to alone is a line, without --y; --and gives it a second direction");
    if (r->has_y && r->plane.repeat)
        return usage_error(TEXT.name, "--repeat draws random lines: it goes without --y");
    if (!r->kind->has_paths && !r->run_options.n && !r->checkpoint_options.n &&
        (axis_is_auto(r->surface.x) || axis_is_auto(r->surface.y)))
        return usage_error(
            TEXT.name,
            "auto is the range of a path; it goes with --run, --checkpoints or --directions pca");
    return -1;
}

static int check_runs(const surface_request *r)
{
    size_t n = r->run_options.n + r->checkpoint_options.n;
    if (r->kind->has_paths && !r->t.run && !n)
        return usage_error(TEXT.name,
                           "--directions %s wants checkpoints: a RUN/ folder, --run RUN/, or "
                           "--checkpoints PATTERN",
                           r->plane.directions);
    if (r->plane.repeat && n)
        return usage_error(
            TEXT.name,
            "--repeat makes lines of many directions; a path (--run) has no place on them");
    return -1;
}

static int check_estimate(const surface_request *r)
{
    if (r->has_share && r->has_error)
        return usage_error(TEXT.name,
                           "--estimate gives the work, --estimate-error the error: one of them");
    if (r->has_estimate_seed && !r->has_estimate)
        return usage_error(TEXT.name, "--estimate-seed goes with --estimate or --estimate-error");
    if (r->has_estimate && (r->has_curvature || r->plane.repeat || r->surface.parts))
        return usage_error(TEXT.name, "--estimate goes without --curvature, --repeat and --part");
    return -1;
}

static int check_bn(const surface_request *r)
{
    if (r->surface.bn == LOSS_BN_STATES && !r->kind->moves_statistics)
        return usage_error(
            TEXT.name, "--bn states moves running statistics between solutions; it goes with --to");
    if (r->has_bn_images && r->surface.bn != LOSS_BN_RECALIBRATE)
        return usage_error(TEXT.name, "--bn-images goes with --bn recalibrate");
    return -1;
}

/* The runs of --run, and for a plane of their checkpoints that of the target. @return -1 to go
 * on */
static int find_runs(surface_request *r)
{
    int result = r->kind->has_paths && r->t.run ? runs_add(&r->runs, TEXT.name, r->t.run) : -1;
    return result < 0 ? runs_add_all(&r->runs, TEXT.name, &r->run_options, &r->checkpoint_options)
                      : result;
}

/* What the landscape that was given has, and the options leave open: its grid, its splits, the mode
 * of BatchNorm; and it is the one to go on with. */
static int take_landscape(surface_request *r)
{
    const loss_surface *s = r->t.landscape;
    loss_selection bn;
    uint64_t repeat = 0;
    if (!s)
        return -1;
    bool is_same = !r->out;
    r->out = r->out ? r->out : r->t.run;
    if (!r->has_split && loss_surface_has_split(s, LOSS_SPLIT_TRAIN))
        r->split = loss_surface_has_split(s, LOSS_SPLIT_TEST) ? CHOICE_BOTH : LOSS_SPLIT_TRAIN;
    if (!r->has_bn)
        loss_surface_bn(s, &r->surface.bn);
    if (!r->has_bn_images && !loss_surface_bn_selection(s, &bn)) {
        r->bn_images = bn.n_images;
        r->t.sample_seed = bn.seed;
    }
    r->plane.is_kept = !r->plane.given[PLANE_DIRECTIONS] && !r->plane.to;
    if ((!r->plane.is_kept && !is_same) || r->has_x || r->has_y)
        return -1;
    r->surface.x = loss_surface_x(s);
    r->surface.y = loss_surface_y(s);
    r->has_x = true;
    r->has_y = r->surface.y.n > 1;
    if (loss_surface_count(s, LOSS_KEY_REPEAT, &repeat))
        r->surface.repeat = (size_t)repeat;
    return -1;
}

int surface_request_read(surface_request *r, int argc, char **argv)
{
    *r = (surface_request){.split = LOSS_SPLIT_TEST,
                           .plane = {.directions = "random"},
                           .bn_images = 512,
                           .curvature = LOSS_CURVATURE_OPTIONS_INIT,
                           .estimate = LOSS_ESTIMATE_OPTIONS_INIT,
                           .surface = LOSS_SURFACE_OPTIONS_INIT};
    if (!made_by_command(argc, argv, &r->command))
        return report_failure(LOSS_ERR_NOMEM);
    r->surface.command = r->command;
    r->surface.host = made_by_host();
    int result = parse(r, argc, argv);
    if (result < 0)
        result = target_resolve(&r->t, TEXT.name, true);
    if (result < 0)
        result = take_landscape(r);
    if (result < 0 && !r->out)
        result = usage_error(TEXT.name, "where to? Give --out FILE.landscape");
    if (result >= 0)
        return result;
    r->kind = planes_find(&r->plane);
    if (r->plane.repeat)
        r->surface.repeat = r->plane.repeat;
    r->curvature.ignore = (loss_ignore)r->plane.ignore;
    r->curvature.layers = r->plane.layers;
    r->surface.kept_memory = r->keep;
    result = planes_check(r->kind, &r->plane, r->has_curvature, TEXT.name);
    if (result < 0)
        result = check_axes(r);
    if (result < 0)
        result = check_runs(r);
    if (result < 0)
        result = check_estimate(r);
    if (result < 0)
        result = check_bn(r);
    return result < 0 ? find_runs(r) : result;
}

void surface_request_free(surface_request *r)
{
    runs_free(&r->runs);
    target_free(&r->t);
    free(r->command);
}

void surface_request_choose_axes(surface_request *r, const loss_plane *plane)
{
    loss_surface_options *s = &r->surface;
    const loss_axis line = {0, 0, 1};
    if (!r->has_x)
        s->x = r->kind->axis;
    if (s->repeat)
        s->y = (loss_axis){0, (double)(s->repeat - 1), s->repeat};
    else if (!r->has_y && axis_is_auto(s->x)) /* both */
        s->y = s->x;
    else if (!r->has_y)
        s->y = loss_plane_direction(plane, 1) && (!r->has_x || r->kind->keeps_y) ? r->kind->axis
                                                                                 : line;
}
