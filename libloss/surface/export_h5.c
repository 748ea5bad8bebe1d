/* A surface as the scripts of Li et al. keep it (github.com/tomgoldstein/loss-landscape): point
 * (ix, iy) at iy * nx + ix, -1 where nothing was evaluated, accuracies in percent. Declared
 * [ny][nx], which is what their plots want where nx and ny differ. */
#include <math.h>
#include <stdlib.h>

#include "formats/hdf5.h"
#include "surface/export.h"

static const double NOT_DONE = -1;

/* At most two axes, and a loss and an accuracy of each split. */
enum { MOST_ARRAYS = 6 };

/* What is written. */
typedef struct contents {
    lossi_array arrays[MOST_ARRAYS];
    double *values[MOST_ARRAYS]; /* of each. Owned */
    size_t n;
} contents;

/* Adds an array of doubles. @return its values, to be filled in; NULL: out of memory */
static double *add(contents *c, const char *name, size_t n_dims, const size_t *dims)
{
    lossi_array *a = &c->arrays[c->n];
    *a =
        (lossi_array){.name = lossi_strdup(name), .dtype = LOSSI_F64, .n_dims = n_dims, .count = 1};
    for (size_t i = 0; i < n_dims; i++) {
        a->dims[i] = dims[i];
        a->count *= dims[i];
    }
    double *values = lossi_alloc(a->count, sizeof *values);
    a->bytes = (const uint8_t *)values;
    c->values[c->n++] = values;
    return a->name ? values : NULL;
}

static loss_status add_axis(contents *c, const char *name, loss_axis axis)
{
    double *values = add(c, name, 1, &axis.n);
    if (!values)
        return lossi_fail_nomem(axis.n * sizeof *values);
    for (size_t i = 0; i < axis.n; i++)
        values[i] = loss_axis_at(axis, i);
    return LOSS_OK;
}

/* Takes back what was added last. */
static void drop(contents *c)
{
    c->n--;
    free(c->arrays[c->n].name);
    free(c->values[c->n]);
}

/* An accuracy that is known nowhere is left out. */
static loss_status add_points(contents *c, const loss_surface *s, const loss_point *points,
                              loss_split split)
{
    static const char *const of_split[2][2] = {{"train_loss", "train_acc"},
                                               {"test_loss", "test_acc"}},
                             *const alone[2] = {"loss", "acc"};
    const char *const *names = lossi_surface_tells_split(s) ? of_split[split] : alone;
    const size_t dims[2] = {s->y.n, s->x.n}, n = s->x.n * s->y.n;
    size_t n_dims = s->x.n > 1 && s->y.n > 1 ? 2 : 1;
    const size_t *shape = n_dims == 2 ? dims : &n;
    double *loss = add(c, names[0], n_dims, shape),
           *accuracy = loss ? add(c, names[1], n_dims, shape) : NULL;
    bool has_accuracy = false;
    if (!accuracy)
        return lossi_fail_nomem(n * sizeof *accuracy);
    for (size_t i = 0; i < n; i++) {
        loss[i] = points[i].evaluated ? points[i].loss : NOT_DONE;
        accuracy[i] = points[i].evaluated ? points[i].accuracy : NOT_DONE;
        has_accuracy = has_accuracy || (points[i].evaluated && !isnan(points[i].accuracy));
    }
    if (!has_accuracy)
        drop(c);
    return LOSS_OK;
}

static loss_status add_split(contents *c, loss_surface *s, loss_split split)
{
    loss_point *points = lossi_alloc(s->x.n * s->y.n, sizeof *points);
    loss_status status = points ? loss_surface_points(s, split, points)
                                : lossi_fail_nomem(s->x.n * s->y.n * sizeof *points);
    if (!status)
        status = add_points(c, s, points, split);
    free(points);
    return status;
}

loss_status lossi_export_h5(loss_surface *s, const char *path, const loss_export_options *opt)
{
    contents c = {.n = 0};
    bool along_y = s->x.n == 1;
    (void)opt;
    loss_status status = add_axis(&c, "xcoordinates", along_y ? s->y : s->x);
    if (!status && !along_y && s->y.n > 1)
        status = add_axis(&c, "ycoordinates", s->y);
    for (int k = 0; k < 2 && !status; k++)
        if (loss_surface_has_split(s, (loss_split)k))
            status = add_split(&c, s, (loss_split)k);
    if (!status)
        status = lossi_hdf5_write(path, c.arrays, c.n);
    while (c.n)
        drop(&c);
    return status;
}
