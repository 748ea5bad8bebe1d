/* Fuzz target: landscape files, as info, export, plot and lossview read them. Bytes that begin as
 * an SQLite file are one. Others are rows for the tables of a good file, since few changes of a
 * file's pages get as far as our own code:
 *
 *   TABLE<tab>VALUE<tab>VALUE...    a value is a letter and text: t text, r real, i integer, b
 * bytes, n nothing */
#include <math.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <loss/loss.h>

#include "fuzz/folder.h"
#include "fuzz/fuzz.h"
#include "surface/sql.h"
#include "viewer/readers/readers.h"

enum { MOST_VALUES = 17, MOST_GRID = 1 << 10 };

static char path[96], written[96];

/* A file with the tables and no row. */
static unsigned char *make_empty(size_t *size)
{
    lossi_store *store;
    bool is_new;
    unsigned char *bytes = NULL;
    uint8_t *read;
    lossi_facts facts = {0};
    lossi_store_contents contents = {.facts = &facts, .x = {0, 1, 2}, .y = {0, 1, 2}};
    if (lossi_store_open_or_create(&store, path, &contents, NULL, &is_new) ||
        lossi_store_begin(store) || lossi_schema_add(store, LOSSI_SCHEMA_CURVATURE) ||
        lossi_sql_end(store, lossi_schema_add(store, LOSSI_SCHEMA_ESTIMATES)) ||
        lossi_sql_execute(store, "DELETE FROM axes; DELETE FROM metadata", "empty"))
        abort();
    lossi_store_close(store);
    if (loss_file_read(path, SIZE_MAX, &read, size) || !(bytes = sqlite3_malloc64(*size)))
        abort();
    memcpy(bytes, read, *size);
    free(read);
    return bytes;
}

static void bind(sqlite3_stmt *insert, int place, char *value)
{
    switch (*value) {
    case 't': sqlite3_bind_text(insert, place, value + 1, -1, SQLITE_TRANSIENT); break;
    case 'r': sqlite3_bind_double(insert, place, strtod(value + 1, NULL)); break;
    case 'i': sqlite3_bind_int64(insert, place, strtoll(value + 1, NULL, 10)); break;
    case 'b': sqlite3_bind_blob(insert, place, value + 1, (int)strlen(value + 1), SQLITE_TRANSIENT);
    default: break; /* nothing: NULL */
    }
}

static void insert_row(sqlite3 *db, char *line)
{
    static const struct {
        const char *name, *insert;
    } tables[] = {{"metadata", "(?,?)"},
                  {"axes", "(?,?,?,?)"},
                  {"points", "(?,?,?,?,?,?,?)"},
                  {"path", "(?,?,?,?,?,?,?,?,?,?,?,?)"},
                  {"directions", "(?,?)"},
                  {"curvature", "(?,?,?,?,?,?,?,?)"},
                  {"estimates", "(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"},
                  {"image_losses", "(?,?,?,?,?,?)"}};
    char *rest, *table = strtok_r(line, "\t", &rest), sql[96];
    for (size_t i = 0; table && i < sizeof tables / sizeof *tables; i++) {
        sqlite3_stmt *insert;
        if (strcmp(table, tables[i].name) != 0)
            continue;
        snprintf(sql, sizeof sql, "INSERT OR REPLACE INTO %s VALUES%s", table, tables[i].insert);
        if (sqlite3_prepare_v2(db, sql, -1, &insert, NULL))
            abort();
        for (int place = 1; place <= MOST_VALUES; place++) {
            char *value = strtok_r(NULL, "\t", &rest);
            if (!value)
                break;
            bind(insert, place, value);
        }
        sqlite3_step(insert); /* or is refused, such as NULL where there must be a value */
        sqlite3_finalize(insert);
    }
}

static void write_rows(const uint8_t *bytes, size_t size)
{
    static unsigned char *empty;
    static size_t empty_size;
    sqlite3 *db;
    sqlite3_int64 n;
    if (!empty)
        empty = make_empty(&empty_size);
    unsigned char *image = sqlite3_malloc64(empty_size), *made;
    char *text = malloc(size + 1), *rest;
    if (!image || !text || sqlite3_open(":memory:", &db))
        abort();
    memcpy(image, empty, empty_size);
    memcpy(text, bytes, size);
    text[size] = 0;
    if (sqlite3_deserialize(db, "main", image, (sqlite3_int64)empty_size, (sqlite3_int64)empty_size,
                            SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE) ||
        sqlite3_exec(db, "BEGIN", NULL, NULL, NULL))
        abort();
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        insert_row(db, line);
    made =
        sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) ? NULL : sqlite3_serialize(db, "main", &n, 0);
    if (!made)
        abort();
    fuzz_folder_put(path, made, (size_t)n);
    sqlite3_free(made);
    sqlite3_close(db);
    free(text);
}

