/* The basin of a minimum: the part of the merge tree below the point where it meets a deeper one,
 * found by a flood from the minimum. */
#include <stdlib.h>
#include <string.h>

#include "analysis/critical.h"
#include "base/base.h"

/* Whether a point comes before another on the way from the extremum: by value, equal values by
 * index, as in lossi_order. */
static bool is_before(const loss_grid *g, bool upward, size_t a, size_t b)
{
    size_t low = upward ? a : b, high = upward ? b : a;
    return g->z[low] < g->z[high] || (!(g->z[low] > g->z[high]) && low < high);
}

/* @param stack  [ny][nx] scratch
 * @param end    where the basin ends; LOSS_NO_PARTNER: nowhere */
static size_t flood(const loss_grid *g, bool upward, size_t from, size_t end, uint32_t *stack,
                    bool *inside)
{
    const ptrdiff_t nx = (ptrdiff_t)g->x.n, step[N_NEIGHBOURS] = {1, nx + 1, nx, -1, -nx - 1, -nx};
    size_t n = 0, n_stack = 1;
    stack[0] = (uint32_t)from;
    inside[from] = true;
    while (n_stack) {
        size_t point = stack[--n_stack];
        unsigned neighbours = lossi_star_of(g, point).neighbours;
        n++;
        for (int k = 0; k < N_NEIGHBOURS; k++) {
            if (!(neighbours >> k & 1))
                continue;
            size_t other = (size_t)((ptrdiff_t)point + step[k]);
            if (inside[other] || (end != LOSS_NO_PARTNER && !is_before(g, upward, other, end)))
                continue;
            inside[other] = true;
            stack[n_stack++] = (uint32_t)other;
        }
    }
    return n;
}

static size_t point_of(const loss_grid *g, const loss_critical *c)
{
    return c->iy * g->x.n + c->ix;
}

static bool is_of(const loss_grid *g, const loss_critical *c)
{
    return c->ix < g->x.n && c->iy < g->y.n && !(g->z[point_of(g, c)] < c->grid_value) &&
           !(g->z[point_of(g, c)] > c->grid_value) && lossi_star_of(g, point_of(g, c)).neighbours;
}

loss_status loss_criticals_basin(const loss_criticals *criticals, const loss_grid *grid,
                                 size_t number, bool *inside, size_t *n_inside)
{
    LOSSI_REQUIRE(criticals);
    LOSSI_REQUIRE(grid);
    LOSSI_REQUIRE(inside);
    LOSSI_REQUIRE(n_inside);
    *n_inside = 0;
    loss_status status = lossi_grid_check(grid);
    if (status)
        return status;
    size_t total = loss_criticals_count(criticals, 0), n = grid->x.n * grid->y.n;
    const loss_critical *points = loss_criticals_points(criticals);
    if (number >= total || points[number].kind == LOSS_CRITICAL_SADDLE)
        return lossi_fail(LOSS_ERR_ARGUMENT, "point %zu of %zu: expected a minimum or a maximum",
                          number, total);
    const loss_critical *c = &points[number],
                        *merge = c->partner == LOSS_NO_PARTNER ? c : &points[c->partner];
    if (!is_of(grid, c) || !is_of(grid, merge))
        return lossi_fail(LOSS_ERR_MISMATCH,
                          "point %zu is not on this grid of %zu x %zu; expected the grid that the "
                          "points were found on",
                          number, grid->x.n, grid->y.n);
    uint32_t *stack = lossi_alloc(n, sizeof *stack);
    if (!stack)
        return lossi_fail_nomem(n * sizeof *stack);
    memset(inside, 0, n * sizeof *inside);
    *n_inside = flood(grid, c->kind == LOSS_CRITICAL_MINIMUM, point_of(grid, c),
                      merge == c ? LOSS_NO_PARTNER : point_of(grid, merge), stack, inside);
    free(stack);
    return LOSS_OK;
}
