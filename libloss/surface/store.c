/* SQLite with journal_mode=DELETE and synchronous=FULL: after a kill at any moment the one file
 * is whole, and it can be opened read-only in a folder that cannot be written. */
#include "surface/sql.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { APPLICATION_ID = 0x4C4F5353 /* "LOSS" */, USER_VERSION = 1, BUSY_MILLISECONDS = 20000 };

static const char SCHEMA[] =
    "CREATE TABLE metadata(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE axes(axis TEXT PRIMARY KEY, min REAL NOT NULL, max REAL NOT NULL, n INTEGER NOT "
    "NULL) WITHOUT ROWID;"
    /* A loss of NaN is NULL in a row that is there: SQLite has no NaN. */
    "CREATE TABLE points(split TEXT NOT NULL, iy INTEGER NOT NULL, ix INTEGER NOT NULL, loss REAL, "
    "standard_error REAL,"
    " accuracy REAL, seconds REAL, PRIMARY KEY(split, iy, ix)) WITHOUT ROWID;" LOSSI_SQL_PATH
    /* float32, little-endian, in the order of the network's trainable tensors; random directions
       are drawn from the seed */
    "CREATE TABLE directions(axis TEXT PRIMARY KEY, data BLOB NOT NULL);"
    "CREATE VIEW surface AS SELECT p.split AS split, iy, ix,"
    " CASE ix WHEN 0 THEN x.min WHEN x.n - 1 THEN x.max ELSE ((x.n - 1 - ix) * x.min + ix * x.max) "
    "/ (x.n - 1) END AS x,"
    " CASE iy WHEN 0 THEN y.min WHEN y.n - 1 THEN y.max ELSE ((y.n - 1 - iy) * y.min + iy * y.max) "
    "/ (y.n - 1) END AS y,"
    " loss, standard_error, accuracy, seconds"
    " FROM points p, axes x, axes y WHERE x.axis = 'x' AND y.axis = 'y' ORDER BY p.split, iy, ix;";

void lossi_store_close(lossi_store *store)
{
    if (!store)
        return;
    sqlite3_finalize(store->put);
    sqlite3_finalize(store->has);
    sqlite3_close(store->db);
    free(store->path);
    free(store);
}

loss_status lossi_sql_failed(const lossi_store *store, const char *what)
{
    int code = sqlite3_errcode(store->db) & 0xff;
    loss_status status = code == SQLITE_NOTADB || code == SQLITE_CORRUPT || code == SQLITE_ERROR ||
                                 code == SQLITE_MISMATCH
                             ? LOSS_ERR_FORMAT
                         : code == SQLITE_NOMEM ? LOSS_ERR_NOMEM
                                                : LOSS_ERR_IO;
    return lossi_fail(status, "%s: cannot %s: %s", store->path, what,
                      code == SQLITE_NOTADB ? "this is no landscape file"
                                            : sqlite3_errmsg(store->db));
}

loss_status lossi_sql_execute(lossi_store *store, const char *sql, const char *what)
{
    return sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK
               ? LOSS_OK
               : lossi_sql_failed(store, what);
}

loss_status lossi_sql_prepare(lossi_store *store, const char *sql, sqlite3_stmt **statement)
{
    return sqlite3_prepare_v2(store->db, sql, -1, statement, NULL) == SQLITE_OK
               ? LOSS_OK
               : lossi_sql_failed(store, "read");
}

/* *is_empty: a database without anything in it; else it is a landscape of a version that we
 * know. All is read in one statement, so that another process cannot make the file in between. */
static loss_status check_identity(lossi_store *store, bool *is_empty)
{
    sqlite3_stmt *select;
    loss_status status = lossi_sql_prepare(
        store,
        "SELECT (SELECT count(*) FROM sqlite_master), application_id, user_version"
        " FROM pragma_application_id, pragma_user_version",
        &select);
    if (status)
        return status;
    sqlite3_int64 id = 0, version = 0, n_tables = 0;
    if (sqlite3_step(select) == SQLITE_ROW) {
        n_tables = sqlite3_column_int64(select, 0);
        id = sqlite3_column_int64(select, 1);
        version = sqlite3_column_int64(select, 2);
    } else {
        status = lossi_sql_failed(store, "read");
    }
    sqlite3_finalize(select);
    if (status)
        return status;
    *is_empty = !n_tables && !id && !version;
    if (*is_empty)
        return LOSS_OK;
    if (id != APPLICATION_ID)
        return lossi_fail(
            LOSS_ERR_FORMAT,
            "%s: an SQLite database of another program: application_id is %lld; expected %d",
            store->path, (long long)id, APPLICATION_ID);
    if (version != USER_VERSION)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: landscape format %lld; this version reads %d",
                          store->path, (long long)version, USER_VERSION);
    return LOSS_OK;
}