/* Lines, critical points and figures of the losses. */
static void analyse(loss_axis x, loss_axis y, const loss_point *points)
{
    static double z[MOST_GRID], levels[8], area;
    size_t n_levels = 0;
    loss_grid losses = {x, y, z};
    loss_levels_options opt = LOSS_LEVELS_OPTIONS_INIT;
    loss_contours *lines;
    loss_criticals *criticals;
    loss_figures figures;
    for (size_t i = 0; i < x.n * y.n; i++)
        z[i] = points[i].evaluated ? points[i].loss : (double)NAN;
    for (int scale = 0; scale <= LOSS_LEVELS_QUANTILE; scale++) {
        opt.scale = (loss_level_scale)scale;
        opt.round = scale != LOSS_LEVELS_QUANTILE;
        if (!loss_levels(&losses, 8, &opt, levels, &n_levels) &&
            !loss_contours_create(&lines, &losses, levels, n_levels, LOSS_CONTOUR_SQUARES))
            loss_contours_free(lines);
    }
    if (!loss_criticals_create(&criticals, &losses, NULL))
        loss_criticals_free(criticals);
    loss_figures_of(&losses, &figures);
    loss_area_below(&losses, n_levels ? levels[0] : 1, &area);
}

/* One of the formats, and lossview: writing and opening files take most of the time. */
static void export_one(loss_surface *s, const loss_export_options *opt, size_t which)
{
    static const char *const endings[] = {"csv", "ply", "vti"};
    if (which >= sizeof endings / sizeof *endings)
        return;
    snprintf(written, sizeof written, "%s/x.%s", fuzz_folder_get(), endings[which]);
    loss_surface_export(s, written, opt);
    if (which < 2)
        loss_surface_export_path(s, written, opt);
}

static void use_split(loss_surface *s, loss_split split, size_t which)
{
    static loss_point points[MOST_GRID];
    static loss_point_curvature curvature[MOST_GRID];
    static loss_estimate estimates[MOST_GRID];
    loss_estimate_report report = LOSS_ESTIMATE_REPORT_INIT;
    const loss_path_point *path_points;
    loss_selection selection;
    loss_export_options opt = LOSS_EXPORT_OPTIONS_INIT;
    size_t n;
    opt.split = split;
    if (!loss_surface_points(s, split, points))
        analyse(loss_surface_x(s), loss_surface_y(s), points);
    loss_surface_curvature(s, split, curvature);
    loss_surface_estimates(s, split, estimates);
    loss_surface_estimate_report(s, split, &report);
    loss_surface_paths(s, split, &n, &path_points);
    loss_surface_selection(s, split, &selection);
    export_one(s, &opt, which);
}

static void view(void)
{
    grid g = {0};
    problem p;
    if (grid_read_landscape(&g, path, &p))
        grid_check(&g, path, &p);
    grid_free(&g);
}

static void use(size_t which)
{
    loss_surface *s;
    const char *key;
    double number;
    uint64_t count;
    if (loss_surface_read(&s, path))
        return;
    size_t nx = loss_surface_x(s).n, ny = loss_surface_y(s).n;
    for (size_t i = 0; (key = loss_surface_metadata_key(s, i)) != NULL; i++) {
        loss_surface_number(s, key, &number);
        loss_surface_count(s, key, &count);
    }
    bool is_small = nx * ny <= MOST_GRID; /* larger ones would only take time */
    for (int split = 0; split < 2 && is_small; split++)
        if (loss_surface_has_split(s, (loss_split)split))
            use_split(s, (loss_split)split, which);
    loss_surface_close(s);
    if (is_small && which == 3)
        view();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    snprintf(path, sizeof path, "%s/x.landscape", fuzz_folder_get());
    if (size >= 6 && memcmp(bytes, "SQLite", 6) == 0)
        fuzz_folder_put(path, bytes, size);
    else
        write_rows(bytes, size);
    use(size % 4);
    return 0;
}
