/* Named arrays, whatever holds them (npz, npy, HDF5, safetensors, PyTorch): a loss over x and y.
 *
 * Two layouts. numpy's: loss[iy][ix], or places and losses of one shape, as meshgrid() gives. And
 * that of the scripts of Li et al. (github.com/tomgoldstein/loss-landscape), told by the names
 * xcoordinates and ycoordinates: the arrays are declared [nx][ny], but the scripts write and read
 * point (ix, iy) at iy * nx + ix; what is not done yet is -1. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "formats/read.h"
#include "import/roles.h"
#include "import/scatter.h"

static const char REFERENCE_X[] = "xcoordinates";

/* The arrays that have a role, converted. */
typedef struct table {
    const char *path;
    const lossi_array *arrays[LOSSI_N_ROLES]; /* NULL: there is none. Borrowed */
    double *values[LOSSI_N_ROLES];            /* [count]; NULL. Owned */
    bool is_reference;
} table;

static void free_table(table *t)
{
    for (int k = 0; k < LOSSI_N_ROLES; k++)
        free(t->values[k]);
}

/* An array without a name that says anything: numpy.save(), or the only one of numpy.savez(). */
static bool is_alone(const lossi_arrays *all)
{
    return all->n == 1 &&
           (strcmp(all->items[0].name, "array") == 0 || strcmp(all->items[0].name, "arr_0") == 0);
}

/* @param allowed  bytes that the file's size explains: single bytes become doubles here */
static loss_status find_roles(table *t, const lossi_arrays *all, size_t allowed)
{
    size_t bytes;
    for (size_t i = 0; i < all->n; i++) {
        const lossi_array *a = &all->items[i];
        lossi_role role = is_alone(all) ? LOSSI_ROLE_LOSS : lossi_role_of(a->name);
        if (role != LOSSI_ROLE_NONE && !t->arrays[role])
            t->arrays[role] = a;
    }
    for (int k = 0; k < LOSSI_N_ROLES; k++) {
        if (!t->arrays[k])
            continue;
        if (!lossi_mul(t->arrays[k]->count, sizeof(double), &bytes) || bytes > allowed)
            return lossi_fail(LOSS_ERR_FORMAT,
                              "%s: %s: more values than a file of this size explains", t->path,
                              t->arrays[k]->name);
        if (!(t->values[k] = malloc(bytes + 1)))
            return lossi_fail_nomem(bytes);
        lossi_array_doubles(t->arrays[k], t->values[k]);
    }
    const lossi_array *x = t->arrays[LOSSI_ROLE_X];
    t->is_reference = x && strcmp(x->name, REFERENCE_X) == 0;
    return LOSS_OK;
}

static bool is_same_shape(const lossi_array *a, const lossi_array *b)
{
    return a->n_dims == b->n_dims && memcmp(a->dims, b->dims, a->n_dims * sizeof *a->dims) == 0;
}

/* How the places of a loss are told. */
typedef enum layout {
    UNKNOWN,
    SCATTERED, /* x and y of each value */
    ROWS,      /* value iy * nx + ix */
    COLUMNS    /* value ix * ny + iy */
} layout;

/* nx and ny of a loss over coordinates, or over nothing. */
static layout find_layout(const table *t, const lossi_array *loss, size_t *nx, size_t *ny)
{
    const lossi_array *x = t->arrays[LOSSI_ROLE_X], *y = t->arrays[LOSSI_ROLE_Y];
    const size_t *dims = loss->dims;
    if (x && y && is_same_shape(x, loss) && is_same_shape(y, loss))
        return SCATTERED;
    if ((!x && y) || (x && x->n_dims != 1) || (y && y->n_dims != 1) || loss->n_dims < 1 ||
        loss->n_dims > 2)
        return UNKNOWN;
    bool is_line = loss->n_dims == 1;
    *nx = x ? x->count : dims[loss->n_dims - 1];
    *ny = y ? y->count : is_line || (x && !y) ? 1 : dims[0];
    if (is_line)
        return *ny == 1 && dims[0] == *nx ? ROWS : UNKNOWN;
    if (dims[0] == *ny && dims[1] == *nx)
        return ROWS;
    if (dims[0] == *nx && dims[1] == *ny)
        return t->is_reference ? ROWS : COLUMNS;
    return UNKNOWN;
}

/* The place of value i. Without coordinates columns and rows are counted. */
static void find_place(const table *t, layout how, size_t nx, size_t ny, size_t i,
                       lossi_scatter_row *row)
{
    const double *x = t->values[LOSSI_ROLE_X], *y = t->values[LOSSI_ROLE_Y];
    size_t ix = i, iy = i;
    if (how != SCATTERED) { /* it has no nx and ny */
        ix = how == ROWS ? i % nx : i / ny;
        iy = how == ROWS ? i / nx : i % ny;
    }
    row->x = x ? x[ix] : (double)ix;
    row->y = y ? y[iy] : (double)iy;
}