static loss_status connect(lossi_store **out, const char *path, int flags)
{
    *out = NULL;
    if (!*path)
        return lossi_fail(LOSS_ERR_IO, "a landscape file without a name");
    lossi_store *store = calloc(1, sizeof *store);
    /* With a folder before it, no name means anything else to SQLite: neither :memory: nor
     * file:... */
    char *file = lossi_format("%s%s", *path == '/' ? "" : "./", path);
    if (!store || !file || !(store->path = lossi_strdup(path))) {
        free(store);
        free(file);
        return lossi_fail_nomem(sizeof *store + 2 * strlen(path));
    }
    int code = sqlite3_open_v2(file, &store->db, flags, NULL);
    free(file);
    if (code != SQLITE_OK) {
        loss_status status = lossi_fail(LOSS_ERR_IO, "%s: cannot open: %s", path,
                                        store->db ? sqlite3_errmsg(store->db) : "out of memory");
        lossi_store_close(store);
        return status;
    }
    sqlite3_busy_timeout(store->db, BUSY_MILLISECONDS);
    *out = store;
    return LOSS_OK;
}

static loss_status open_existing(lossi_store **out, const char *path, int flags)
{
    bool is_empty;
    loss_status status = connect(out, path, flags);
    if (!status)
        status = check_identity(*out, &is_empty);
    if (!status && is_empty)
        status = lossi_fail(LOSS_ERR_FORMAT, "%s: this is no landscape file: it is empty", path);
    if (status) {
        lossi_store_close(*out);
        *out = NULL;
    }
    return status;
}

loss_status lossi_store_open(lossi_store **out, const char *path)
{
    loss_status status = open_existing(out, path, SQLITE_OPEN_READONLY);
    /* After a kill, the last unfinished commit has to be rolled back first, and that is a write. */
    return status == LOSS_ERR_IO ? open_existing(out, path, SQLITE_OPEN_READWRITE) : status;
}

loss_status lossi_sql_finish(lossi_store *store, sqlite3_stmt *statement)
{
    int code = sqlite3_step(statement);
    loss_status status = code == SQLITE_DONE ? LOSS_OK : lossi_sql_failed(store, "write");
    sqlite3_reset(statement);
    return status;
}

static loss_status insert_facts(lossi_store *store, const lossi_facts *facts)
{
    sqlite3_stmt *insert;
    loss_status status = lossi_sql_prepare(store, "INSERT INTO metadata VALUES(?, ?)", &insert);
    for (size_t i = 0; i < facts->n && !status; i++) {
        sqlite3_bind_text(insert, 1, facts->keys[i], -1, SQLITE_STATIC);
        sqlite3_bind_text(insert, 2, facts->values[i], -1, SQLITE_STATIC);
        status = lossi_sql_finish(store, insert);
    }
    sqlite3_finalize(insert);
    return status;
}

static loss_status insert_axis(lossi_store *store, const char *name, loss_axis axis)
{
    sqlite3_stmt *insert;
    loss_status status = lossi_sql_prepare(store, "INSERT INTO axes VALUES(?, ?, ?, ?)", &insert);
    if (status)
        return status;
    sqlite3_bind_text(insert, 1, name, -1, SQLITE_STATIC);
    sqlite3_bind_double(insert, 2, axis.min);
    sqlite3_bind_double(insert, 3, axis.max);
    sqlite3_bind_int64(insert, 4, (sqlite3_int64)axis.n);
    status = lossi_sql_finish(store, insert);
    sqlite3_finalize(insert);
    return status;
}

static loss_status insert_directions(lossi_store *store, const lossi_store_contents *contents)
{
    sqlite3_stmt *insert;
    loss_status status = lossi_sql_prepare(store, "INSERT INTO directions VALUES(?, ?)", &insert);
    for (size_t i = 0; i < contents->n_directions && !status; i++) {
        const lossi_stored_direction *d = &contents->directions[i];
        sqlite3_bind_text(insert, 1, d->axis, -1, SQLITE_STATIC);
        sqlite3_bind_blob64(insert, 2, d->values, d->n * sizeof *d->values, SQLITE_STATIC);
        status = lossi_sql_finish(store, insert);
    }
    sqlite3_finalize(insert);
    return status;
}

