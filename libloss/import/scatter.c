/* From rows in any order to a grid: the coordinates that occur are its axes. Coordinates that
 * differ by less than a hundred thousandth of the span are one, since single precision and
 * printing move them. */
#include "import/scatter.h"

#include <math.h>
#include <stdlib.h>

static const double SAME = 1e-5; /* part of the span */
/* At least every 16th point must be there, or it is no grid but a cloud; of a large grid every
 * 4th, so that memory stays in proportion to the file. */
enum { LEAST_FILLED = 16, LEAST_FILLED_LARGE = 4, LARGE = 1 << 20 };

loss_status lossi_scatter_add(lossi_scatter *s, const lossi_scatter_row *row)
{
    if (!lossi_reserve((void **)&s->rows, &s->capacity, s->n, sizeof *row))
        return lossi_fail_nomem(2 * s->capacity * sizeof *row);
    s->rows[s->n++] = *row;
    return LOSS_OK;
}

void lossi_scatter_free(lossi_scatter *s)
{
    free(s->rows);
    *s = (lossi_scatter){0};
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The coordinates of all rows, each at least once: of a grid, one axis changes slowly and the other
 * repeats itself, so that most need no place in the sorting below. @return how many. */
static size_t gather(const lossi_scatter *s, bool is_y, double *values)
{
    size_t n = 0, last = 0; /* where the coordinate of the row before is */
    for (size_t i = 0; i < s->n; i++) {
        double value = is_y ? s->rows[i].y : s->rows[i].x;
        size_t next = last + 1 < n ? last + 1 : 0;
        if (n && value == values[last])
            continue;
        if (n && value == values[next]) {
            last = next;
            continue;
        }
        last = n;
        values[n++] = value;
    }
    return n;
}

/* The distinct coordinates, in place. @return how many. */
static size_t distinct(double *values, size_t n)
{
    qsort(values, n, sizeof *values, ascending);
    double tolerance = SAME * (values[n - 1] - values[0]);
    size_t m = 1;
    for (size_t i = 1; i < n; i++)
        if (values[i] - values[m - 1] > tolerance)
            values[m++] = values[i];
    return m;
}

static loss_status find_axis(const lossi_scatter *s, bool is_y, double **axis, size_t *n)
{
    *axis = malloc(s->n * sizeof **axis);
    if (!*axis)
        return lossi_fail_nomem(s->n * sizeof **axis);
    *n = distinct(*axis, gather(s, is_y, *axis));
    return LOSS_OK;
}

/* Index of the coordinate nearest to a value that is one of them but for rounding. */
static size_t nearest(const double *axis, size_t n, double value)
{
    size_t low = 0, high = n - 1;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        *(axis[middle] <= value ? &low : &high) = middle;
    }
    return value - axis[low] <= axis[high] - value ? low : high;
}

static loss_status fill(loss_import *to, const char *path, const lossi_scatter *s)
{
    for (size_t i = 0; i < s->n; i++) {
        const lossi_scatter_row *r = &s->rows[i];
        size_t at = nearest(to->y, to->ny, r->y) * to->nx + nearest(to->x, to->nx, r->x);
        loss_point *point = &to->points[r->split][at];
        if (point->evaluated)
            return lossi_fail(LOSS_ERR_FORMAT,
                              "%s: %s %zu: two values at (%g, %g): a surface has one height at "
                              "each point",
                              path, s->word, r->line, r->x, r->y);
        *point = (loss_point){true, r->loss, r->error, r->accuracy, (double)NAN};
    }
    return LOSS_OK;
}

static bool is_sparse(size_t places, size_t points)
{
    return places > LEAST_FILLED * points ||
           (places > LARGE && places > LEAST_FILLED_LARGE * points);
}

loss_status lossi_scatter_to_grid(loss_import *to, const char *path, const lossi_scatter *s)
{
    bool splits[2] = {false, false};
    if (!s->n)
        return lossi_fail(LOSS_ERR_FORMAT, "%s: holds no points", path);
    for (size_t i = 0; i < s->n; i++) {
        if (!isfinite(s->rows[i].x) || !isfinite(s->rows[i].y))
            return lossi_fail(LOSS_ERR_FORMAT, "%s: %s %zu: its place is not finite", path, s->word,
                              s->rows[i].line);
        splits[s->rows[i].split] = true;
    }
    loss_status status = find_axis(s, false, &to->x, &to->nx);
    if (!status)
        status = find_axis(s, true, &to->y, &to->ny);
    if (!status && (to->nx > LOSSI_IMPORT_MOST / to->ny || is_sparse(to->nx * to->ny, s->n)))
        status = lossi_fail(LOSS_ERR_FORMAT,
                            "%s: its %zu points are not on a grid: they have %zu different x and "
                            "%zu different y",
                            path, s->n, to->nx, to->ny);
    for (int k = 0; k < 2 && !status; k++)
        if (splits[k])
            status = lossi_import_add_split(to, (loss_split)k);
    return status ? status : fill(to, path, s);
}
