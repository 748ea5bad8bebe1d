/* Contour lines as CSV. */
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