static loss_status create_contents(lossi_store *store, const lossi_store_contents *contents)
{
    char *pragmas = sqlite3_mprintf("PRAGMA application_id = %d; PRAGMA user_version = %d;",
                                    APPLICATION_ID, USER_VERSION);
    loss_status status =
        pragmas ? lossi_sql_execute(store, pragmas, "write") : lossi_fail_nomem(64);
    sqlite3_free(pragmas);
    if (!status)
        status = lossi_sql_execute(store, SCHEMA, "write");
    if (!status)
        status = insert_facts(store, contents->facts);
    if (!status)
        status = insert_axis(store, "x", contents->x);
    if (!status)
        status = insert_axis(store, "y", contents->y);
    return status ? status : insert_directions(store, contents);
}

/* Under one write lock: whoever comes first makes the contents, the others find them. */
static loss_status create_if_empty(lossi_store *store, const lossi_store_contents *contents,
                                   bool *is_new)
{
    loss_status status = lossi_sql_execute(
        store, "PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL; BEGIN IMMEDIATE", "open");
    if (!status)
        status = check_identity(store, is_new);
    if (!status && *is_new)
        status = create_contents(store, contents);
    if (!status)
        return lossi_sql_execute(store, "COMMIT", "write");
    sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    return status;
}

loss_status lossi_store_open_or_create(lossi_store **out, const char *path,
                                       const lossi_store_contents *contents, bool *is_new)
{
    *is_new = false;
    struct stat info;
    bool was_there = stat(path, &info) == 0, is_empty = true;
    loss_status status = connect(out, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    if (status)
        return status;
    if (was_there) { /* looked at before anything can change a file that is not ours */
        status = check_identity(*out, &is_empty);
        if (!status && is_empty && info.st_size == 1) /* SQLite takes one byte for none */
            status = lossi_fail(LOSS_ERR_FORMAT,
                                "%s: this is no landscape file: it is one byte long", path);
    }
    if (!status)
        status = create_if_empty(*out, contents, is_new);
    if (status) {
        lossi_store_close(*out);
        *out = NULL;
        /* Ours left nothing in it; another process may have made it in the meantime. */
        if (!was_there && stat(path, &info) == 0 && info.st_size == 0)
            unlink(path);
    }
    return status;
}

loss_status lossi_store_check_writable(lossi_store *store)
{
    return sqlite3_db_readonly(store->db, "main") == 0
               ? LOSS_OK
               : lossi_fail(LOSS_ERR_IO, "%s: it may not be written to", store->path);
}

loss_status lossi_store_read_facts(lossi_store *store, lossi_facts *facts)
{
    *facts = (lossi_facts){0};
    sqlite3_stmt *select;
    loss_status status = lossi_sql_prepare(store, "SELECT key, value FROM metadata", &select);
    if (status)
        return status;
    int code;
    while (!status && (code = sqlite3_step(select)) == SQLITE_ROW) {
        const char *key = (const char *)sqlite3_column_text(select, 0),
                   *value = (const char *)sqlite3_column_text(select, 1);
        if (!lossi_facts_add(facts, key ? key : "", "%s", value ? value : ""))
            status = lossi_fail_nomem(1024);
    }
    if (!status && code != SQLITE_DONE)
        status = lossi_sql_failed(store, "read");
    sqlite3_finalize(select);
    if (status)
        lossi_facts_free(facts);
    return status;
}

loss_status lossi_store_put_fact(lossi_store *store, const char *key, const char *value,
                                 bool replace)
{
    sqlite3_stmt *insert;
    loss_status status = lossi_sql_prepare(store,
                                           replace ? "INSERT OR REPLACE INTO metadata VALUES(?, ?)"
                                                   : "INSERT OR IGNORE INTO metadata VALUES(?, ?)",
                                           &insert);
    if (status)
        return status;
    sqlite3_bind_text(insert, 1, key, -1, SQLITE_STATIC);
    sqlite3_bind_text(insert, 2, value, -1, SQLITE_STATIC);
    status = lossi_sql_finish(store, insert);
    sqlite3_finalize(insert);
    return status;
}

static loss_status read_axis(lossi_store *store, const char *name, loss_axis *axis)
{
    sqlite3_stmt *select;
    loss_status status =
        lossi_sql_prepare(store, "SELECT min, max, n FROM axes WHERE axis = ?", &select);
    if (status)
        return status;
    sqlite3_bind_text(select, 1, name, -1, SQLITE_STATIC);
    sqlite3_int64 n = 0;
    if (sqlite3_step(select) == SQLITE_ROW) {
        axis->min = sqlite3_column_double(select, 0);
        axis->max = sqlite3_column_double(select, 1);
        n = sqlite3_column_int64(select, 2);
    }
    sqlite3_finalize(select);
    if (n < 1 || n > LOSSI_MAX_AXIS)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: its axis %s has %lld coordinates; expected 1 to %d",
                          store->path, name, (long long)n, LOSSI_MAX_AXIS);
    if (!isfinite(axis->min) || !isfinite(axis->max) ||
        (n > 1 ? axis->min >= axis->max : axis->min != axis->max))
        return lossi_fail(LOSS_ERR_FORMAT, "%s: its axis %s goes from %g to %g in %lld coordinates",
                          store->path, name, axis->min, axis->max, (long long)n);
    axis->n = (size_t)n;
    return LOSS_OK;
}

