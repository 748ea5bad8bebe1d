/* Progress of a surface, point by point. */
#include "commands/surface_watch.h"

#include <math.h>

#include "cli.h"
#include "progress_log.h"

static void log_point(const loss_surface_progress *p, bool milestone)
{
    const loss_point_curvature *c = p->curvature;
    progress_log_event(&(progress_event){
        .kind = "points",
        .is_milestone = milestone,
        .done = (double)p->done,
        .total = (double)p->total,
        .images_per_second = p->images_per_second,
        .seconds_left = p->seconds_left,
        .split = loss_split_name(p->split),
        .numbers = {{"x", p->x},
                    {"y", p->y},
                    {"loss", c ? NAN : p->point.loss},
                    {"accuracy", c ? NAN : p->point.accuracy},
                    {"min_eigenvalue", c ? c->min : NAN},
                    {"max_eigenvalue", c ? c->max : NAN}},
    });
}

/* Whether another tenth of the work was done since the last one was told. */
static bool is_milestone(surface_watch *w, double share)
{
    size_t tenth = (size_t)(10 * share);
    bool is = tenth != w->tenth;
    w->tenth = tenth;
    return is;
}

static void report(const loss_surface_progress *p, void *user)
{
    surface_watch *w = user;
    char left[32];
    if (!w->has_begun && p->done_before)
        progress_note(w->quiet, "%zu of %zu points are there already", p->done_before, p->total);
    w->has_begun = true;
    bool milestone = is_milestone(w, (double)p->done / (double)p->total);
    log_point(p, milestone);
    if (p->curvature)
        progress_line(w->quiet, milestone,
                      "%zu of %zu points and eigenvalues  (%.3g, %.3g) from %.4g to %.4g  %s left",
                      p->done, p->total, p->x, p->y, p->curvature->min, p->curvature->max,
                      duration_text(p->seconds_left, left));
    else
        progress_line(w->quiet, milestone,
                      "%zu of %zu points  (%.3g, %.3g) loss %.5g  %.0f images/s  %s left", p->done,
                      p->total, p->x, p->y, p->point.loss, p->images_per_second,
                      duration_text(p->seconds_left, left));
}

/* The work is counted in images times points, of which a point may take many or few. */
static void report_estimate(const loss_estimate_progress *p, void *user)
{
    surface_watch *w = user;
    char left[32];
    double share = (double)p->done / (double)p->total;
    if (!w->has_begun && p->done_before)
        progress_note(w->quiet, "%.3g %% of the work (%s) is there already",
                      100 * (double)p->done_before / (double)p->total, loss_split_name(p->split));
    w->has_begun = true;
    bool milestone = is_milestone(w, share);
    progress_log_event(&(progress_event){
        .kind = "estimate",
        .is_milestone = milestone,
        .done = (double)p->done,
        .total = (double)p->total,
        .images_per_second = p->images_per_second,
        .seconds_left = p->seconds_left,
        .split = loss_split_name(p->split),
        .numbers =
            {{"x", p->x}, {"y", p->y}, {"loss", p->estimate.loss}, {"error", p->estimate.error}},
    });
    progress_line(w->quiet, milestone,
                  "%.0f %% of the work (%s)  (%.3g, %.3g) loss %.5g +- %.2g, %llu images  %.0f "
                  "images/s  %s left",
                  100 * share, loss_split_name(p->split), p->x, p->y, p->estimate.loss,
                  p->estimate.error, (unsigned long long)p->estimate.images, p->images_per_second,
                  duration_text(p->seconds_left, left));
}

static void report_eigenvectors(const loss_curvature_progress *p, void *user)
{
    const surface_watch *w = user;
    char left[32];
    progress_log_event(&(progress_event){
        .kind = "eigenvectors",
        .done = (double)p->done,
        .total = (double)p->most,
        .images_per_second = NAN,
        .seconds_left = p->seconds_left,
        .numbers = {{"residual", p->value}},
    });
    progress_line(w->quiet, p->done % 20 == 0,
                  "eigenvectors: product %zu, at most %zu  residual %.2g  at most %s left", p->done,
                  p->most, p->value, duration_text(p->seconds_left, left));
}

/* For a lock or the points of another process. */
static void log_waiting(double seconds)
{
    progress_log_event(&(progress_event){
        .kind = "waiting",
        .is_milestone = true,
        .done = NAN,
        .total = NAN,
        .images_per_second = NAN,
        .seconds_left = NAN,
        .numbers = {{"seconds", seconds}},
    });
}

static void report_waiting(double seconds, void *user)
{
    const surface_watch *w = user;
    log_waiting(seconds);
    progress_line(w->quiet, false, "waiting for a program that reads the file, for %.0f s",
                  seconds);
}

static void report_waiting_for_points(double seconds, void *user)
{
    const surface_watch *w = user;
    log_waiting(seconds);
    progress_line(w->quiet, false, "waiting for the last points of another process, for %.0f s",
                  seconds);
}

/* Several points in work take memory, and come together; one is nothing new. */
static void report_in_work(size_t points, size_t threads, uint64_t bytes, void *user)
{
    const surface_watch *w = user;
    bool is_large = bytes >= 1000000000;
    if (points > 1)
        progress_note(w->quiet, "%zu points in work, %zu thread%s each, %.*f %s of weights", points,
                      threads, threads > 1 ? "s" : "", is_large,
                      (double)bytes / (is_large ? 1e9 : 1e6), is_large ? "GB" : "MB");
}

void surface_watch_attach(surface_watch *w, loss_surface_options *options)
{
    options->progress = report;
    options->waiting = report_waiting;
    options->waiting_for_points = report_waiting_for_points;
    options->in_work = report_in_work;
    options->cancelled = interrupted;
    options->user = w;
}

void surface_watch_attach_estimate(surface_watch *w, loss_estimate_options *options)
{
    options->progress = report_estimate;
    options->user = w;
}

void surface_watch_attach_curvature(surface_watch *w, loss_curvature_options *options)
{
    options->progress = report_eigenvectors;
    options->cancelled = interrupted;
    options->user = w;
}
