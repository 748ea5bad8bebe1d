/* The captions below a picture of a landscape. */
#include "figure/captions.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data_name.h"
#include "display.h"
#include "inputs/facts.h"
#include "report/estimates.h"
#include "report/imported.h"
#include "report/summary.h"
#include "report/validity.h"

static const char *fact(const loss_surface *surface, const char *key)
{
    return loss_surface_text(surface, key, "?");
}

static const char *split_fact(const loss_surface *surface, const char *key, loss_split split)
{
    const char *value = loss_surface_metadata_of(surface, key, loss_split_name(split));
    return value ? value : "?";
}

/* Whether the centre is the model: " (the model's own)". */
static const char *centre_text(const loss_surface *surface, loss_split split, double centre,
                               char text[64])
{
    double difference = validity_centre(surface, split, centre);
    if (isnan(difference))
        return "";
    if (difference == 0)
        return " (the model's own)";
    snprintf(text, 64, " (the model's own: %.4g)", centre - difference);
    return text;
}

/* The centre, the lowest point and what is missing of one field's split. */
/* What the picture lacks, and what it has in its place. */
enum { MISSING_TEXT = 256 };
static void missing_text(const summary *s, bool is_imported, size_t n_interpolated, bool is_line,
                         size_t n_not_positive, char text[MISSING_TEXT])
{
    size_t n_absent = s->total - s->evaluated;
    char absent[96] = "", left_out[128] = "";
    if (n_absent && !is_imported)
        snprintf(absent, sizeof absent, "; unfinished: %zu of %zu points, %zu interpolated",
                 s->evaluated, s->total, n_interpolated);
    if (n_absent > n_interpolated || s->not_finite || n_not_positive)
        snprintf(left_out, sizeof left_out, "; %s: %zu of %zu points %s, %zu not finite%s",
                 is_line ? "left out" : "striped", n_absent - n_interpolated, s->total,
                 is_imported ? "missing" : "not evaluated", s->not_finite,
                 n_not_positive ? ", those of 0 on the log scale" : "");
    snprintf(text, MISSING_TEXT, "%s%s", absent, left_out);
}

/* The value nearest to the centre, if it lies on the axes. */
static double at_centre(const figure *f, const field *q, size_t *at)
{
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < q->nx * q->ny && best == SIZE_MAX; i++) {
        double x = loss_axis_at(f->x, i % q->nx), y = q->ny > 1 ? loss_axis_at(f->y, i / q->nx) : 0;
        if (fabs(x) + fabs(y) <= 1e-9 * (fabs(f->x.max) + fabs(f->x.min)))
            best = i;
    }
    *at = best;
    return best == SIZE_MAX ? NAN : q->values[best];
}

/* What is shown, where it is not the loss: its value at the centre, and its range. */
static void add_values_caption(figure *f, const field *q, const char *missing)
{
    char centre[160] = "", error[32] = "";
    size_t at, low = SIZE_MAX, high = SIZE_MAX;
    double middle = at_centre(f, q, &at);
    for (size_t i = 0; i < q->nx * q->ny; i++)
        if (isfinite(q->values[i])) {
            low = low == SIZE_MAX || q->values[i] < q->values[low] ? i : low;
            high = high == SIZE_MAX || q->values[i] > q->values[high] ? i : high;
        }
    if (low == SIZE_MAX)
        return;
    if (at != SIZE_MAX && q->errors && isfinite(q->errors[at]))
        snprintf(error, sizeof error, " \302\261 %.2g", q->errors[at]);
    if (isfinite(middle))
        snprintf(centre, sizeof centre, "centre (%s): %s %.4g%s%s; ",
                 q->ny > 1 ? "cross" : "dashed", q->word, middle, error, q->unit);
    figure_add_caption(f, "%s%s from %.4g%s at (%.3g, %.3g) to %.4g%s at (%.3g, %.3g)%s", centre,
                       q->word, q->values[low], q->unit, loss_axis_at(f->x, low % q->nx),
                       q->ny > 1 ? loss_axis_at(f->y, low / q->nx) : 0, q->values[high], q->unit,
                       loss_axis_at(f->x, high % q->nx),
                       q->ny > 1 ? loss_axis_at(f->y, high / q->nx) : 0, missing);
}

