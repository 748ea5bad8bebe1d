/* Text with separators (comma, semicolon, tab or blank), in one of three forms: columns that a
 * first row names (x, y, and loss or z or value; perhaps split, standard_error, accuracy: what
 * lossgrid export writes); three columns x, y, z without names; or a matrix of numbers, a row
 * for each y. A field that is empty or no number has no value, which only places may not. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "grid.h"

enum { X, Y, LOSS, ERROR, ACCURACY, SPLIT, N_ROLES };
static const char *const ROLE_NAMES[N_ROLES][5] = {{"x", NULL},
                                                   {"y", NULL},
                                                   {"loss", "z", "value", "height", NULL},
                                                   {"standard_error", "error", NULL},
                                                   {"accuracy", NULL},
                                                   {"split", NULL}};
enum { NOT_THERE = -1, LONGEST_FIELD = 63 };

typedef struct table {
    const char *path, *at, *end;
    char separator; /* ' ': any run of blanks */
    size_t line;
    problem *p;
} table;

/* Takes the next field of the line; quotes around it fall away. @return false at the end of the
 * line. */
static bool take_field(table *t, char field[LONGEST_FIELD + 1], bool *is_last)
{
    if (t->separator == ' ')
        while (t->at < t->end && (*t->at == ' ' || *t->at == '\t'))
            t->at++;
    size_t n = 0;
    while (t->at < t->end && *t->at != '\n' && *t->at != t->separator &&
           !(t->separator == ' ' && *t->at == '\t')) {
        if (*t->at != '\r' && *t->at != '"' && n < LONGEST_FIELD &&
            (n || !isspace((unsigned char)*t->at)))
            field[n++] = *t->at;
        t->at++;
    }
    while (n && isspace((unsigned char)field[n - 1]))
        n--;
    field[n] = 0;
    if (t->separator == ' ')
        while (t->at < t->end && (*t->at == ' ' || *t->at == '\t' || *t->at == '\r'))
            t->at++;
    *is_last = t->at == t->end || *t->at == '\n';
    if (!*is_last && t->separator != ' ')
        t->at++;
    return true;
}

/* Skips to the next line that holds something and is no comment. @return false at the end of the
 * file. */
static bool next_line(table *t, bool first)
{
    if (!first) {
        while (t->at < t->end && *t->at != '\n')
            t->at++;
        t->at += t->at < t->end;
    }
    for (;;) {
        const char *start = t->at;
        while (start < t->end && (*start == ' ' || *start == '\t' || *start == '\r'))
            start++;
        t->line++;
        if (start == t->end)
            return false;
        if (*start != '\n' && *start != '#')
            return true;
        while (start < t->end && *start != '\n')
            start++;
        t->at = start + (start < t->end);
    }
}

static bool number_of(const char *field, double *value)
{
    char *stop;
    *value = strtod(field, &stop);
    if (*field && !*stop)
        return true;
    *value = (double)NAN;
    return false;
}

static char find_separator(const char *at, const char *end)
{
    static const char separators[] = ",;\t";
    for (const char *s = separators; *s; s++)
        for (const char *c = at; c < end && *c != '\n'; c++)
            if (*c == *s)
                return *s;
    return ' ';
}

/* The first line: does it name columns, and which? @return how many fields it has. */
static size_t read_names(table *t, int roles[N_ROLES], bool *has_names)
{
    table line = *t;
    bool is_last = false;
    size_t n = 0;
    *has_names = false;
    for (int k = 0; k < N_ROLES; k++)
        roles[k] = NOT_THERE;
    while (!is_last) {
        char field[LONGEST_FIELD + 1];
        double value;
        take_field(&line, field, &is_last);
        *has_names |= *field && !number_of(field, &value);
        for (int k = 0; k < N_ROLES; k++)
            for (int i = 0; ROLE_NAMES[k][i]; i++)
                if (strcasecmp(field, ROLE_NAMES[k][i]) == 0 && roles[k] == NOT_THERE)
                    roles[k] = (int)n;
        n++;
    }
    return n;
}

