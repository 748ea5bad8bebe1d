/* Critical points as files of their own: a table, or points in space on the surface's mesh. */
#include <loss/analysis.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "surface/export.h"
#include "surface/export_vtp.h"

static const loss_file_kind TABLE = {"table", 0, NULL, 0};

static loss_status write_csv(const char *path, const loss_critical *points, size_t n)
{
    loss_file *table;
    loss_status status = loss_file_open(&table, path, &TABLE);
    if (status)
        return status;
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
    return loss_file_commit(table);
}

static loss_status write_vtp(loss_surface *s, const char *path, const loss_export_options *opt,
                             const loss_critical *points, size_t n)
{
    loss_split split = loss_surface_split(s, opt->split);
    lossi_height_scale scale;
    cJSON *facts = NULL;
    loss_status status = lossi_export_scale(s, split, opt->height, &scale);
    if (!status)
        status = lossi_export_facts(s, split, &facts);
    if (!status)
        status = lossi_write_criticals_vtp(path, points, n, &scale, facts);
    cJSON_Delete(facts);
    return status;
}

static loss_status find(loss_surface *s, loss_split split, loss_criticals **all)
{
    size_t n = s->x.n * s->y.n;
    loss_point *points = lossi_alloc(n, sizeof *points);
    double *losses = lossi_alloc(n, sizeof *losses), *errors = lossi_alloc(n, sizeof *errors);
    loss_status status = points && losses && errors ? loss_surface_points(s, split, points)
                                                    : lossi_fail_nomem(n * sizeof *points);
    for (size_t i = 0; i < n && !status; i++) {
        bool is_there = points[i].evaluated && isfinite(points[i].loss);
        losses[i] = is_there ? points[i].loss : NAN;
        errors[i] = points[i].standard_error;
    }
    const loss_grid grid = {s->x, s->y, losses};
    loss_criticals_options known = LOSS_CRITICALS_OPTIONS_INIT;
    known.errors = errors;
    if (!status)
        status = loss_criticals_create(all, &grid, &known);
    free(points);
    free(losses);
    free(errors);
    return status;
}

loss_status loss_surface_export_criticals(loss_surface *surface, const char *path,
                                          double persistence, const loss_export_options *given)
{
    LOSSI_REQUIRE(surface && path && !isnan(persistence));
    loss_export_options opt = LOSS_EXPORT_OPTIONS_INIT;
    loss_criticals *all = NULL;
    loss_status status = lossi_export_take(&opt, given);
    const char *ending = strrchr(path, '.');
    bool is_vtp = ending && strcmp(ending, ".vtp") == 0;
    if (!status && !is_vtp && !(ending && strcmp(ending, ".csv") == 0))
        status = lossi_fail(LOSS_ERR_NAME, "%s: expected a name ending in .csv or .vtp", path);
    if (!status)
        status = find(surface, loss_surface_split(surface, opt.split), &all);
    if (!status) {
        const loss_critical *points = loss_criticals_points(all);
        size_t n = loss_criticals_count(all, persistence);
        status = is_vtp ? write_vtp(surface, path, &opt, points, n) : write_csv(path, points, n);
    }
    loss_criticals_free(all);
    return status;
}
