/* Checkpoints of runs: their plane, the axes that hold them, their paths. */
#include "inputs/runs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli.h"
#include "progress_log.h"
#include "ranks.h"

static const double MARGIN = 0.2;

void runs_free(run_list *runs)
{
    for (size_t i = 0; i < runs->n; i++) {
        free(runs->items[i].name);
        loss_checkpoints_free(&runs->items[i].checkpoints);
    }
    runs->n = 0;
}

/* The folder of a run; of checkpoints that a pattern names, the one that they are in. */
static char *name_of(const char *given, bool is_folder)
{
    const char *end = strrchr(given, '/');
    if (!is_folder && !end)
        return strdup("checkpoints");
    char *folder = is_folder ? strdup(given) : strndup(given, (size_t)(end - given));
    char *whole = folder ? realpath(folder, NULL) : NULL; /* so that "." has a name */
    const char *slash = whole ? strrchr(whole, '/') : NULL;
    char *name = folder ? strdup(slash && slash[1] ? slash + 1 : folder) : NULL;
    free(folder);
    free(whole);
    return name;
}

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* NAME=WHAT, unless that is the name of something itself: *what is what follows. @return owned */
static char *split_name(const char *given, const char **what)
{
    struct stat info;
    const char *equals = strchr(given, '=');
    *what = given;
    if (!equals || equals == given || memchr(given, '/', (size_t)(equals - given)) ||
        stat(given, &info) == 0)
        return name_of(given, is_folder(given));
    *what = equals + 1;
    return strndup(given, (size_t)(equals - given));
}

static int append(run_list *runs, const char *command, const char *given, bool is_pattern)
{
    const char *what;
    if (runs->n == MOST_TEXTS + 1)
        return usage_error(command, "more than %d runs", MOST_TEXTS + 1);
    run_path run = {.name = split_name(given, &what)};
    run.folder = is_pattern ? NULL : what;
    loss_status status = !run.name    ? LOSS_ERR_NOMEM
                         : is_pattern ? loss_checkpoints_find(&run.checkpoints, what)
                                      : loss_run_checkpoints(&run.checkpoints, what);
    if (status) {
        free(run.name);
        return report_failure(status);
    }
    runs->items[runs->n++] = run;
    for (size_t i = 0; i + 1 < runs->n; i++)
        if (strcmp(runs->items[i].name, run.name) == 0)
            return usage_error(command, "%s: two runs of the name %s; say NAME=%s", given, run.name,
                               what);
    return -1;
}

int runs_add(run_list *runs, const char *command, const char *given)
{
    return append(runs, command, given, false);
}

int runs_add_all(run_list *runs, const char *command, const text_list *folders,
                 const text_list *patterns)
{
    int result = -1;
    for (size_t i = 0; i < folders->n && result < 0; i++)
        result = append(runs, command, folders->items[i], false);
    for (size_t i = 0; i < patterns->n && result < 0; i++)
        result = append(runs, command, patterns->items[i], true);
    return result;
}

static void report_pca(const loss_pca_progress *p, void *user)
{
    char left[32];
    bool *quiet = user;
    progress_log_event(&(progress_event){
        .kind = "principal_components",
        .done = (double)p->done,
        .total = (double)p->total,
        .images_per_second = NAN,
        .seconds_left = p->seconds_left,
    });
    progress_line(*quiet, p->done == p->total,
                  "principal components: %zu of %zu readings of checkpoints  %s left", p->done,
                  p->total, duration_text(p->seconds_left, left));
}

loss_status runs_make_plane(const run_list *runs, const loss_net *net, loss_ignore ignore,
                            const char *layers, bool quiet, loss_plane **plane)
{
    size_t n = 0, at = 0;
    for (size_t i = 0; i < runs->n; i++)
        n += runs->items[i].checkpoints.n;
    const char **paths = calloc(n + 1, sizeof *paths);
    if (!paths)
        return LOSS_ERR_NOMEM;
    for (size_t i = 0; i < runs->n; i++)
        for (size_t t = 0; t < runs->items[i].checkpoints.n; t++)
            paths[at++] = runs->items[i].checkpoints.paths[t];
    loss_pca_options opt = LOSS_PCA_OPTIONS_INIT;
    opt.ignore = ignore;
    opt.layers = layers;
    opt.progress = report_pca;
    opt.cancelled = interrupted;
    opt.user = &quiet;
    opt.team = ranks_all();
    loss_status status = loss_plane_pca(plane, net, paths, n, &opt);
    progress_end();
    free(paths);
    return status;
}

bool axis_is_auto(loss_axis axis)
{
    return isnan(axis.min);
}

