/* Levels for contour lines: even, logarithmic, round, or quantiles. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <loss/scale.h>

#include "analysis/grid.h"
#include "base/base.h"

const char *loss_level_scale_name(loss_level_scale scale)
{
    static const char *const names[] = {"linear", "log", "quantile"};
    return (unsigned)scale < sizeof names / sizeof *names ? names[scale] : "unknown";
}

/* A list of levels under way: what is not above the last one, or not inside the range, is left
 * out. */
typedef struct list {
    double low, high, *levels;
    size_t n, most;
} list;

/* @return false when the list would be longer than it may. */
static bool add(list *l, double level)
{
    if (!(level > (l->n ? l->levels[l->n - 1] : l->low)) || !(level < l->high))
        return true;
    if (l->n == l->most)
        return false;
    l->levels[l->n++] = level;
    return true;
}

/* m times ten to the power: as exact as a double can be, also for 0.1 and the like. */
static double decimal(double m, int power)
{
    return power < 0 ? m / pow(10, -power) : m * pow(10, power);
}

/* Multiples of a step. */
static bool add_multiples(list *l, double m, int power)
{
    double first = floor(l->low / decimal(m, power)), n = l->high / decimal(m, power) - first;
    if (!(n <
          4 * (double)l->most + 8)) /* far too many; also those that a double cannot tell apart */
        return false;
    for (double i = 0; i <= n + 1; i++)
        if (!add(l, decimal((first + i) * m, power)))
            return false;
    return true;
}

/* The finest step of 1, 2 or 5 times a power of ten that gives no more levels than may be. */
static void round_linear(list *l)
{
    static const double steps[] = {1, 2, 5};
    double part = l->high / (double)(l->most + 1) - l->low / (double)(l->most + 1);
    if (!(part > 0)) /* the range is a few of the smallest doubles */
        return;
    int power = (int)floor(log10(part));
    for (int k = 0; k < 12; k++) {
        l->n = 0;
        if (add_multiples(l, steps[k % 3], power + k / 3))
            return;
    }
}

/* The finest of these that gives no more levels than may be: several a decade, or one every so
 * many decades. */
static bool add_decades(list *l, const char *mantissas, int stride)
{
    int first = (int)floor(log10(l->low)), last = (int)ceil(log10(l->high));
    for (int power = (int)(stride * floor((double)first / stride)); power <= last; power += stride)
        for (const char *m = mantissas; *m; m++)
            if (!add(l, decimal(*m - '0', power)))
                return false;
    return true;
}

static void round_log(list *l)
{
    static const char *const mantissas[] = {"123456789", "1234568", "12345", "125", "13", "1"};
    for (size_t k = 0; k < sizeof mantissas / sizeof *mantissas; k++) {
        l->n = 0;
        if (add_decades(l, mantissas[k], 1)) {
            if (k == 0 && l->n < l->most / 2) /* less than a decade: even steps are finer */
                round_linear(l);
            return;
        }
    }
    for (int stride = 2;; stride++) { /* ends: at most 632 decades fit into a double */
        l->n = 0;
        if (add_decades(l, "1", stride))
            return;
    }
}

/* 0, and on both sides of it those of a logarithmic range beyond the linear part. */
static size_t symmetric_levels(double linear, double reach, size_t n, double *levels)
{
    size_t side = (n - 1) / 2;
    list above = {linear, reach, levels + side + 1, 0, side};
    if (side)
        round_log(&above);
    memmove(levels + above.n + 1, above.levels, above.n * sizeof *levels);
    levels[above.n] = 0;
    for (size_t i = 0; i < above.n; i++)
        levels[i] = -levels[2 * above.n - i];
    return 2 * above.n + 1;
}

