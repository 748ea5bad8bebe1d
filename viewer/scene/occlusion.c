/* Light from all of the sky. From a place on the surface the sky begins at the horizon, which is
 * looked for in some directions; the floor sees each piece of the surface by its form factor. */
#include "scene/occlusion.h"

#include <math.h>
#include <stdlib.h>

static const double TURN = 6.28318530717958648;

void occlusion_free(occlusion *o)
{
    free(o->hidden);
    *o = (occlusion){0};
}

/* The index of the relief that sample i of n stands for. */
static size_t index_of(size_t i, size_t n, size_t all)
{
    return n > 1 ? i * (all - 1) / (n - 1) : 0;
}

enum { DIRECTIONS = 12, STEPS = 7 };
typedef struct directions {
    double x[DIRECTIONS], y[DIRECTIONS];
} directions;

static directions all_directions(void)
{
    directions d;
    for (int k = 0; k < DIRECTIONS; k++) {
        d.x[k] = cos(TURN * (k + 0.5) / DIRECTIONS);
        d.y[k] = sin(TURN * (k + 0.5) / DIRECTIONS);
    }
    return d;
}

/* The sine of how high the surface stands around a place, the mean of all directions. */
static double hidden_at(const relief *r, const directions *d, double x, double y, double z)
{
    static const double first = 0.03, growth = 1.5; /* scene units */
    double sum = 0;
    for (int k = 0; k < DIRECTIONS; k++) {
        double dx = d->x[k], dy = d->y[k], steepest = 0, far = first;
        for (int step = 0; step < STEPS; step++, far *= growth) {
            double there = relief_height_at(r, x + far * dx, y + far * dy);
            double rise = (there < r->height ? there : r->height) - z;
            if (!isnan(there) && rise / far > steepest)
                steepest = rise / far;
        }
        sum += steepest / sqrt(1 + steepest * steepest);
    }
    return sum / DIRECTIONS;
}

bool occlusion_make(occlusion *o, const relief *r)
{
    *o = (occlusion){.nx = r->nx < MOST_OCCLUSION ? r->nx : MOST_OCCLUSION,
                     .ny = r->ny < MOST_OCCLUSION ? r->ny : MOST_OCCLUSION};
    directions d = all_directions();
    o->hidden = malloc(o->nx * o->ny * sizeof *o->hidden);
    for (size_t i = 0; o->hidden && i < o->nx * o->ny; i++) {
        size_t ix = index_of(i % o->nx, o->nx, r->nx), iy = index_of(i / o->nx, o->ny, r->ny);
        double z = r->z[iy * r->nx + ix];
        o->hidden[i] = isnan(z) ? 0 : (float)hidden_at(r, &d, r->x[ix], r->y[iy], z);
    }
    return o->hidden != NULL;
}

/* The sample before an index, and the part of the way to the next one. */
static size_t sample_of(size_t i, size_t n, size_t all, double *part)
{
    double at = all > 1 ? (double)i * (double)(n - 1) / (double)(all - 1) : 0;
    size_t low = (size_t)at < n - 1 ? (size_t)at : n - 2;
    *part = at - (double)low;
    return low;
}

double occlusion_at(const occlusion *o, const relief *r, size_t ix, size_t iy)
{
    double u, v;
    size_t i = sample_of(ix, o->nx, r->nx, &u), j = sample_of(iy, o->ny, r->ny, &v);
    const float *at = o->hidden + j * o->nx + i;
    return (1 - v) * ((1 - u) * (double)at[0] + u * (double)at[1]) +
           v * ((1 - u) * (double)at[o->nx] + u * (double)at[o->nx + 1]);
}

void occlusion_floor(const relief *r, uint8_t shadow[FLOOR_SIDE][FLOOR_SIDE])
{
    enum { PIECES = 40 };
    static const double pi = TURN / 2;
    double z[PIECES][PIECES], wide = 2 * r->x_extent / PIECES, deep = 2 * r->y_extent / PIECES,
                              least = (wide + deep) / 2;
    for (int j = 0; j < PIECES; j++)
        for (int i = 0; i < PIECES; i++) {
            double h =
                relief_height_at(r, (i + 0.5) * wide - r->x_extent, (j + 0.5) * deep - r->y_extent);
            z[j][i] = h <= r->height * 1.0001 ? fmax(h, least) : 0; /* a hole; cut off */
        }
    for (int row = 0; row < FLOOR_SIDE; row++)
        for (int column = 0; column < FLOOR_SIDE; column++) {
            double x = FLOOR_REACH * (2.0 * column / (FLOOR_SIDE - 1) - 1),
                   y = FLOOR_REACH * (2.0 * row / (FLOOR_SIDE - 1) - 1), sum = 0;
            double sums[PIECES] = {0}; /* one a column, so that vectors add them */
            for (int j = 0; j < PIECES; j++)
                for (int i = 0; i < PIECES; i++) {
                    double h = z[j][i], dx = (i + 0.5) * wide - r->x_extent - x,
                           dy = (j + 0.5) * deep - r->y_extent - y, far = dx * dx + dy * dy + h * h;
                    sums[i] += h * h / (pi * far * far + 1e-30); /* 0 at a hole below the place */
                }
            for (int i = 0; i < PIECES; i++)
                sum += sums[i];
            shadow[row][column] = (uint8_t)(255 * fmin(1, sum * wide * deep) + 0.5);
        }
}
