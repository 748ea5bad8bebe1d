/* Views of the splits' losses and of what was measured beside them. Texts of a file are escaped. */
#include "surface/page.h"

#include <loss/analysis.h>
#include <loss/estimate.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "surface/provenance.h"
#include "surface/surface.h"

enum { MOST_LEVELS = 12, MOST_TICKS = 16 };
static const char *const WORDS[PAGE_N_QUANTITIES] = {"loss", "standard error", "accuracy"};
static const char *const NAMES[PAGE_N_QUANTITIES] = {"loss", "error", "accuracy"};
static const char *const BEFORE[PAGE_N_QUANTITIES] = {"loss ", " \302\261 ", ", accuracy "};

/* ---- The values ----------------------------------------------------------------------------- */

static double value_of(const loss_point *p, int quantity)
{
    if (!p->evaluated)
        return NAN;
    return quantity == PAGE_LOSS       ? p->loss
           : quantity == PAGE_ACCURACY ? p->accuracy
                                       : p->standard_error;
}

/* The checkpoints' own losses; the paths that have them are lent only until the next ones are asked
 * for. */
static loss_status keep_own(lossi_page_split *s)
{
    s->n_own = s->drawn.n_path;
    s->own = lossi_alloc(s->n_own + 1, sizeof *s->own);
    if (!s->own)
        return lossi_fail_nomem(s->n_own * sizeof *s->own);
    for (size_t i = 0; i < s->n_own; i++)
        s->own[i] = s->drawn.path[i].true_loss;
    return LOSS_OK;
}

/* A scale of values and, since they are drawn beside them, of others.
 * @param height  of the losses, as the options ask; AUTO: what their range suits */
static loss_scale scale_of(const double *values, size_t n, const double *others, size_t n_others,
                           loss_height height)
{
    loss_scale all = {LOSS_SCALE_LINEAR, INFINITY, -INFINITY, 0}, above = all;
    for (size_t i = 0; i < n + n_others; i++) {
        double value = i < n ? values[i] : others[i - n];
        if (!isfinite(value))
            continue;
        all.low = fmin(all.low, value);
        all.high = fmax(all.high, value);
        if (value <= 0)
            continue;
        above.low = fmin(above.low, value);
        above.high = fmax(above.high, value);
    }
    if (all.low > all.high)
        return (loss_scale){LOSS_SCALE_LINEAR, 0, 1, 0};
    bool is_log = height == LOSS_HEIGHT_LOG ||
                  (height == LOSS_HEIGHT_AUTO &&
                   loss_scale_of_range(all.low, all.high).kind == LOSS_SCALE_LOG);
    above.kind = LOSS_SCALE_LOG;
    return is_log && above.low <= above.high ? above : all;
}

static loss_scale scale_of_losses(const lossi_page *p, const lossi_page_split *s)
{
    return scale_of(s->values[PAGE_LOSS], p->surface->x.n * p->surface->y.n, s->own, s->n_own,
                    p->opt->height);
}

/* Marks are of the heights that are drawn. */
static loss_status draw_again(lossi_page *p, loss_split split, lossi_page_split *s)
{
    bool is_log = scale_of_losses(p, s).kind == LOSS_SCALE_LOG;
    if (is_log == (s->drawn.scale.kind == LOSS_HEIGHT_LOG))
        return LOSS_OK;
    lossi_drawn_free(&s->drawn);
    return lossi_drawn_make(&s->drawn, p->surface, split,
                            is_log ? LOSS_HEIGHT_LOG : LOSS_HEIGHT_FIT);
}

static loss_status find_shown(lossi_page *p, loss_split split, lossi_page_split *s)
{
    loss_status status = lossi_drawn_make(&s->drawn, p->surface, split, p->opt->height);
    size_t n = p->surface->x.n * p->surface->y.n;
    s->is_there = true;
    if (!status)
        status = keep_own(s);
    for (int q = 0; q < PAGE_N_QUANTITIES && !status; q++) {
        s->values[q] = lossi_alloc(n, sizeof(double));
        if (!s->values[q])
            return lossi_fail_nomem(n * sizeof(double));
        for (size_t i = 0; i < n; i++) {
            s->values[q][i] = value_of(&s->drawn.points[i], q);
            s->has[q] |= isfinite(s->values[q][i]);
        }
    }
    return status ? status : draw_again(p, split, s);
}

const char *lossi_page_array(const loss_surface *s, loss_split split, int quantity,
                             char text[PAGE_NAME])
{
    snprintf(text, PAGE_NAME, "%s-%s", NAMES[quantity], loss_surface_split_name(s, split));
    return text;
}

