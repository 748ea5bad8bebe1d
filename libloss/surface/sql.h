/* What the files that speak SQL share: the connection, and small steps that end in a status.
 *
 * A landscape file is a database that anybody may have made. So no views, triggers or functions
 * of the file ever run; a statement may take only as many steps, and bring only as many bytes, as
 * the size of the file explains; and every row is held against the types it should have. */
#ifndef LOSSI_SURFACE_SQL_H
#define LOSSI_SURFACE_SQL_H

#include <sqlite3.h>
#include <sys/stat.h>

#include "base/claims.h"
#include "surface/store.h"

struct lossi_store {
    sqlite3 *db;
    char *path;
    sqlite3_stmt *put, *has, *has_curvature, *identity;
    lossi_claims *claims; /* NULL: none so far */
    lossi_store_wait wait;
    double waiting_since; /* 0: nobody is waited for */
    size_t seconds_told;  /* of this waiting */
    dev_t device;         /* the file's own, when it was opened */
    ino_t inode;
    bool is_in_memory;                    /* then path is only what messages call it */
    char id[LOSSI_ID_SIZE];               /* "": opened to look at */
    sqlite3_int64 steps_left, bytes_left; /* of the statement that runs */
};

/** Connects to a file. @param flags  SQLite's */
loss_status lossi_sql_connect(lossi_store **out, const char *path, int flags,
                              const lossi_store_wait *wait);
/** The connection's last error as a status. */
loss_status lossi_sql_failed(const lossi_store *store, const char *what);
/** Runs statements without results; `what` they do ("write") is for the message. */
loss_status lossi_sql_execute(lossi_store *store, const char *sql, const char *what);
/** @param statement  sqlite3_finalize() it, also after a failure. */
loss_status lossi_sql_prepare(lossi_store *store, const char *sql, sqlite3_stmt **statement);
/** Makes a statement that was prepared before ready to run again. */
void lossi_sql_rewind(lossi_store *store, sqlite3_stmt *statement);
/** The next row of a query. Its columns must have the types given, a letter each: t text without
 * a NUL, b bytes, i integer, f number, n number or NULL.
 *  @param has  false: there is none
 *  @return LOSS_OK, LOSS_ERR_FORMAT (a column of another type: which, and where), LOSS_ERR_IO */
loss_status lossi_sql_row(lossi_store *store, sqlite3_stmt *select, const char *types, bool *has);
/** One step of a statement without results, which can then be bound again. */
loss_status lossi_sql_finish(lossi_store *store, sqlite3_stmt *statement);
/** Begins a transaction that writes, once others let it, if the file is still the one that was
 * opened.
 *  @return LOSS_OK, LOSS_ERR_MISMATCH (another has taken its place), LOSS_ERR_IO,
 * LOSS_ERR_CANCELLED */
loss_status lossi_store_begin(lossi_store *store);
/** Ends a transaction: with a commit, or without a trace if status says so. @return status, or
 * that of the commit */
loss_status lossi_sql_end(lossi_store *store, loss_status status);
/** A column of lossi_sql_row(); text is borrowed until the next row. NaN for NULL. */
const char *lossi_sql_text(sqlite3_stmt *select, int column);
double lossi_sql_number(sqlite3_stmt *select, int column);

/** Takes the columns of a row after iy and ix; at: its place in the arrays `to`. */
typedef void lossi_take_place(sqlite3_stmt *select, size_t at, void *to);
/** Reads what a split has at the points of a grid.
 *  @param sql    its first columns are iy and ix, its parameter is the split
 *  @param types  of all columns, as lossi_sql_row() has them
 *  @param what   begins the message of a place beyond the grid
 *  @return LOSS_OK, LOSS_ERR_FORMAT, LOSS_ERR_IO, LOSS_ERR_NOMEM */
loss_status lossi_store_read_grid(lossi_store *store, const char *sql, const char *types,
                                  loss_split split, size_t nx, size_t ny, const char *what,
                                  lossi_take_place *take, void *to);
/** Add what lossi_store_put_point() and the like add, within a transaction. */
loss_status lossi_store_insert_point(lossi_store *store, loss_split split, size_t iy, size_t ix,
                                     const loss_point *point);
loss_status lossi_store_insert_curvature(lossi_store *store, loss_split split, size_t iy, size_t ix,
                                         const loss_point_curvature *curvature);
loss_status lossi_store_insert_fact(lossi_store *store, const char *key, const char *value,
                                    bool replace);
/** Whether a fact is what is asked for. @param what  of the file it tells about, for the message
 *  @return LOSS_OK, LOSS_ERR_MISMATCH, LOSS_ERR_IO */
loss_status lossi_store_compare_fact(lossi_store *store, const char *key, const char *asked,
                                     const char *what);
/** Whether a query of one place has a row now. @param select  prepared at the first call */
loss_status lossi_store_has(lossi_store *store, sqlite3_stmt **select, const char *sql,
                            loss_split split, size_t iy, size_t ix, bool *has);
/** Binds split, iy and ix to the first three parameters. */
void lossi_store_bind_place(sqlite3_stmt *statement, loss_split split, size_t iy, size_t ix);

/** Whether the file is empty, or holds the tables of a landscape and nothing else. Within a
 * transaction.
 *  @return LOSS_OK, LOSS_ERR_FORMAT (what it is or holds instead), LOSS_ERR_IO */
loss_status lossi_schema_check(lossi_store *store, bool *is_empty);
/** Makes the tables in an empty file; within a transaction. */
loss_status lossi_schema_create(lossi_store *store);
/** The tables of a landscape: those of each file; the view, which a file may lack; and those that
 * are made only when there is something to put in them. */
typedef enum lossi_schema_part {
    LOSSI_SCHEMA_MAIN,
    LOSSI_SCHEMA_VIEW,
    LOSSI_SCHEMA_CURVATURE,
    LOSSI_SCHEMA_ESTIMATES
} lossi_schema_part;
/** Whether they are there. */
loss_status lossi_schema_has(lossi_store *store, lossi_schema_part part, bool *has);
/** Makes them, if they are not there; within a transaction. */
loss_status lossi_schema_add(lossi_store *store, lossi_schema_part part);

#endif
