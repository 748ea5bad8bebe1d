/* Tables of numbers in one of four forms: columns that a first row names (x, y and a loss: what
 * lossgrid export and pandas write); columns x, y, loss and perhaps accuracy without names; a
 * pivot table, whose first row and column are the coordinates; or a matrix of numbers, a row for
 * each y. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "readers/csv_text.h"
#include "readers/readers.h"
#include "readers/scatter.h"

/* What a column is. Those of a split are numbered from its role on. */
enum { X, Y, SPLIT, LOSS, ERROR = LOSS + 3, ACCURACY = ERROR + 3, N_ROLES = ACCURACY + 3 };
/* Behind LOSS, ERROR and ACCURACY: of the split that the row names, of train, of test. */
enum { OF_ROW, OF_TRAIN, OF_TEST };

static const struct column_name {
    const char *name;
    int role;
} NAMES[] = {{"x", X},
             {"alpha", X},
             {"y", Y},
             {"beta", Y},
             {"split", SPLIT},
             {"loss", LOSS},
             {"z", LOSS},
             {"value", LOSS},
             {"height", LOSS},
             {"standard_error", ERROR},
             {"error", ERROR},
             {"stderr", ERROR},
             {"accuracy", ACCURACY},
             {"acc", ACCURACY}};
static const struct split_name {
    const char *name;
    int of;
} SPLIT_NAMES[] = {{"train", OF_TRAIN}, {"training", OF_TRAIN}, {"test", OF_TEST},
                   {"val", OF_TEST},    {"valid", OF_TEST},     {"validation", OF_TEST},
                   {"eval", OF_TEST}};
enum {
    N_NAMES = sizeof NAMES / sizeof *NAMES,
    N_SPLIT_NAMES = sizeof SPLIT_NAMES / sizeof *SPLIT_NAMES,
    NOT_THERE = -1
};

/* Role of a plain name; NOT_THERE if it has none. */
static int plain_role(const char *name)
{
    for (int i = 0; i < N_NAMES; i++)
        if (strcasecmp(name, NAMES[i].name) == 0)
            return NAMES[i].role;
    return NOT_THERE;
}

/* Role of a name such as loss, train_loss or loss_train. */
static int role_of(const char *name)
{
    int role = plain_role(name);
    for (int i = 0; i < N_SPLIT_NAMES && role == NOT_THERE; i++) {
        const char *split = SPLIT_NAMES[i].name;
        size_t n = strlen(split), length = strlen(name);
        char rest[LONGEST_FIELD + 1] = "";
        if (length > n + 1 && strncasecmp(name, split, n) == 0 && strchr("_ -.", name[n]))
            strcpy(rest, name + n + 1);
        else if (length > n + 1 && strcasecmp(name + length - n, split) == 0 &&
                 strchr("_ -.", name[length - n - 1]))
            memcpy(rest, name, length - n - 1);
        role = plain_role(rest);
        role = role < LOSS ? NOT_THERE : role + SPLIT_NAMES[i].of;
    }
    return role;
}

static bool has_loss(const int roles[N_ROLES])
{
    return roles[LOSS] != NOT_THERE || roles[LOSS + OF_TRAIN] != NOT_THERE ||
           roles[LOSS + OF_TEST] != NOT_THERE;
}

/* The first row: does it name columns, and which? The first of several with one role counts. */
static bool read_names(const csv_text *t, int roles[N_ROLES])
{
    csv_text row = *t;
    bool has_names = false, is_last = false;
    for (int k = 0; k < N_ROLES; k++)
        roles[k] = NOT_THERE;
    for (int column = 0; !is_last; column++) {
        char field[LONGEST_FIELD + 1];
        double value;
        csv_take(&row, field, &is_last);
        has_names = has_names || (!csv_is_missing(field) && !csv_number(t, field, &value));
        int role = role_of(field);
        if (role != NOT_THERE && roles[role] == NOT_THERE)
            roles[role] = column;
    }
    return has_names;
}

static bool fail_field(csv_text *t, const char *field)
{
    return problem_set(t->p, "%s: line %zu: \"%.40s\" is no number", t->path, t->line, field);
}

/* A number or what stands for a missing one. */
static bool take_value(csv_text *t, const char *field, double *value)
{
    return csv_number(t, field, value) || csv_is_missing(field) || fail_field(t, field);
}

/* Reads the columns that have a role; the others may hold anything. */
static bool take_roles(csv_text *t, const int roles[N_ROLES], size_t n_columns,
                       double values[N_ROLES], int *split)
{
    bool is_last = false;
    size_t column = 0;
    for (int k = 0; k < N_ROLES; k++)
        values[k] = (double)NAN;
    for (; !is_last; column++) {
        char field[LONGEST_FIELD + 1];
        csv_take(t, field, &is_last);
        if (column >= n_columns && *field)
            return problem_set(t->p, "%s: line %zu has more fields than the first row, %zu",
                               t->path, t->line, n_columns);
        for (int k = 0; k < N_ROLES; k++) {
            if (roles[k] != (int)column)
                continue;
            if (k == SPLIT)
                *split = strcasecmp(field, "train") == 0 ? LOSS_SPLIT_TRAIN : LOSS_SPLIT_TEST;
            else if (!take_value(t, field, &values[k]))
                return false;
        }
    }
    if (!isfinite(values[X]) || !isfinite(values[Y]))
        return problem_set(t->p, "%s: line %zu has no %s", t->path, t->line,
                           isfinite(values[X]) ? "y" : "x");
    return true;
}

