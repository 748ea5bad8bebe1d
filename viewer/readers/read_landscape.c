/* A .landscape file, also one that another process is filling. It is opened only as long as
 * reading takes, so that a writer is never kept waiting. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <loss/text.h>

#include "data_name.h"
#include "estimate_text.h"
#include "loss_label.h"
#include "readers/readers.h"

static bool read_axis(loss_axis axis, double **values, size_t *n)
{
    *n = axis.n;
    *values = malloc(axis.n * sizeof **values);
    for (size_t i = 0; *values && i < axis.n; i++)
        (*values)[i] = loss_axis_at(axis, i);
    return *values != NULL;
}

/* From another program's file: what is missing will not come. */
static bool is_imported(const loss_surface *s)
{
    return loss_surface_metadata(s, LOSS_KEY_IMPORTED_FROM) != NULL;
}

static bool read_split(grid *g, loss_surface *s, loss_split split, const char *path, problem *p)
{
    size_t n = g->nx * g->ny;
    loss_point *points = malloc(n * sizeof *points);
    bool done = points && grid_add_split(g, (int)split, true, true);
    if (!done) {
        free(points);
        return problem_set(p, "%s: out of memory", path);
    }
    samples *to = &g->splits[split];
    done = (loss_surface_points(s, split, points) == LOSS_OK &&
            loss_surface_accuracy_errors(s, split, to->accuracy_error) == LOSS_OK) ||
           problem_set(p, "%s", loss_last_message());
    size_t n_interpolated = 0;
    if (done && !loss_surface_metadata(s, LOSS_KEY_REPEAT) && !is_imported(s))
        done = loss_points_interpolate(g->nx, g->ny, points, &n_interpolated) == LOSS_OK ||
               problem_set(p, "%s", loss_last_message());
    g->n_interpolated += n_interpolated;
    for (size_t i = 0; i < n && done; i++) {
        if (!points[i].evaluated && (is_imported(s) || !isfinite(points[i].loss)))
            continue;
        g->n_evaluated += points[i].evaluated;
        g->n_not_finite += (size_t)!isfinite(points[i].loss);
        to->loss[i] = isfinite(points[i].loss) ? points[i].loss : (double)NAN;
        to->error[i] = points[i].standard_error;
        to->accuracy[i] = points[i].accuracy;
    }
    g->n_total += is_imported(s) ? 0 : n;
    free(points);
    return done;
}

/* Intervals, and what was estimated. */
static bool read_estimates(grid *g, loss_surface *s, loss_split split, problem *p)
{
    samples *to = &g->splits[split];
    size_t n = g->nx * g->ny;
    loss_estimate_report r;
    char text[ESTIMATES_TEXT];
    bool has;
    if (estimates_of(s, split, &has, &r))
        return problem_set(p, "%s", loss_last_message());
    if (!has)
        return true;
    loss_estimate *estimates = malloc(n * sizeof *estimates);
    to->estimated = strdup(estimates_text(&r, text));
    bool done = (estimates && to->estimated && grid_add_intervals(g, (int)split)) ||
                problem_set(p, "out of memory");
    done = done && (loss_surface_estimates(s, split, estimates) == LOSS_OK ||
                    problem_set(p, "%s", loss_last_message()));
    for (size_t i = 0; i < n && done; i++)
        if (estimates[i].evaluated && isfinite(estimates[i].loss)) {
            to->low[i] = estimates[i].low;
            to->high[i] = estimates[i].high;
        }
    free(estimates);
    return done;
}

/* How convex and how sharp the surface is at each point, where that was looked at. */
static bool read_curvature(grid *g, loss_surface *s, loss_split split, problem *p)
{
    size_t n = g->nx * g->ny;
    if (!loss_surface_has_curvature(s))
        return true;
    loss_point_curvature *curvature = malloc(n * sizeof *curvature);
    bool done = (curvature && grid_add_curvature(g, (int)split)) || problem_set(p, "out of memory");
    done = done && (loss_surface_curvature(s, split, curvature) == LOSS_OK ||
                    problem_set(p, "%s", loss_last_message()));
    for (size_t i = 0; i < n && done; i++) {
        g->splits[split].convexity[i] = loss_point_convexity(&curvature[i]);
        if (curvature[i].evaluated)
            g->splits[split].sharpness[i] = curvature[i].max;
    }
    free(curvature);
    return done;
}

