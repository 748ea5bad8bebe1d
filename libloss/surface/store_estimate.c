#include "surface/store_estimate.h"

#include <stdlib.h>
#include <string.h>

#include "surface/sql.h"

loss_status lossi_store_has_estimates(lossi_store *store, bool *has)
{
    return lossi_schema_has(store, LOSSI_SCHEMA_ESTIMATES, has);
}

loss_status lossi_store_begin_estimates(lossi_store *store, const char *design)
{
    loss_status status = lossi_store_begin(store);
    if (status)
        return status;
    status = lossi_schema_add(store, LOSSI_SCHEMA_ESTIMATES);
    if (!status)
        status = lossi_store_insert_fact(store, LOSS_KEY_ESTIMATE, design, false);
    if (!status)
        status = lossi_store_compare_fact(store, LOSS_KEY_ESTIMATE, design, "estimates");
    return lossi_sql_end(store, status);
}

static void take_estimate(sqlite3_stmt *select, size_t at, void *to)
{
    sqlite3_int64 images = sqlite3_column_int64(select, 10);
    ((loss_estimate *)to)[at] = (loss_estimate){.evaluated = true,
                                                .images = images > 0 ? (uint64_t)images : 0,
                                                .loss = lossi_sql_number(select, 2),
                                                .error = lossi_sql_number(select, 3),
                                                .low = lossi_sql_number(select, 4),
                                                .high = lossi_sql_number(select, 5),
                                                .accuracy = lossi_sql_number(select, 6),
                                                .accuracy_error = lossi_sql_number(select, 7),
                                                .accuracy_low = lossi_sql_number(select, 8),
                                                .accuracy_high = lossi_sql_number(select, 9),
                                                .seconds = lossi_sql_number(select, 11)};
}

loss_status lossi_store_read_estimates(lossi_store *store, loss_split split, size_t nx, size_t ny,
                                       loss_estimate *estimates)
{
    memset(estimates, 0, nx * ny * sizeof *estimates);
    return lossi_store_read_grid(
        store,
        "SELECT iy, ix, loss, error, low, high, accuracy, accuracy_error, accuracy_low, "
        "accuracy_high, images, seconds FROM estimates WHERE split = ?",
        "iinnnnnnnnin", split, nx, ny, "an estimate", take_estimate, estimates);
}

static void take_own(sqlite3_stmt *select, size_t at, void *to)
{
    sqlite3_int64 images = sqlite3_column_int64(select, 6);
    ((loss_estimate *)to)[at] = (loss_estimate){.evaluated = true,
                                                .images = images > 0 ? (uint64_t)images : 0,
                                                .loss = lossi_sql_number(select, 2),
                                                .error = lossi_sql_number(select, 3),
                                                .accuracy = lossi_sql_number(select, 4),
                                                .accuracy_error = lossi_sql_number(select, 5)};
}

loss_status lossi_store_read_own_estimates(lossi_store *store, loss_split split, size_t nx,
                                           size_t ny, loss_estimate *estimates)
{
    memset(estimates, 0, nx * ny * sizeof *estimates);
    return lossi_store_read_grid(store,
                                 "SELECT iy, ix, own_loss, own_error, own_accuracy, "
                                 "own_accuracy_error, images FROM estimates WHERE split = ?",
                                 "iinnnni", split, nx, ny, "an estimate", take_own, estimates);
}

/* What lossi_store_read_grid() is given to hand on. */
typedef struct reading {
    lossi_store *store;
    lossi_take_images *take;
    void *context;
    loss_status status;
} reading;

static void take_images(sqlite3_stmt *select, size_t at, void *to)
{
    reading *r = to;
    size_t bytes = (size_t)sqlite3_column_bytes(select, 3),
           n_correct = (size_t)sqlite3_column_bytes(select, 4), n = bytes / sizeof(float);
    if (r->status)
        return;
    if (bytes % sizeof(float) || (n_correct && n_correct != n)) {
        r->status = lossi_fail(LOSS_ERR_FORMAT,
                               "%s: losses of images in %zu bytes, with %zu marks of which are "
                               "right; expected four bytes and a mark each",
                               r->store->path, bytes, n_correct);
        return;
    }
    const lossi_image_losses images = {.first = sqlite3_column_int64(select, 2),
                                       .n = n,
                                       .losses = sqlite3_column_blob(select, 3),
                                       .correct = sqlite3_column_blob(select, 4)};
    r->status = r->take(r->context, at, &images);
}

/* sql: of the columns that take_images() wants. */
static loss_status read_images(lossi_store *store, const char *sql, loss_split split, size_t nx,
                               size_t ny, lossi_take_images *take, void *context)
{
    reading r = {store, take, context, LOSS_OK};
    loss_status status = lossi_store_read_grid(store, sql, "iiibb", split, nx, ny,
                                               "losses of images", take_images, &r);
    return status ? status : r.status;
}

