/* Coarse to fine: each axis is halved again and again. A coordinate's level is how often it takes
 * until it is an end of a part; a point's level is the larger one of its coordinates'. */
#include "surface/refinement.h"

#include <loss/surface.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_LEVELS = 8 * (int)sizeof(size_t) };

/* Of all coordinates of an axis, [n]. */
static void find_levels(uint8_t *levels, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t low = 0, high = n - 1;
        levels[i] = 0;
        while (i != low && i != high) {
            size_t middle = low + (high - low) / 2;
            if (i < middle)
                high = middle;
            else if (i > middle)
                low = middle;
            else
                low = high = middle;
            levels[i]++;
        }
    }
}

static size_t level_of(const uint8_t *x, const uint8_t *y, size_t ix, size_t iy)
{
    return x[ix] > y[iy] ? x[ix] : y[iy];
}

/* Sorts rows first .. first + ny - 1 by level, by counting; points of one level stay in order. */
static void sort(uint32_t *order, const uint8_t *x, const uint8_t *y, size_t nx, size_t first,
                 size_t ny)
{
    size_t begin[MOST_LEVELS + 1] = {0};
    for (size_t iy = 0; iy < ny; iy++)
        for (size_t ix = 0; ix < nx; ix++)
            begin[level_of(x, y, ix, iy) + 1]++;
    for (size_t l = 0; l < MOST_LEVELS; l++)
        begin[l + 1] += begin[l];
    for (size_t iy = 0; iy < ny; iy++)
        for (size_t ix = 0; ix < nx; ix++)
            order[begin[level_of(x, y, ix, iy)]++] = (uint32_t)((first + iy) * nx + ix);
}

loss_status lossi_refinement_make(uint32_t **order, size_t nx, size_t ny, bool by_rows)
{
    uint8_t *x = malloc(nx), *y = calloc(ny, 1);
    *order = malloc(nx * ny * sizeof **order);
    loss_status status = x && y && *order ? LOSS_OK : lossi_fail_nomem(nx * ny * sizeof **order);
    if (!status) {
        find_levels(x, nx);
        if (!by_rows)
            find_levels(y, ny);
        for (size_t iy = 0; by_rows && iy < ny; iy++)
            sort(*order + iy * nx, x, y + iy, nx, iy, 1);
        if (!by_rows)
            sort(*order, x, y, nx, 0, ny);
    } else {
        free(*order);
        *order = NULL;
    }
    free(x);
    free(y);
    return status;
}

loss_status loss_points_order(size_t nx, size_t ny, uint32_t *order)
{
    LOSSI_REQUIRE(order && nx && ny && nx <= UINT32_MAX / ny);
    uint32_t *made;
    loss_status status = lossi_refinement_make(&made, nx, ny, false);
    if (!status)
        memcpy(order, made, nx * ny * sizeof *order);
    free(made);
    return status;
}
