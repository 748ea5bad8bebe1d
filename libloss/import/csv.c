/* Tables of numbers in one of four forms: columns that a first row names (x, perhaps y, and a
 * loss: what lossgrid and pandas write); columns x, y, loss and perhaps accuracy without names; a
 * pivot table, whose first row and column are the coordinates; or a matrix of numbers, a row for
 * each y. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "import/csv_text.h"
#include "import/roles.h"
#include "import/scatter.h"

/* The columns that have a role, by it; -1: there is none. */
typedef struct columns {
    size_t n;
    int of_role[LOSSI_N_ROLES];
    bool has_split, lacks_split; /* so far a row has said of which split it is, or has not */
} columns;

static columns no_columns(size_t n)
{
    columns c = {.n = n};
    for (int k = 0; k < LOSSI_N_ROLES; k++)
        c.of_role[k] = -1;
    return c;
}

/* The first row: does it name columns, and which? The first of several with one role counts. */
static bool read_names(const lossi_csv_text *t, columns *c)
{
    lossi_csv_text row = *t;
    bool has_names = false, is_last = false;
    *c = no_columns(lossi_csv_count(t));
    for (int column = 0; !is_last; column++) {
        char field[LOSSI_LONGEST_FIELD + 1];
        double value;
        lossi_csv_take(&row, field, &is_last);
        has_names =
            has_names || (!lossi_csv_is_missing(field) && !lossi_csv_number(t, field, &value));
        lossi_role role = lossi_role_of(field);
        if (role != LOSSI_ROLE_NONE && c->of_role[role] < 0)
            c->of_role[role] = column;
    }
    return has_names;
}

/* The name of a column. NULL: out of memory. */
static char *name_of(const lossi_csv_text *t, int column)
{
    lossi_csv_text row = *t;
    char field[LOSSI_LONGEST_FIELD + 1] = "";
    bool is_last = false;
    for (int i = 0; i <= column && !is_last; i++)
        lossi_csv_take(&row, field, &is_last);
    return lossi_strdup(field);
}

static loss_status fail_field(const lossi_csv_text *t, const char *field)
{
    return lossi_fail(LOSS_ERR_FORMAT, "%s: line %zu: \"%.40s%s\" is no number", t->path, t->line,
                      field, strlen(field) > 40 ? "..." : "");
}

/* A number or what stands for a missing one; *is_there: which. */
static loss_status take_value(const lossi_csv_text *t, const char *field, double *value,
                              bool *is_there)
{
    *is_there = lossi_csv_number(t, field, value);
    return *is_there || lossi_csv_is_missing(field) ? LOSS_OK : fail_field(t, field);
}

/* Whether a point is there: a number, or a word that numpy and pandas write. */
static loss_status take_truth(const lossi_csv_text *t, const char *field, double *value,
                              bool *is_there)
{
    bool is_true = strcasecmp(field, "true") == 0;
    if (!is_true && strcasecmp(field, "false") != 0)
        return take_value(t, field, value, is_there);
    *value = is_true;
    *is_there = true;
    return LOSS_OK;
}

/* All rows say of which split they are, or none does. */
static loss_status take_split(const lossi_csv_text *t, const char *field, columns *c,
                              loss_split *split)
{
    int of = lossi_role_split(field);
    bool is_missing = lossi_csv_is_missing(field);
    *split = of == LOSSI_OF_TRAIN ? LOSS_SPLIT_TRAIN : LOSS_SPLIT_TEST;
    c->has_split = c->has_split || !is_missing;
    c->lacks_split = c->lacks_split || is_missing;
    if (c->has_split && c->lacks_split)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: line %zu: some rows name a split, and some do not",
                          t->path, t->line);
    return of != LOSSI_OF_ROW || is_missing
               ? LOSS_OK
               : lossi_fail(LOSS_ERR_FORMAT,
                            "%s: line %zu: \"%.40s\" is no split; expected train "
                            "or test",
                            t->path, t->line, field);
}

/* What a row has in the columns that have a role. */
typedef struct row_values {
    double of_role[LOSSI_N_ROLES];
    bool is_there[LOSSI_N_ROLES];
    loss_split split;
} row_values;

