/* From rows in any order to a grid: the coordinates that occur are its axes. Coordinates that
 * differ by less than a hundred thousandth of the span are one, since single precision and
 * printing move them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "readers/scatter.h"

static const double SAME = 1e-5; /* part of the span */
/* At least every 16th point must be there, or it is no grid but a cloud; of a large grid every
 * 4th, so that memory stays in proportion to the file. */
enum { LEAST_FILLED = 16, LEAST_FILLED_LARGE = 4, LARGE = 1 << 20 };

bool scatter_add(scatter *s, const struct scatter_row *row)
{
    if (s->n == s->capacity) {
        size_t capacity = s->capacity ? 2 * s->capacity : 1024;
        struct scatter_row *grown = realloc(s->rows, capacity * sizeof *grown);
        if (!grown)
            return false;
        s->rows = grown;
        s->capacity = capacity;
    }
    s->rows[s->n++] = *row;
    return true;
}

void scatter_free(scatter *s)
{
    free(s->rows);
    *s = (scatter){0};
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
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

static double *axis_of(const scatter *s, bool is_y, size_t *n)
{
    double *values = malloc(s->n * sizeof *values);
    for (size_t i = 0; values && i < s->n; i++)
        values[i] = is_y ? s->rows[i].y : s->rows[i].x;
    if (values)
        *n = distinct(values, s->n);
    return values;
}

static bool fill(grid *g, const char *path, const scatter *s, problem *p)
{
    size_t n = g->nx * g->ny;
    unsigned char *taken = calloc(n, N_SPLITS);
    bool done = taken || problem_set(p, "%s: out of memory", path);
    for (size_t i = 0; i < s->n && done; i++) {
        const struct scatter_row *r = &s->rows[i];
        size_t ix = grid_nearest(g->x, g->nx, r->x), iy = grid_nearest(g->y, g->ny, r->y),
               at = iy * g->nx + ix;
        unsigned char *seen = &taken[(size_t)r->split * n + at];
        samples *to = &g->splits[r->split];
        if (*seen) {
            done =
                problem_set(p, "%s: two values at (%g, %g): a surface has one height at each point",
                            path, r->x, r->y);
            break;
        }
        *seen = 1;
        to->loss[at] = isfinite(r->loss) ? r->loss : (double)NAN;
        g->n_not_finite += (size_t)!isfinite(r->loss);
        if (to->error)
            to->error[at] = r->error;
        if (to->accuracy)
            to->accuracy[at] = r->accuracy;
    }
    free(taken);
    return done;
}

static bool is_sparse(size_t places, size_t points)
{
    return places > LEAST_FILLED * points ||
           (places > LARGE && places > LEAST_FILLED_LARGE * points);
}

bool grid_from_scatter(grid *g, const char *path, const scatter *s, problem *p)
{
    bool splits[N_SPLITS] = {false, false};
    if (!s->n)
        return problem_set(p, "%s: holds no points", path);
    for (size_t i = 0; i < s->n; i++) {
        if (!isfinite(s->rows[i].x) || !isfinite(s->rows[i].y))
            return problem_set(p, "%s: the place of point %zu is not finite", path, i + 1);
        splits[s->rows[i].split] = true;
    }
    g->x = axis_of(s, false, &g->nx);
    g->y = axis_of(s, true, &g->ny);
    if (!g->x || !g->y)
        return problem_set(p, "%s: out of memory", path);
    if (g->nx > MOST_POINTS / g->ny || is_sparse(g->nx * g->ny, s->n))
        return problem_set(
            p,
            "%s: its %zu points are not on a grid: they have %zu different x and %zu different y",
            path, s->n, g->nx, g->ny);
    for (int k = 0; k < N_SPLITS; k++)
        if (splits[k] && !grid_add_split(g, k, s->has_error, s->has_accuracy))
            return problem_set(p, "%s: out of memory", path);
    g->n_total = g->n_evaluated = s->n;
    return fill(g, path, s, p);
}