/* A checkpoint's losses, its own and the plane's, on the images of one split. */
typedef struct own_loss {
    size_t epoch;
    double x, y, loss, plane_loss;
} own_loss;

/* Those of a split; NULL: out of memory. None if the file lacks it. */
static own_loss *read_own_losses(loss_surface *s, loss_split split, size_t *n)
{
    const loss_path_point *points = NULL;
    *n = 0;
    if (loss_surface_has_split(s, split) && loss_surface_paths(s, split, n, &points))
        *n = 0;
    own_loss *own = calloc(*n + 1, sizeof *own);
    for (size_t i = 0; own && i < *n; i++)
        own[i] = (own_loss){points[i].epoch, points[i].x, points[i].y, points[i].true_loss,
                            points[i].plane_loss};
    return own;
}

/* Begins a run. */
static bool add_run(grid *g, const char *name)
{
    char **grown = realloc(g->runs, (g->n_runs + 1) * sizeof *grown);
    if (!grown)
        return false;
    g->runs = grown;
    grown[g->n_runs] = loss_text_escaped(name);
    return grown[g->n_runs++] != NULL;
}

static bool add_points(grid *g, const loss_path_point *p, size_t n, loss_split split,
                       const own_loss *other, size_t n_other)
{
    g->path = calloc(n + 1, sizeof *g->path);
    if (!g->path)
        return false;
    for (size_t i = 0; i < n; i++) {
        if ((!i || strcmp(p[i].run, p[i - 1].run) != 0) && !add_run(g, p[i].run))
            return false;
        if (!isfinite(p[i].x) || !isfinite(p[i].y))
            continue;
        path_point *q = &g->path[g->n_path++];
        bool has_other = i < n_other && other[i].epoch == p[i].epoch &&
                         !(other[i].x < p[i].x || other[i].x > p[i].x || other[i].y < p[i].y ||
                           other[i].y > p[i].y);
        *q = (path_point){g->n_runs - 1,
                          p[i].epoch,
                          p[i].x,
                          p[i].y,
                          {0},
                          {0},
                          p[i].distance > 0 ? p[i].residual : (double)NAN};
        q->true_loss[split] = p[i].true_loss;
        q->true_loss[!split] = has_other ? other[i].loss : (double)NAN;
        q->plane_loss[split] = p[i].plane_loss;
        q->plane_loss[!split] = has_other ? other[i].plane_loss : (double)NAN;
    }
    return true;
}

/* The training paths, with the checkpoints' own losses on the images of each split; a point whose
 * place is not finite is left out. */
static bool read_path(grid *g, loss_surface *s, const char *path, problem *p)
{
    const loss_path_point *points = NULL;
    loss_split split = loss_surface_split(s, LOSS_SPLIT_TEST);
    size_t n = 0, n_other;
    own_loss *other =
        read_own_losses(s, split == LOSS_SPLIT_TEST ? LOSS_SPLIT_TRAIN : LOSS_SPLIT_TEST, &n_other);
    bool done = other || problem_set(p, "%s: out of memory", path);
    if (done && loss_surface_paths(s, split, &n, &points))
        done = problem_set(p, "%s", loss_last_message());
    if (done && !add_points(g, points, n, split, other, n_other))
        done = problem_set(p, "%s: out of memory", path);
    free(other);
    return done;
}

/* Directions of the same length make lengths along them comparable. */
static bool has_one_unit(const loss_surface *s)
{
    double x, y;
    const char *tx = loss_surface_metadata(s, LOSS_KEY_NORM_X),
               *ty = loss_surface_metadata(s, LOSS_KEY_NORM_Y);
    return tx && ty && loss_number_parse(tx, NULL, &x) && loss_number_parse(ty, NULL, &y) &&
           fabs(x - y) <= 1e-3 * fabs(x);
}

/* "1000 images", or of a file with both splits, either of which may be shown, "1000 test and 256
 * training images": without the last word. */
static void count_images(const loss_surface *s, char *text, size_t size)
{
    static const char *const names[] = {" training", " test"};
    size_t n = 0;
    bool has_both =
        loss_surface_has_split(s, LOSS_SPLIT_TRAIN) && loss_surface_has_split(s, LOSS_SPLIT_TEST);
    *text = 0;
    for (int k = LOSS_SPLIT_TEST; k >= LOSS_SPLIT_TRAIN && n < size; k--) {
        const char *name = loss_split_name((loss_split)k);
        const char *images = loss_surface_metadata_of(s, LOSS_KEY_IMAGES, name);
        if (loss_surface_has_split(s, (loss_split)k))
            n += (size_t)snprintf(text + n, size - n, "%s%.20s%s", n ? " and " : "",
                                  images ? images : "unknown", has_both ? names[k] : "");
    }
}