/* ---- Views ---------------------------------------------------------------------------------- */

/* The number of a colour map in the page. */
static size_t map_number(lossi_page *p, const char *name)
{
    size_t i = 0;
    while (i < p->n_maps && strcmp(p->map_names[i], name) != 0)
        i++;
    if (i == p->n_maps)
        p->map_names[p->n_maps++] = name;
    return i;
}

static cJSON *add(lossi_page *p, cJSON *to, const char *key, cJSON *item)
{
    return lossi_json_add(to, key, item, &p->failed);
}

static void add_scale(lossi_page *p, cJSON *view, const loss_grid *grid, const loss_scale *scale)
{
    double ticks[MOST_TICKS], levels[MOST_LEVELS];
    loss_levels_options opt = LOSS_LEVELS_OPTIONS_INIT;
    size_t n_levels = 0;
    cJSON *to = add(p, view, "scale", cJSON_CreateObject());
    add(p, to, "kind", cJSON_CreateString(loss_scale_kind_name(scale->kind)));
    add(p, to, "low", cJSON_CreateNumber(scale->low));
    add(p, to, "high", cJSON_CreateNumber(scale->high));
    add(p, to, "linear", cJSON_CreateNumber(scale->linear));
    size_t n = loss_scale_ticks(scale, 6, ticks, MOST_TICKS);
    lossi_json_add_numbers(view, "ticks", ticks, n, &p->failed);
    opt.round = true;
    opt.scale = scale->kind == LOSS_SCALE_LOG ? LOSS_LEVELS_LOG : LOSS_LEVELS_LINEAR;
    if (scale->kind == LOSS_SCALE_SYMLOG) { /* levels have no such kind */
        lossi_json_add_numbers(view, "levels", ticks, n, &p->failed);
        return;
    }
    p->failed |= loss_levels(grid, MOST_LEVELS, &opt, levels, &n_levels) != LOSS_OK;
    lossi_json_add_numbers(view, "levels", levels, n_levels, &p->failed);
}

/* printf into the object. */
static void add_line(lossi_page *p, cJSON *to, const char *key, char *text)
{
    lossi_json_add_text(to, key, text, &p->failed);
    free(text);
}

/* What is told of the nearest grid point, and the words before it. */
static void add_near(lossi_page *p, cJSON *view, loss_split split, int quantity, char *before)
{
    char name[PAGE_NAME];
    cJSON *list = cJSON_GetObjectItem(view, "near");
    if (!p->splits[split].has[quantity]) {
        free(before);
        return;
    }
    cJSON *item =
        add(p, list ? list : add(p, view, "near", cJSON_CreateArray()), NULL, cJSON_CreateObject());
    add(p, item, "array", cJSON_CreateString(lossi_page_array(p->surface, split, quantity, name)));
    add_line(p, item, "before", before);
    add(p, item, "unit", cJSON_CreateString(quantity == PAGE_ACCURACY ? " %" : ""));
}

/* Of an imported surface it is not known. */
static const char *unit_of(const loss_surface *s, int quantity)
{
    return quantity == PAGE_ACCURACY ? "percent"
           : lossi_provenance_is_imported(s)
               ? NULL
               : loss_surface_text(s, LOSS_KEY_LOSS, "nats per image");
}

/* As pictures and lossview say it. */
static const char *split_word(loss_split split)
{
    return split == LOSS_SPLIT_TRAIN ? "training" : "test";
}

/* Which images the values are of. */
static void add_images(lossi_page *p, cJSON *lines, loss_split split, const char *before)
{
    const loss_surface *s = p->surface;
    char images[LOSSI_KEY_SIZE], selection[LOSSI_KEY_SIZE];
    add_line(p, lines, NULL,
             lossi_format(
                 "%s%s on %s %s images (%s) of %s; BatchNorm: %s", before,
                 lossi_surface_fact(s, LOSS_KEY_MODEL),
                 lossi_surface_fact(s, lossi_split_key(images, LOSS_KEY_IMAGES, split)),
                 split_word(split),
                 lossi_surface_fact(s, lossi_split_key(selection, LOSS_KEY_SELECTION, split)),
                 lossi_surface_fact(s, LOSS_KEY_DATA_FORMAT), lossi_surface_fact(s, LOSS_KEY_BN)));
}

