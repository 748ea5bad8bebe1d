/* The tables of a landscape file. A file is read only if its tables were made by these
 * texts, white space apart: then none of them is a view or virtual, and no column computes
 * anything. */
#include <ctype.h>
#include <string.h>

#include "surface/sql.h"

enum { APPLICATION_ID = 0x4C4F5353 /* "LOSS" */, USER_VERSION = 1 };

typedef struct item {
    const char *type, *name, *sql;
    lossi_schema_part part;
} item;

static const item ITEMS[] = {
    {"table", "metadata",
     "CREATE TABLE metadata(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
     LOSSI_SCHEMA_MAIN},
    {"table", "axes",
     "CREATE TABLE axes(axis TEXT PRIMARY KEY, min REAL NOT NULL, max REAL NOT NULL, n INTEGER "
     "NOT NULL) WITHOUT ROWID",
     LOSSI_SCHEMA_MAIN},
    /* A loss of NaN is NULL in a row that is there: SQLite has no NaN. */
    {"table", "points",
     "CREATE TABLE points(split TEXT NOT NULL, iy INTEGER NOT NULL, ix INTEGER NOT NULL, loss "
     "REAL, standard_error REAL, accuracy REAL, seconds REAL, PRIMARY KEY(split, iy, ix)) WITHOUT "
     "ROWID",
     LOSSI_SCHEMA_MAIN},
    /* A row for each checkpoint and split. A number that is NaN is NULL. */
    {"table", "path",
     "CREATE TABLE path(run TEXT NOT NULL, checkpoint TEXT NOT NULL, split TEXT NOT NULL, epoch "
     "INTEGER NOT NULL, x REAL, y REAL, true_loss REAL, true_accuracy REAL, plane_loss REAL, "
     "residual REAL, distance REAL, digest TEXT NOT NULL, PRIMARY KEY(run, checkpoint, split)) "
     "WITHOUT ROWID",
     LOSSI_SCHEMA_MAIN},
    /* float32, little-endian, in the order of the network's trainable tensors */
    {"table", "directions", "CREATE TABLE directions(axis TEXT PRIMARY KEY, data BLOB NOT NULL)",
     LOSSI_SCHEMA_MAIN},
    {"index", "sqlite_autoindex_directions_1", "", LOSSI_SCHEMA_MAIN}, /* comes with the table */
    /* For people; never read here. */
    {"view", "surface",
     "CREATE VIEW surface AS SELECT p.split AS split, iy, ix, CASE ix WHEN 0 THEN x.min WHEN x.n "
     "- 1 THEN x.max ELSE ((x.n - 1 - ix) * x.min + ix * x.max) / (x.n - 1) END AS x, CASE iy "
     "WHEN 0 THEN y.min WHEN y.n - 1 THEN y.max ELSE ((y.n - 1 - iy) * y.min + iy * y.max) / (y.n "
     "- 1) END AS y, loss, standard_error, accuracy, seconds FROM points p, axes x, axes y WHERE "
     "x.axis = 'x' AND y.axis = 'y' ORDER BY p.split, iy, ix",
     LOSSI_SCHEMA_VIEW},
    {"table", "curvature",
     "CREATE TABLE curvature(split TEXT NOT NULL, iy INTEGER NOT NULL, ix INTEGER NOT NULL, "
     "min_eigenvalue REAL, max_eigenvalue REAL, min_residual REAL, max_residual REAL, "
     "curvature_seconds REAL, PRIMARY KEY(split, iy, ix)) WITHOUT ROWID",
     LOSSI_SCHEMA_CURVATURE},
    /* Of all images, from some of them. */
    {"table", "estimates",
     "CREATE TABLE estimates(split TEXT NOT NULL, iy INTEGER NOT NULL, ix INTEGER NOT NULL, loss "
     "REAL, error REAL, low REAL, high REAL, accuracy REAL, accuracy_error REAL, accuracy_low "
     "REAL, "
     "accuracy_high REAL, images INTEGER NOT NULL, seconds REAL, own_loss REAL, own_error REAL, "
     "own_accuracy REAL, own_accuracy_error REAL, PRIMARY KEY(split, iy, ix)) WITHOUT ROWID",
     LOSSI_SCHEMA_ESTIMATES},
    /* What they are made of: float32, little-endian, and a byte for each image that is right. */
    {"table", "image_losses",
     "CREATE TABLE image_losses(split TEXT NOT NULL, iy INTEGER NOT NULL, ix INTEGER NOT NULL, "
     "first INTEGER NOT NULL, losses BLOB NOT NULL, correct BLOB NOT NULL, PRIMARY KEY(split, iy, "
     "ix, first))",
     LOSSI_SCHEMA_ESTIMATES},
    {"index", "sqlite_autoindex_image_losses_1", "", LOSSI_SCHEMA_ESTIMATES},
};
enum { N_ITEMS = sizeof ITEMS / sizeof *ITEMS };

static loss_status read_number(lossi_store *store, const char *sql, sqlite3_int64 *number)
{
    sqlite3_stmt *select = NULL;
    bool has = false;
    loss_status status = lossi_sql_prepare(store, sql, &select);
    if (!status)
        status = lossi_sql_row(store, select, "i", &has);
    *number = has ? sqlite3_column_int64(select, 0) : 0;
    sqlite3_finalize(select);
    return status;
}

