/* Estimates as whoever looks at a surface gets them. */
#include <math.h>
#include <stdlib.h>

#include "surface/store_estimate.h"
#include "surface/surface.h"

loss_status loss_surface_has_estimates(loss_surface *surface, bool *has)
{
    LOSSI_REQUIRE(has);
    *has = false;
    LOSSI_REQUIRE(surface && surface->store);
    return lossi_store_has_estimates(surface->store, has);
}

static loss_estimate exact(const loss_point *p, uint64_t images)
{
    return (loss_estimate){.evaluated = true,
                           .is_exact = true,
                           .images = images,
                           .loss = p->loss,
                           .error = isfinite(p->loss) ? 0 : NAN,
                           .low = p->loss,
                           .high = p->loss,
                           .accuracy = p->accuracy,
                           .accuracy_error = isfinite(p->accuracy) ? 0 : NAN,
                           .accuracy_low = p->accuracy,
                           .accuracy_high = p->accuracy,
                           .seconds = p->seconds};
}

static uint64_t images_of(const loss_surface *s, loss_split split)
{
    char key[LOSSI_KEY_SIZE];
    uint64_t images = 0;
    loss_surface_count(s, lossi_split_key(key, LOSS_KEY_IMAGES, split), &images);
    return images;
}

/* What stands in the place of estimates where the file has the loss itself. */
static loss_status read(loss_surface *s, loss_split split, loss_point *points,
                        loss_estimate *estimates)
{
    uint64_t images = images_of(s, split);
    bool has = false;
    loss_status status = lossi_store_read_points(s->store, split, s->x.n, s->y.n, points);
    if (!status)
        status = lossi_store_has_estimates(s->store, &has);
    if (!status && has)
        status = lossi_store_read_estimates(s->store, split, s->x.n, s->y.n, estimates);
    for (size_t i = 0; i < s->x.n * s->y.n && !status; i++)
        if (points[i].evaluated)
            estimates[i] = exact(&points[i], images);
    return status;
}

loss_status loss_surface_estimates(loss_surface *surface, loss_split split,
                                   loss_estimate *estimates)
{
    LOSSI_REQUIRE(surface && estimates);
    loss_status status = lossi_surface_need_split(surface, split);
    if (status)
        return status;
    size_t n = surface->x.n * surface->y.n;
    loss_point *points = lossi_alloc(n, sizeof *points);
    if (!points)
        return lossi_fail_nomem(n * sizeof *points);
    for (size_t i = 0; i < n; i++)
        estimates[i] = (loss_estimate){.evaluated = false};
    status = read(surface, split, points, estimates);
    free(points);
    return status;
}

loss_status loss_surface_points(loss_surface *surface, loss_split split, loss_point *points)
{
    LOSSI_REQUIRE(surface && points);
    loss_status status = lossi_surface_need_split(surface, split);
    if (status)
        return status;
    size_t n = surface->x.n * surface->y.n;
    bool has = false;
    status = lossi_store_read_points(surface->store, split, surface->x.n, surface->y.n, points);
    if (!status)
        status = lossi_store_has_estimates(surface->store, &has);
    if (status || !has)
        return status;
    loss_estimate *estimates = lossi_alloc(n, sizeof *estimates);
    status = estimates ? lossi_store_read_estimates(surface->store, split, surface->x.n,
                                                    surface->y.n, estimates)
                       : lossi_fail_nomem(n * sizeof *estimates);
    for (size_t i = 0; i < n && !status; i++)
        if (!points[i].evaluated && estimates[i].evaluated)
            points[i] = (loss_point){true, estimates[i].loss, estimates[i].error,
                                     estimates[i].accuracy, estimates[i].seconds};
    free(estimates);
    return status;
}

loss_status loss_surface_accuracy_errors(loss_surface *surface, loss_split split, double *errors)
{
    LOSSI_REQUIRE(surface && errors);
    loss_status status = lossi_surface_need_split(surface, split);
    if (status)
        return status;
    size_t n = surface->x.n * surface->y.n;
    loss_estimate *e = lossi_alloc(n, sizeof *e);
    status = e ? loss_surface_estimates(surface, split, e) : lossi_fail_nomem(n * sizeof *e);
    for (size_t i = 0; i < n && !status; i++)
        errors[i] = !e[i].evaluated ? NAN
                    : e[i].is_exact ? loss_accuracy_error(e[i].accuracy, e[i].images)
                                    : e[i].accuracy_error;
    free(e);
    return status;
}

