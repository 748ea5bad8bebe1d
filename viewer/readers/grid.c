/* What all readers share. */
#include "readers/grid.h"

#include <math.h>
#include <stdlib.h>

static const char *const QUANTITIES[] = {[GRID_LOSS] = "loss", [GRID_HEIGHT] = "z"};

const char *grid_quantity_name(grid_quantity which)
{
    return QUANTITIES[which];
}

const char *grid_label(const grid *g)
{
    return g->label ? g->label : grid_quantity_name(g->quantity);
}

void grid_free(grid *g)
{
    for (int k = 0; k < N_SPLITS; k++) {
        free(g->splits[k].loss);
        free(g->splits[k].error);
        free(g->splits[k].accuracy_error);
        free(g->splits[k].accuracy);
        free(g->splits[k].convexity);
        free(g->splits[k].sharpness);
        free(g->splits[k].low);
        free(g->splits[k].high);
        free(g->splits[k].estimated);
    }
    free(g->x);
    free(g->y);
    free(g->path);
    for (size_t i = 0; i < g->n_runs; i++)
        loss_string_free(g->runs[i]);
    free(g->runs);
    free(g->name);
    free(g->title);
    free(g->caption);
    free(g->label);
    free(g->model);
    for (int axis = 0; axis < 2; axis++)
        loss_string_free(g->axis_names[axis]);
    *g = (grid){0};
}

/* Halves low .. high until it is one interval. */
static void find_interval(const double *axis, double value, size_t *low, size_t *high)
{
    while (*high - *low > 1) {
        size_t middle = (*low + *high) / 2;
        *(axis[middle] <= value ? low : high) = middle;
    }
}

size_t grid_interval(const double *axis, size_t n, double value)
{
    size_t low = 0, high = n - 1;
    double guess = (value - axis[0]) / (axis[high] - axis[0]) * (double)high;
    if (guess >= 1 && guess < (double)high) { /* most axes are even: it is there or beside */
        size_t at = (size_t)guess;
        if (axis[at - 1] <= value && value < axis[at])
            return at - 1;
        if (axis[at] <= value && value < axis[at + 1])
            return at;
        *(axis[at] <= value ? &low : &high) = at;
    }
    find_interval(axis, value, &low, &high);
    return low;
}

size_t grid_nearest(const double *axis, size_t n, double value)
{
    size_t low = 0, high = n - 1;
    find_interval(axis, value, &low, &high);
    return value - axis[low] <= axis[high] - value ? low : high;
}

static double *nans(size_t n)
{
    double *values = malloc(n * sizeof *values);
    for (size_t i = 0; values && i < n; i++)
        values[i] = (double)NAN;
    return values;
}

bool grid_add_split(grid *g, int split, bool has_error, bool has_accuracy)
{
    size_t n = g->nx * g->ny;
    samples *s = &g->splits[split];
    g->has_split[split] = true;
    s->loss = nans(n);
    s->error = has_error ? nans(n) : NULL;
    s->accuracy = has_accuracy ? nans(n) : NULL;
    s->accuracy_error = has_accuracy ? nans(n) : NULL;
    return s->loss && (s->error || !has_error) &&
           ((s->accuracy && s->accuracy_error) || !has_accuracy);
}

const double *samples_of(const samples *s, quantity which)
{
    const double *const all[N_QUANTITIES] = {[QUANTITY_LOSS] = s->loss,
                                             [QUANTITY_ACCURACY] = s->accuracy,
                                             [QUANTITY_ERROR] = s->error,
                                             [QUANTITY_CONVEXITY] = s->convexity};
    return all[which];
}

bool grid_add_curvature(grid *g, int split)
{
    samples *s = &g->splits[split];
    s->convexity = nans(g->nx * g->ny);
    s->sharpness = nans(g->nx * g->ny);
    return s->convexity && s->sharpness;
}

bool grid_add_intervals(grid *g, int split)
{
    samples *s = &g->splits[split];
    s->low = nans(g->nx * g->ny);
    s->high = nans(g->nx * g->ny);
    return s->low && s->high;
}

bool grid_check(const grid *g, const char *path, problem *p)
{
    if (g->nx < 2 || g->ny < 2)
        return problem_set(p,
                           "%s: a line of %zu x %zu points; a surface needs at least 2 x 2 "
                           "(lossgrid plot draws lines)",
                           path, g->nx, g->ny);
    if (g->n_evaluated < g->n_total)
        return true;
    for (int k = 0; k < N_SPLITS; k++)
        for (size_t i = 0; g->has_split[k] && i < g->nx * g->ny; i++)
            if (isfinite(g->splits[k].loss[i]))
                return true;
    return problem_set(
        p, "%s: none of its %zu x %zu points has a finite value: there is nothing to draw", path,
        g->nx, g->ny);
}