static bool add_point(csv_text *t, scatter *s, const struct scatter_row *row)
{
    return scatter_add(s, row) || problem_set(t->p, "%s: out of memory", t->path);
}

/* A row for each split that the columns are of. */
static bool take_row(csv_text *t, const int roles[N_ROLES], size_t n_columns, scatter *s)
{
    static const int splits[3] = {LOSS_SPLIT_TEST, LOSS_SPLIT_TRAIN, LOSS_SPLIT_TEST};
    double values[N_ROLES];
    int named = LOSS_SPLIT_TEST;
    bool done = take_roles(t, roles, n_columns, values, &named);
    for (int of = OF_ROW; of <= OF_TEST && done; of++)
        if (roles[LOSS + of] != NOT_THERE)
            done = add_point(t, s,
                             &(struct scatter_row){.x = values[X],
                                                   .y = values[Y],
                                                   .loss = values[LOSS + of],
                                                   .error = values[ERROR + of],
                                                   .accuracy = values[ACCURACY + of],
                                                   .split = of == OF_ROW ? named : splits[of]});
    return done;
}

static bool has_role(const int roles[N_ROLES], int first)
{
    return roles[first] != NOT_THERE || roles[first + OF_TRAIN] != NOT_THERE ||
           roles[first + OF_TEST] != NOT_THERE;
}

static bool read_rows(csv_text *t, const int roles[N_ROLES], bool skip_first, scatter *s)
{
    size_t n_columns = csv_count(t);
    bool done = true;
    s->has_error = has_role(roles, ERROR);
    s->has_accuracy = has_role(roles, ACCURACY);
    for (bool more = skip_first ? csv_next_row(t) : true; more && done; more = csv_next_row(t))
        done = take_row(t, roles, n_columns, s);
    return done;
}

