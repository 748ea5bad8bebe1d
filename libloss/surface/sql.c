/* The connection to a landscape file: what SQLite may do with it, waiting for others, and steps
 * of statements that are held against the file's size. */
#include "surface/sql.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

/* A row takes a dozen of SQLite's steps and at least ten bytes, so 16 steps a byte are plenty;
 * what every statement may take besides is over in a tenth of a second. */
enum { STEPS_A_BYTE = 16, STEPS_FREE = 1000000, STEPS_A_CHECK = 1000 };
/* Text that a file has as UTF-16 may grow when it becomes UTF-8. */
enum { BYTES_A_BYTE = 2, BYTES_FREE = 1 << 16 };
/* A reader is not kept longer than this by a commit of somebody else. */
static const double READER_SECONDS = 20;

void lossi_store_close(lossi_store *store)
{
    if (!store)
        return;
    sqlite3_finalize(store->put);
    sqlite3_finalize(store->has);
    sqlite3_finalize(store->has_curvature);
    sqlite3_finalize(store->identity);
    sqlite3_close(store->db);
    lossi_claims_close(store->claims); /* after it: SQLite's locks are gone */
    free(store->path);
    free(store);
}

/* Steps of a statement are counted down; at 0 SQLite stops it. */
static int count_steps(void *user)
{
    lossi_store *store = user;
    store->steps_left -= STEPS_A_CHECK;
    return store->steps_left < 0;
}

/* What the next statement may take, by the size that the file has now. */
static void allow_steps(lossi_store *store)
{
    struct stat info;
    if (store->is_in_memory) { /* it is our own */
        store->steps_left = store->bytes_left = INT64_MAX;
        return;
    }
    sqlite3_int64 size = stat(store->path, &info) == 0 ? (sqlite3_int64)info.st_size : 0;
    store->steps_left = STEPS_FREE + STEPS_A_BYTE * size;
    store->bytes_left = BYTES_FREE + BYTES_A_BYTE * size;
    if (size) /* else it is about to be made */
        sqlite3_limit(store->db, SQLITE_LIMIT_LENGTH,
                      store->bytes_left < INT32_MAX ? (int)store->bytes_left : INT32_MAX);
}

/* SQLite's busy handler: 0 gives up. */
static int wait_for_others(void *user, int n_times)
{
    lossi_store *store = user;
    const lossi_store_wait *w = &store->wait;
    if (n_times == 0) {
        store->waiting_since = lossi_clock();
        store->seconds_told = 0;
    }
    double seconds = lossi_clock() - store->waiting_since;
    if (w->cancelled ? w->cancelled(w->user) : !w->for_ever && seconds > READER_SECONDS)
        return 0;
    if (w->waiting && seconds >= (double)(store->seconds_told + 1)) {
        store->seconds_told = (size_t)seconds;
        w->waiting(seconds, w->user);
    }
    long milliseconds = n_times < 10 ? 1 : n_times < 50 ? 10 : 100;
    nanosleep(&(struct timespec){.tv_nsec = milliseconds * 1000000}, NULL);
    return 1;
}

