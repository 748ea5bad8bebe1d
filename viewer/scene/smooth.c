/* A curve along x, then curves along y through what it gives, and the other way round: each stays
 * between its ends, and so does the mean of both, which has no preferred axis. */
#include "scene/smooth.h"

#include <math.h>
#include <stdlib.h>

/* Values along an axis, that far from each other in memory. */
typedef struct line {
    const double *axis, *f;
    size_t n, step;
} line;

static double value_of(const line *l, size_t i)
{
    return l->f[i * l->step];
}

/* Slope of the straight piece that begins at i; NaN beyond the ends and beside holes. */
static double piece(const line *l, size_t i)
{
    if (i + 1 >= l->n) /* also for i = -1 */
        return (double)NAN;
    return (value_of(l, i + 1) - value_of(l, i)) / (l->axis[i + 1] - l->axis[i]);
}

/* At an end: of the parabola through three points, where that keeps the curve monotone. */
static double end_slope(double near, double next, double near_length, double next_length)
{
    double slope = isnan(next) ? near
                               : ((2 * near_length + next_length) * near - near_length * next) /
                                     (near_length + next_length);
    if (!(slope * near > 0))
        return 0;
    return fabs(slope) > 3 * fabs(near) ? 3 * near : slope;
}

/* Slope at point i: 0 at what is an extremum among the points, else a harmonic mean (Fritsch and
 * Butland 1984). */
static double slope_at(const line *l, size_t i)
{
    double before = i ? piece(l, i - 1) : (double)NAN, after = piece(l, i);
    if (isnan(before) && isnan(after))
        return 0;
    if (isnan(before))
        return end_slope(after, piece(l, i + 1), l->axis[i + 1] - l->axis[i],
                         i + 2 < l->n ? l->axis[i + 2] - l->axis[i + 1] : 0);
    if (isnan(after))
        return end_slope(before, i > 1 ? piece(l, i - 2) : (double)NAN, l->axis[i] - l->axis[i - 1],
                         i > 1 ? l->axis[i - 1] - l->axis[i - 2] : 0);
    if (!(before * after > 0))
        return 0;
    double h0 = l->axis[i] - l->axis[i - 1], h1 = l->axis[i + 1] - l->axis[i], w0 = 2 * h1 + h0,
           w1 = h1 + 2 * h0;
    return (w0 + w1) / (w0 / before + w1 / after);
}

static void put(double *at, double value, bool mixes)
{
    *at = mixes ? *at / 2 + value / 2 : value;
}

/* @param mixes  the mean of what is there and what comes, or just what comes */
static void curve(const line *l, size_t parts, double *out, size_t step, bool mixes)
{
    double slope = slope_at(l, 0);
    put(out, value_of(l, 0), mixes);
    for (size_t i = 0; i + 1 < l->n; i++) {
        double a = value_of(l, i), b = value_of(l, i + 1), next = slope_at(l, i + 1),
               h = l->axis[i + 1] - l->axis[i];
        for (size_t k = 1; k < parts; k++) {
            double t = (double)k / (double)parts, u = 1 - t;
            double value = u * u * ((1 + 2 * t) * a + t * h * slope) +
                           t * t * ((1 + 2 * u) * b - u * h * next);
            /* Rounding; NaN at a hole. */
            value = isnan(a + b) ? (double)NAN : fmax(fmin(a, b), fmin(fmax(a, b), value));
            put(out + (i * parts + k) * step, value, mixes);
        }
        put(out + (i + 1) * parts * step, b, mixes);
        slope = next;
    }
}

void smooth_axis(const double *axis, size_t n, size_t parts, double *out)
{
    for (size_t i = 0; i + 1 < n; i++)
        for (size_t k = 0; k < parts; k++)
            out[i * parts + k] = axis[i] + (axis[i + 1] - axis[i]) * ((double)k / (double)parts);
    out[(n - 1) * parts] = axis[n - 1];
}

bool smooth_surface(const double *x, size_t nx, const double *y, size_t ny, const double *f,
                    size_t parts, double *out)
{
    size_t wide = (nx - 1) * parts + 1, high = (ny - 1) * parts + 1;
    double *rows = malloc(ny * wide * sizeof *rows), *columns = malloc(high * nx * sizeof *columns);
    bool done = rows && columns;
    for (size_t j = 0; done && j < ny; j++)
        curve(&(line){x, f + j * nx, nx, 1}, parts, rows + j * wide, 1, false);
    for (size_t i = 0; done && i < wide; i++)
        curve(&(line){y, rows + i, ny, wide}, parts, out + i, wide, false);
    for (size_t i = 0; done && i < nx; i++)
        curve(&(line){y, f + i, ny, nx}, parts, columns + i, nx, false);
    for (size_t j = 0; done && j < high; j++)
        curve(&(line){x, columns + j * nx, nx, 1}, parts, out + j * wide, 1, true);
    free(rows);
    free(columns);
    return done;
}