/* Other columns may hold anything. */
static loss_status take_roles(lossi_csv_text *t, columns *c, row_values *v)
{
    bool is_last = false;
    *v = (row_values){.split = LOSS_SPLIT_TEST};
    for (int k = 0; k < LOSSI_N_ROLES; k++)
        v->of_role[k] = (double)NAN;
    for (size_t column = 0; !is_last; column++) {
        char field[LOSSI_LONGEST_FIELD + 1];
        loss_status status = LOSS_OK;
        lossi_csv_take(t, field, &is_last);
        if (column >= c->n && *field)
            return lossi_fail(LOSS_ERR_FORMAT,
                              "%s: line %zu has more fields than the first row, %zu", t->path,
                              t->line, c->n);
        for (int k = 0; k < LOSSI_N_ROLES && !status; k++) {
            if (c->of_role[k] != (int)column)
                continue;
            status = k == LOSSI_ROLE_SPLIT ? take_split(t, field, c, &v->split)
                     : k >= LOSSI_ROLE_EVALUATED
                         ? take_truth(t, field, &v->of_role[k], &v->is_there[k])
                         : take_value(t, field, &v->of_role[k], &v->is_there[k]);
        }
        if (status)
            return status;
    }
    return LOSS_OK;
}

/* Whether the row has a loss of a split, which is said to be there if anything is said of that. */
static bool has_loss(const row_values *v, int of)
{
    return v->is_there[LOSSI_ROLE_LOSS + of] &&
           (!v->is_there[LOSSI_ROLE_EVALUATED + of] || v->of_role[LOSSI_ROLE_EVALUATED + of] > 0);
}

/* A row for each split that the columns are of. A line has no y. */
static loss_status take_row(lossi_csv_text *t, columns *c, lossi_scatter *s)
{
    row_values v;
    loss_status status = take_roles(t, c, &v);
    if (status)
        return status;
    bool is_line = c->of_role[LOSSI_ROLE_Y] < 0;
    double x = v.of_role[LOSSI_ROLE_X], y = is_line ? 0 : v.of_role[LOSSI_ROLE_Y];
    if (!isfinite(x) || !isfinite(y))
        return lossi_fail(LOSS_ERR_FORMAT, "%s: line %zu has no %s", t->path, t->line,
                          isfinite(x) ? "y" : "x");
    const loss_split splits[LOSSI_N_OF] = {v.split, LOSS_SPLIT_TRAIN, LOSS_SPLIT_TEST};
    for (int of = LOSSI_OF_ROW; of < LOSSI_N_OF && !status; of++)
        if (has_loss(&v, of))
            status = lossi_scatter_add(
                s, &(lossi_scatter_row){x, y, v.of_role[LOSSI_ROLE_LOSS + of],
                                        v.of_role[LOSSI_ROLE_ERROR + of],
                                        v.of_role[LOSSI_ROLE_ACCURACY + of], t->line, splits[of]});
    return status;
}

static loss_status read_rows(lossi_csv_text *t, columns *c, bool skip_first, lossi_scatter *s)
{
    loss_status status = LOSS_OK;
    s->word = "line";
    for (bool more = skip_first ? lossi_csv_next_row(t) : true; more && !status;
         more = lossi_csv_next_row(t))
        status = take_row(t, c, s);
    return status;
}

static loss_status read_named(loss_import *to, lossi_csv_text *t, columns *c)
{
    if (c->of_role[LOSSI_ROLE_X] < 0 && c->of_role[LOSSI_ROLE_Y] < 0)
        c->of_role[LOSSI_ROLE_X] = c->of_role[LOSSI_ROLE_ALONG];
    if (c->of_role[LOSSI_ROLE_X] < 0 || !lossi_role_is_there(c->of_role, LOSSI_ROLE_LOSS))
        return lossi_fail(
            LOSS_ERR_FORMAT,
            "%s: its first line does not name columns x (or alpha), y (or beta) and loss (or z, "
            "value, train_loss, test_loss), nor is it a row of numbers",
            t->path);
    to->x_name = name_of(t, c->of_role[LOSSI_ROLE_X]);
    bool is_line = c->of_role[LOSSI_ROLE_Y] < 0;
    to->y_name = is_line ? NULL : name_of(t, c->of_role[LOSSI_ROLE_Y]);
    if (!to->x_name || (!is_line && !to->y_name))
        return lossi_fail_nomem(LOSSI_LONGEST_FIELD);
    lossi_scatter s = {0};
    loss_status status = read_rows(t, c, true, &s);
    to->tells_split = c->has_split || c->of_role[LOSSI_ROLE_LOSS] < 0;
    if (!status)
        status = lossi_scatter_to_grid(to, t->path, &s);
    lossi_scatter_free(&s);
    return status;
}

