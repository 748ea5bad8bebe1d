/* The validity report: centre against the model, axes against the weights, paths against the
 * plane. */
#include "report/validity.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "display.h"
#include "inputs/facts.h"
#include "report/estimates.h"

static void begin_report(const loss_surface *surface, const char *run, path_report *r)
{
    *r = (path_report){.farthest_residual = NAN, .worst_residual = -1, .gap = NAN};
    snprintf(r->run, sizeof r->run, "%s", run);
    const char *held = loss_surface_metadata_of(surface, LOSS_KEY_PATH_HELD, run);
    if (!loss_number_parse(held, NULL, &r->held))
        r->held = NAN;
}

static void take_point(path_report *r, const loss_path_point *p, double *farthest)
{
    double gap = fabs(p->true_loss - p->plane_loss);
    r->n++;
    r->not_finite += !isfinite(p->true_loss) || !isfinite(p->plane_loss);
    if (p->distance > *farthest) {
        *farthest = p->distance;
        r->farthest_residual = p->residual;
        r->farthest_epoch = p->epoch;
    }
    if (p->residual > r->worst_residual) {
        r->worst_residual = p->residual;
        r->worst_epoch = p->epoch;
        snprintf(r->worst_checkpoint, sizeof r->worst_checkpoint, "%s", p->checkpoint);
    }
    if (isfinite(gap) && !(gap <= r->gap)) {
        r->gap = gap;
        r->gap_epoch = p->epoch;
        snprintf(r->gap_checkpoint, sizeof r->gap_checkpoint, "%s", p->checkpoint);
    }
}

loss_status validity_paths(loss_surface *surface, loss_split split, path_report *reports, size_t *n)
{
    const loss_path_point *points;
    size_t n_points;
    double farthest = -1;
    *n = 0;
    loss_status status = loss_surface_paths(surface, split, &n_points, &points);
    for (size_t i = 0; i < n_points && !status; i++) {
        if (i == 0 || strcmp(points[i].run, points[i - 1].run) != 0) {
            if (*n == MOST_RUNS)
                break;
            begin_report(surface, points[i].run, &reports[(*n)++]);
            farthest = -1;
        }
        take_point(&reports[*n - 1], &points[i], &farthest);
    }
    return status;
}

double validity_centre(const loss_surface *surface, loss_split split, double centre)
{
    const char *text =
        loss_surface_metadata_of(surface, LOSS_KEY_MODEL_LOSS, loss_split_name(split));
    double model;
    if (!loss_number_parse(text, NULL, &model))
        return NAN;
    return centre == model ? 0 : centre - model;
}

static void print_centre(loss_surface *surface, loss_split split, const summary *s)
{
    double difference = s->has_centre ? validity_centre(surface, split, s->centre.loss) : NAN;
    const char *name = loss_split_name(split);
    loss_bn bn = LOSS_BN_WEIGHTS;
    bool has_estimates = false;
    loss_surface_bn(surface, &bn);
    loss_surface_has_estimates(surface, &has_estimates);
    if (!s->has_centre)
        printf("  centre     %s: not among the points evaluated\n", name);
    else if (difference == 0)
        printf("  centre     %s: the model's own loss, to the bit\n", name);
    else if (isnan(difference))
        printf("  centre     %s: the model's own loss is not known\n", name);
    else
        printf("  centre     %s: differs from the model's own loss by %.3g%s\n", name, difference,
               bn == LOSS_BN_RECALIBRATE ? " (BatchNorm's statistics are estimated again)"
               : has_estimates           ? " (it is an estimate)"
                                         : "");
}