/* Value i of the array that goes with a loss; NaN: there is no such array. */
static double value_of(const table *t, int role, size_t i)
{
    return t->values[role] ? t->values[role][i] : (double)NAN;
}

static loss_status take_loss(const table *t, int of, loss_split split, lossi_scatter *s)
{
    const lossi_array *loss = t->arrays[LOSSI_ROLE_LOSS + of];
    static const int beside[] = {LOSSI_ROLE_ERROR, LOSSI_ROLE_ACCURACY, LOSSI_ROLE_EVALUATED};
    char dims[LOSSI_DIMS_TEXT];
    size_t nx = 0, ny = 0;
    layout how = find_layout(t, loss, &nx, &ny);
    if (how == UNKNOWN)
        return lossi_fail(LOSS_ERR_FORMAT,
                          "%s: %s has the shape %s; expected [ny][nx] for coordinates x and y, or "
                          "x, y and %s of one shape",
                          t->path, loss->name, lossi_dims_text(loss->n_dims, loss->dims, dims),
                          loss->name);
    for (int k = 0; k < 3; k++) {
        const lossi_array *a = t->arrays[beside[k] + of];
        if (a && !is_same_shape(a, loss))
            return lossi_fail(LOSS_ERR_FORMAT, "%s: %s has another shape, %s, than %s", t->path,
                              a->name, lossi_dims_text(a->n_dims, a->dims, dims), loss->name);
    }
    loss_status status = LOSS_OK;
    for (size_t i = 0; i < loss->count && !status; i++) {
        lossi_scatter_row row = {.loss = value_of(t, LOSSI_ROLE_LOSS + of, i),
                                 .error = value_of(t, LOSSI_ROLE_ERROR + of, i),
                                 .accuracy = value_of(t, LOSSI_ROLE_ACCURACY + of, i),
                                 .line = i + 1,
                                 .split = split};
        bool is_done = t->is_reference ? !(row.loss <= -1 && row.loss >= -1)
                                       : !t->values[LOSSI_ROLE_EVALUATED + of] ||
                                             t->values[LOSSI_ROLE_EVALUATED + of][i] > 0;
        find_place(t, how, nx, ny, i, &row);
        if (is_done)
            status = lossi_scatter_add(s, &row);
    }
    return status;
}

static loss_status take_all(loss_import *to, const table *t)
{
    static const loss_split splits[LOSSI_N_OF] = {LOSS_SPLIT_TEST, LOSS_SPLIT_TRAIN,
                                                  LOSS_SPLIT_TEST};
    lossi_scatter s = {.word = "value"};
    loss_status status = LOSS_OK;
    /* Without a split's name beside others that have one, a loss is left out. */
    to->tells_split =
        t->arrays[LOSSI_ROLE_LOSS + LOSSI_OF_TRAIN] || t->arrays[LOSSI_ROLE_LOSS + LOSSI_OF_TEST];
    for (int of = to->tells_split; of < LOSSI_N_OF && !status; of++)
        if (t->arrays[LOSSI_ROLE_LOSS + of])
            status = take_loss(t, of, splits[of], &s);
    const lossi_array *x = t->arrays[LOSSI_ROLE_X], *y = t->arrays[LOSSI_ROLE_Y];
    if (!status && ((x && !(to->x_name = lossi_strdup(x->name))) ||
                    (y && !(to->y_name = lossi_strdup(y->name)))))
        status = lossi_fail_nomem(64);
    if (!status)
        status = lossi_scatter_to_grid(to, t->path, &s);
    lossi_scatter_free(&s);
    return status;
}

static loss_status parse(loss_import *to, const uint8_t *bytes, size_t size, const char *path)
{
    lossi_arrays all;
    table t = {.path = path};
    loss_status status = lossi_arrays_parse(bytes, size, NULL, path, &all, NULL);
    if (status)
        return status;
    status = find_roles(&t, &all, lossi_arrays_allowance(size));
    bool has_loss = false;
    for (int of = 0; of < LOSSI_N_OF; of++)
        has_loss = has_loss || t.arrays[LOSSI_ROLE_LOSS + of];
    if (!status)
        status = has_loss ? take_all(to, &t)
                          : lossi_fail(LOSS_ERR_FORMAT,
                                       "%s: none of its %zu arrays is a loss; expected x, y and "
                                       "loss, or xcoordinates, ycoordinates and train_loss",
                                       path, all.n);
    free_table(&t);
    lossi_arrays_free(&all);
    return status;
}

const lossi_import_kind lossi_import_arrays = {.name = "arrays",
                                               .endings = ".npz .npy .h5 .safetensors .pt",
                                               .is = lossi_arrays_is,
                                               .parse = parse};
