/* Opening and making a landscape file, and what is in it. SQLite with journal_mode=DELETE: after
 * a kill at any moment the one file is whole, and it can be opened read-only in a folder that
 * cannot be written. synchronous=EXTRA syncs the folder too, after the journal is removed; without
 * it a power cut could bring the journal back, and with it undo the last point. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "surface/sql.h"

static loss_status open_existing(lossi_store **out, const char *path, int flags)
{
    bool is_empty = false;
    loss_status status = lossi_sql_connect(out, path, flags, NULL);
    if (status)
        return status;
    /* In one transaction, so that another process cannot make the file in between. */
    status = lossi_sql_execute(*out, "BEGIN", "read");
    if (!status)
        status = lossi_sql_end(*out, lossi_schema_check(*out, &is_empty));
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

static loss_status insert_points(lossi_store *store, loss_split split, size_t nx, size_t ny,
                                 const loss_point *points)
{
    loss_status status = LOSS_OK;
    for (size_t i = 0; i < nx * ny && !status; i++)
        if (points[i].evaluated)
            status = lossi_store_insert_point(store, split, i / nx, i % nx, &points[i]);
    return status;
}

static loss_status create_contents(lossi_store *store, const lossi_store_contents *contents)
{
    loss_status status = lossi_schema_create(store);
    if (!status)
        status = insert_facts(store, contents->facts);
    if (!status)
        status = insert_axis(store, "x", contents->x);
    if (!status)
        status = insert_axis(store, "y", contents->y);
    for (int k = 0; k < 2 && !status; k++)
        if (contents->points[k])
            status = insert_points(store, (loss_split)k, contents->x.n, contents->y.n,
                                   contents->points[k]);
    return status ? status : insert_directions(store, contents);
}

static bool is_readonly(const lossi_store *store)
{
    return sqlite3_db_readonly(store->db, "main") != 0;
}

loss_status lossi_store_check_writable(lossi_store *store)
{
    return !is_readonly(store)
               ? LOSS_OK
               : lossi_fail(LOSS_ERR_IO, "%s: it may not be written to", store->path);
}

/* The identity that the file has now; "" if it has none. */
static loss_status read_id(lossi_store *store, char id[LOSSI_ID_SIZE])
{
    bool has = false;
    loss_status status = LOSS_OK;
    if (!store->identity)
        status = lossi_sql_prepare(
            store, "SELECT value FROM metadata WHERE key = '" LOSS_KEY_ID "'", &store->identity);
    if (status)
        return status;
    lossi_sql_rewind(store, store->identity);
    status = lossi_sql_row(store, store->identity, "t", &has);
    snprintf(id, LOSSI_ID_SIZE, "%s", !status && has ? lossi_sql_text(store->identity, 0) : "");
    sqlite3_reset(store->identity);
    return status;
}

/* Under one write lock: whoever comes first makes the contents, the others find them. */
static loss_status create_if_empty(lossi_store *store, const lossi_store_contents *contents,
                                   bool *is_new)
{
    loss_status status = lossi_sql_execute(
        store, "PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA; BEGIN IMMEDIATE", "open");
    if (status)
        return status;
    status = lossi_schema_check(store, is_new);
    if (!status && *is_new)
        status = create_contents(store, contents);
    if (!status && !is_readonly(store))
        status = lossi_sql_execute(store,
                                   "INSERT OR IGNORE INTO metadata VALUES('" LOSS_KEY_ID
                                   "', lower(hex(randomblob(16))))",
                                   "write");
    if (!status)
        status = read_id(store, store->id);
    return lossi_sql_end(store, status);
}