static void print_path(const path_report *r, loss_split split)
{
    printf("  path       %s (%s): %zu checkpoints", display(r->run), loss_split_name(split), r->n);
    if (isfinite(r->held))
        printf("; the plane holds %.3g %% of their variance, all parameters counted",
               100 * r->held);
    printf("\n             off the plane by %.3g %% of the distance at epoch %zu, the farthest; by "
           "%.3g %% at most (%s)\n",
           100 * r->farthest_residual, r->farthest_epoch, 100 * r->worst_residual,
           display(r->worst_checkpoint));
    if (isfinite(r->gap))
        printf("             own loss and loss on the plane differ by up to %.4g (%s)\n", r->gap,
               display(r->gap_checkpoint));
    if (r->not_finite)
        printf("             %zu checkpoints have a loss that is not finite\n", r->not_finite);
}

loss_status validity_print(loss_surface *surface, const summary *const summaries[2])
{
    loss_status status = LOSS_OK;
    printf("validity\n");
    for (int k = 0; k < 2; k++)
        if (summaries[k])
            print_centre(surface, (loss_split)k, summaries[k]);
    for (int k = 0; k < 2; k++)
        if (summaries[k] && summaries[k]->has_estimates)
            estimates_print(surface, &summaries[k]->estimates, (loss_split)k);
    double cosine = fact_number(surface, LOSS_KEY_COSINE, NAN);
    if (fact_number(surface, LOSS_KEY_NORM_Y, NAN) == 0) /* a line */
        printf("  axis       norm %.4g, the weights' norm %.4g\n",
               fact_number(surface, LOSS_KEY_NORM_X, NAN),
               fact_number(surface, LOSS_KEY_WEIGHTS_NORM, NAN));
    else
        printf("  axes       norms %.4g and %.4g, the weights' norm %.4g; cosine of the two %.3f\n",
               fact_number(surface, LOSS_KEY_NORM_X, NAN),
               fact_number(surface, LOSS_KEY_NORM_Y, NAN),
               fact_number(surface, LOSS_KEY_WEIGHTS_NORM, NAN), fabs(cosine) < 5e-4 ? 0 : cosine);
    if (loss_surface_metadata(surface, LOSS_KEY_LAYERS))
        printf("  layers     only parameters named %s move\n",
               display(loss_surface_metadata(surface, LOSS_KEY_LAYERS)));
    if (loss_surface_metadata(surface, LOSS_KEY_COMPUTED_ONCE))
        printf("  once       %s gave the same at all points\n",
               display(loss_surface_metadata(surface, LOSS_KEY_COMPUTED_ONCE)));
    if (loss_surface_metadata(surface, LOSS_KEY_EXPLAINED_X))
        printf("  pca        of the checkpoints' variance%s x explains %.3g %% and y %.3g %%\n",
               loss_surface_ignores(surface) ? " (biases and BatchNorm left out)" : "",
               100 * fact_number(surface, LOSS_KEY_EXPLAINED_X, NAN),
               100 * fact_number(surface, LOSS_KEY_EXPLAINED_Y, NAN));
    for (int k = 0; k < 2 && !status; k++) {
        path_report reports[MOST_RUNS];
        size_t n = 0;
        if (summaries[k])
            status = validity_paths(surface, (loss_split)k, reports, &n);
        for (size_t i = 0; i < n && !status; i++)
            print_path(&reports[i], (loss_split)k);
    }
    return status;
}

loss_status validity_print_paths(loss_surface *surface, const summary *const summaries[2])
{
    loss_status status = LOSS_OK;
    for (int k = 0; k < 2 && !status; k++) {
        const loss_path_point *p;
        size_t n = 0;
        if (summaries[k])
            status = loss_surface_paths(surface, (loss_split)k, &n, &p);
        for (size_t i = 0; i < n && !status; i++) {
            if (i == 0 || strcmp(p[i].run, p[i - 1].run) != 0)
                printf("path of %s (%s)\n  epoch            x            y    own loss  on the "
                       "plane  off the plane    distance\n",
                       display(p[i].run), loss_split_name((loss_split)k));
            printf("  %5zu  %11.5g  %11.5g  %10.5g  %12.5g  %11.4g %%  %10.5g\n", p[i].epoch,
                   p[i].x, p[i].y, p[i].true_loss, p[i].plane_loss, 100 * p[i].residual,
                   p[i].distance);
        }
    }
    return status;
}