static loss_status add_figures(figure *f, loss_surface *surface, const field *q)
{
    summary s;
    loss_status status = summary_of(surface, q->split, &s);
    if (status)
        return status;
    char error[32] = "", accuracy[ACCURACY_TEXT], model[64], centre[224] = "", lowest[96] = "",
         missing[MISSING_TEXT];
    bool is_line = f->y.n == 1;
    size_t n_not_positive = 0;
    for (size_t i = 0; f->scale.kind == LOSS_SCALE_LOG && i < q->nx * q->ny; i++)
        n_not_positive += q->values[i] <= 0;
    if (isfinite(s.centre.standard_error))
        snprintf(error, sizeof error, " \302\261 %.2g", s.centre.standard_error);
    if (s.has_centre)
        snprintf(centre, sizeof centre, "centre (%s): loss %.4g%s%s%s; ",
                 is_line ? "dashed" : "cross", s.centre.loss, error,
                 centre_text(surface, q->split, s.centre.loss, model),
                 accuracy_text(s.centre.accuracy, accuracy));
    if (s.evaluated > s.not_finite)
        snprintf(lowest, sizeof lowest, "lowest loss %.4g at (%.3g, %.3g)", s.min, s.min_x,
                 s.min_y);
    missing_text(&s, imported_is(surface), q->n_interpolated, is_line, n_not_positive, missing);
    if (!q->is_loss) {
        add_values_caption(f, q, missing);
        return LOSS_OK;
    }
    bool has_two = f->n_fields > 1 && !f->fields[1].on_right;
    if (s.has_barrier)
        snprintf(lowest, sizeof lowest, "barrier %.4g above the mean of the ends, at %.3g",
                 s.barrier, s.barrier_at);
    figure_add_caption(f, "%s%s%s%s%s", has_two ? loss_split_name(q->split) : "",
                       has_two ? ": " : "", centre, lowest, missing);
    return LOSS_OK;
}

/* Which statistics BatchNorm uses. */
static void bn_text(const loss_surface *surface, char text[128])
{
    loss_bn bn = LOSS_BN_WEIGHTS;
    loss_surface_bn(surface, &bn);
    switch (bn) {
    case LOSS_BN_WEIGHTS: snprintf(text, 128, "centre's running statistics"); break;
    case LOSS_BN_STATES: snprintf(text, 128, "running statistics move along"); break;
    case LOSS_BN_RECALIBRATE:
        snprintf(text, 128, "statistics of %s training images at each point",
                 fact(surface, LOSS_KEY_BN_IMAGES));
        break;
    }
}

/* Lengths and angle of the axes. */
static void axes_text(const figure *f, const loss_surface *surface, char text[256])
{
    double cosine = fact_number(surface, LOSS_KEY_COSINE, 0);
    int n = snprintf(text, 256, "norm%s %.3g", f->y.n > 1 ? "s" : "",
                     fact_number(surface, LOSS_KEY_NORM_X, 0));
    if (f->y.n > 1)
        n +=
            snprintf(text + n, 256 - (size_t)n, ", %.3g", fact_number(surface, LOSS_KEY_NORM_Y, 0));
    n += snprintf(text + n, 256 - (size_t)n, " (weights %.3g)",
                  fact_number(surface, LOSS_KEY_WEIGHTS_NORM, 0));
    if (f->y.n > 1)
        snprintf(text + n, 256 - (size_t)n, ", cosine %.3f", fabs(cosine) < 5e-4 ? 0 : cosine);
}

/* How far each path lies off the plane, and that its losses are not those of the map. */
static loss_status add_path_captions(figure *f, loss_surface *surface, loss_split split)
{
    enum { MOST_TOLD = 4 };
    path_report reports[MOST_RUNS];
    size_t n;
    loss_status status = validity_paths(surface, split, reports, &n);
    for (size_t i = 0; i < n && i < MOST_TOLD && !status; i++) {
        const path_report *r = &reports[i];
        char held[64] = "", worst[64] = "";
        if (r->worst_epoch != r->farthest_epoch)
            snprintf(worst, sizeof worst, ", at most %.3g %% (epoch %zu)", 100 * r->worst_residual,
                     r->worst_epoch);
        if (isfinite(r->held))
            snprintf(held, sizeof held, ", the plane holds %.2g %% of all its variance",
                     100 * r->held);
        figure_add_caption(
            f, "path of %s: %zu checkpoints%s; off it by %.3g %% of the distance at epoch %zu%s",
            r->run, r->n, held, 100 * r->farthest_residual, r->farthest_epoch, worst);
        if (isfinite(r->gap) && f->fields[0].is_loss)
            figure_add_caption(
                f,
                "its checkpoints' own losses are not those of the map: they differ by up "
                "to %.3g (epoch %zu)",
                r->gap, r->gap_epoch);
    }
    if (n > MOST_TOLD)
        figure_add_caption(f, "and %zu more paths", n - MOST_TOLD);
    return status;
}

/* What the ratio is of, and where it lies. */
static void add_convexity_caption(figure *f, const loss_surface *surface)
{
    const field *q = &f->fields[0];
    size_t n = q->nx * (q->n_lines ? q->n_lines : q->ny), done = 0;
    const double *values = q->n_lines ? q->lines : q->values;
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < n; i++)
        if (isfinite(values[i])) {
            done++;
            low = fmin(low, values[i]);
            high = fmax(high, values[i]);
        }
    figure_add_caption(
        f, "Hessian (%s) at %zu of %zu points: ratio from %.3g (nearly convex) to %.3g",
        fact(surface, LOSS_KEY_CURVATURE), done, n, done ? low : NAN, done ? high : NAN);
}

