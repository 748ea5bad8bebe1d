/* lossgrid path: puts the paths of runs into a landscape that is there. Network, images and
 * directions are those of the file. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <loss/text.h>

#include "cli.h"
#include "commands/surface_watch.h"
#include "display.h"
#include "inputs/facts.h"
#include "inputs/images.h"
#include "inputs/runs.h"
#include "inputs/target.h"
#include "progress_log.h"
#include "report/report.h"

typedef struct request {
    target t;
    const char *file;
    run_list runs;
    size_t threads;
    bool has_data;
} request;

/* What has to be open for a surface to be evaluated. */
typedef struct parts {
    loss_surface *look; /* the file as it is */
    images images;
    loss_net *net;
    loss_plane *plane;
    loss_surface *surface;
    surface_watch watch;
} parts;

static void close_all(parts *p)
{
    loss_surface_close(p->surface);
    loss_plane_free(p->plane);
    loss_net_free(p->net);
    images_free(&p->images);
    loss_surface_close(p->look);
}

static const char *fact(const parts *p, const char *key)
{
    return loss_surface_text(p->look, key, "");
}

/* Opens a set of images that the file is about. */
static loss_status open_images(const request *r, loss_split split, const loss_selection *chosen,
                               loss_dataset **data)
{
    target t = r->t;
    t.limit = chosen->is_all ? 0 : chosen->n_images;
    t.sample = chosen->is_sample;
    t.sample_seed = chosen->seed;
    return target_open_data(&t, split, data);
}

static loss_status open_data(request *r, parts *p)
{
    loss_status status = LOSS_OK;
    loss_selection chosen;
    for (int k = 0; k < 2 && !status; k++) {
        if (!loss_surface_has_split(p->look, (loss_split)k))
            continue;
        status = loss_surface_selection(p->look, (loss_split)k, &chosen);
        if (!status)
            status = open_images(r, (loss_split)k, &chosen, &p->images.of[k]);
    }
    if (!status && *fact(p, LOSS_KEY_BN_IMAGES)) {
        status = loss_surface_bn_selection(p->look, &chosen);
        if (!status)
            status = open_images(r, LOSS_SPLIT_TRAIN, &chosen, &p->images.bn);
    }
    return status;
}

/* Whether the network's weights are those of the file's origin. */
static bool is_origin(const parts *p)
{
    char digest[17];
    loss_net_digest(p->net, digest);
    return strcmp(digest, fact(p, LOSS_KEY_WEIGHTS_DIGEST)) == 0;
}

/* The loss that the file is of. */
static loss_status set_loss(const parts *p)
{
    double l2;
    loss_status status =
        *fact(p, LOSS_KEY_LOSS) ? loss_net_set_loss(p->net, fact(p, LOSS_KEY_LOSS)) : LOSS_OK;
    return !status && loss_number_parse(fact(p, LOSS_KEY_L2), NULL, &l2)
               ? loss_net_set_l2(p->net, l2)
               : status;
}

/* The origin: --weights, or the checkpoint of the runs that it is, looked for from their ends. */
static loss_status open_origin(request *r, parts *p)
{
    loss_load_options by_order = LOSS_LOAD_OPTIONS_INIT;
    by_order.by_order = r->t.by_order;
    by_order.key = r->t.key;
    loss_status status =
        loss_net_create(&p->net, r->t.model, loss_dataset_shape(images_first(&p->images)));
    if (!status) {
        target_say_folded(p->net, r->t.model, r->t.quiet);
        status = set_loss(p);
    }
    if (!status && r->t.weights)
        return loss_net_load(p->net, r->t.weights, &by_order);
    for (size_t back = 1, more = 1; more && !status; back++) {
        more = 0;
        for (size_t i = 0; i < r->runs.n && !status; i++) {
            const loss_checkpoints *c = &r->runs.items[i].checkpoints;
            if (back > c->n)
                continue;
            more = 1;
            status = interrupted(NULL) ? LOSS_ERR_CANCELLED
                                       : loss_net_load(p->net, c->paths[c->n - back], NULL);
            if (!status && is_origin(p))
                return LOSS_OK;
        }
    }
    return status; /* none is it: whoever opens the file with the last one read says what was
                      expected */
}

static loss_status open_surface(request *r, parts *p)
{
    loss_surface_options opt = LOSS_SURFACE_OPTIONS_INIT;
    p->watch.quiet = r->t.quiet;
    surface_watch_attach(&p->watch, &opt);
    images_attach(&p->images, &opt);
    opt.x = loss_surface_x(p->look);
    opt.y = loss_surface_y(p->look);
    opt.threads = r->threads;
    loss_surface_bn(p->look, &opt.bn);
    uint64_t repeat = 0;
    loss_surface_count(p->look, LOSS_KEY_REPEAT, &repeat);
    opt.repeat = (size_t)repeat;
    loss_status status = loss_surface_plane(p->look, p->net, &p->plane);
    return status ? status
                  : loss_surface_open(&p->surface, r->file, p->net, p->plane,
                                      images_first(&p->images), &opt);
}