/* ---- The report ----------------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
    double p = *(const double *)a, q = *(const double *)b;
    return (p > q) - (p < q);
}

/* errors [n]: room. */
static void sum_up(const loss_estimate *e, size_t n, double *errors, loss_estimate_report *r)
{
    size_t n_errors = 0;
    double work = 0;
    for (size_t i = 0; i < n; i++) {
        if (!e[i].evaluated)
            continue;
        work += (double)e[i].images;
        r->exact += e[i].is_exact;
        r->estimated += !e[i].is_exact;
        if (e[i].is_exact)
            continue;
        r->fewest = r->fewest && r->fewest < e[i].images ? r->fewest : e[i].images;
        r->most = r->most > e[i].images ? r->most : e[i].images;
        double relative = e[i].error / fabs(e[i].loss);
        if (isfinite(relative))
            errors[n_errors++] = relative;
    }
    qsort(errors, n_errors, sizeof *errors, compare);
    r->median_error = n_errors ? errors[n_errors / 2] : NAN;
    r->largest_error = n_errors ? errors[n_errors - 1] : NAN;
    r->share = r->images ? work / (double)n / (double)r->images : NAN;
}

/* How coarse points came out. */
typedef struct check {
    double observed, predicted;
    size_t checked, held;
} check;

/* A fact of a split, "observed,predicted,checked,held"; unknown where it is not so. */
static check check_of(const loss_surface *s, const char *key, loss_split split)
{
    static const check UNKNOWN = {NAN, NAN, 0, 0};
    double numbers[4];
    const char *text = loss_surface_metadata_of(s, key, loss_split_name(split)), *end = text;
    for (int i = 0; i < 4; i++, text = end + 1)
        if (!loss_number_parse(text, &end, &numbers[i]) || *end != (i < 3 ? ',' : 0))
            return UNKNOWN;
    if (!(numbers[2] >= 0 && numbers[2] < 1e6 && numbers[3] >= 0 && numbers[3] <= numbers[2]))
        return UNKNOWN;
    return (check){numbers[0], numbers[1], (size_t)numbers[2], (size_t)numbers[3]};
}

static void take_checks(const loss_surface *s, loss_split split, loss_estimate_report *r)
{
    const check loss = check_of(s, LOSS_KEY_ESTIMATE_CHECK, split),
                accuracy = check_of(s, LOSS_KEY_ESTIMATE_ACCURACY_CHECK, split);
    r->observed = loss.observed;
    r->predicted = loss.predicted;
    r->checked = loss.checked;
    r->held = loss.held;
    r->accuracy_observed = 100 * accuracy.observed;
    r->accuracy_predicted = 100 * accuracy.predicted;
    r->accuracy_held = accuracy.held;
}

loss_status loss_surface_estimate_report(loss_surface *surface, loss_split split,
                                         loss_estimate_report *given)
{
    LOSSI_REQUIRE(surface && given);
    loss_estimate_report r = LOSS_ESTIMATE_REPORT_INIT;
    bool has = false;
    loss_status status = LOSSI_OPTIONS(r, given);
    if (!status)
        status = lossi_surface_need_split(surface, split);
    if (!status)
        status = lossi_store_has_estimates(surface->store, &has);
    if (!status && !has)
        status = lossi_fail(LOSS_ERR_NAME, "%s: it holds no estimates", surface->path);
    if (status)
        return status;
    size_t n = surface->x.n * surface->y.n;
    loss_estimate *estimates = lossi_alloc(n, sizeof *estimates);
    double *errors = lossi_alloc(n, sizeof *errors);
    r = (loss_estimate_report){.struct_size = sizeof r, .images = images_of(surface, split)};
    status = estimates && errors ? loss_surface_estimates(surface, split, estimates)
                                 : lossi_fail_nomem(n * sizeof *estimates);
    if (!status) {
        sum_up(estimates, n, errors, &r);
        take_checks(surface, split, &r);
        lossi_put_result(given, &r, sizeof r);
    }
    free(estimates);
    free(errors);
    return status;
}