/* The same of a surface that another program made: no more than its file tells. */
static bool describe_imported(grid *g, const loss_surface *s)
{
    char text[512], name[DATA_NAME_SIZE];
    path_end(loss_surface_text(s, LOSS_KEY_IMPORTED_FROM, ""), name, sizeof name);
    snprintf(text, sizeof text, "imported from %s: %s; it does not tell of which network", name,
             loss_surface_text(s, LOSS_KEY_IMPORTED_AS, "?"));
    g->caption = strdup(text);
    g->quantity = loss_surface_metadata(s, LOSS_KEY_IMPORTED_VALUES) ? GRID_HEIGHT : GRID_LOSS;
    g->tells_split = !loss_surface_metadata(s, LOSS_KEY_IMPORTED_SPLIT);
    g->n_total = g->n_evaluated;
    static const char *const keys[] = {LOSS_KEY_IMPORTED_X, LOSS_KEY_IMPORTED_Y};
    bool done = g->caption != NULL;
    for (int axis = 0; axis < 2 && done; axis++) {
        const char *word = loss_surface_metadata(s, keys[axis]);
        if (!word)
            continue;
        g->axis_names[axis] = loss_text_escaped(word);
        done = g->axis_names[axis] != NULL;
        *(axis ? &g->y_label : &g->x_label) = g->axis_names[axis];
    }
    return done;
}

/* What the picture has to say of itself. */
static bool describe(grid *g, const loss_surface *s)
{
    char text[512], name[DATA_NAME_SIZE], images[64];
    if (is_imported(s))
        return describe_imported(g, s);
    count_images(s, images, sizeof images);
    snprintf(text, sizeof text, "Loss landscape of %s",
             loss_surface_text(s, LOSS_KEY_MODEL, "a network"));
    g->title = strdup(text);
    g->model = strdup(loss_surface_text(s, LOSS_KEY_MODEL, "a network"));
    data_name(s, name);
    snprintf(text, sizeof text, "%s images of %s; directions: %.200s; BatchNorm: %s", images, name,
             loss_surface_text(s, LOSS_KEY_DIRECTIONS, "unknown"),
             loss_surface_text(s, LOSS_KEY_BN, "unknown"));
    g->caption = strdup(text);
    loss_label(s, text);
    g->label = strdup(text);
    g->quantity = GRID_LOSS;
    g->tells_split = true;
    const char *solutions = loss_surface_metadata(s, LOSS_KEY_SOLUTIONS);
    g->x_label = solutions ? "towards the second solution" : "direction 1";
    g->y_label = solutions ? "towards the third solution" : "direction 2";
    g->is_lines = loss_surface_metadata(s, LOSS_KEY_REPEAT) != NULL;
    g->has_centre = !g->is_lines;
    g->has_one_unit = g->has_centre && has_one_unit(s);
    return g->title && g->caption && g->label && g->model;
}

bool grid_read_landscape(grid *g, const char *path, problem *p)
{
    loss_surface *s = NULL;
    if (loss_surface_read(&s, path))
        return problem_set(p, "%s", loss_last_message());
    loss_axis x = loss_surface_x(s), y = loss_surface_y(s);
    bool done = x.n && y.n && x.n <= MOST_POINTS / y.n;
    if (!done)
        problem_set(p, "%s: %zu x %zu points; at most %d can be shown", path, x.n, y.n,
                    MOST_POINTS);
    if (done && (!read_axis(x, &g->x, &g->nx) || !read_axis(y, &g->y, &g->ny)))
        done = problem_set(p, "%s: out of memory", path);
    for (int k = 0; k < N_SPLITS && done; k++)
        if (loss_surface_has_split(s, (loss_split)k))
            done = read_split(g, s, (loss_split)k, path, p) &&
                   read_estimates(g, s, (loss_split)k, p) && read_curvature(g, s, (loss_split)k, p);
    done = done && read_path(g, s, path, p);
    if (done && !describe(g, s))
        done = problem_set(p, "%s: out of memory", path);
    loss_surface_close(s);
    return done;
}
