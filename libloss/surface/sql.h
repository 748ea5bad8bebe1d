/* What the files that speak SQL share: the connection, and small steps that end in a status. */
#ifndef LOSSI_SURFACE_SQL_H
#define LOSSI_SURFACE_SQL_H

#include <sqlite3.h>

#include "surface/store.h"

struct lossi_store {
    sqlite3 *db;
    char *path;
    sqlite3_stmt *put, *has;
};

/** The table of training paths: a row for each checkpoint and split. A number that is NaN is
 * NULL. */
#define LOSSI_SQL_PATH                                                                             \
    "CREATE TABLE path(run TEXT NOT NULL, checkpoint TEXT NOT NULL, split TEXT NOT NULL, epoch "   \
    "INTEGER NOT NULL, x REAL, y REAL,"                                                            \
    " true_loss REAL, true_accuracy REAL, plane_loss REAL, residual REAL, distance REAL, digest "  \
    "TEXT NOT NULL,"                                                                               \
    " PRIMARY KEY(run, checkpoint, split)) WITHOUT ROWID;"

/** The connection's last error as a status. */
loss_status lossi_sql_failed(const lossi_store *store, const char *what);
/** Runs statements without results; `what` they do ("write") is for the message. */
loss_status lossi_sql_execute(lossi_store *store, const char *sql, const char *what);
/** @param statement  sqlite3_finalize() it, also after a failure. */
loss_status lossi_sql_prepare(lossi_store *store, const char *sql, sqlite3_stmt **statement);
/** One step of a statement without results, which can then be bound again. */
loss_status lossi_sql_finish(lossi_store *store, sqlite3_stmt *statement);
/** NaN for NULL. */
double lossi_sql_number(sqlite3_stmt *select, int column);

#endif
