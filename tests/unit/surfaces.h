/* Grids for the tests of the analysis: functions of x and y, and random values. */
#ifndef SURFACES_H
#define SURFACES_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include <loss/analysis.h>

/* cmocka compares as float. */
#define assert_near(value, expected, error) assert_true(fabs((value) - (expected)) <= (error))

typedef double (*surface_function)(double x, double y);

static inline double himmelblau(double x, double y)
{
    double a = x * x + y - 11, b = x + y * y - 7;
    return a * a + b * b;
}

/* A new grid [y.n][x.n] of a function's values; free z. */
static inline loss_grid surface_of(surface_function f, loss_axis x, loss_axis y)
{
    double *z = malloc(x.n * y.n * sizeof *z);
    for (size_t i = 0; z && i < x.n * y.n; i++)
        z[i] = f(loss_axis_at(x, i % x.n), loss_axis_at(y, i / x.n));
    return (loss_grid){x, y, z};
}

/* Numbers from 0 up to 1 (splitmix64). */
static inline double random_number(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (double)((z ^ z >> 31) >> 11) * 0x1p-53;
}

/* A new grid of random values: n_values different ones (0: all different), and a share of holes
 * (NaN, Inf). Free z. */
static inline loss_grid random_surface(uint64_t seed, size_t nx, size_t ny, int n_values,
                                       double holes)
{
    double *z = malloc(nx * ny * sizeof *z);
    uint64_t state = seed;
    for (size_t i = 0; z && i < nx * ny; i++) {
        double value = random_number(&state), fate = random_number(&state);
        z[i] = fate < holes / 2 ? NAN
               : fate < holes   ? INFINITY
               : n_values       ? floor(value * n_values)
                                : value;
    }
    return (loss_grid){{0, (double)nx - 1, nx}, {0, (double)ny - 1, ny}, z};
}

static inline void surface_free(loss_grid *grid)
{
    free((void *)(uintptr_t)grid->z);
    grid->z = NULL;
}

#endif
