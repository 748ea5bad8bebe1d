/* The table `path` of a landscape file. */
#include <stdlib.h>
#include <string.h>

#include "surface/sql.h"

void lossi_path_free(lossi_path_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free((char *)rows[i].point.run);
        free((char *)rows[i].point.checkpoint);
    }
    free(rows);
}

static loss_status take_row(lossi_store *store, sqlite3_stmt *select, lossi_path_row *row)
{
    sqlite3_int64 epoch = sqlite3_column_int64(select, 2);
    const char *digest = lossi_sql_text(select, 10);
    *row = (lossi_path_row){.point = {.run = lossi_strdup(lossi_sql_text(select, 0)),
                                      .checkpoint = lossi_strdup(lossi_sql_text(select, 1)),
                                      .epoch = (size_t)epoch,
                                      .x = lossi_sql_number(select, 3),
                                      .y = lossi_sql_number(select, 4),
                                      .true_loss = lossi_sql_number(select, 5),
                                      .true_accuracy = lossi_sql_number(select, 6),
                                      .plane_loss = lossi_sql_number(select, 7),
                                      .residual = lossi_sql_number(select, 8),
                                      .distance = lossi_sql_number(select, 9)}};
    if (!row->point.run || !row->point.checkpoint)
        return lossi_fail_nomem(sizeof *row);
    if (epoch < 0)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: a checkpoint of epoch %lld", store->path,
                          (long long)epoch);
    if (strlen(digest) >= sizeof row->digest)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: a digest of %zu characters; expected %zu",
                          store->path, strlen(digest), sizeof row->digest - 1);
    strcpy(row->digest, digest);
    return LOSS_OK;
}

loss_status lossi_store_read_path(lossi_store *store, loss_split split, lossi_path_row **rows,
                                  size_t *n)
{
    sqlite3_stmt *select;
    *rows = NULL;
    *n = 0;
    loss_status status =
        lossi_sql_prepare(store,
                          "SELECT run, checkpoint, epoch, x, y, true_loss, true_accuracy, "
                          "plane_loss, residual, distance, digest"
                          " FROM path WHERE split = ? ORDER BY run, epoch, checkpoint",
                          &select);
    if (status)
        return status;
    sqlite3_bind_text(select, 1, loss_split_name(split), -1, SQLITE_STATIC);
    size_t capacity = 0;
    bool has = true;
    while (!status && has) {
        status = lossi_sql_row(store, select, "ttinnnnnnnt", &has);
        if (status || !has)
            continue;
        if (lossi_reserve((void **)rows, &capacity, *n, sizeof **rows))
            status = take_row(store, select, &(*rows)[(*n)++]);
        else
            status = lossi_fail_nomem(capacity * sizeof **rows);
    }
    sqlite3_finalize(select);
    if (status) {
        lossi_path_free(*rows, *n);
        *rows = NULL;
        *n = 0;
    }
    return status;
}

static void bind_row(sqlite3_stmt *insert, loss_split split, const lossi_path_row *row)
{
    const loss_path_point *p = &row->point;
    const double numbers[] = {p->x,          p->y,        p->true_loss, p->true_accuracy,
                              p->plane_loss, p->residual, p->distance};
    sqlite3_bind_text(insert, 1, p->run, -1, SQLITE_STATIC);
    sqlite3_bind_text(insert, 2, p->checkpoint, -1, SQLITE_STATIC);
    sqlite3_bind_text(insert, 3, loss_split_name(split), -1, SQLITE_STATIC);
    sqlite3_bind_int64(insert, 4, (sqlite3_int64)p->epoch);
    for (int i = 0; i < 7; i++)
        sqlite3_bind_double(insert, 5 + i, numbers[i]); /* NaN becomes NULL */
    sqlite3_bind_text(insert, 12, row->digest, -1, SQLITE_STATIC);
}

loss_status lossi_store_put_path(lossi_store *store, loss_split split, const lossi_path_row *row)
{
    sqlite3_stmt *insert = NULL;
    loss_status status = lossi_store_begin(store);
    if (status)
        return status;
    status = lossi_sql_prepare(
        store,
        "INSERT OR IGNORE INTO path(run, checkpoint, split, epoch, x, y, true_loss, true_accuracy,"
        " plane_loss, residual, distance, digest) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        &insert);
    if (!status) {
        bind_row(insert, split, row);
        status = lossi_sql_finish(store, insert);
    }
    sqlite3_finalize(insert);
    return lossi_sql_end(store, status);
}
