/* Contour levels as the user gives them, and the grid that they cut. */
#include "inputs/levels.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"

int levels_parse(const char *command, const char *option, const char *text, level_choice *choice)
{
    *choice = (level_choice){0};
    if (strcmp(text, "none") == 0)
        return -1;
    if (strspn(text, "0123456789") == strlen(text)) { /* a whole number: how many */
        uint64_t n;
        if (!loss_count_parse(text, NULL, &n) || n > MOST_LEVELS)
            return usage_error(command, "--%s=%s: expected up to %d contour lines", option, text,
                               MOST_LEVELS);
        choice->n = (size_t)n;
        return -1;
    }
    choice->is_list = true;
    for (const char *at = text;; at++) {
        const char *end;
        double level;
        if (!loss_number_parse(at, &end, &level) || !isfinite(level) || (*end && *end != ','))
            return usage_error(
                command, "--%s=%s: expected a number of lines, levels such as 0.5,1,2, or none",
                option, text);
        if (choice->n == MOST_LEVELS)
            return usage_error(command, "--%s: more than %d levels", option, MOST_LEVELS);
        choice->levels[choice->n++] = level;
        at = end;
        if (!*at)
            return -1;
    }
}

loss_status levels_make(const level_choice *choice, const loss_grid *grid, loss_level_scale scale,
                        double low, double high, double *levels, size_t *n)
{
    if (choice->is_list) {
        memcpy(levels, choice->levels, choice->n * sizeof *levels);
        *n = choice->n;
        return LOSS_OK;
    }
    loss_levels_options opt = LOSS_LEVELS_OPTIONS_INIT;
    opt.scale = scale;
    opt.low = low;
    opt.high = high;
    opt.round = true;
    return loss_levels(grid, choice->n, &opt, levels, n);
}

loss_status landscape_grid(loss_surface *surface, loss_split split, loss_grid *grid,
                           double **errors)
{
    *grid = (loss_grid){loss_surface_x(surface), loss_surface_y(surface), NULL};
    size_t n = grid->x.n * grid->y.n;
    loss_point *points = calloc(n, sizeof *points);
    double *z = calloc(n, sizeof *z), *e = errors ? calloc(n, sizeof *e) : NULL;
    loss_status status = points && z && (e || !errors) ? loss_surface_points(surface, split, points)
                                                       : LOSS_ERR_NOMEM;
    for (size_t i = 0; i < n && !status; i++)
        z[i] = points[i].evaluated && isfinite(points[i].loss) ? points[i].loss : NAN;
    for (size_t i = 0; i < n && !status && e; i++)
        e[i] = points[i].standard_error;
    free(points);
    grid->z = z;
    if (errors)
        *errors = e;
    if (status)
        landscape_grid_free(grid);
    return status;
}

void landscape_grid_free(loss_grid *grid)
{
    free((void *)(uintptr_t)grid->z); /* const only for those who read it */
    grid->z = NULL;
}