static void add_directions(lossi_page *p, cJSON *lines)
{
    const loss_surface *s = p->surface;
    double cosine = NAN;
    loss_surface_number(s, LOSS_KEY_COSINE, &cosine);
    add_line(p, lines, NULL,
             lossi_format("directions: %s; cosine %.3f; libloss %s",
                          lossi_surface_fact(s, LOSS_KEY_DIRECTIONS), cosine,
                          lossi_surface_fact(s, LOSS_KEY_VERSION)));
}

/* What was measured, in sentences. */
static void add_caption(lossi_page *p, cJSON *view, loss_split split, const loss_scale *scale,
                        size_t n_holes, size_t n_hollow)
{
    const loss_surface *s = p->surface;
    cJSON *lines = add(p, view, "caption", cJSON_CreateArray());
    if (lossi_provenance_is_imported(s)) {
        add_line(p, lines, NULL, lossi_provenance_imported(s));
    } else {
        add_images(p, lines, split, "");
        add_directions(p, lines);
    }
    add_line(p, lines, NULL,
             lossi_format("height and colour on a %s scale", loss_scale_kind_name(scale->kind)));
    if (n_hollow)
        add_line(p, lines, NULL,
                 lossi_format("hollow marks (%zu of %zu): within the sampling error", n_hollow,
                              p->splits[split].drawn.n_marks));
    if (n_holes)
        add_line(p, lines, NULL,
                 lossi_format("%zu of %zu points have no height (not evaluated, not finite, or not "
                              "above 0 on a log scale): holes",
                              n_holes, s->x.n * s->y.n));
    loss_estimate_report r = LOSS_ESTIMATE_REPORT_INIT;
    bool has = false;
    p->failed |= loss_surface_has_estimates(p->surface, &has) != LOSS_OK ||
                 (has && loss_surface_estimate_report(p->surface, split, &r) != LOSS_OK);
    if (r.estimated)
        add_line(p, lines, NULL,
                 lossi_format("%zu of %zu points are estimated from %llu to %llu of %llu images; "
                              "median standard error %.2g %% of the loss",
                              r.estimated, r.estimated + r.exact, (unsigned long long)r.fewest,
                              (unsigned long long)r.most, (unsigned long long)r.images,
                              100 * r.median_error));
}

/* @return how many are hollow */
static size_t add_marks(lossi_page *p, cJSON *view, const lossi_drawn *d)
{
    size_t n_hollow = 0;
    cJSON *list = add(p, view, "marks", cJSON_CreateArray());
    for (size_t i = 0; d && i < d->n_marks; i++) {
        const loss_critical *c = &d->marks[i];
        cJSON *item = add(p, list, NULL, cJSON_CreateObject());
        add(p, item, "kind", cJSON_CreateString(loss_critical_kind_name(c->kind)));
        add(p, item, "x", cJSON_CreateNumber(c->x));
        add(p, item, "y", cJSON_CreateNumber(c->y));
        add(p, item, "loss", cJSON_CreateNumber(c->value));
        add(p, item, "within_error", cJSON_CreateBool(c->is_within_error));
        n_hollow += c->is_within_error;
    }
    return n_hollow;
}

/* A view of values [ny][nx]. @param word  "test loss"; takes it over. */
static void add_view(lossi_page *p, loss_split split, const double *values, const loss_scale *scale,
                     int quantity, char *word, bool is_difference)
{
    size_t n = p->surface->x.n * p->surface->y.n, n_holes = 0;
    loss_grid grid = {p->surface->x, p->surface->y, values};
    cJSON *view = add(p, p->views, NULL, cJSON_CreateObject());
    char name[PAGE_NAME];
    const char *map = scale->low == -scale->high ? loss_colour_map_for(scale)
                      : p->opt->colours          ? p->opt->colours
                                                 : loss_colour_map_for(scale),
               *unit = unit_of(p->surface, quantity);
    for (size_t i = 0; i < n; i++)
        n_holes += isfinite(loss_scale_stretch(scale, values[i])) ? 0 : 1;
    add(p, view, "array", cJSON_CreateString(lossi_page_array(p->surface, split, quantity, name)));
    if (is_difference) {
        lossi_page_array(p->surface, LOSS_SPLIT_TRAIN, quantity, name);
        add(p, view, "less", cJSON_CreateString(name));
    }
    add_line(p, view, "title",
             lossi_format("%s: %s",
                          lossi_provenance_is_imported(p->surface)
                              ? lossi_provenance_file(p->surface)
                              : lossi_surface_fact(p->surface, LOSS_KEY_MODEL),
                          word ? word : ""));
    add_line(p, view, "label",
             unit ? lossi_format("%s (%s)", word ? word : "", unit)
                  : lossi_strdup(word ? word : ""));
    add(p, view, "unit", cJSON_CreateString(quantity == PAGE_ACCURACY ? " %" : ""));
    add(p, view, "split", cJSON_CreateString(loss_surface_split_name(p->surface, split)));
    add(p, view, "has_own", cJSON_CreateBool(quantity == PAGE_LOSS && !is_difference));
    add(p, view, "map", cJSON_CreateNumber((double)map_number(p, map)));
    add_scale(p, view, &grid, scale);
    size_t n_hollow = add_marks(
        p, view, quantity == PAGE_LOSS && !is_difference ? &p->splits[split].drawn : NULL);
    for (int k = 0; k < 2 && is_difference; k++)
        add_near(p, view, (loss_split)k, quantity,
                 lossi_format("%s%s ", k ? ", " : "", split_word((loss_split)k)));
    for (int q = 0; q < PAGE_N_QUANTITIES && !is_difference; q++)
        add_near(p, view, split, q, lossi_format("%s", BEFORE[q]));
    add_caption(p, view, split, scale, n_holes, n_hollow);
    if (is_difference)
        add_images(p, cJSON_GetObjectItem(view, "caption"), LOSS_SPLIT_TRAIN, "less that on ");
    lossi_json_add_text(view, "name", word, &p->failed);
    lossi_json_add_text(view, "word", word, &p->failed);
    free(word);
}