static bool read_named(grid *g, csv_text *t, const int roles[N_ROLES], problem *p)
{
    scatter s = {0};
    if (roles[X] == NOT_THERE || roles[Y] == NOT_THERE || !has_loss(roles))
        return problem_set(p,
                           "%s: its first line does not name columns x (or alpha), y (or beta) and "
                           "loss (or z, value, train_loss, test_loss), nor is it a row of numbers",
                           t->path);
    bool done = read_rows(t, roles, true, &s) && grid_from_scatter(g, t->path, &s, p);
    g->tells_split = roles[SPLIT] != NOT_THERE || roles[LOSS] == NOT_THERE;
    scatter_free(&s);
    return done;
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
static bool is_pivot(const csv_text *t)
{
    csv_text row = *t;
    char field[LONGEST_FIELD + 1];
    bool is_last;
    double before = 0, value;
    int direction = 0;
    size_t n = 0;
    csv_take(&row, field, &is_last);
    if (csv_number(t, field, &value))
        return false;
    for (; !is_last; n++, before = value) {
        csv_take(&row, field, &is_last);
        if (!csv_number(t, field, &value) || !isfinite(value) ||
            (n && !keeps_direction(before, value, &direction)))
            return false;
    }
    return n >= 2;
}

static bool take_pivot_row(csv_text *t, const double *x, size_t nx, scatter *s)
{
    char field[LONGEST_FIELD + 1];
    bool is_last, done = true;
    double y;
    csv_take(t, field, &is_last);
    if (!csv_number(t, field, &y) || !isfinite(y))
        return problem_set(t->p, "%s: line %zu: \"%.40s\" is no coordinate", t->path, t->line,
                           field);
    size_t i = 0;
    for (; !is_last && done; i++) {
        struct scatter_row row = {.y = y, .split = LOSS_SPLIT_TEST};
        csv_take(t, field, &is_last);
        if (i == nx)
            return problem_set(t->p, "%s: line %zu has more than the %zu values of the first row",
                               t->path, t->line, nx);
        row.x = x[i];
        row.error = row.accuracy = (double)NAN;
        done = take_value(t, field, &row.loss) && add_point(t, s, &row);
    }
    return done && (i == nx || problem_set(t->p, "%s: line %zu has %zu values, the first row %zu",
                                           t->path, t->line, i, nx));
}

static bool read_pivot(grid *g, csv_text *t, problem *p)
{
    size_t nx = csv_count(t) - 1;
    double *x = malloc(nx * sizeof *x);
    scatter s = {0};
    if (!x)
        return problem_set(p, "%s: out of memory", t->path);
    bool is_last, done = true;
    char field[LONGEST_FIELD + 1];
    csv_take(t, field, &is_last);
    for (size_t i = 0; i < nx; i++) {
        csv_take(t, field, &is_last);
        csv_number(t, field, &x[i]);
    }
    while (done && csv_next_row(t))
        done = take_pivot_row(t, x, nx, &s);
    done = done && grid_from_scatter(g, t->path, &s, p);
    scatter_free(&s);
    free(x);
    return done;
}

/* Room for another row of a matrix. */
static bool add_row(double **values, size_t *capacity, size_t rows, size_t n_columns)
{
    if (rows < *capacity)
        return true;
    size_t more = *capacity ? 2 * *capacity : 16;
    double *grown = realloc(*values, more * n_columns * sizeof *grown);
    if (!grown)
        return false;
    *values = grown;
    *capacity = more;
    return true;
}

static double *counting(size_t n)
{
    double *axis = malloc(n * sizeof *axis);
    for (size_t i = 0; axis && i < n; i++)
        axis[i] = (double)i;
    return axis;
}

static bool take_matrix_row(csv_text *t, size_t n_columns, double *row)
{
    bool is_last = false;
    size_t n = 0;
    for (; !is_last; n++) {
        char field[LONGEST_FIELD + 1];
        double value;
        csv_take(t, field, &is_last);
        if (!take_value(t, field, &value))
            return false;
        if (n < n_columns)
            row[n] = value;
    }
    return n == n_columns || problem_set(t->p, "%s: line %zu has %zu numbers, the first line %zu",
                                         t->path, t->line, n, n_columns);
}

/* A matrix: its places are the numbers of its columns and rows. */
static bool read_matrix(grid *g, csv_text *t, size_t n_columns, problem *p)
{
    size_t capacity = 0, rows = 0;
    double *values = NULL;
    bool done = true;
    for (bool more = true; more && done; more = csv_next_row(t), rows++) {
        if (rows >= MOST_POINTS / n_columns)
            done = problem_set(p, "%s: more than %d numbers", t->path, MOST_POINTS);
        else if (!add_row(&values, &capacity, rows, n_columns))
            done = problem_set(p, "%s: out of memory", t->path);
        else
            done = take_matrix_row(t, n_columns, values + rows * n_columns);
    }
    if (!done) {
        free(values);
        return false;
    }
    g->nx = n_columns;
    g->ny = rows;
    g->n_total = g->n_evaluated = rows * n_columns;
    g->splits[LOSS_SPLIT_TEST].loss = values;
    g->has_split[LOSS_SPLIT_TEST] = true;
    for (size_t i = 0; i < g->n_total; i++)
        if (!isfinite(values[i])) {
            values[i] = (double)NAN;
            g->n_not_finite++;
        }
    g->x = counting(g->nx);
    g->y = counting(g->ny);
    return (g->x && g->y) || problem_set(p, "%s: out of memory", t->path);
}

/* Tries the first two columns as places. *is_grid if each place of their grid occurs once. What
 * the attempt leaves in *g is as it was if not. */
static bool read_places(grid *g, const csv_text *t, size_t n_columns, bool *is_grid, problem *p)
{
    int roles[N_ROLES];
    csv_text rows = *t;
    scatter s = {0};
    grid found = {0};
    for (int k = 0; k < N_ROLES; k++)
        roles[k] = NOT_THERE;
    roles[X] = 0;
    roles[Y] = 1;
    roles[LOSS] = 2;
    if (n_columns > 3)
        roles[ACCURACY] = 3;
    *is_grid = read_rows(&rows, roles, false, &s) && grid_from_scatter(&found, t->path, &s, p) &&
               found.nx > 1 && found.ny > 1 && found.nx * found.ny == s.n;
    scatter_free(&s);
    if (*is_grid && n_columns > 4) {
        grid_free(&found);
        return problem_set(p,
                           "%s: %zu columns without names, of which the first two are places of a "
                           "grid; name them in a first line, such as x,y,loss,accuracy",
                           t->path, n_columns);
    }
    if (!*is_grid) {
        grid_free(&found);
        return true;
    }
    g->nx = found.nx;
    g->ny = found.ny;
    g->x = found.x;
    g->y = found.y;
    memcpy(g->splits, found.splits, sizeof g->splits);
    memcpy(g->has_split, found.has_split, sizeof g->has_split);
    g->n_total = found.n_total;
    g->n_evaluated = found.n_evaluated;
    g->n_not_finite = found.n_not_finite;
    return true;
}

bool grid_parse_csv(grid *g, const char *path, const unsigned char *bytes, size_t n, problem *p)
{
    csv_text t;
    int roles[N_ROLES];
    if (!csv_open(&t, path, bytes, n, p))
        return false;
    if (is_pivot(&t))
        return read_pivot(g, &t, p);
    if (read_names(&t, roles))
        return read_named(g, &t, roles, p);
    size_t n_columns = csv_count(&t);
    bool is_grid = false;
    if (n_columns >= 3 && !read_places(g, &t, n_columns, &is_grid, p))
        return false;
    return is_grid || read_matrix(g, &t, n_columns, p);
}