/* Whether numbers only grow, or only fall. */
static bool keeps_direction(double before, double value, int *direction)
{
    int now = value > before ? 1 : value < before ? -1 : 0;
    if (!now || (*direction && now != *direction))
        return false;
    *direction = now;
    return true;
}

/* A corner that holds no number, and coordinates beside it. */
static bool is_pivot(const lossi_csv_text *t)
{
    lossi_csv_text row = *t;
    char field[LOSSI_LONGEST_FIELD + 1];
    bool is_last;
    double before = 0, value;
    int direction = 0;
    size_t n = 0;
    lossi_csv_take(&row, field, &is_last);
    if (lossi_csv_number(t, field, &value))
        return false;
    for (; !is_last; n++, before = value) {
        lossi_csv_take(&row, field, &is_last);
        if (!lossi_csv_number(t, field, &value) || !isfinite(value) ||
            (n && !keeps_direction(before, value, &direction)))
            return false;
    }
    return n >= 2;
}

static loss_status take_pivot_row(lossi_csv_text *t, const double *x, size_t nx, lossi_scatter *s)
{
    char field[LOSSI_LONGEST_FIELD + 1];
    bool is_last, is_there;
    lossi_scatter_row row = {
        .error = (double)NAN, .accuracy = (double)NAN, .line = t->line, .split = LOSS_SPLIT_TEST};
    lossi_csv_take(t, field, &is_last);
    if (!lossi_csv_number(t, field, &row.y) || !isfinite(row.y))
        return lossi_fail(LOSS_ERR_FORMAT, "%s: line %zu: \"%.40s\" is no coordinate", t->path,
                          t->line, field);
    size_t i = 0;
    loss_status status = LOSS_OK;
    for (; !is_last && !status; i++) {
        lossi_csv_take(t, field, &is_last);
        if (i == nx)
            return lossi_fail(LOSS_ERR_FORMAT,
                              "%s: line %zu has more than the %zu values of the first row", t->path,
                              t->line, nx);
        row.x = x[i];
        status = take_value(t, field, &row.loss, &is_there);
        if (!status && is_there)
            status = lossi_scatter_add(s, &row);
    }
    return status || i == nx
               ? status
               : lossi_fail(LOSS_ERR_FORMAT, "%s: line %zu has %zu values, the first row %zu",
                            t->path, t->line, i, nx);
}

static loss_status read_pivot(loss_import *to, lossi_csv_text *t)
{
    size_t nx = lossi_csv_count(t) - 1;
    double *x = malloc(nx * sizeof *x);
    lossi_scatter s = {.word = "line"};
    if (!x)
        return lossi_fail_nomem(nx * sizeof *x);
    bool is_last;
    char field[LOSSI_LONGEST_FIELD + 1];
    lossi_csv_take(t, field, &is_last);
    for (size_t i = 0; i < nx; i++) {
        lossi_csv_take(t, field, &is_last);
        lossi_csv_number(t, field, &x[i]);
    }
    loss_status status = LOSS_OK;
    while (!status && lossi_csv_next_row(t))
        status = take_pivot_row(t, x, nx, &s);
    if (!status)
        status = lossi_scatter_to_grid(to, t->path, &s);
    lossi_scatter_free(&s);
    free(x);
    return status;
}

/* Rows of a matrix as they come. */
typedef struct matrix {
    size_t n_columns, n, capacity; /* capacity: in points */
    loss_point *points;            /* [n][n_columns] */
} matrix;

/* Room for another row. */
static loss_status grow(matrix *m)
{
    size_t wanted = (m->n + 1) * m->n_columns;
    if (wanted <= m->capacity)
        return LOSS_OK;
    size_t capacity = lossi_larger(wanted, 2 * m->capacity);
    loss_point *grown = realloc(m->points, capacity * sizeof *grown);
    if (!grown)
        return lossi_fail_nomem(capacity * sizeof *grown);
    m->points = grown;
    m->capacity = capacity;
    return LOSS_OK;
}