/* Test less training images. */
static loss_status add_difference(lossi_page *p)
{
    size_t n = p->surface->x.n * p->surface->y.n;
    const double *test = p->splits[LOSS_SPLIT_TEST].values[PAGE_LOSS],
                 *train = p->splits[LOSS_SPLIT_TRAIN].values[PAGE_LOSS];
    double *less = lossi_alloc(n, sizeof *less), reach = 0;
    if (!less)
        return lossi_fail_nomem(n * sizeof *less);
    for (size_t i = 0; i < n; i++) {
        less[i] = test[i] - train[i];
        if (isfinite(less[i]))
            reach = fmax(reach, fabs(less[i]));
    }
    loss_scale scale = loss_scale_about_zero(reach, loss_typical_size(less, n));
    add_view(p, LOSS_SPLIT_TEST, less, &scale, PAGE_LOSS,
             lossi_format("test \342\210\222 training loss"), true);
    free(less);
    return LOSS_OK;
}

/* "test loss"; "loss", where the split is not known. */
static char *word_of(const loss_surface *s, loss_split split, int quantity)
{
    bool is_told = lossi_surface_tells_split(s);
    return lossi_format("%s%s%s", is_told ? split_word(split) : "", is_told ? " " : "",
                        WORDS[quantity]);
}

static void add_views(lossi_page *p, loss_split split)
{
    const lossi_page_split *s = &p->splits[split];
    size_t n = p->surface->x.n * p->surface->y.n;
    for (int q = 0; q < PAGE_N_QUANTITIES; q++) {
        loss_scale scale = q == PAGE_LOSS ? scale_of_losses(p, s)
                                          : scale_of(s->values[q], n, NULL, 0, LOSS_HEIGHT_FIT);
        if (s->has[q])
            add_view(p, split, s->values[q], &scale, q, word_of(p->surface, split, q), false);
    }
}

/* ---- The rest of the JSON ------------------------------------------------------------------- */

static void add_axis(lossi_page *p, const char *key, loss_axis axis, const char *name)
{
    double ticks[MOST_TICKS];
    cJSON *to = add(p, p->json, key, cJSON_CreateObject());
    add(p, to, "name", cJSON_CreateString(name));
    add(p, to, "min", cJSON_CreateNumber(axis.min));
    add(p, to, "max", cJSON_CreateNumber(axis.max));
    add(p, to, "n", cJSON_CreateNumber((double)axis.n));
    size_t n = loss_ticks(axis.min, axis.max, false, 6, ticks, MOST_TICKS);
    lossi_json_add_numbers(to, "ticks", ticks, n, &p->failed);
}

/* Null where it is not finite: JSON has no such numbers. */
static void add_finite(lossi_page *p, cJSON *list, double value)
{
    add(p, list, NULL, isfinite(value) ? cJSON_CreateNumber(value) : cJSON_CreateNull());
}