static void add_report(json *j, cJSON *list, const path_report *r, loss_split split)
{
    cJSON *item = json_object(j, list, NULL);
    json_text(j, item, "run", r->run);
    json_text(j, item, "split", loss_split_name(split));
    json_number(j, item, "checkpoints", (double)r->n);
    json_number(j, item, "not_finite", (double)r->not_finite);
    json_known(j, item, "variance_held", r->held);
    json_known(j, item, "farthest_residual", r->farthest_residual);
    json_number(j, item, "worst_residual", r->worst_residual);
    json_text(j, item, "worst_residual_at", r->worst_checkpoint);
    json_known(j, item, "largest_loss_difference", r->gap);
    if (isfinite(r->gap))
        json_text(j, item, "largest_loss_difference_at", r->gap_checkpoint);
}

static void add_point(json *j, cJSON *list, const loss_path_point *p, loss_split split)
{
    cJSON *item = json_object(j, list, NULL);
    json_text(j, item, "run", p->run);
    json_text(j, item, "checkpoint", p->checkpoint);
    json_text(j, item, "split", loss_split_name(split));
    json_number(j, item, "epoch", (double)p->epoch);
    json_number(j, item, "x", p->x);
    json_number(j, item, "y", p->y);
    json_number(j, item, "true_loss", p->true_loss);
    json_known(j, item, "true_accuracy", p->true_accuracy);
    json_number(j, item, "plane_loss", p->plane_loss);
    json_number(j, item, "residual", p->residual);
    json_number(j, item, "distance", p->distance);
}

/* The three lists that the splits add to. */
typedef struct lists {
    cJSON *centres, *reports, *path;
} lists;

static loss_status add_split(loss_surface *surface, loss_split split, const summary *s, json *j,
                             const lists *to)
{
    path_report list[MOST_RUNS];
    const loss_path_point *points;
    size_t n_runs = 0, n = 0;
    loss_status status = validity_paths(surface, split, list, &n_runs);
    if (!status)
        status = loss_surface_paths(surface, split, &n, &points);
    if (status)
        return status;
    if (s->has_centre)
        json_known(j, to->centres, loss_surface_split_name(surface, split),
                   validity_centre(surface, split, s->centre.loss));
    for (size_t i = 0; i < n_runs; i++)
        add_report(j, to->reports, &list[i], split);
    for (size_t i = 0; i < n; i++)
        add_point(j, to->path, &points[i], split);
    return LOSS_OK;
}

loss_status validity_add(loss_surface *surface, const summary *const summaries[2], json *j)
{
    static const char *const numbers[] = {LOSS_KEY_NORM_X,       LOSS_KEY_NORM_Y,
                                          LOSS_KEY_WEIGHTS_NORM, LOSS_KEY_COSINE,
                                          LOSS_KEY_EXPLAINED_X,  LOSS_KEY_EXPLAINED_Y};
    cJSON *validity = json_object(j, j->root, "validity");
    static const char *const texts[] = {LOSS_KEY_LAYERS, LOSS_KEY_COMPUTED_ONCE};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (loss_surface_metadata(surface, texts[i]))
            json_text(j, validity, texts[i], loss_surface_metadata(surface, texts[i]));
    lists to = {.centres = json_object(j, validity, "centre_minus_model")};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (loss_surface_metadata(surface, numbers[i]))
            json_number(j, validity, numbers[i], fact_number(surface, numbers[i], NAN));
    to.reports = json_list(j, validity, "paths");
    to.path = json_list(j, j->root, "path");
    loss_status status = LOSS_OK;
    for (int k = 0; k < 2 && !status; k++)
        if (summaries[k])
            status = add_split(surface, (loss_split)k, summaries[k], j, &to);
    return status;
}
