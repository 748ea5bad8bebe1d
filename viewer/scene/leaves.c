/* A square is tried whole; where it is not plane enough its four quarters are, down to cells. */
#include "scene/leaves.h"

#include <math.h>
#include <stdlib.h>

/* What has to be alike: the height, the first two parts of the normal, and the colour where that is
 * not of the height. */
enum { N_ALIKE = 4 };
typedef struct place {
    float of[N_ALIKE];
} place;

typedef struct search {
    const kept_points *k;
    const place *places; /* [ny][nx] */
    float unseen[N_ALIKE];
    size_t even[2]; /* columns and rows of cells that are as large as their neighbours */
    uint8_t *side;
} search;

kept_points kept_of(const relief *r, size_t stride)
{
    return (kept_points){(r->nx - 2) / stride + 2, (r->ny - 2) / stride + 2, stride};
}

static place place_of(const relief *r, size_t ix, size_t iy)
{
    double zx, zy, z = r->z[iy * r->nx + ix];
    relief_gradient(r, r->z, ix, iy, &zx, &zy);
    double length = sqrt(1 + zx * zx + zy * zy);
    return (place){{(float)z, (float)(-zx / length), (float)(-zy / length),
                    r->tint ? relief_colour(r, iy * r->nx + ix) : 0}};
}

/* Whether the square of 2 h cells a side fits, for one row of its points and one quantity. In the
 * triangle at the right, u is the part of the way from the middle to that side. */
static bool row_fits(const search *s, const place *row, int h, int v, const float corner[4],
                     float middle, int what)
{
    for (int u = -h; u <= h; u++) {
        int far = abs(u) > abs(v) ? abs(u) : abs(v), along = abs(u) > abs(v) ? v : u;
        /* Of the side that the triangle has: its ends, in the direction that `along` grows. */
        float low = abs(u) > abs(v) ? corner[u > 0] : corner[v > 0 ? 2 : 0],
              high = abs(u) > abs(v) ? corner[u > 0 ? 3 : 2] : corner[v > 0 ? 3 : 1];
        float plane = ((float)(2 * (h - far)) * middle + (float)(far - along) * low +
                       (float)(far + along) * high) /
                      (float)(2 * h);
        if (!(fabsf(row[u + h].of[what] - plane) <= s->unseen[what])) /* NaN fits nowhere */
            return false;
    }
    return true;
}

static bool fits(const search *s, size_t x, size_t y, size_t side)
{
    int h = (int)(side / 2);
    const place *at = s->places + y * s->k->nx + x, *top = at + side * s->k->nx,
                *middle = at + side / 2 * (s->k->nx + 1);
    for (int what = 0; what < N_ALIKE; what++) {
        const float corner[4] = {at[0].of[what], at[side].of[what], top[0].of[what],
                                 top[side].of[what]};
        for (int v = -h; v <= h; v++)
            if (!row_fits(s, at + (size_t)(v + h) * s->k->nx, h, v, corner, middle->of[what], what))
                return false;
    }
    return true;
}

static void split(const search *s, size_t x, size_t y, size_t side)
{
    const kept_points *k = s->k;
    if (x + 1 >= k->nx || y + 1 >= k->ny)
        return;
    if (side == 1) {
        const place *at = s->places + y * k->nx + x;
        float sum = at[0].of[0] + at[1].of[0] + at[k->nx].of[0] + at[k->nx + 1].of[0];
        s->side[y * k->nx + x] = (uint8_t)(isnan((double)sum) ? 0 : 1);
        return;
    }
    if (x + side <= s->even[0] && y + side <= s->even[1] && fits(s, x, y, side)) {
        s->side[y * k->nx + x] = (uint8_t)side;
        return;
    }
    for (size_t part = 0; part < 4; part++)
        split(s, x + part % 2 * side / 2, y + part / 2 * side / 2, side / 2);
}

/* How many of the cells along an axis are of one size, so that the middle of a square is its middle
 * point. The last one may be smaller. */
static size_t even_cells(const double *axis, size_t n, size_t stride)
{
    double step = (axis[n - 1] - axis[0]) / (double)(n - 1);
    for (size_t i = 0; i < n; i++)
        if (!(fabs(axis[i] - axis[0] - step * (double)i) <= 1e-4 * step))
            return 0;
    return (n - 1) / stride;
}

bool leaves_find(const relief *r, const kept_points *k, double unseen, uint8_t *side)
{
    /* less than one step of a byte's colours */
    static const float unseen_normal = 0.015f, unseen_colour = 0.002f;
    place *places = malloc(k->nx * k->ny * sizeof *places);
    search s = {k,
                places,
                {(float)unseen, unseen_normal, unseen_normal, unseen_colour},
                {even_cells(r->x, r->nx, k->stride), even_cells(r->y, r->ny, k->stride)},
                side};
    for (size_t i = 0; places && i < k->nx * k->ny; i++) {
        places[i] = place_of(r, kept_index(i % k->nx, k->stride, r->nx),
                             kept_index(i / k->nx, k->stride, r->ny));
        side[i] = 0;
    }
    size_t first = unseen > 0 ? LARGEST_LEAF : 1;
    for (size_t y = 0; places && y + 1 < k->ny; y += first)
        for (size_t x = 0; x + 1 < k->nx; x += first)
            split(&s, x, y, first);
    free(places);
    return places != NULL;
}