/* What the directions are of, and how much of the variance they explain. */
static void explained_text(const loss_surface *surface, char text[128])
{
    if (!loss_surface_metadata(surface, LOSS_KEY_EXPLAINED_X)) {
        text[0] = 0;
        return;
    }
    snprintf(text, 128, "; they explain %.3g %% + %.3g %% of the variance%s",
             100 * fact_number(surface, LOSS_KEY_EXPLAINED_X, 0),
             100 * fact_number(surface, LOSS_KEY_EXPLAINED_Y, 0),
             loss_surface_ignores(surface) ? " (without biases and BatchNorm)" : "");
}

/* "200 test images (all), 200 train images (all)" */
static void images_text(const figure *f, const loss_surface *surface, char text[256])
{
    text[0] = 0;
    size_t n = f->fields[0].is_difference ? 2 : f->n_fields;
    for (size_t k = 0; k < n && !f->fields[k].on_right; k++) {
        loss_split split = n > f->n_fields ? (loss_split)k : f->fields[k].split;
        size_t length = strlen(text);
        snprintf(text + length, 256 - length, "%s%s %s images (%s)", k ? ", " : "",
                 split_fact(surface, LOSS_KEY_IMAGES, split), loss_split_name(split),
                 split_fact(surface, LOSS_KEY_SELECTION, split));
    }
}

/* That most points are estimates, of which images, and how far off they may be. */
static loss_status add_estimates(figure *f, loss_surface *surface, loss_split split)
{
    loss_estimate_report r;
    char text[ESTIMATES_TEXT];
    bool has;
    loss_status status = estimates_of(surface, split, &has, &r);
    if (status || !has)
        return status;
    figure_add_caption(f, "%s: %s", loss_split_name(split), estimates_text(&r, text));
    figure_add_caption(
        f, "standard error of the estimates %.2g %% of the loss (median), at most %.2g %%",
        100 * r.median_error, 100 * r.largest_error);
    return status;
}

/* What was measured: network, images, BatchNorm mode, directions. */
static void add_facts(figure *f, const loss_surface *surface)
{
    char bn[128], axes[256], explained[128], images[256], name[DATA_NAME_SIZE],
        imported[IMPORTED_TEXT];
    if (imported_is(surface)) {
        figure_add_caption(f, "%s", imported_text(surface, imported));
        return;
    }
    bn_text(surface, bn);
    axes_text(f, surface, axes);
    explained_text(surface, explained);
    images_text(f, surface, images);
    data_name(surface, name);
    figure_add_caption(f, "%s on %s of %s; BatchNorm: %s", fact(surface, LOSS_KEY_MODEL), images,
                       name, bn);
    figure_add_caption(f, "directions: %s%s", fact(surface, LOSS_KEY_DIRECTIONS), explained);
    figure_add_caption(f, "%s; %s kernels, libloss %s", axes, fact(surface, LOSS_KEY_ISA),
                       fact(surface, LOSS_KEY_VERSION));
}

/* How many values of the first field are below and above the colours. */
static void count_beyond(const figure *f, size_t n[2])
{
    const field *q = &f->fields[0];
    n[0] = n[1] = 0;
    for (size_t i = 0; i < q->nx * q->ny; i++) {
        n[0] += q->values[i] < f->scale.low;
        n[1] += q->values[i] > f->scale.high;
    }
}

/* What the colours or the heights do to the values. */
static void add_scale_caption(figure *f)
{
    size_t n[2];
    const char *what = f->is_map ? "colours" : "heights";
    char beyond[160] = "";
    count_beyond(f, n);
    if (n[0] + n[1])
        snprintf(beyond, sizeof beyond, " from %.4g to %.4g: %zu points are below, %zu above",
                 f->scale.low, f->scale.high, n[0], n[1]);
    if (f->scale.kind != LOSS_SCALE_LINEAR || *beyond)
        figure_add_caption(f, "%s on a %s scale%s", what, loss_scale_kind_name(f->scale.kind),
                           beyond);
    if (f->is_map && !f->has_one_scale)
        figure_add_caption(f, "axes not of one scale: 1 along x is not as long as 1 along y");
}

loss_status captions_add(figure *f, loss_surface *surface)
{
    add_facts(f, surface);
    add_scale_caption(f);
    if (f->has_convexity)
        add_convexity_caption(f, surface);
    if (f->fields[0].n_lines)
        figure_add_caption(f,
                           "thin: %zu directions, of this seed and those after it; thick: their "
                           "mean; band: \302\261 one standard deviation",
                           f->fields[0].n_lines);
    loss_status status = LOSS_OK;
    for (size_t k = 0; k < f->n_fields && !f->fields[k].on_right && !status; k++)
        status = add_figures(f, surface, &f->fields[k]);
    for (size_t k = 0; k < f->n_fields && !f->fields[k].on_right && !status; k++)
        status = add_estimates(f, surface, f->fields[k].split);
    return !status && f->is_map ? add_path_captions(f, surface, f->fields[0].split) : status;
}