static void include(double value, double *low, double *high)
{
    if (isfinite(value) && value < *low)
        *low = value;
    if (isfinite(value) && value > *high)
        *high = value;
}

/* n >= 3 points over low .. high, which holds 0, and a margin. The step is rounded up to few
 * bits and 0 is one of the points, exactly: there the surface can be held against the model's
 * own loss. */
static loss_axis fit_axis(double low, double high, size_t n)
{
    double margin = MARGIN * (high - low);
    if (!(margin > 0) || !isfinite(margin))
        return (loss_axis){-1, 1, n};
    low -= margin;
    high += margin;
    int exponent;
    frexp((high - low) / (double)(n - 1), &exponent);
    double quantum = ldexp(1, exponent - 7),
           step = ceil((high - low) / (double)(n - 1) / quantum) * quantum;
    /* Points before 0 and after it may be more than n - 1 intervals, by rounding: then the step
     * is a little longer. */
    while (ceil(-low / step) + ceil(high / step) > (double)(n - 1))
        step += quantum;
    double before = ceil(-low / step), spare = (double)(n - 1) - before - ceil(high / step);
    before += floor(spare / 2);
    return (loss_axis){-before * step, ((double)(n - 1) - before) * step, n};
}

loss_status runs_fit_axes(const run_list *runs, const char *model, const loss_net *net,
                          const loss_plane *plane, loss_axis *x, loss_axis *y)
{
    double low[2] = {0, 0}, high[2] = {0, 0};
    bool has_y = loss_plane_direction(plane, 1) && !(y->n == 1 && y->min == 0);
    loss_net *checkpoint = NULL;
    loss_status status = loss_net_create(&checkpoint, model, loss_net_shape(net));
    for (size_t i = 0; i < runs->n && !status; i++)
        for (size_t t = 0; t < runs->items[i].checkpoints.n && !status; t++) {
            loss_projection at;
            status = interrupted(NULL)
                         ? LOSS_ERR_CANCELLED
                         : loss_net_load(checkpoint, runs->items[i].checkpoints.paths[t], NULL);
            if (!status)
                status = loss_plane_project(plane, net, checkpoint, has_y ? 2 : 1, &at);
            if (status)
                break;
            include(at.x, &low[0], &high[0]);
            include(at.y, &low[1], &high[1]);
        }
    loss_net_free(checkpoint);
    if (!status && axis_is_auto(*x))
        *x = fit_axis(low[0], high[0], x->n);
    if (!status && axis_is_auto(*y))
        *y = has_y ? fit_axis(low[1], high[1], y->n) : (loss_axis){0, 0, 1};
    return status;
}

typedef struct watch {
    const run_path *run;
    bool quiet, has_begun;
} watch;

static void report_path(const loss_path_progress *p, void *user)
{
    watch *w = user;
    char left[32];
    const loss_path_point *at = p->point;
    if (!w->has_begun && p->done_before)
        progress_note(w->quiet, "path of %s: %zu of %zu are there already", w->run->name,
                      p->done_before, p->total);
    w->has_begun = true;
    progress_log_event(&(progress_event){
        .kind = "path",
        .done = (double)p->done,
        .total = (double)p->total,
        .images_per_second = NAN,
        .seconds_left = p->seconds_left,
        .split = loss_split_name(p->split),
        .run = w->run->name,
        .numbers = {{"epoch", (double)at->epoch},
                    {"x", at->x},
                    {"y", at->y},
                    {"residual", at->residual},
                    {"true_loss", at->true_loss},
                    {"plane_loss", at->plane_loss}},
    });
    progress_line(w->quiet, p->done == p->total,
                  "path of %s: %zu of %zu  epoch %zu at (%.3g, %.3g), %.0f %% off the plane, loss "
                  "%.5g, on the plane "
                  "%.5g  %s left",
                  w->run->name, p->done, p->total, at->epoch, at->x, at->y, 100 * at->residual,
                  at->true_loss, at->plane_loss, duration_text(p->seconds_left, left));
}

loss_status runs_add_paths(const run_list *runs, loss_surface *surface, const loss_team *team,
                           bool quiet)
{
    loss_status status = LOSS_OK;
    for (size_t i = 0; i < runs->n && !status; i++) {
        watch w = {&runs->items[i], quiet, false};
        loss_path_options opt = LOSS_PATH_OPTIONS_INIT;
        opt.progress = report_path;
        opt.user = &w;
        opt.team = team;
        const loss_checkpoints *c = &w.run->checkpoints;
        status =
            loss_surface_add_path(surface, w.run->name, (const char *const *)c->paths, c->n, &opt);
        progress_end();
    }
    return status;
}