/* Nothing that the file brings along may run, and nothing may reach another file. */
static void harden(lossi_store *store)
{
    static const struct {
        int what, value;
    } settings[] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},       {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
        {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},  {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
        {SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0}, {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
    };
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        sqlite3_db_config(store->db, settings[i].what, settings[i].value, NULL);
    sqlite3_limit(store->db, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_limit(store->db, SQLITE_LIMIT_TRIGGER_DEPTH, 1);
    sqlite3_limit(store->db, SQLITE_LIMIT_COLUMN, 64);
    sqlite3_limit(store->db, SQLITE_LIMIT_EXPR_DEPTH, 50);
    sqlite3_limit(store->db, SQLITE_LIMIT_WORKER_THREADS, 0);
    sqlite3_busy_handler(store->db, wait_for_others, store);
    sqlite3_progress_handler(store->db, STEPS_A_CHECK, count_steps, store);
}

/* Why no file can be made of that name; 0: one can, as far as the folder is concerned. */
static int folder_error(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = lossi_format("%.*s.", slash ? (int)(slash + 1 - path) : 0, path);
    int error = folder && access(folder, W_OK | X_OK) != 0 ? errno : 0;
    free(folder);
    return error;
}

/* SQLite says only that it cannot, and tries to read what it may not write; the system says why. */
static loss_status fail_to_open(sqlite3 *db, const char *path, int flags)
{
    struct stat info;
    bool is_there = stat(path, &info) == 0;
    int error = db ? sqlite3_system_errno(db) : 0;
    if (is_there && S_ISDIR(info.st_mode))
        return lossi_fail(LOSS_ERR_IO, "%s: a folder; expected a file", path);
    if (!is_there && (flags & SQLITE_OPEN_CREATE) && folder_error(path))
        error = folder_error(path);
    return lossi_fail(LOSS_ERR_IO, "%s: cannot open: %s", path,
                      error ? strerror(error)
                      : db  ? sqlite3_errmsg(db)
                            : "out of memory");
}

loss_status lossi_sql_connect(lossi_store **out, const char *path, int flags,
                              const lossi_store_wait *wait)
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
    if (wait)
        store->wait = *wait;
    store->is_in_memory = flags & SQLITE_OPEN_MEMORY;
    int code = sqlite3_open_v2(file, &store->db, flags, NULL);
    free(file);
    if (code != SQLITE_OK) {
        loss_status status = fail_to_open(store->db, path, flags);
        lossi_store_close(store);
        return status;
    }
    harden(store);
    struct stat info;
    if (!store->is_in_memory && stat(path, &info) == 0) {
        store->device = info.st_dev;
        store->inode = info.st_ino;
    }
    allow_steps(store);
    *out = store;
    return LOSS_OK;
}

static loss_status status_of(int code)
{
    switch (code & 0xff) {
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
    case SQLITE_ERROR:
    case SQLITE_AUTH:
    case SQLITE_TOOBIG:
    case SQLITE_INTERRUPT:
    case SQLITE_MISMATCH: return LOSS_ERR_FORMAT;
    case SQLITE_NOMEM: return LOSS_ERR_NOMEM;
    default: return LOSS_ERR_IO;
    }
}

loss_status lossi_sql_failed(const lossi_store *store, const char *what)
{
    int code = sqlite3_extended_errcode(store->db);
    const char *reason = sqlite3_errmsg(store->db);
    if (code == SQLITE_READONLY_ROLLBACK || code == SQLITE_READONLY_RECOVERY)
        return lossi_fail(LOSS_ERR_IO,
                          "%s: a program was stopped while it wrote, and what it left has to be "
                          "undone first: that takes a folder and a file that may be written to. "
                          "Copy the file and %s-journal there",
                          store->path, store->path);
    if ((code & 0xff) == SQLITE_BUSY && store->wait.cancelled &&
        store->wait.cancelled(store->wait.user))
        return lossi_fail(LOSS_ERR_CANCELLED, "cancelled");
    if ((code & 0xff) == SQLITE_BUSY)
        reason = "another program keeps it locked";
    else if ((code & 0xff) == SQLITE_NOTADB)
        reason = "this is no landscape file";
    else if ((code & 0xff) == SQLITE_INTERRUPT)
        reason = "it takes more steps than a file of this size needs";
    return lossi_fail(status_of(code), "%s: cannot %s: %s", store->path, what, reason);
}

loss_status lossi_sql_execute(lossi_store *store, const char *sql, const char *what)
{
    allow_steps(store);
    return sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK
               ? LOSS_OK
               : lossi_sql_failed(store, what);
}

loss_status lossi_sql_prepare(lossi_store *store, const char *sql, sqlite3_stmt **statement)
{
    allow_steps(store);
    return sqlite3_prepare_v2(store->db, sql, -1, statement, NULL) == SQLITE_OK
               ? LOSS_OK
               : lossi_sql_failed(store, "read");
}

void lossi_sql_rewind(lossi_store *store, sqlite3_stmt *statement)
{
    sqlite3_reset(statement);
    allow_steps(store);
}

/* Whether a column is of the type that the letter stands for; `expected` it in words. */
static bool is_of_type(sqlite3_stmt *select, int column, char letter, const char **expected)
{
    int type = sqlite3_column_type(select, column);
    switch (letter) {
    case 't':
        *expected = "text";
        return type == SQLITE_TEXT && !memchr(sqlite3_column_text(select, column), 0,
                                              (size_t)sqlite3_column_bytes(select, column));
    case 'b': *expected = "bytes"; return type == SQLITE_BLOB;
    case 'i': *expected = "an integer"; return type == SQLITE_INTEGER;
    case 'f': *expected = "a number"; return type == SQLITE_INTEGER || type == SQLITE_FLOAT;
    default:
        *expected = "a number";
        return type == SQLITE_INTEGER || type == SQLITE_FLOAT || type == SQLITE_NULL;
    }
}

static loss_status check_column(lossi_store *store, sqlite3_stmt *select, int column, char letter)
{
    static const char *const names[] = {"?", "an integer", "a number", "text", "bytes", "nothing"};
    const char *expected;
    int type = sqlite3_column_type(select, column);
    bool fits = is_of_type(select, column, letter, &expected);
    if (sqlite3_errcode(store->db) == SQLITE_NOMEM)
        return lossi_fail_nomem((size_t)sqlite3_column_bytes(select, column));
    if (!fits)
        return lossi_fail(
            LOSS_ERR_FORMAT, "%s: a value of %s is %s; expected %s", store->path,
            sqlite3_column_name(select, column),
            letter == 't' && type == SQLITE_TEXT ? "text with a NUL in it" : names[type], expected);
    if (type == SQLITE_TEXT || type == SQLITE_BLOB)
        store->bytes_left -= sqlite3_column_bytes(select, column);
    if (store->bytes_left < 0)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: its tables claim more bytes than the file has",
                          store->path);
    return LOSS_OK;
}

loss_status lossi_sql_row(lossi_store *store, sqlite3_stmt *select, const char *types, bool *has)
{
    int code = sqlite3_step(select);
    *has = code == SQLITE_ROW;
    if (!*has)
        return code == SQLITE_DONE ? LOSS_OK : lossi_sql_failed(store, "read");
    loss_status status = LOSS_OK;
    for (int column = 0; types[column] && !status; column++)
        status = check_column(store, select, column, types[column]);
    return status;
}

loss_status lossi_sql_finish(lossi_store *store, sqlite3_stmt *statement)
{
    allow_steps(store);
    int code = sqlite3_step(statement);
    loss_status status = code == SQLITE_DONE ? LOSS_OK : lossi_sql_failed(store, "write");
    sqlite3_reset(statement);
    return status;
}

loss_status lossi_sql_end(lossi_store *store, loss_status status)
{
    if (!status)
        status = lossi_sql_execute(store, "COMMIT", "write");
    if (status)
        sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    return status;
}

const char *lossi_sql_text(sqlite3_stmt *select, int column)
{
    return (const char *)sqlite3_column_text(select, column);
}

double lossi_sql_number(sqlite3_stmt *select, int column)
{
    return sqlite3_column_type(select, column) == SQLITE_NULL
               ? (double)NAN
               : sqlite3_column_double(select, column);
}