size_t loss_scale_levels(const loss_scale *scale, size_t n, double *levels)
{
    if (!scale || !levels || !n || !isfinite(scale->low) || !isfinite(scale->high) ||
        !(scale->low < scale->high) || (scale->kind == LOSS_SCALE_LOG && !(scale->low > 0)))
        return 0;
    list l = {scale->low, scale->high, levels, 0, n};
    double reach = fmin(scale->high, -scale->low);
    if (scale->kind == LOSS_SCALE_SYMLOG && scale->linear > 0 && scale->linear < reach)
        return symmetric_levels(scale->linear, reach, n, levels);
    (scale->kind == LOSS_SCALE_LOG ? round_log : round_linear)(&l);
    return l.n;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Quantiles of type 7 of the sorted values. */
static void add_quantiles(list *l, const double *sorted, size_t n_values, size_t n)
{
    for (size_t k = 1; k <= n; k++) {
        double place = (double)(n_values - 1) * (double)k / (double)(n + 1);
        size_t i = (size_t)place;
        double share = place - (double)i, above = i + 1 < n_values ? sorted[i + 1] : sorted[i];
        add(l, sorted[i] + share * (above - sorted[i]));
    }
}

/* The finite values within a range, in their order; *n of them, and the range itself where it
 * was not given. */
static void gather(const loss_grid *grid, const loss_levels_options *opt, double *values, size_t *n,
                   list *l)
{
    double low = INFINITY, high = -INFINITY;
    *n = 0;
    for (size_t i = 0; i < grid->x.n * grid->y.n; i++) {
        double z = grid->z[i];
        if (!isfinite(z) || z < opt->low || z > opt->high ||
            (opt->scale == LOSS_LEVELS_LOG && z <= 0))
            continue;
        values[(*n)++] = z;
        low = z < low ? z : low;
        high = z > high ? z : high;
    }
    l->low = isnan(opt->low) ? low : opt->low;
    l->high = isnan(opt->high) ? high : opt->high;
}

loss_status loss_levels(const loss_grid *grid, size_t n, const loss_levels_options *given,
                        double *levels, size_t *n_levels)
{
    LOSSI_REQUIRE(grid && levels && n_levels);
    LOSSI_REQUIRE_COUNT(n, sizeof *levels);
    loss_levels_options opt = LOSS_LEVELS_OPTIONS_INIT;
    *n_levels = 0;
    loss_status status = LOSSI_OPTIONS(opt, given);
    if (!status)
        status = lossi_grid_check(grid);
    if (status)
        return status;
    if ((unsigned)opt.scale > LOSS_LEVELS_QUANTILE || isinf(opt.low) || isinf(opt.high) ||
        opt.low >= opt.high)
        return lossi_fail(
            LOSS_ERR_ARGUMENT,
            "levels of scale %d from %g to %g; expected a scale of 0 to 2 and low below high",
            (int)opt.scale, opt.low, opt.high);
    if (opt.scale == LOSS_LEVELS_LOG && opt.low <= 0)
        return lossi_fail(LOSS_ERR_ARGUMENT,
                          "logarithmic levels from %g; expected a number above 0", opt.low);
    size_t n_values;
    double *values = lossi_alloc(grid->x.n * grid->y.n, sizeof *values);
    if (!values)
        return lossi_fail_nomem(grid->x.n * grid->y.n * sizeof *values);
    list l = {.levels = levels, .most = n};
    gather(grid, &opt, values, &n_values, &l);
    if (n && l.low < l.high) {
        if (opt.scale == LOSS_LEVELS_QUANTILE && n_values) {
            qsort(values, n_values, sizeof *values, by_value);
            add_quantiles(&l, values, n_values, n);
        } else if (opt.scale != LOSS_LEVELS_QUANTILE && opt.round) {
            (opt.scale == LOSS_LEVELS_LOG ? round_log : round_linear)(&l);
        } else if (opt.scale != LOSS_LEVELS_QUANTILE) {
            double length = (double)(n + 1);
            for (size_t k = 1; k <= n; k++)
                add(&l, opt.scale == LOSS_LEVELS_LOG
                            ? l.low * pow(l.high / l.low, (double)k / length)
                            : l.low + (l.high - l.low) * ((double)k / length));
        }
    }
    free(values);
    *n_levels = l.n;
    return LOSS_OK;
}
