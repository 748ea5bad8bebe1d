/* Contour lines and critical points as CSV. */
#include "commands/export_analysis.h"

#include <math.h>
#include <stdlib.h>

#include "cli.h"

static const loss_file_kind TABLE = {"table", 0, NULL, 0};

/* Ends a table. @return an exit code */
static int table_end(loss_file *table)
{
    loss_status status = loss_file_commit(table);
    return status ? report_failure(status) : EXIT_OK;
}

static int write_contours(const char *path, const loss_contours *contours)
{
    loss_file *table;
    loss_status status = loss_file_open(&table, path, &TABLE);
    if (status)
        return report_failure(status);
    loss_file_put_text(table, "line,level,closed,x,y\n");
    for (size_t k = 0; k < loss_contours_count(contours); k++) {
        loss_contour line = loss_contours_line(contours, k);
        for (size_t i = 0; i < line.n_points; i++)
            loss_file_print(table, "%zu,%.17g,%d,%.17g,%.17g\n", k, line.level, line.is_closed,
                            line.points[i][0], line.points[i][1]);
    }
    return table_end(table);
}

int export_contours(const char *path, loss_surface *surface, loss_split split,
                    const level_choice *choice, loss_level_scale scale)
{
    loss_grid grid;
    loss_contours *contours = NULL;
    double levels[MOST_LEVELS];
    size_t n;
    loss_status status = landscape_grid(surface, split, &grid, NULL);
    if (!status)
        status = levels_make(choice, &grid, scale, NAN, NAN, levels, &n);
    if (!status)
        status = loss_contours_create(&contours, &grid, levels, n, LOSS_CONTOUR_SQUARES);
    int result = status ? report_failure(status) : write_contours(path, contours);
    loss_contours_free(contours);
    landscape_grid_free(&grid);
    return result;
}

static int write_criticals(const char *path, const loss_criticals *set, double persistence)
{
    loss_file *table;
    const loss_critical *points = loss_criticals_points(set);
    size_t n = loss_criticals_count(set, persistence);
    loss_status status = loss_file_open(&table, path, &TABLE);
    if (status)
        return report_failure(status);
    loss_file_put_text(table, "kind,iy,ix,grid_loss,persistence,partner,border,multiplicity,index,"
                              "x,y,fitted,loss,error,within_error\n");
    for (size_t i = 0; i < n; i++) {
        const loss_critical *c = &points[i];
        loss_file_print(table, "%s,%zu,%zu,%.17g,%.17g,", loss_critical_kind_name(c->kind), c->iy,
                        c->ix, c->grid_value, c->persistence);
        if (c->partner < n) /* a row of this table, counted from 0 */
            loss_file_print(table, "%zu", c->partner);
        loss_file_print(table, ",%d,%d,%d,%.17g,%.17g,%d,%.17g,", c->on_border, c->multiplicity,
                        c->index, c->x, c->y, c->is_fitted, c->value);
        if (!isnan(c->error))
            loss_file_print(table, "%.17g,%d", c->error, c->is_within_error);
        else
            loss_file_put_text(table, ",");
        loss_file_put_text(table, "\n");
    }
    return table_end(table);
}

int export_criticals(const char *path, loss_surface *surface, loss_split split, double persistence)
{
    loss_grid grid;
    loss_criticals *set = NULL;
    double *errors = NULL;
    loss_status status = landscape_grid(surface, split, &grid, &errors);
    loss_criticals_options known = LOSS_CRITICALS_OPTIONS_INIT;
    known.errors = errors;
    if (!status)
        status = loss_criticals_create(&set, &grid, &known);
    int result = status ? report_failure(status) : write_criticals(path, set, persistence);
    loss_criticals_free(set);
    landscape_grid_free(&grid);
    free(errors);
    return result;
}