/* Runs with the checkpoints that have a place on the plane. All splits have the same ones. */
static void add_runs(lossi_page *p, const lossi_drawn *d)
{
    cJSON *runs = add(p, p->json, "runs", cJSON_CreateArray()), *x = NULL, *y = NULL, *epoch = NULL,
          *own[2] = {NULL};
    size_t number = 0;
    for (size_t i = 0; i < d->n_path; i++) {
        const loss_path_point *at = &d->path[i];
        if (!i || strcmp(at->run, d->path[i - 1].run) != 0) {
            const double *c = loss_run_colour(number++);
            cJSON *run = add(p, runs, NULL, cJSON_CreateObject());
            lossi_json_add_text(run, "name", at->run, &p->failed);
            add_line(p, run, "colour",
                     lossi_format("#%02lx%02lx%02lx", lround(255 * c[0]), lround(255 * c[1]),
                                  lround(255 * c[2])));
            epoch = add(p, run, "epoch", cJSON_CreateArray());
            x = add(p, run, "x", cJSON_CreateArray());
            y = add(p, run, "y", cJSON_CreateArray());
            cJSON *losses = add(p, run, "own", cJSON_CreateObject());
            for (int k = 0; k < 2; k++)
                if (p->splits[k].n_own == d->n_path)
                    own[k] = add(p, losses, loss_surface_split_name(p->surface, (loss_split)k),
                                 cJSON_CreateArray());
        }
        if (!isfinite(at->x) || !isfinite(at->y))
            continue;
        add(p, epoch, NULL, cJSON_CreateNumber((double)at->epoch));
        add(p, x, NULL, cJSON_CreateNumber(at->x));
        add(p, y, NULL, cJSON_CreateNumber(at->y));
        for (int k = 0; k < 2; k++)
            if (own[k])
                add_finite(p, own[k], p->splits[k].own[i]);
    }
}

static void add_arrays(lossi_page *p)
{
    char name[PAGE_NAME];
    cJSON *arrays = add(p, p->json, "arrays", cJSON_CreateArray());
    for (int k = 0; k < 2; k++)
        for (int q = 0; q < PAGE_N_QUANTITIES; q++)
            if (p->splits[k].has[q]) {
                cJSON *item = add(p, arrays, NULL, cJSON_CreateObject());
                lossi_page_array(p->surface, (loss_split)k, q, name);
                add(p, item, "name", cJSON_CreateString(name));
                add(p, item, "type", cJSON_CreateString(q == PAGE_LOSS ? "f64" : "f32"));
            }
    cJSON *maps = add(p, p->json, "maps", cJSON_CreateArray());
    for (size_t i = 0; i < p->n_maps; i++)
        add_line(p, maps, NULL, lossi_format("map-%s", p->map_names[i]));
}

loss_status lossi_page_make(lossi_page *p)
{
    loss_split first = loss_surface_split(p->surface, p->opt->split),
               other = first == LOSS_SPLIT_TEST ? LOSS_SPLIT_TRAIN : LOSS_SPLIT_TEST;
    loss_status status = LOSS_OK;
    p->json = cJSON_CreateObject();
    p->views = add(p, p->json, "views", cJSON_CreateArray());
    /* The paths of a split are valid until those of the other are asked for. */
    if (p->splits[other].is_there)
        status = find_shown(p, other, &p->splits[other]);
    if (!status)
        status = find_shown(p, first, &p->splits[first]);
    if (status)
        return status;
    add_views(p, first);
    if (p->splits[other].is_there) {
        add_views(p, other);
        status = add_difference(p);
    }
    bool solutions = loss_surface_metadata(p->surface, LOSS_KEY_SOLUTIONS) != NULL;
    add_axis(p, "x", p->surface->x, solutions ? "towards the second solution" : "direction 1");
    add_axis(p, "y", p->surface->y, solutions ? "towards the third solution" : "direction 2");
    add_runs(p, &p->splits[first].drawn);
    lossi_provenance_add(p->surface, first, add(p, p->json, "facts", cJSON_CreateObject()),
                         &p->failed);
    add_arrays(p);
    if (!status && !p->splits[first].has[PAGE_LOSS] && !p->splits[other].has[PAGE_LOSS])
        status = lossi_fail(LOSS_ERR_SHAPE, "%s: no point has a finite loss; a page needs one",
                            p->surface->path);
    return !status && p->failed ? lossi_fail_nomem(sizeof(cJSON)) : status;
}

void lossi_page_free(lossi_page *p)
{
    cJSON_Delete(p->json);
    for (int k = 0; k < 2; k++) {
        lossi_drawn_free(&p->splits[k].drawn);
        free(p->splits[k].own);
        for (int q = 0; q < PAGE_N_QUANTITIES; q++)
            free(p->splits[k].values[q]);
    }
}