loss_status lossi_store_open_or_create(lossi_store **out, const char *path,
                                       const lossi_store_contents *contents,
                                       const lossi_store_wait *wait, bool *is_new)
{
    *is_new = false;
    struct stat info;
    bool was_there = stat(path, &info) == 0, is_empty = true;
    loss_status status =
        lossi_sql_connect(out, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, wait);
    if (status)
        return status;
    if (was_there) { /* looked at before anything can change a file that is not ours */
        status = lossi_sql_execute(*out, "BEGIN", "read");
        if (!status)
            status = lossi_sql_end(*out, lossi_schema_check(*out, &is_empty));
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

loss_status lossi_store_create_in_memory(lossi_store **out, const char *name,
                                         const lossi_store_contents *contents)
{
    bool is_new;
    loss_status status = lossi_sql_connect(
        out, name, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY, NULL);
    if (!status)
        status = create_if_empty(*out, contents, &is_new);
    if (status) {
        lossi_store_close(*out);
        *out = NULL;
    }
    return status;
}

/* Whether the path still leads to the file that was opened, with the contents that it had. */
static loss_status check_identity(lossi_store *store)
{
    struct stat info;
    char id[LOSSI_ID_SIZE] = "";
    if (store->is_in_memory)
        return LOSS_OK;
    bool is_it = stat(store->path, &info) == 0 && info.st_dev == store->device &&
                 info.st_ino == store->inode;
    loss_status status = is_it ? read_id(store, id) : LOSS_OK;
    if (status == LOSS_ERR_CANCELLED || status == LOSS_ERR_NOMEM)
        return status;
    if (is_it && !status && strcmp(id, store->id) == 0)
        return LOSS_OK;
    return lossi_fail(LOSS_ERR_MISMATCH,
                      "%s: it was removed, or another file was put in its place, while it was in "
                      "use. Nothing was written to what is there now",
                      store->path);
}

static loss_status begin(lossi_store *store, const char *sql)
{
    /* Pages that are remembered from before might not be those of the file that is there now. */
    sqlite3_db_release_memory(store->db);
    loss_status status = lossi_sql_execute(store, sql, "write");
    if (status)
        return status;
    status = check_identity(store);
    return status ? lossi_sql_end(store, status) : LOSS_OK;
}

loss_status lossi_store_begin(lossi_store *store)
{
    loss_status status = lossi_store_check_writable(store);
    return status ? status : begin(store, "BEGIN IMMEDIATE");
}

loss_status lossi_store_read_facts(lossi_store *store, lossi_facts *facts)
{
    *facts = (lossi_facts){0};
    sqlite3_stmt *select;
    loss_status status = lossi_sql_prepare(store, "SELECT key, value FROM metadata", &select);
    if (status)
        return status;
    bool has = true;
    while (!status && has) {
        status = lossi_sql_row(store, select, "tt", &has);
        if (status || !has)
            continue;
        const char *key = lossi_sql_text(select, 0);
        if (facts->n && strcmp(facts->keys[facts->n - 1], key) >= 0)
            status = lossi_fail(LOSS_ERR_FORMAT, "%s: its metadata are not in order at \"%s\"",
                                store->path, key);
        else if (!lossi_facts_add(facts, key, "%s", lossi_sql_text(select, 1)))
            status = lossi_fail_nomem(1024);
    }
    sqlite3_finalize(select);
    if (status)
        lossi_facts_free(facts);
    return status;
}

loss_status lossi_store_insert_fact(lossi_store *store, const char *key, const char *value,
                                    bool replace)
{
    sqlite3_stmt *insert = NULL;
    loss_status status = lossi_sql_prepare(store,
                                           replace ? "INSERT OR REPLACE INTO metadata VALUES(?, ?)"
                                                   : "INSERT OR IGNORE INTO metadata VALUES(?, ?)",
                                           &insert);
    if (!status) {
        sqlite3_bind_text(insert, 1, key, -1, SQLITE_STATIC);
        sqlite3_bind_text(insert, 2, value, -1, SQLITE_STATIC);
        status = lossi_sql_finish(store, insert);
    }
    sqlite3_finalize(insert);
    return status;
}

loss_status lossi_store_compare_fact(lossi_store *store, const char *key, const char *asked,
                                     const char *what)
{
    sqlite3_stmt *select = NULL;
    bool has = false;
    loss_status status =
        lossi_sql_prepare(store, "SELECT value FROM metadata WHERE key = ?", &select);
    if (!status) {
        sqlite3_bind_text(select, 1, key, -1, SQLITE_STATIC);
        status = lossi_sql_row(store, select, "t", &has);
    }
    const char *was = has && !status ? lossi_sql_text(select, 0) : "none";
    if (!status && strcmp(was, asked) != 0)
        status = lossi_fail(LOSS_ERR_MISMATCH, "%s: its %s: %s; asked for: %s. It is left as it is",
                            store->path, what, was, asked);
    sqlite3_finalize(select);
    return status;
}

loss_status lossi_store_put_fact(lossi_store *store, const char *key, const char *value,
                                 bool replace)
{
    loss_status status = lossi_store_begin(store);
    return status ? status
                  : lossi_sql_end(store, lossi_store_insert_fact(store, key, value, replace));
}

loss_status lossi_axis_check(loss_axis axis, loss_status status, const char *where)
{
    static const double FARTHEST = 1e38, LEAST_STEP = 1e-38, LEAST_SHARE = 1e-12;
    double end = fmax(fabs(axis.min), fabs(axis.max));
    if (!axis.n || axis.n > LOSSI_MAX_AXIS)
        return lossi_fail(status, "%s has %zu coordinates; expected 1 to %d", where, axis.n,
                          LOSSI_MAX_AXIS);
    if (!isfinite(axis.min) || !isfinite(axis.max) || end > FARTHEST)
        return lossi_fail(status, "%s goes from %g to %g; expected ends within +-%g", where,
                          axis.min, axis.max, FARTHEST);
    if (axis.n == 1 && axis.min != axis.max)
        return lossi_fail(status, "%s has one coordinate; it cannot have both ends %g and %g",
                          where, axis.min, axis.max);
    double step = axis.n > 1 ? (axis.max - axis.min) / (double)(axis.n - 1) : 1;
    if (axis.n > 1 && !(axis.min < axis.max))
        return lossi_fail(status, "%s: MIN %g is not below MAX %g", where, axis.min, axis.max);
    if (step < LEAST_STEP || (axis.n > 1 && step < LEAST_SHARE * end))
        return lossi_fail(status,
                          "%s goes from %g to %g in %zu coordinates; they lie too close together "
                          "to be told apart",
                          where, axis.min, axis.max, axis.n);
    return LOSS_OK;
}

static loss_status read_axis(lossi_store *store, const char *name, loss_axis *axis)
{
    sqlite3_stmt *select = NULL;
    bool has = false;
    *axis = (loss_axis){0};
    loss_status status =
        lossi_sql_prepare(store, "SELECT min, max, n FROM axes WHERE axis = ?", &select);
    if (!status) {
        sqlite3_bind_text(select, 1, name, -1, SQLITE_STATIC);
        status = lossi_sql_row(store, select, "ffi", &has);
    }
    sqlite3_int64 n = has && !status ? sqlite3_column_int64(select, 2) : 0;
    if (n > 0) {
        axis->min = sqlite3_column_double(select, 0);
        axis->max = sqlite3_column_double(select, 1);
        axis->n = (size_t)n;
    }
    sqlite3_finalize(select);
    char *where = lossi_format("%s: its axis %s", store->path, name);
    if (!status)
        status = where ? lossi_axis_check(*axis, LOSS_ERR_FORMAT, where) : lossi_fail_nomem(64);
    free(where);
    return status;
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

loss_status lossi_store_read_grid(lossi_store *store, const char *sql, const char *types,
                                  loss_split split, size_t nx, size_t ny, const char *what,
                                  lossi_take_place *take, void *to)
{
    sqlite3_stmt *select;
    loss_status status = lossi_sql_prepare(store, sql, &select);
    if (status)
        return status;
    sqlite3_bind_text(select, 1, loss_split_name(split), -1, SQLITE_STATIC);
    bool has = true;
    while (!status && has) {
        status = lossi_sql_row(store, select, types, &has);
        if (status || !has)
            continue;
        sqlite3_int64 iy = sqlite3_column_int64(select, 0), ix = sqlite3_column_int64(select, 1);
        if (iy < 0 || ix < 0 || (size_t)iy >= ny || (size_t)ix >= nx)
            status =
                lossi_fail(LOSS_ERR_FORMAT, "%s: %s at iy %lld, ix %lld of a grid of %zu x %zu",
                           store->path, what, (long long)iy, (long long)ix, ny, nx);
        else
            take(select, (size_t)iy * nx + (size_t)ix, to);
    }
    sqlite3_finalize(select);
    return status;
}

static void take_point(sqlite3_stmt *select, size_t at, void *to)
{
    ((loss_point *)to)[at] = (loss_point){.evaluated = true,
                                          .loss = lossi_sql_number(select, 2),
                                          .standard_error = lossi_sql_number(select, 3),
                                          .accuracy = lossi_sql_number(select, 4),
                                          .seconds = lossi_sql_number(select, 5)};
}

loss_status lossi_store_read_points(lossi_store *store, loss_split split, size_t nx, size_t ny,
                                    loss_point *points)
{
    memset(points, 0, nx * ny * sizeof *points);
    return lossi_store_read_grid(
        store, "SELECT iy, ix, loss, standard_error, accuracy, seconds FROM points WHERE split = ?",
        "iinnnn", split, nx, ny, "a point", take_point, points);
}

void lossi_store_bind_place(sqlite3_stmt *statement, loss_split split, size_t iy, size_t ix)
{
    sqlite3_bind_text(statement, 1, loss_split_name(split), -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 2, (sqlite3_int64)iy);
    sqlite3_bind_int64(statement, 3, (sqlite3_int64)ix);
}

loss_status lossi_store_has(lossi_store *store, sqlite3_stmt **select, const char *sql,
                            loss_split split, size_t iy, size_t ix, bool *has)
{
    loss_status status = begin(store, "BEGIN");
    *has = false;
    if (status)
        return status;
    if (!*select)
        status = lossi_sql_prepare(store, sql, select);
    if (!status) {
        lossi_sql_rewind(store, *select);
        lossi_store_bind_place(*select, split, iy, ix);
        status = lossi_sql_row(store, *select, "i", has);
        sqlite3_reset(*select);
    }
    return lossi_sql_end(store, status);
}

loss_status lossi_store_has_point(lossi_store *store, loss_split split, size_t iy, size_t ix,
                                  bool *has)
{
    return lossi_store_has(store, &store->has,
                           "SELECT 1 FROM points WHERE split = ? AND iy = ? AND ix = ?", split, iy,
                           ix, has);
}

loss_status lossi_store_claim(lossi_store *store, size_t i, bool *is_mine)
{
    *is_mine = is_readonly(store);
    if (*is_mine) /* nobody writes there, so there is nothing to share */
        return LOSS_OK;
    loss_status status = store->claims ? LOSS_OK : lossi_claims_open(&store->claims, store->path);
    *is_mine = !status && lossi_claims_take(store->claims, i);
    return status;
}

void lossi_store_release(lossi_store *store, size_t i)
{
    if (store->claims)
        lossi_claims_release(store->claims, i);
}

loss_status lossi_store_insert_point(lossi_store *store, loss_split split, size_t iy, size_t ix,
                                     const loss_point *point)
{
    loss_status status = LOSS_OK;
    if (!store->put)
        status = lossi_sql_prepare(
            store, "INSERT OR IGNORE INTO points VALUES(?, ?, ?, ?, ?, ?, ?)", &store->put);
    if (status)
        return status;
    lossi_store_bind_place(store->put, split, iy, ix);
    sqlite3_bind_double(store->put, 4, point->loss); /* NaN becomes NULL */
    sqlite3_bind_double(store->put, 5, point->standard_error);
    sqlite3_bind_double(store->put, 6, point->accuracy);
    sqlite3_bind_double(store->put, 7, point->seconds);
    return lossi_sql_finish(store, store->put);
}

loss_status lossi_store_put_point(lossi_store *store, loss_split split, size_t iy, size_t ix,
                                  const loss_point *point)
{
    loss_status status = lossi_store_begin(store);
    return status ? status
                  : lossi_sql_end(store, lossi_store_insert_point(store, split, iy, ix, point));
}

loss_status lossi_store_put_points(lossi_store *store, loss_split split, size_t nx, size_t ny,
                                   const loss_point *points)
{
    loss_status status = lossi_store_begin(store);
    if (status)
        return status;
    return lossi_sql_end(store, insert_points(store, split, nx, ny, points));
}
