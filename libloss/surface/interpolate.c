/* Values for the points of an unfinished surface that are not there yet: along the row and along
 * the column, between the nearest points that are there; the nearer these are, the more
 * a line counts. What has none on either side of it is done in a second round, from the values of
 * the first. */
#include <loss/surface.h>

#include <math.h>
#include <stdlib.h>

#include "base/base.h"

/* What lines gave to a point, summed with their weights. */
typedef struct sums {
    double weight, loss, accuracy;
} sums;

/* Losses of a landscape differ by powers of ten: their logarithms are what is linear. */
static double loss_between(double a, double b, double share)
{
    return a > 0 && b > 0 ? exp(log(a) + share * (log(b) - log(a))) : a + share * (b - a);
}

/* Goes along a line of points; between two that have values, those that have none get a share. A
 * point whose loss is not finite parts the line. */
static void go_along(const loss_point *points, sums *to, size_t n, size_t step)
{
    size_t last = n; /* the last that has a value; n: none */
    for (size_t i = 0; i < n; i++) {
        const loss_point *p = &points[i * step];
        if (p->evaluated && !isfinite(p->loss))
            last = n;
        if (!isfinite(p->loss))
            continue;
        for (size_t k = last + 1; k < i; k++) {
            double span = (double)(i - last), share = (double)(k - last) / span;
            const loss_point *a = &points[last * step];
            sums *s = &to[k * step];
            s->weight += 1 / span;
            s->loss += loss_between(a->loss, p->loss, share) / span;
            s->accuracy += (a->accuracy + share * (p->accuracy - a->accuracy)) / span;
        }
        last = i;
    }
}

/* @return how many points got values */
static size_t take(loss_point *points, const sums *from, size_t n)
{
    size_t n_set = 0;
    for (size_t i = 0; i < n; i++) {
        double loss = from[i].loss / from[i].weight; /* NaN: there was no line */
        if (points[i].evaluated || isfinite(points[i].loss) || !isfinite(loss))
            continue;
        points[i].loss = loss;
        points[i].accuracy = from[i].accuracy / from[i].weight;
        n_set++;
    }
    return n_set;
}

loss_status loss_points_interpolate(size_t nx, size_t ny, loss_point *points, size_t *n)
{
    LOSSI_REQUIRE(points && n && nx && ny);
    LOSSI_REQUIRE_COUNT(nx, sizeof *points);
    LOSSI_REQUIRE_COUNT(ny, nx * sizeof *points);
    *n = 0;
    for (size_t i = 0; i < nx * ny; i++)
        if (!points[i].evaluated)
            points[i] = (loss_point){false, NAN, NAN, NAN, 0};
    for (int round = 0; round < 2; round++) {
        sums *all = calloc(nx * ny, sizeof *all);
        if (!all)
            return lossi_fail_nomem(nx * ny * sizeof *all);
        for (size_t iy = 0; iy < ny; iy++)
            go_along(points + iy * nx, all + iy * nx, nx, 1);
        for (size_t ix = 0; ix < nx; ix++)
            go_along(points + ix, all + ix, ny, nx);
        *n += take(points, all, nx * ny);
        free(all);
    }
    return LOSS_OK;
}
