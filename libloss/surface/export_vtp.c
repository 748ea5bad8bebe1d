#include "surface/export_vtp.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "formats/vtk.h"

enum { MOST_COLUMNS = 12 };

/* Points with columns that are filled one value at a time. */
typedef struct table {
    size_t n;
    double *positions;
    uint64_t *indices; /* [n + 1] 0, 1, 2, ... */
    struct lossi_vtk_column columns[MOST_COLUMNS];
    void *values[MOST_COLUMNS]; /* of the columns, owned */
    size_t n_columns;
    bool failed;
} table;

static table table_begin(size_t n)
{
    table t = {.n = n,
               .positions = lossi_alloc(3 * n, sizeof(double)),
               .indices = lossi_alloc(n + 1, sizeof(uint64_t))};
    t.failed = !t.positions || !t.indices;
    for (size_t i = 0; i <= n && !t.failed; i++)
        t.indices[i] = i;
    return t;
}

static void table_free(table *t)
{
    for (size_t i = 0; i < t->n_columns; i++)
        free(t->values[i]);
    free(t->positions);
    free(t->indices);
}

/* A new column of `bytes` zeros; NULL when memory is out. */
static void *add_column(table *t, const char *name, const lossi_vtk_type *type, size_t bytes)
{
    void *values = lossi_alloc(bytes, 1);
    t->failed |= !values;
    t->values[t->n_columns] = values;
    t->columns[t->n_columns++] = (struct lossi_vtk_column){name, type, values, bytes};
    return values;
}

/* Numbers that lie `stride` bytes apart. */
static void add_doubles(table *t, const char *name, const double *first, size_t stride)
{
    double *to = add_column(t, name, &LOSSI_VTK_DOUBLE, t->n * sizeof *to);
    for (size_t i = 0; i < t->n && to; i++)
        memcpy(&to[i], (const char *)first + i * stride, sizeof *to);
}

static loss_status table_write(table *t, const char *path, const uint64_t *offsets, size_t n_lines,
                               const cJSON *facts)
{
    const lossi_vtk_points points = {.n = t->n,
                                     .positions = t->positions,
                                     .columns = t->columns,
                                     .n_columns = t->n_columns,
                                     .connectivity = t->indices,
                                     .offsets = offsets,
                                     .n_lines = n_lines};
    return t->failed ? lossi_fail_nomem(t->n * sizeof(double))
                     : lossi_vtk_write_points(path, &points, facts);
}

/* ---- Paths ----------------------------------------------------------------------------------- */

static void add_texts(table *t, const char *name, const lossi_path_vertex *v,
                      const char *(*text_of)(const loss_path_point *))
{
    size_t bytes = 0;
    for (size_t i = 0; i < t->n; i++)
        bytes += strlen(text_of(v[i].point)) + 1;
    char *to = add_column(t, name, &LOSSI_VTK_TEXT, bytes);
    for (size_t i = 0; i < t->n && to; i++) {
        strcpy(to, text_of(v[i].point));
        to += strlen(to) + 1;
    }
}

static const char *run_of(const loss_path_point *p)
{
    return p->run;
}

static const char *checkpoint_of(const loss_path_point *p)
{
    return p->checkpoint;
}

static void add_path_doubles(table *t, const char *name, const lossi_path_vertex *v, size_t offset)
{
    double *to = add_column(t, name, &LOSSI_VTK_DOUBLE, t->n * sizeof *to);
    for (size_t i = 0; i < t->n && to; i++)
        memcpy(&to[i], (const char *)v[i].point + offset, sizeof *to);
}

/* Epochs, and the number of each run, by which lines can be coloured. */
static void add_counts(table *t, const lossi_path_vertex *v)
{
    uint64_t *epochs = add_column(t, "epoch", &LOSSI_VTK_INDEX, t->n * sizeof *epochs),
             *runs = add_column(t, "run_number", &LOSSI_VTK_INDEX, t->n * sizeof *runs);
    for (size_t i = 0; i < t->n && !t->failed; i++) {
        bool is_next = i && strcmp(v[i - 1].point->run, v[i].point->run) != 0;
        epochs[i] = v[i].point->epoch;
        runs[i] = i ? runs[i - 1] + is_next : 0;
    }
}

loss_status lossi_write_path_vtp(const char *path, const lossi_path_vertex *v, size_t n,
                                 const cJSON *facts)
{
    table t = table_begin(n);
    uint64_t *ends = lossi_alloc(n, sizeof *ends);
    size_t n_lines = 0;
    t.failed |= !ends;
    add_counts(&t, v);
    add_path_doubles(&t, "true_loss", v, offsetof(loss_path_point, true_loss));
    add_path_doubles(&t, "true_accuracy", v, offsetof(loss_path_point, true_accuracy));
    add_path_doubles(&t, "plane_loss", v, offsetof(loss_path_point, plane_loss));
    add_path_doubles(&t, "residual", v, offsetof(loss_path_point, residual));
    add_path_doubles(&t, "distance", v, offsetof(loss_path_point, distance));
    add_texts(&t, "run", v, run_of);
    add_texts(&t, "checkpoint", v, checkpoint_of);
    for (size_t i = 0; i < n && !t.failed; i++) {
        const double at[3] = {v[i].point->x, v[i].point->y, v[i].z};
        memcpy(t.positions + 3 * i, at, sizeof at);
        n_lines += !v[i].follows;
        ends[n_lines - 1] = i + 1;
    }
    loss_status status = table_write(&t, path, ends, n_lines, facts);
    free(ends);
    table_free(&t);
    return status;
}

/* ---- Critical points ------------------------------------------------------------------------- */

loss_status lossi_write_criticals_vtp(const char *path, const loss_critical *points, size_t n,
                                      const lossi_height_scale *scale, const cJSON *facts)
{
    size_t stride = sizeof *points, bytes = 0;
    table t = table_begin(n);
    for (size_t i = 0; i < n; i++)
        bytes += strlen(loss_critical_kind_name(points[i].kind)) + 1;
    if (n) {
        add_doubles(&t, "loss", &points->value, stride);
        add_doubles(&t, "grid_loss", &points->grid_value, stride);
        add_doubles(&t, "persistence", &points->persistence, stride);
        add_doubles(&t, "error", &points->error, stride);
    }
    uint8_t *kinds = add_column(&t, "kind_number", &LOSSI_VTK_BYTE, n),
            *borders = add_column(&t, "border", &LOSSI_VTK_BYTE, n),
            *doubts = add_column(&t, "within_error", &LOSSI_VTK_BYTE, n);
    char *names = add_column(&t, "kind", &LOSSI_VTK_TEXT, bytes);
    for (size_t i = 0; i < n && !t.failed; i++) {
        const loss_critical *c = &points[i];
        double z = lossi_height_of(scale, c->value);
        if (isnan(z)) /* the fit may be below 0, where there is no logarithm */
            z = lossi_height_of(scale, c->grid_value);
        const double at[3] = {c->x, c->y, z};
        memcpy(t.positions + 3 * i, at, sizeof at);
        kinds[i] = (uint8_t)c->kind;
        borders[i] = c->on_border;
        doubts[i] = c->is_within_error;
        strcpy(names, loss_critical_kind_name(c->kind));
        names += strlen(names) + 1;
    }
    loss_status status = table_write(&t, path, NULL, 0, facts);
    table_free(&t);
    return status;
}
