/* Contour lines and critical points as CSV: written beside the file, then renamed. */
#include "export_analysis.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

typedef struct table {
    const char *path;
    char temporary[4096];
    FILE *file;
} table;

static int cannot_write(table *t)
{
    fprintf(stderr, "lossgrid: %s: cannot write: %s\n", t->path, strerror(errno));
    unlink(t->temporary);
    return EXIT_FAILED;
}

static bool table_open(table *t, const char *path)
{
    t->path = path;
    snprintf(t->temporary, sizeof t->temporary, "%s.tmp-%ld", path, (long)getpid());
    t->file = fopen(t->temporary, "wb");
    return t->file;
}

/* @return an exit code */
static int table_close(table *t)
{
    bool written = fflush(t->file) == 0 && !ferror(t->file) && fsync(fileno(t->file)) == 0;
    int error = errno;
    written = fclose(t->file) == 0 && written;
    if (!written) {
        errno = error;
        return cannot_write(t);
    }
    return rename(t->temporary, t->path) == 0 ? EXIT_OK : cannot_write(t);
}

static int write_contours(const char *path, const loss_contours *contours)
{
    table t;
    if (!table_open(&t, path))
        return cannot_write(&t);
    fprintf(t.file, "line,level,closed,x,y\n");
    for (size_t k = 0; k < loss_contours_count(contours); k++) {
        loss_contour line = loss_contours_line(contours, k);
        for (size_t i = 0; i < line.n_points; i++)
            fprintf(t.file, "%zu,%.17g,%d,%.17g,%.17g\n", k, line.level, line.is_closed,
                    line.points[i][0], line.points[i][1]);
    }
    return table_close(&t);
}

int export_contours(const char *path, loss_surface *surface, loss_split split,
                    const level_choice *choice, loss_level_scale scale)
{
    loss_grid grid;
    loss_contours *contours = NULL;
    double levels[MOST_LEVELS];
    size_t n;
    loss_status status = landscape_grid(surface, split, &grid);
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
    table t;
    const loss_critical *points = loss_criticals_points(set);
    size_t n = loss_criticals_count(set, persistence);
    if (!table_open(&t, path))
        return cannot_write(&t);
    fprintf(t.file,
            "kind,iy,ix,grid_loss,persistence,partner,border,multiplicity,index,x,y,fitted,loss\n");
    for (size_t i = 0; i < n; i++) {
        const loss_critical *c = &points[i];
        fprintf(t.file, "%s,%zu,%zu,%.17g,%.17g,", loss_critical_kind_name(c->kind), c->iy, c->ix,
                c->grid_value, c->persistence);
        if (c->partner < n) /* a row of this table, counted from 0 */
            fprintf(t.file, "%zu", c->partner);
        fprintf(t.file, ",%d,%d,%d,%.17g,%.17g,%d,%.17g\n", c->on_border, c->multiplicity, c->index,
                c->x, c->y, c->is_fitted, c->value);
    }
    return table_close(&t);
}

int export_criticals(const char *path, loss_surface *surface, loss_split split, double persistence)
{
    loss_grid grid;
    loss_criticals *set = NULL;
    loss_status status = landscape_grid(surface, split, &grid);
    if (!status)
        status = loss_criticals_create(&set, &grid);
    int result = status ? report_failure(status) : write_criticals(path, set, persistence);
    loss_criticals_free(set);
    landscape_grid_free(&grid);
    return result;
}