/* The same text but for white space, which another program may lay out in its own way. */
static bool is_same_sql(const char *a, const char *b)
{
    while (*a || *b) {
        if (isspace((unsigned char)*a) != 0 || isspace((unsigned char)*b) != 0) {
            if (!isspace((unsigned char)*a) || !isspace((unsigned char)*b))
                return false;
            while (isspace((unsigned char)*a))
                a++;
            while (isspace((unsigned char)*b))
                b++;
        } else if (*a++ != *b++) {
            return false;
        }
    }
    return true;
}

/* Which of ours a row of sqlite_schema is. A name that is ours with another text is as foreign
 * as another name. */
static loss_status find_item(lossi_store *store, sqlite3_stmt *select, bool found[N_ITEMS])
{
    const char *type = lossi_sql_text(select, 0), *name = lossi_sql_text(select, 1),
               *sql = lossi_sql_text(select, 2);
    size_t i = 0;
    while (i < N_ITEMS && strcmp(name, ITEMS[i].name) != 0)
        i++;
    if (i < N_ITEMS && !found[i] && strcmp(type, ITEMS[i].type) == 0 &&
        is_same_sql(sql, ITEMS[i].sql)) {
        found[i] = true;
        return LOSS_OK;
    }
    if (i < N_ITEMS && strcmp(type, ITEMS[i].type) == 0)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: its %s %s is not that of a landscape: %.200s",
                          store->path, type, ITEMS[i].name, sql);
    return lossi_fail(LOSS_ERR_FORMAT,
                      "%s: it holds the %.60s \"%.100s\"; expected the tables of a landscape and "
                      "nothing else",
                      store->path, type, name);
}

static loss_status check_items(lossi_store *store)
{
    sqlite3_stmt *select = NULL;
    bool found[N_ITEMS] = {false}, has = true;
    loss_status status = lossi_sql_prepare(
        store, "SELECT type, name, coalesce(sql, '') FROM sqlite_schema", &select);
    while (!status && has) {
        status = lossi_sql_row(store, select, "ttt", &has);
        if (!status && has)
            status = find_item(store, select, found);
    }
    sqlite3_finalize(select);
    for (size_t i = 0; i < N_ITEMS && !status; i++)
        if (!found[i] && ITEMS[i].part == LOSSI_SCHEMA_MAIN)
            status = lossi_fail(LOSS_ERR_FORMAT, "%s: it lacks the %s %s of a landscape",
                                store->path, ITEMS[i].type, ITEMS[i].name);
    return status;
}

loss_status lossi_schema_check(lossi_store *store, bool *is_empty)
{
    sqlite3_int64 id = 0, version = 0, has_tables = 0;
    loss_status status = read_number(store, "PRAGMA application_id", &id);
    if (!status)
        status = read_number(store, "PRAGMA user_version", &version);
    if (!status)
        status = read_number(store, "SELECT EXISTS(SELECT 1 FROM sqlite_schema)", &has_tables);
    *is_empty = !status && !has_tables && !id && !version;
    if (status || *is_empty)
        return status;
    if (id != APPLICATION_ID)
        return lossi_fail(
            LOSS_ERR_FORMAT,
            "%s: an SQLite database of another program: application_id is %lld; expected %d",
            store->path, (long long)id, APPLICATION_ID);
    if (version != USER_VERSION)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: landscape format %lld; this version reads %d",
                          store->path, (long long)version, USER_VERSION);
    return check_items(store);
}

static loss_status make(lossi_store *store, lossi_schema_part part)
{
    loss_status status = LOSS_OK;
    for (size_t i = 0; i < N_ITEMS && !status; i++)
        if (ITEMS[i].part == part && *ITEMS[i].sql)
            status = lossi_sql_execute(store, ITEMS[i].sql, "write");
    return status;
}

loss_status lossi_schema_create(lossi_store *store)
{
    char pragmas[96];
    sqlite3_snprintf(sizeof pragmas, pragmas,
                     "PRAGMA application_id = %d; PRAGMA user_version = %d", APPLICATION_ID,
                     USER_VERSION);
    loss_status status = lossi_sql_execute(store, pragmas, "write");
    if (!status)
        status = make(store, LOSSI_SCHEMA_MAIN);
    if (!status)
        status = make(store, LOSSI_SCHEMA_VIEW);
    return status;
}

/* Its first item stands for all: they are made in one transaction. */
loss_status lossi_schema_has(lossi_store *store, lossi_schema_part part, bool *has)
{
    char sql[128];
    sqlite3_int64 n;
    size_t i = 0;
    while (ITEMS[i].part != part)
        i++;
    sqlite3_snprintf(sizeof sql, sql, "SELECT EXISTS(SELECT 1 FROM sqlite_schema WHERE name = %Q)",
                     ITEMS[i].name);
    loss_status status = read_number(store, sql, &n);
    *has = !status && n;
    return status;
}

loss_status lossi_schema_add(lossi_store *store, lossi_schema_part part)
{
    bool has;
    loss_status status = lossi_schema_has(store, part, &has);
    return status || has ? status : make(store, part);
}
