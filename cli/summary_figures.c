/* Figures of a surface, in the words of docs/definitions.md. */
#include "summary_figures.h"

#include <math.h>
#include <stdio.h>

#include "json.h"
#include "levels.h"

static const double PERSISTENCES[N_PERSISTENCES] = {0, 0.01, 0.1, 1},
                    HEIGHTS[N_HEIGHTS] = {0.1, 1, 10};

loss_status surface_figures_of(loss_surface *surface, loss_split split, surface_figures *f)
{
    loss_grid grid;
    loss_criticals *set = NULL;
    *f = (surface_figures){0};
    loss_status status = landscape_grid(surface, split, &grid);
    if (!status)
        status = loss_figures_of(&grid, &f->figures);
    if (!status)
        status = loss_criticals_create(&set, &grid);
    for (size_t i = 0; i < N_PERSISTENCES && !status; i++)
        f->minima[i] = loss_criticals_count_kind(set, LOSS_CRITICAL_MINIMUM, PERSISTENCES[i]);
    for (size_t i = 0; i < N_HEIGHTS && f->figures.area > 0 && !status; i++)
        status = loss_area_below(&grid, f->figures.lowest + HEIGHTS[i], &f->area_below[i]);
    loss_criticals_free(set);
    landscape_grid_free(&grid);
    return status;
}

void surface_figures_print(const surface_figures *f)
{
    if (!(f->figures.area > 0)) /* no cell is there yet */
        return;
    printf("       minima   %zu; with a persistence of at least ", f->minima[0]);
    for (size_t i = 1; i < N_PERSISTENCES; i++)
        printf("%s%g: %zu", i > 1 ? ", " : "", PERSISTENCES[i], f->minima[i]);
    printf("\n       area     within ");
    for (size_t i = 0; i < N_HEIGHTS; i++)
        printf("%s%g%s: %.3g %%", i ? ", " : "", HEIGHTS[i], i ? "" : " of the lowest loss",
               100 * f->area_below[i] / f->figures.area);
    printf("\n");
    if (f->figures.n_hessians)
        printf("       convex   %.3g %% of the points\n", 100 * f->figures.convex_share);
    if (!isnan(f->figures.roughness))
        printf("       rough    %.3g (total variation / range along rows and columns: 1 if "
               "monotonous, 2 for a bowl)\n",
               f->figures.roughness);
}

cJSON *surface_figures_object(const surface_figures *f)
{
    cJSON *object = cJSON_CreateObject(), *minima = cJSON_AddArrayToObject(object, "minima");
    for (size_t i = 0; i < N_PERSISTENCES; i++) {
        cJSON *item = cJSON_CreateObject();
        json_add_number(item, "persistence", PERSISTENCES[i]);
        json_add_number(item, "count", (double)f->minima[i]);
        cJSON_AddItemToArray(minima, item);
    }
    json_add_number(object, "area", f->figures.area);
    cJSON *below = cJSON_AddArrayToObject(object, "area_below");
    for (size_t i = 0; i < N_HEIGHTS; i++) {
        cJSON *item = cJSON_CreateObject();
        json_add_number(item, "above_lowest", HEIGHTS[i]);
        json_add_number(item, "area", f->area_below[i]);
        cJSON_AddItemToArray(below, item);
    }
    json_add_number(object, "convex_share", f->figures.convex_share);
    json_add_number(object, "hessians", (double)f->figures.n_hessians);
    json_add_number(object, "roughness", f->figures.roughness);
    return object;
}