loss_status lossi_store_read_images(lossi_store *store, loss_split split, size_t nx, size_t ny,
                                    lossi_take_images *take, void *context)
{
    return read_images(
        store,
        "SELECT iy, ix, first, losses, correct FROM image_losses WHERE split = ? ORDER BY iy, ix, "
        "first",
        split, nx, ny, take, context);
}

loss_status lossi_store_read_images_at(lossi_store *store, loss_split split, size_t iy, size_t ix,
                                       size_t nx, size_t ny, lossi_take_images *take, void *context)
{
    char *sql = lossi_format("SELECT iy, ix, first, losses, correct FROM image_losses WHERE split "
                             "= ? AND iy = %zu AND ix = %zu ORDER BY first",
                             iy, ix);
    loss_status status =
        sql ? read_images(store, sql, split, nx, ny, take, context) : lossi_fail_nomem(128);
    free(sql);
    return status;
}

loss_status lossi_store_count_images(lossi_store *store, loss_split split, size_t iy, size_t ix,
                                     bool is_all, size_t *n)
{
    sqlite3_stmt *select = NULL;
    bool has = false;
    loss_status status =
        lossi_sql_prepare(store,
                          "SELECT coalesce(sum(length(losses)), 0) FROM image_losses WHERE split = "
                          "? AND iy = ? AND ix = ? AND (first < 0) = ?",
                          &select);
    if (!status) {
        lossi_store_bind_place(select, split, iy, ix);
        sqlite3_bind_int(select, 4, is_all);
        status = lossi_sql_row(store, select, "i", &has);
    }
    sqlite3_int64 bytes = has ? sqlite3_column_int64(select, 0) : 0;
    *n = bytes > 0 ? (size_t)bytes / sizeof(float) : 0;
    sqlite3_finalize(select);
    return status;
}

loss_status lossi_store_insert_images(lossi_store *store, loss_split split, size_t iy, size_t ix,
                                      const lossi_image_losses *images)
{
    sqlite3_stmt *put = NULL;
    loss_status status = lossi_sql_prepare(
        store, "INSERT OR IGNORE INTO image_losses VALUES(?, ?, ?, ?, ?, ?)", &put);
    if (!status) {
        lossi_store_bind_place(put, split, iy, ix);
        sqlite3_bind_int64(put, 4, images->first);
        sqlite3_bind_blob64(put, 5, images->losses, images->n * sizeof(float), SQLITE_STATIC);
        sqlite3_bind_blob64(put, 6, images->correct ? images->correct : (const uint8_t *)"",
                            images->correct ? images->n : 0, SQLITE_STATIC);
        status = lossi_sql_finish(store, put);
    }
    sqlite3_finalize(put);
    return status;
}

enum { N_VALUES = 8 };

/* NaN becomes NULL. @return the place after the last one */
static int bind_values(sqlite3_stmt *put, int first, const loss_estimate *e)
{
    const double values[N_VALUES] = {e->loss,         e->error,        e->low,
                                     e->high,         e->accuracy,     e->accuracy_error,
                                     e->accuracy_low, e->accuracy_high};
    for (int k = 0; k < N_VALUES; k++)
        sqlite3_bind_double(put, first + k, values[k]);
    return first + N_VALUES;
}

loss_status lossi_store_replace_estimate(lossi_store *store, loss_split split, size_t iy, size_t ix,
                                         const loss_estimate *e)
{
    const double own[] = {e->loss, e->error, e->accuracy, e->accuracy_error};
    sqlite3_stmt *put = NULL;
    loss_status status = lossi_sql_prepare(
        store,
        "INSERT OR REPLACE INTO estimates SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, "
        "?12, ?13, ?14, ?15, ?16, ?17 WHERE NOT EXISTS (SELECT 1 FROM estimates WHERE split = ?1 "
        "AND iy = ?2 AND ix = ?3 AND images > ?12)",
        &put);
    if (!status) {
        lossi_store_bind_place(put, split, iy, ix);
        int next = bind_values(put, 4, e);
        sqlite3_bind_int64(put, next++, (sqlite3_int64)e->images);
        sqlite3_bind_double(put, next++, e->seconds);
        for (size_t k = 0; k < sizeof own / sizeof *own; k++)
            sqlite3_bind_double(put, next++, own[k]);
        status = lossi_sql_finish(store, put);
    }
    sqlite3_finalize(put);
    return status;
}

loss_status lossi_store_settle_estimate(lossi_store *store, loss_split split, size_t iy, size_t ix,
                                        const loss_estimate *e)
{
    sqlite3_stmt *put = NULL;
    loss_status status = lossi_sql_prepare(
        store,
        "UPDATE estimates SET loss = ?4, error = ?5, low = ?6, high = ?7, accuracy = ?8, "
        "accuracy_error = ?9, accuracy_low = ?10, accuracy_high = ?11 WHERE split = ?1 AND iy = ?2 "
        "AND ix = ?3",
        &put);
    if (!status) {
        lossi_store_bind_place(put, split, iy, ix);
        bind_values(put, 4, e);
        status = lossi_sql_finish(store, put);
    }
    sqlite3_finalize(put);
    return status;
}