static bool is_known(const char *path)
{
    const char *name;
    for (size_t i = 0; (name = loss_dataset_known(i)); i++)
        if (strcmp(path, name) == 0)
            return true;
    return false;
}

/* What the file says about its data is taken unless it is given. */
static void take_data(request *r, const parts *p)
{
    struct stat info;
    const char *path = fact(p, LOSS_KEY_DATA);
    if (!r->has_data && *path && (stat(path, &info) == 0 || is_known(path)))
        r->t.data = path;
    r->t.mean = fact_channels(p->look, LOSS_KEY_MEAN);
    r->t.std = fact_channels(p->look, LOSS_KEY_STD);
}

/* The network must be the file's, whose check is kept in it. Said even if quiet. */
static void say_caveat(const request *r, const parts *p)
{
    if (*fact(p, LOSS_KEY_CAVEAT))
        fprintf(stderr, "lossgrid: warning: %s: %s\n", display(r->file),
                display(fact(p, LOSS_KEY_CAVEAT)));
}

static loss_status run(request *r)
{
    parts p = {0};
    loss_status status = loss_surface_read(&p.look, r->file);
    if (!status) {
        say_caveat(r, &p);
        take_data(r, &p);
        status = open_data(r, &p);
    }
    if (!status)
        status = open_origin(r, &p);
    if (!status)
        status = open_surface(r, &p);
    if (!status)
        status = runs_add_paths(&r->runs, p.surface, NULL, r->t.quiet);
    if (!status)
        status = report_print(p.surface, r->file, false);
    close_all(&p);
    return status;
}

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* Of two words one is the landscape; a folder is a run, as with --run. */
static int take_operands(request *r, const char *command, const char *const *operands, size_t n,
                         text_list *runs, const text_list *patterns)
{
    for (size_t i = 0; i < n; i++) {
        if (is_folder(operands[i]) && runs->n < MOST_TEXTS)
            runs->items[runs->n++] = operands[i];
        else if (r->file)
            return usage_error(command, "%s and %s: one landscape at a time", r->file, operands[i]);
        else
            r->file = operands[i];
    }
    if (!r->file || !(runs->n || patterns->n))
        return usage_error(command, r->file
                                        ? "whose path? Give --run RUN/, or --checkpoints PATTERN"
                                        : "on which landscape? Give FILE.landscape");
    return -1;
}

static const command_text TEXT = {
    .name = "path",
    .usage = "--run RUN/ [--run NAME=RUN2/ ...] FILE.landscape [options]",
    .summary =
        "Puts the path that training took on a surface that is there: for each checkpoint of a run "
        "its coordinates on the\n"
        "plane (least squares), how far it is off the plane, its own loss, and the loss on the "
        "plane below it. Each is on\n"
        "disk as soon as it is done; the same command goes on where it was stopped.",
    .notes =
        "The two losses differ: a checkpoint lies off the plane and has BatchNorm statistics of "
        "its own. lossgrid surface\n"
        "--directions pca draws the path of its run by itself.",
    .examples =
        "  lossgrid path --run run resnet20.landscape\n"
        "  lossgrid path --run first=run0 --run second=run1 --weights run0/epoch-030.safetensors "
        "plane.landscape",
};

int command_path(int argc, char **argv)
{
    request r = {0};
    text_list runs = {0}, patterns = {0};
    const option_spec options[] = {
        OPT_TEXTS("run", "[NAME=]RUN/",
                  "a folder made by lossgrid train; may be given several times", &runs),
        OPT_CHECKPOINTS(&patterns),
        OPT_TEXT("weights", "FILE", "the surface's origin, if it is no checkpoint of these runs",
                 &r.t.weights),
        OPT_FLAG("by-order", "match its tensors by order and shape, whatever their names",
                 &r.t.by_order),
        OPT_TEXT("model", "NAME", "the network (that of the first run)", &r.t.model),
        OPT_TEXT("data", "PATH", "the data set, if it has moved", &r.t.data, .given = &r.has_data),
        IMAGE_OPTIONS(r.t),
        OPT_THREADS(&r.threads),
        OPT_PROGRESS_LOG,
        OPT_QUIET(&r.t.quiet),
    };
    const char *operands[4];
    size_t n_operands = 0;
    int result = command_parse(&TEXT, OPTION_TABLE(options, 4), argc, argv, operands, &n_operands);
    if (result < 0)
        result = take_operands(&r, TEXT.name, operands, n_operands, &runs, &patterns);
    if (result < 0)
        result = runs_add_all(&r.runs, TEXT.name, &runs, &patterns);
    if (result < 0) {
        const char *weights = r.t.weights;
        r.t.run = r.runs.items[0].folder;
        result = target_resolve(&r.t, TEXT.name, true);
        r.t.weights = weights; /* not the run's last ones: the origin is looked for */
    }
    if (result < 0) {
        interrupts_catch();
        loss_status status = run(&r);
        result = status ? report_failure(status) : EXIT_OK;
    }
    runs_free(&r.runs);
    target_free(&r.t);
    return result;
}