static bool take_row(table *t, const int roles[N_ROLES], struct scatter_row *row)
{
    double values[N_ROLES];
    bool is_last = false, placed[2] = {false, false};
    *row = (struct scatter_row){.split = LOSS_SPLIT_TEST};
    for (int k = 0; k < N_ROLES; k++)
        values[k] = (double)NAN;
    for (int column = 0; !is_last; column++) {
        char field[LONGEST_FIELD + 1];
        take_field(t, field, &is_last);
        for (int k = 0; k < N_ROLES; k++) {
            if (roles[k] != column)
                continue;
            bool is_number = number_of(field, &values[k]);
            if (k <= Y)
                placed[k] = is_number && isfinite(values[k]);
            if (k == SPLIT)
                row->split = strcasecmp(field, "train") == 0 ? LOSS_SPLIT_TRAIN : LOSS_SPLIT_TEST;
        }
    }
    if (!placed[X] || !placed[Y])
        return problem_set(t->p, "%s: line %zu has no %s", t->path, t->line, placed[X] ? "y" : "x");
    row->x = values[X];
    row->y = values[Y];
    row->loss = values[LOSS];
    row->error = values[ERROR];
    row->accuracy = values[ACCURACY];
    return true;
}

static bool read_rows(grid *g, table *t, const int roles[N_ROLES], bool skip_first, problem *p)
{
    scatter s = {.has_error = roles[ERROR] != NOT_THERE,
                 .has_accuracy = roles[ACCURACY] != NOT_THERE};
    bool done = true;
    for (bool more = skip_first ? next_line(t, false) : true; more && done;
         more = next_line(t, false)) {
        struct scatter_row row;
        done = take_row(t, roles, &row) &&
               (scatter_add(&s, &row) || problem_set(p, "%s: out of memory", t->path));
    }
    done = done && grid_from_scatter(g, t->path, &s, p);
    scatter_free(&s);
    return done;
}

/* Room for another row of a matrix. */
static bool add_row(double **values, size_t *capacity, size_t rows, size_t n_columns)
{
    if (rows < *capacity)
        return true;
    size_t more = *capacity ? 2 * *capacity : 64;
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

static bool take_matrix_row(table *t, size_t n_columns, double *row)
{
    bool is_last = false;
    size_t n = 0;
    for (; !is_last; n++) {
        char field[LONGEST_FIELD + 1];
        double value;
        take_field(t, field, &is_last);
        if (!number_of(field, &value) && *field)
            return problem_set(t->p, "%s: line %zu: \"%.40s\" is no number", t->path, t->line,
                               field);
        if (n < n_columns)
            row[n] = value;
    }
    return n == n_columns || problem_set(t->p, "%s: line %zu has %zu numbers, the first line %zu",
                                         t->path, t->line, n, n_columns);
}

/* A matrix: its places are the numbers of its columns and rows. */
static bool read_matrix(grid *g, table *t, size_t n_columns, problem *p)
{
    size_t capacity = 0, rows = 0;
    double *values = NULL;
    bool done = true;
    for (bool more = true; more && done; more = next_line(t, false), rows++) {
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

static bool has_nul(const unsigned char *bytes, size_t n)
{
    return memchr(bytes, 0, n < 4096 ? n : 4096) != NULL;
}

bool grid_parse_csv(grid *g, const char *path, const unsigned char *bytes, size_t n, problem *p)
{
    if (has_nul(bytes, n))
        return problem_set(p, "%s: neither a .landscape nor a .ply nor text", path);
    table t = {path, (const char *)bytes, (const char *)bytes + n, ',', 0, p};
    int roles[N_ROLES];
    bool has_names;
    if (!next_line(&t, true))
        return problem_set(p, "%s: holds no numbers", path);
    t.separator = find_separator(t.at, t.end);
    size_t n_columns = read_names(&t, roles, &has_names);
    if (has_names && (roles[X] == NOT_THERE || roles[Y] == NOT_THERE || roles[LOSS] == NOT_THERE))
        return problem_set(p,
                           "%s: its first line does not name columns x, y and loss (or z), nor is "
                           "it a row of numbers",
                           path);
    if (has_names)
        return read_rows(g, &t, roles, true, p);
    if (n_columns == 3) {
        table again = t;
        roles[X] = 0;
        roles[Y] = 1;
        roles[LOSS] = 2;
        if (read_rows(g, &again, roles, false, p) &&
            g->nx * g->ny == g->n_total) /* else a matrix that happens to have three columns */
            return true;
        char *name = g->name; /* what the attempt left */
        g->name = NULL;
        const char *labels[2] = {g->x_label, g->y_label};
        grid_free(g);
        g->name = name;
        g->x_label = labels[0];
        g->y_label = labels[1];
    }
    return read_matrix(g, &t, n_columns, p);
}
