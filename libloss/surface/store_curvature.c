/* The table `curvature` of a landscape file: extreme eigenvalues at the points. Files that they
 * were not asked for do not have it. */
#include <string.h>

#include "surface/sql.h"

loss_status lossi_store_begin_curvature(lossi_store *store, const char *curvature)
{
    loss_status status = lossi_store_begin(store);
    if (status)
        return status;
    status = lossi_schema_add(store, LOSSI_SCHEMA_CURVATURE);
    if (!status)
        status = lossi_store_insert_fact(store, LOSS_KEY_CURVATURE, curvature, false);
    if (!status)
        status = lossi_store_compare_fact(store, LOSS_KEY_CURVATURE, curvature, "eigenvalues");
    return lossi_sql_end(store, status);
}

static void take_curvature(sqlite3_stmt *select, size_t at, void *to)
{
    ((loss_point_curvature *)to)[at] =
        (loss_point_curvature){.evaluated = true,
                               .min = lossi_sql_number(select, 2),
                               .max = lossi_sql_number(select, 3),
                               .min_residual = lossi_sql_number(select, 4),
                               .max_residual = lossi_sql_number(select, 5),
                               .seconds = lossi_sql_number(select, 6)};
}

loss_status lossi_store_read_curvature(lossi_store *store, loss_split split, size_t nx, size_t ny,
                                       loss_point_curvature *curvature)
{
    memset(curvature, 0, nx * ny * sizeof *curvature);
    return lossi_store_read_grid(store,
                                 "SELECT iy, ix, min_eigenvalue, max_eigenvalue, min_residual, "
                                 "max_residual, curvature_seconds FROM curvature WHERE split = ?",
                                 "iinnnnn", split, nx, ny, "eigenvalues", take_curvature,
                                 curvature);
}

loss_status lossi_store_has_curvature(lossi_store *store, loss_split split, size_t iy, size_t ix,
                                      bool *has)
{
    return lossi_store_has(store, &store->has_curvature,
                           "SELECT 1 FROM curvature WHERE split = ? AND iy = ? AND ix = ?", split,
                           iy, ix, has);
}

loss_status lossi_store_insert_curvature(lossi_store *store, loss_split split, size_t iy, size_t ix,
                                         const loss_point_curvature *curvature)
{
    sqlite3_stmt *put = NULL;
    loss_status status = lossi_sql_prepare(
        store, "INSERT OR IGNORE INTO curvature VALUES(?, ?, ?, ?, ?, ?, ?, ?)", &put);
    if (!status) {
        lossi_store_bind_place(put, split, iy, ix);
        sqlite3_bind_double(put, 4, curvature->min); /* NaN becomes NULL */
        sqlite3_bind_double(put, 5, curvature->max);
        sqlite3_bind_double(put, 6, curvature->min_residual);
        sqlite3_bind_double(put, 7, curvature->max_residual);
        sqlite3_bind_double(put, 8, curvature->seconds);
        status = lossi_sql_finish(store, put);
    }
    sqlite3_finalize(put);
    return status;
}

loss_status lossi_store_put_curvature(lossi_store *store, loss_split split, size_t iy, size_t ix,
                                      const loss_point_curvature *curvature)
{
    loss_status status = lossi_store_begin(store);
    return status ? status
                  : lossi_sql_end(store,
                                  lossi_store_insert_curvature(store, split, iy, ix, curvature));
}
