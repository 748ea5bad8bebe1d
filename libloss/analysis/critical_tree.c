/* The order of the points, their neighbourhoods, and merge trees by union-find. */
#include <stdlib.h>

#include "analysis/critical.h"
#include "base/base.h"

typedef struct entry {
    double value;
    uint32_t point;
} entry;

static int by_value_then_index(const void *a, const void *b)
{
    const entry *p = a, *q = b;
    if (p->value != q->value)
        return p->value < q->value ? -1 : 1;
    return p->point < q->point ? -1 : 1;
}

/* Whether the cell whose lower left corner is (ix + dx, iy + dy) is there. */
static bool has_cell(const loss_grid *g, size_t ix, int dx, size_t iy, int dy)
{
    bool inside = (dx ? ix > 0 : ix + 1 < g->x.n) && (dy ? iy > 0 : iy + 1 < g->y.n);
    return inside && lossi_cell_is_whole(g, dx ? ix - 1 : ix, dy ? iy - 1 : iy);
}

lossi_star lossi_star_of(const loss_grid *g, size_t point)
{
    size_t ix = point % g->x.n, iy = point / g->x.n;
    lossi_star s = {0, 0};
    if (lossi_grid_is_line(g)) {
        bool along_x = g->x.n > 1;
        size_t i = along_x ? ix : iy, n = along_x ? g->x.n : g->y.n;
        if (isfinite(g->z[point]) && i + 1 < n && isfinite(g->z[point + 1]))
            s.neighbours |= 1u << (along_x ? EAST : NORTH);
        if (isfinite(g->z[point]) && i > 0 && isfinite(g->z[point - 1]))
            s.neighbours |= 1u << (along_x ? WEST : SOUTH);
        return s;
    }
    if (has_cell(g, ix, 0, iy, 0))
        s.triangles |= 1u << EAST | 1u << NORTH_EAST;
    if (has_cell(g, ix, -1, iy, 0))
        s.triangles |= 1u << NORTH;
    if (has_cell(g, ix, -1, iy, -1))
        s.triangles |= 1u << WEST | 1u << SOUTH_WEST;
    if (has_cell(g, ix, 0, iy, -1))
        s.triangles |= 1u << SOUTH;
    unsigned behind = s.triangles << 1 |
                      s.triangles >> (N_NEIGHBOURS - 1); /* the triangle before each neighbour */
    s.neighbours = (s.triangles | behind) & ((1u << N_NEIGHBOURS) - 1);
    return s;
}

/* The points of the surface, sorted; *n of them. NULL when memory is out. */
static entry *sorted_entries(const loss_grid *grid, size_t *n)
{
    entry *entries = lossi_alloc(grid->x.n * grid->y.n, sizeof *entries);
    *n = 0;
    for (size_t i = 0; entries && i < grid->x.n * grid->y.n; i++)
        if (isfinite(grid->z[i]) && lossi_star_of(grid, i).neighbours)
            entries[(*n)++] = (entry){grid->z[i], (uint32_t)i};
    if (entries)
        qsort(entries, *n, sizeof *entries, by_value_then_index);
    return entries;
}

loss_status lossi_order_make(lossi_order *order, const loss_grid *grid)
{
    size_t total = grid->x.n * grid->y.n;
    ptrdiff_t nx = (ptrdiff_t)grid->x.n;
    *order = (lossi_order){.grid = grid, .step = {1, nx + 1, nx, -1, -nx - 1, -nx}};
    entry *entries = sorted_entries(grid, &order->n);
    order->rank = lossi_alloc(total, sizeof *order->rank);
    order->sorted = lossi_alloc(order->n, sizeof *order->sorted);
    bool done = entries && order->rank && order->sorted;
    for (size_t i = 0; done && i < total; i++)
        order->rank[i] = LOSSI_NOT_THERE;
    for (size_t i = 0; done && i < order->n; i++) {
        order->sorted[i] = entries[i].point;
        order->rank[entries[i].point] = (uint32_t)i;
    }
    free(entries);
    if (done)
        return LOSS_OK;
    lossi_order_free(order);
    return lossi_fail_nomem(total * (sizeof *entries + 2 * sizeof(uint32_t)));
}

void lossi_order_free(lossi_order *order)
{
    free(order->sorted);
    free(order->rank);
    *order = (lossi_order){0};
}

/* The root of a point's set, which is the set's extremum; the way there is halved. */
static uint32_t root_of(uint32_t *roots, uint32_t point)
{
    while (roots[point] != point) {
        roots[point] = roots[roots[point]];
        point = roots[point];
    }
    return point;
}

bool lossi_merge_pairs(const lossi_order *o, bool upward, uint32_t *roots, lossi_pairs *pairs)
{
    for (size_t i = 0; i < o->n; i++) {
        uint32_t point = o->sorted[upward ? i : o->n - 1 - i], oldest = point;
        unsigned neighbours = lossi_star_of(o->grid, point).neighbours;
        roots[point] = point;
        for (int k = 0; k < N_NEIGHBOURS; k++) {
            uint32_t other = (uint32_t)((ptrdiff_t)point + o->step[k] * (neighbours >> k & 1));
            if ((o->rank[other] < o->rank[point]) != upward || other == point)
                continue; /* not reached yet */
            uint32_t root = root_of(roots, other), younger;
            if (root == oldest)
                continue;
            /* The elder is the one further down (upward), or up. */
            younger = (o->rank[root] < o->rank[oldest]) == upward ? oldest : root;
            oldest = younger == root ? oldest : root;
            roots[younger] = oldest;
            if (younger == point) /* the point itself, not a basin */
                continue;
            void *items = pairs->items;
            if (!lossi_reserve(&items, &pairs->capacity, pairs->n, sizeof *pairs->items))
                return false;
            pairs->items = items;
            pairs->items[pairs->n++] = (lossi_pair){younger, point};
        }
    }
    return true;
}
