/* Figures of a surface, in the words of docs/definitions.md. */
#include "report/summary_figures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "inputs/levels.h"

static const double PERSISTENCES[N_PERSISTENCES] = {0, 0.01, 0.1, 1},
                    HEIGHTS[N_HEIGHTS] = {0.1, 1, 10};

static size_t count_within_error(const loss_criticals *set)
{
    const loss_critical *points = loss_criticals_points(set);
    size_t n = 0;
    for (size_t i = 0; i < loss_criticals_count(set, 0); i++)
        n += points[i].kind == LOSS_CRITICAL_MINIMUM && points[i].is_within_error;
    return n;
}

static void find_lowest(const loss_criticals *set, surface_figures *f)
{
    const loss_critical *points = loss_criticals_points(set);
    for (size_t i = 0; i < loss_criticals_count(set, 0); i++)
        if (points[i].kind == LOSS_CRITICAL_MINIMUM &&
            (!f->has_lowest || points[i].grid_value < f->lowest.grid_value)) {
            f->has_lowest = true;
            f->lowest = points[i];
        }
}

loss_status surface_figures_of(loss_surface *surface, loss_split split, surface_figures *f)
{
    loss_grid grid;
    loss_criticals *set = NULL;
    loss_criticals_options known = LOSS_CRITICALS_OPTIONS_INIT;
    double *errors = NULL;
    *f = (surface_figures){0};
    loss_status status = landscape_grid(surface, split, &grid, &errors);
    known.errors = errors;
    if (!status)
        status = loss_figures_of(&grid, &f->figures);
    if (!status)
        status = loss_criticals_create(&set, &grid, &known);
    for (size_t i = 0; i < N_PERSISTENCES && !status; i++)
        f->minima[i] = loss_criticals_count_kind(set, LOSS_CRITICAL_MINIMUM, PERSISTENCES[i]);
    if (!status) {
        f->minima_within_error = count_within_error(set);
        find_lowest(set, f);
    }
    for (size_t i = 0; i < N_HEIGHTS && !status; i++) {
        double area = NAN;
        if (f->figures.area > 0)
            status = loss_area_below(&grid, f->figures.lowest + HEIGHTS[i], &area);
        f->share_below[i] = area / f->figures.area;
    }
    loss_criticals_free(set);
    landscape_grid_free(&grid);
    free(errors);
    return status;
}

void surface_figures_print(const surface_figures *f)
{
    if (!(f->figures.area > 0)) /* no cell is there yet */
        return;
    printf("       minima   %zu; with a persistence of at least ", f->minima[0]);
    for (size_t i = 1; i < N_PERSISTENCES; i++)
        printf("%s%g: %zu", i > 1 ? ", " : "", PERSISTENCES[i], f->minima[i]);
    if (f->minima_within_error)
        printf("; within the sampling error: %zu", f->minima_within_error);
    if (f->has_lowest)
        printf("\n       lowest   of them: %.6g at (%.4g, %.4g); its grid point has %.6g",
               f->lowest.value, f->lowest.x, f->lowest.y, f->lowest.grid_value);
    printf("\n       area     within ");
    for (size_t i = 0; i < N_HEIGHTS; i++)
        printf("%s%g%s: %.3g %%", i ? ", " : "", HEIGHTS[i], i ? "" : " of the lowest loss",
               100 * f->share_below[i]);
    printf("\n");
    if (f->figures.n_hessians)
        printf("       convex   %.3g %% of the points\n", 100 * f->figures.convex_share);
    if (!isnan(f->figures.roughness))
        printf("       rough    %.3g (total variation / range along rows and columns: 1 if "
               "monotonous, 2 for a bowl)\n",
               f->figures.roughness);
}

void surface_figures_add(json *j, cJSON *to, const surface_figures *f)
{
    cJSON *minima = json_list(j, to, "minima");
    for (size_t i = 0; i < N_PERSISTENCES; i++) {
        cJSON *item = json_object(j, minima, NULL);
        json_number(j, item, "persistence", PERSISTENCES[i]);
        json_number(j, item, "count", (double)f->minima[i]);
    }
    json_number(j, to, "minima_within_error", (double)f->minima_within_error);
    if (f->has_lowest) {
        cJSON *lowest = json_object(j, to, "lowest_minimum");
        json_number(j, lowest, "x", f->lowest.x);
        json_number(j, lowest, "y", f->lowest.y);
        json_number(j, lowest, "loss", f->lowest.value);
        json_number(j, lowest, "grid_loss", f->lowest.grid_value);
    }
    json_number(j, to, "area", f->figures.area);
    cJSON *below = json_list(j, to, "share_below");
    for (size_t i = 0; i < N_HEIGHTS; i++) {
        cJSON *item = json_object(j, below, NULL);
        json_number(j, item, "above_lowest", HEIGHTS[i]);
        json_number(j, item, "share", f->share_below[i]);
    }
    json_known(j, to, "convex_share", f->figures.convex_share);
    json_number(j, to, "hessians", (double)f->figures.n_hessians);
    json_known(j, to, "roughness", f->figures.roughness);
}
