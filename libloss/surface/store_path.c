/* The table `path` of a landscape file. Files made before there were paths have an empty table
 * of other columns, or none. */
#include <stdlib.h>
#include <string.h>

#include "surface/sql.h"

static loss_status has_table(lossi_store *store, bool *has)
{
    sqlite3_stmt *select;
    loss_status status = lossi_sql_prepare(
        store, "SELECT count(*) FROM pragma_table_info('path') WHERE name = 'epoch'", &select);
    if (!status && sqlite3_step(select) != SQLITE_ROW)
        status = lossi_sql_failed(store, "read");
    *has = !status && sqlite3_column_int(select, 0) == 1;
    sqlite3_finalize(select);
    return status;
}

void lossi_path_free(lossi_path_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free((char *)rows[i].point.run);
        free((char *)rows[i].point.checkpoint);
    }
    free(rows);
}

/* A column's text; owned by the caller, NULL when memory is out. */
static char *text_of(sqlite3_stmt *select, int column)
{
    const char *text = (const char *)sqlite3_column_text(select, column);
    return lossi_strdup(text ? text : "");
}

static loss_status take_row(sqlite3_stmt *select, lossi_path_row *row)
{
    sqlite3_int64 epoch = sqlite3_column_int64(select, 2);
    const char *digest = (const char *)sqlite3_column_text(select, 10);
    *row = (lossi_path_row){.point = {.run = text_of(select, 0),
                                      .checkpoint = text_of(select, 1),
                                      .epoch = epoch > 0 ? (size_t)epoch : 0,
                                      .x = lossi_sql_number(select, 3),
                                      .y = lossi_sql_number(select, 4),
                                      .true_loss = lossi_sql_number(select, 5),
                                      .true_accuracy = lossi_sql_number(select, 6),
                                      .plane_loss = lossi_sql_number(select, 7),
                                      .residual = lossi_sql_number(select, 8),
                                      .distance = lossi_sql_number(select, 9)}};
    strncpy(row->digest, digest ? digest : "", sizeof row->digest - 1);
    return row->point.run && row->point.checkpoint ? LOSS_OK : lossi_fail_nomem(sizeof *row);
}

loss_status lossi_store_read_path(lossi_store *store, loss_split split, lossi_path_row **rows,
                                  size_t *n)
{
    *rows = NULL;
    *n = 0;
    bool has;
    loss_status status = has_table(store, &has);
    if (status || !has)
        return status;
    sqlite3_stmt *select;
    status = lossi_sql_prepare(store,
                               "SELECT run, checkpoint, epoch, x, y, true_loss, true_accuracy, "
                               "plane_loss, residual, distance, digest"
                               " FROM path WHERE split = ? ORDER BY run, epoch, checkpoint",
                               &select);
    if (status)
        return status;
    sqlite3_bind_text(select, 1, loss_split_name(split), -1, SQLITE_STATIC);
    size_t capacity = 0;
    int code = SQLITE_DONE;
    while (!status && (code = sqlite3_step(select)) == SQLITE_ROW) {
        if (lossi_reserve((void **)rows, &capacity, *n, sizeof **rows))
            status = take_row(select, &(*rows)[(*n)++]);
        else
            status = lossi_fail_nomem(capacity * sizeof **rows);
    }
    if (!status && code != SQLITE_DONE)
        status = lossi_sql_failed(store, "read");
    sqlite3_finalize(select);
    if (status) {
        lossi_path_free(*rows, *n);
        *rows = NULL;
        *n = 0;
    }
    return status;
}

loss_status lossi_store_prepare_path(lossi_store *store)
{
    bool has;
    loss_status status = lossi_sql_execute(store, "BEGIN IMMEDIATE", "write");
    if (status)
        return status;
    status = has_table(store, &has);
    if (!status && !has)
        status = lossi_sql_execute(store, "DROP TABLE IF EXISTS path;" LOSSI_SQL_PATH, "write");
    if (!status)
        return lossi_sql_execute(store, "COMMIT", "write");
    sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    return status;
}

loss_status lossi_store_put_path(lossi_store *store, loss_split split, const lossi_path_row *row)
{
    const loss_path_point *p = &row->point;
    const double numbers[] = {p->x,          p->y,        p->true_loss, p->true_accuracy,
                              p->plane_loss, p->residual, p->distance};
    sqlite3_stmt *insert;
    loss_status status = lossi_sql_prepare(
        store,
        "INSERT OR IGNORE INTO path(run, checkpoint, split, epoch, x, y, true_loss, true_accuracy,"
        " plane_loss, residual, distance, digest) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        &insert);
    if (status)
        return status;
    sqlite3_bind_text(insert, 1, p->run, -1, SQLITE_STATIC);
    sqlite3_bind_text(insert, 2, p->checkpoint, -1, SQLITE_STATIC);
    sqlite3_bind_text(insert, 3, loss_split_name(split), -1, SQLITE_STATIC);
    sqlite3_bind_int64(insert, 4, (sqlite3_int64)p->epoch);
    for (int i = 0; i < 7; i++)
        sqlite3_bind_double(insert, 5 + i, numbers[i]); /* NaN becomes NULL */
    sqlite3_bind_text(insert, 12, row->digest, -1, SQLITE_STATIC);
    status = lossi_sql_finish(store, insert);
    sqlite3_finalize(insert);
    return status;
}
