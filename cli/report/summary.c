/* Figures of a split of a landscape. */
#include "report/summary.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli.h"
#include "display.h"
#include "report/estimates.h"
#include "report/imported.h"

/* On a line between two solutions: the highest loss from one to the other above the mean of
 * their losses. */
static void find_barrier(const loss_surface *surface, const loss_point *points, summary *s)
{
    loss_axis x = loss_surface_x(surface);
    uint64_t n_solutions;
    if (!loss_surface_count(surface, LOSS_KEY_SOLUTIONS, &n_solutions) || n_solutions != 2)
        return;
    double ends[2] = {NAN, NAN}, highest = -INFINITY;
    for (size_t i = 0; i < x.n; i++) {
        double a = loss_axis_at(x, i);
        if (a < 0 || a > 1)
            continue;
        if (!points[i].evaluated || !isfinite(points[i].loss))
            return;
        if (a == 0 || a == 1)
            ends[a == 1] = points[i].loss;
        if (points[i].loss > highest) {
            highest = points[i].loss;
            s->barrier_at = a;
        }
    }
    s->barrier = highest - (ends[0] + ends[1]) / 2;
    s->has_barrier = isfinite(s->barrier);
}

/* How the ratios of the extreme eigenvalues lie, where the file has any. */
static loss_status find_convexity(loss_surface *surface, loss_split split, summary *s)
{
    s->convexity_low = s->convexity_high = NAN;
    if (!loss_surface_has_curvature(surface))
        return LOSS_OK;
    loss_point_curvature *curvature = calloc(s->total, sizeof *curvature);
    loss_status status =
        curvature ? loss_surface_curvature(surface, split, curvature) : LOSS_ERR_NOMEM;
    for (size_t i = 0; i < s->total && !status; i++) {
        double ratio = loss_point_convexity(&curvature[i]);
        s->n_curvature += curvature[i].evaluated;
        if (!isfinite(ratio))
            continue;
        s->convexity_low = ratio >= s->convexity_low ? s->convexity_low : ratio; /* NaN at first */
        s->convexity_high = ratio <= s->convexity_high ? s->convexity_high : ratio;
    }
    free(curvature);
    return status;
}

loss_status summary_of(loss_surface *surface, loss_split split, summary *s)
{
    loss_axis x = loss_surface_x(surface), y = loss_surface_y(surface);
    *s = (summary){.total = x.n * y.n, .min = NAN, .max = NAN};
    loss_point *points = calloc(s->total, sizeof *points);
    if (!points)
        return LOSS_ERR_NOMEM;
    loss_status status = loss_surface_points(surface, split, points);
    for (size_t i = 0; i < s->total && !status; i++) {
        const loss_point *p = &points[i];
        if (!p->evaluated)
            continue;
        double a = loss_axis_at(x, i % x.n), b = loss_axis_at(y, i / x.n);
        s->evaluated++;
        s->seconds += p->seconds;
        if (a == 0 && b == 0) {
            s->has_centre = true;
            s->centre = *p;
        }
        if (!isfinite(p->loss)) {
            s->not_finite++;
            continue;
        }
        if (!(p->loss >= s->min)) {
            s->min = p->loss;
            s->min_error = p->standard_error;
            s->min_x = a;
            s->min_y = b;
        }
        if (!(p->loss <= s->max))
            s->max = p->loss;
    }
    if (!status)
        find_barrier(surface, points, s);
    free(points);
    if (!status)
        status = estimates_of(surface, split, &s->has_estimates, &s->estimates);
    return status ? status : find_convexity(surface, split, s);
}

/* " +- 0.01", or "" where it is not known. */
static const char *error_text(double value, char text[32])
{
    text[0] = 0;
    if (!isnan(value))
        snprintf(text, 32, " +- %.2g", value);
    return text;
}

void summary_print(const loss_surface *surface, loss_split split, const summary *s)
{
    char time[32], error[32], accuracy[ACCURACY_TEXT];
    const char *images = loss_surface_metadata_of(surface, LOSS_KEY_IMAGES, loss_split_name(split));
    printf("%-5s  %zu of %zu points",
           imported_tells_split(surface) ? loss_split_name(split) : imported_values(surface),
           s->evaluated, s->total);
    if (s->has_estimates)
        printf(", %zu of them estimated", s->estimates.estimated);
    else if (images)
        printf(", %s images each", display(images));
    if (!isnan(s->seconds))
        printf(", %s", duration_text(s->seconds, time));
    printf("\n");
    if (s->has_centre)
        printf("       centre   loss %.6g%s%s\n", s->centre.loss,
               error_text(s->centre.standard_error, error),
               accuracy_text(s->centre.accuracy, accuracy));
    if (s->evaluated > s->not_finite)
        printf("       lowest   loss %.6g%s at (%.4g, %.4g)\n       highest  loss %.6g\n", s->min,
               error_text(s->min_error, error), s->min_x, s->min_y, s->max);
    if (s->has_barrier)
        printf("       barrier  %.6g above the mean of the two ends, highest at %.4g\n", s->barrier,
               s->barrier_at);
    if (s->n_curvature)
        printf("       Hessian  at %zu of %zu points; |smallest / largest eigenvalue| from %.3g to "
               "%.3g\n",
               s->n_curvature, s->total, s->convexity_low, s->convexity_high);
    if (s->not_finite)
        printf("       %zu points have a loss that is not finite\n", s->not_finite);
}

void summary_add(json *j, cJSON *to, const summary *s)
{
    json_number(j, to, "points", (double)s->total);
    json_number(j, to, "evaluated", (double)s->evaluated);
    json_number(j, to, "not_finite", (double)s->not_finite);
    if (s->has_centre) {
        cJSON *centre = json_object(j, to, "centre");
        json_number(j, centre, "loss", s->centre.loss);
        json_known(j, centre, "standard_error", s->centre.standard_error);
        json_known(j, centre, "accuracy", s->centre.accuracy);
    }
    json_number(j, to, "min", s->min);
    json_number(j, to, "min_x", s->min_x);
    json_number(j, to, "min_y", s->min_y);
    json_number(j, to, "max", s->max);
    if (s->has_barrier) {
        json_number(j, to, "barrier", s->barrier);
        json_number(j, to, "barrier_at", s->barrier_at);
    }
    if (s->n_curvature) {
        cJSON *convexity = json_object(j, to, "convexity");
        json_number(j, convexity, "evaluated", (double)s->n_curvature);
        json_number(j, convexity, "min", s->convexity_low);
        json_number(j, convexity, "max", s->convexity_high);
    }
    if (s->has_estimates)
        estimates_add(j, to, &s->estimates);
    json_known(j, to, "seconds", s->seconds);
}