static loss_status take_matrix_row(lossi_csv_text *t, matrix *m)
{
    bool is_last = false;
    size_t n = 0;
    if (m->n >= LOSSI_IMPORT_MOST / m->n_columns)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: more than %d numbers", t->path, LOSSI_IMPORT_MOST);
    loss_status status = grow(m);
    if (status)
        return status;
    loss_point *row = m->points + m->n * m->n_columns;
    for (; !is_last; n++) {
        char field[LOSSI_LONGEST_FIELD + 1];
        double value;
        bool is_there;
        lossi_csv_take(t, field, &is_last);
        status = take_value(t, field, &value, &is_there);
        if (status)
            return status;
        if (n < m->n_columns)
            row[n] = (loss_point){is_there, value, (double)NAN, (double)NAN, (double)NAN};
    }
    m->n++;
    return n == m->n_columns
               ? LOSS_OK
               : lossi_fail(LOSS_ERR_FORMAT, "%s: line %zu has %zu numbers, the first line %zu",
                            t->path, t->line, n, m->n_columns);
}

/* A matrix: its places are the numbers of its columns and rows. */
static loss_status read_matrix(loss_import *to, lossi_csv_text *t, size_t n_columns)
{
    matrix m = {.n_columns = n_columns};
    loss_status status = LOSS_OK;
    for (bool more = true; more && !status; more = lossi_csv_next_row(t))
        status = take_matrix_row(t, &m);
    to->points[LOSS_SPLIT_TEST] = m.points;
    to->nx = n_columns;
    to->ny = m.n;
    if (status)
        return status;
    to->x = lossi_import_counting(to->nx);
    to->y = lossi_import_counting(to->ny);
    return to->x && to->y ? LOSS_OK : lossi_fail_nomem((to->nx + to->ny) * sizeof(double));
}

/* Tries the first two columns as places. *is_grid if each place of their grid occurs once. What
 * the attempt leaves in *to is as it was if not. */
static loss_status read_places(loss_import *to, const lossi_csv_text *t, size_t n_columns,
                               bool *is_grid)
{
    columns c = no_columns(n_columns);
    lossi_csv_text rows = *t;
    lossi_scatter s = {0};
    loss_import found = {0};
    c.of_role[LOSSI_ROLE_X] = 0;
    c.of_role[LOSSI_ROLE_Y] = 1;
    c.of_role[LOSSI_ROLE_LOSS] = 2;
    if (n_columns > 3)
        c.of_role[LOSSI_ROLE_ACCURACY] = 3;
    loss_status status = read_rows(&rows, &c, false, &s);
    if (!status)
        status = lossi_scatter_to_grid(&found, t->path, &s);
    *is_grid = !status && found.nx > 1 && found.ny > 1 && found.nx * found.ny == s.n;
    lossi_scatter_free(&s);
    if (status != LOSS_ERR_NOMEM)
        status = LOSS_OK;
    if (*is_grid && n_columns > 4)
        status = lossi_fail(LOSS_ERR_FORMAT,
                            "%s: %zu columns without names, of which the first two are places of "
                            "a grid; name them in a first line, such as x,y,loss,accuracy",
                            t->path, n_columns);
    if (*is_grid && !status) {
        to->nx = found.nx;
        to->ny = found.ny;
        to->x = found.x;
        to->y = found.y;
        to->points[LOSS_SPLIT_TEST] = found.points[LOSS_SPLIT_TEST];
        return LOSS_OK;
    }
    free(found.x);
    free(found.y);
    free(found.points[LOSS_SPLIT_TEST]);
    return status;
}

static loss_status parse(loss_import *to, const uint8_t *bytes, size_t size, const char *path)
{
    lossi_csv_text t;
    columns c;
    loss_status status = lossi_csv_open(&t, path, bytes, size);
    if (status)
        return status;
    if (is_pivot(&t))
        return read_pivot(to, &t);
    if (read_names(&t, &c))
        return read_named(to, &t, &c);
    bool is_grid = false;
    if (c.n >= 3)
        status = read_places(to, &t, c.n, &is_grid);
    return status || is_grid ? status : read_matrix(to, &t, c.n);
}

/* It is the last kind: whatever is text. */
static bool is(const uint8_t *bytes, size_t size)
{
    (void)bytes;
    (void)size;
    return true;
}

const lossi_import_kind lossi_import_csv = {
    .name = "table of numbers", .endings = ".csv .tsv .txt", .is = is, .parse = parse};
