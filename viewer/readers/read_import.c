/* Surfaces that other programs made. Their axes need not be even. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <loss/text.h>

#include "readers/readers.h"

static bool copy_axis(const loss_import *from, int axis, double **values, size_t *n)
{
    const double *coordinates = loss_import_axis(from, axis, n);
    *values = malloc(*n * sizeof **values);
    if (*values)
        memcpy(*values, coordinates, *n * sizeof **values);
    return *values != NULL;
}

/* Whether any point has a standard error, an accuracy. */
static void find_known(const loss_point *points, size_t n, bool *has_error, bool *has_accuracy)
{
    *has_error = *has_accuracy = false;
    for (size_t i = 0; i < n; i++)
        if (points[i].evaluated) {
            *has_error = *has_error || isfinite(points[i].standard_error);
            *has_accuracy = *has_accuracy || isfinite(points[i].accuracy);
        }
}

static bool copy_split(grid *g, const loss_point *points, int split)
{
    size_t n = g->nx * g->ny;
    bool has_error, has_accuracy;
    find_known(points, n, &has_error, &has_accuracy);
    if (!grid_add_split(g, split, has_error, has_accuracy))
        return false;
    samples *to = &g->splits[split];
    for (size_t i = 0; i < n; i++) {
        if (!points[i].evaluated)
            continue;
        g->n_evaluated++;
        g->n_not_finite += (size_t)!isfinite(points[i].loss);
        to->loss[i] = isfinite(points[i].loss) ? points[i].loss : (double)NAN;
        if (to->error)
            to->error[i] = points[i].standard_error;
        if (to->accuracy)
            to->accuracy[i] = points[i].accuracy;
    }
    return true;
}

/* What the file calls an axis, fit to be shown; *label stays where it has no word. */
static bool copy_name(const loss_import *from, int axis, char **owned, const char **label)
{
    const char *name = loss_import_axis_name(from, axis);
    *owned = name ? loss_text_escaped(name) : NULL;
    if (*owned)
        *label = *owned;
    return *owned || !name;
}

static bool copy(grid *g, const loss_import *from)
{
    char text[256];
    bool done = copy_axis(from, 0, &g->x, &g->nx) && copy_axis(from, 1, &g->y, &g->ny);
    for (int k = 0; k < N_SPLITS && done; k++)
        if (loss_import_has_split(from, (loss_split)k))
            done = copy_split(g, loss_import_points(from, (loss_split)k), k);
    g->n_total = g->n_evaluated; /* nobody fills it up */
    g->quantity = loss_import_is_height(from) ? GRID_HEIGHT : GRID_LOSS;
    g->tells_split = loss_import_tells_split(from);
    snprintf(text, sizeof text, "imported: %s; it does not tell of which network",
             loss_import_kind(from));
    return done && (g->caption = strdup(text)) &&
           copy_name(from, 0, &g->axis_names[0], &g->x_label) &&
           copy_name(from, 1, &g->axis_names[1], &g->y_label);
}

bool grid_read_import(grid *g, const char *path, problem *p)
{
    loss_import *from;
    if (loss_import_read(&from, path, NULL))
        return problem_set(p, "%s", loss_last_message());
    bool done = copy(g, from) || problem_set(p, "%s: out of memory", path);
    loss_import_free(from);
    return done;
}