loss_status lossi_store_read_axes(lossi_store *store, loss_axis *x, loss_axis *y)
{
    loss_status status = read_axis(store, "x", x);
    if (!status)
        status = read_axis(store, "y", y);
    if (!status && x->n * y->n > LOSSI_MAX_POINTS)
        status = lossi_fail(LOSS_ERR_FORMAT, "%s: a grid of %zu x %zu points; expected at most %d",
                            store->path, x->n, y->n, LOSSI_MAX_POINTS);
    return status;
}

double lossi_sql_number(sqlite3_stmt *select, int column)
{
    return sqlite3_column_type(select, column) == SQLITE_NULL
               ? NAN
               : sqlite3_column_double(select, column);
}

loss_status lossi_store_read_points(lossi_store *store, loss_split split, size_t nx, size_t ny,
                                    loss_point *points)
{
    memset(points, 0, nx * ny * sizeof *points);
    sqlite3_stmt *select;
    loss_status status = lossi_sql_prepare(
        store, "SELECT iy, ix, loss, standard_error, accuracy, seconds FROM points WHERE split = ?",
        &select);
    if (status)
        return status;
    sqlite3_bind_text(select, 1, loss_split_name(split), -1, SQLITE_STATIC);
    int code;
    while (!status && (code = sqlite3_step(select)) == SQLITE_ROW) {
        sqlite3_int64 iy = sqlite3_column_int64(select, 0), ix = sqlite3_column_int64(select, 1);
        if (iy < 0 || ix < 0 || (size_t)iy >= ny || (size_t)ix >= nx)
            status = lossi_fail(LOSS_ERR_FORMAT,
                                "%s: a point at iy %lld, ix %lld of a grid of %zu x %zu",
                                store->path, (long long)iy, (long long)ix, ny, nx);
        else
            points[(size_t)iy * nx + (size_t)ix] =
                (loss_point){.evaluated = true,
                             .loss = lossi_sql_number(select, 2),
                             .standard_error = lossi_sql_number(select, 3),
                             .accuracy = lossi_sql_number(select, 4),
                             .seconds = lossi_sql_number(select, 5)};
    }
    if (!status && code != SQLITE_DONE)
        status = lossi_sql_failed(store, "read");
    sqlite3_finalize(select);
    return status;
}

static void bind_place(sqlite3_stmt *statement, loss_split split, size_t iy, size_t ix)
{
    sqlite3_bind_text(statement, 1, loss_split_name(split), -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 2, (sqlite3_int64)iy);
    sqlite3_bind_int64(statement, 3, (sqlite3_int64)ix);
}

loss_status lossi_store_has_point(lossi_store *store, loss_split split, size_t iy, size_t ix,
                                  bool *has)
{
    loss_status status = LOSS_OK;
    if (!store->has)
        status = lossi_sql_prepare(
            store, "SELECT 1 FROM points WHERE split = ? AND iy = ? AND ix = ?", &store->has);
    if (status)
        return status;
    bind_place(store->has, split, iy, ix);
    int code = sqlite3_step(store->has);
    *has = code == SQLITE_ROW;
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        status = lossi_sql_failed(store, "read");
    sqlite3_reset(store->has);
    return status;
}

loss_status lossi_store_put_point(lossi_store *store, loss_split split, size_t iy, size_t ix,
                                  const loss_point *point)
{
    loss_status status = LOSS_OK;
    if (!store->put)
        status = lossi_sql_prepare(
            store, "INSERT OR IGNORE INTO points VALUES(?, ?, ?, ?, ?, ?, ?)", &store->put);
    if (status)
        return status;
    bind_place(store->put, split, iy, ix);
    sqlite3_bind_double(store->put, 4, point->loss); /* NaN becomes NULL */
    sqlite3_bind_double(store->put, 5, point->standard_error);
    sqlite3_bind_double(store->put, 6, point->accuracy);
    sqlite3_bind_double(store->put, 7, point->seconds);
    return lossi_sql_finish(store, store->put);
}
