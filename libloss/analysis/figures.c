/* A few numbers of a surface; docs/definitions.md defines them. */
#include <stdlib.h>

#include "analysis/grid.h"
#include "base/base.h"

/* Share of a triangle where the plane through its corners is at most `level`: similar triangles
 * at the lowest and the highest corner. */
static double triangle_share(double a, double b, double c, double level)
{
    double low = fmin(a, fmin(b, c)), high = fmax(a, fmax(b, c));
    double middle = a == low    ? (b == high ? c : b)
                    : b == low  ? (a == high ? c : a)
                    : a == high ? b
                                : a;
    if (level < low || level >= high)
        return level >= high;
    if (level < middle)
        return (level - low) / (middle - low) * ((level - low) / (high - low));
    return 1 - (high - level) / (high - middle) * ((high - level) / (high - low));
}

static double segment_share(double a, double b, double level)
{
    double low = fmin(a, b), high = fmax(a, b);
    return level < low || level >= high ? level >= high : (level - low) / (high - low);
}

/* Share of a cell (of a piece of a line) below a level; NaN where there is none. */
static double share_below(const loss_grid *g, size_t ix, size_t iy, double level)
{
    size_t nx = g->x.n;
    const double *z = g->z + iy * nx + ix;
    if (lossi_grid_is_line(g))
        return isfinite(z[0]) && isfinite(z[1]) ? segment_share(z[0], z[1], level) : NAN;
    if (!lossi_cell_is_whole(g, ix, iy))
        return NAN;
    return (triangle_share(z[0], z[1], z[nx + 1], level) +
            triangle_share(z[0], z[nx + 1], z[nx], level)) /
           2;
}

/* Adds up cells, row by row: all of them, and their shares below a level. In units of a cell. */
static void add_up(const loss_grid *g, double level, double *cells, double *below)
{
    bool is_line = lossi_grid_is_line(g);
    size_t width = is_line ? g->x.n * g->y.n - 1 : g->x.n - 1, height = is_line ? 1 : g->y.n - 1;
    *cells = *below = 0;
    for (size_t iy = 0; iy < height; iy++) {
        double row = 0;
        for (size_t ix = 0; ix < width; ix++) {
            double share = share_below(g, ix, iy, level);
            if (isnan(share))
                continue;
            ++*cells;
            row += share;
        }
        *below += row;
    }
}

static double cell_area(const loss_grid *g)
{
    double dx = lossi_axis_step(g->x), dy = lossi_axis_step(g->y);
    return lossi_grid_is_line(g) ? dx + dy : dx * dy;
}

loss_status loss_area_below(const loss_grid *grid, double level, double *area)
{
    LOSSI_REQUIRE(grid && area);
    double cells;
    loss_status status = lossi_grid_check(grid);
    if (!status && isnan(level))
        status = lossi_fail(LOSS_ERR_ARGUMENT, "area below a level that is NaN");
    if (status)
        return status;
    add_up(grid, level, &cells, area);
    *area *= cell_area(grid);
    return LOSS_OK;
}

/* Twice a second difference is known to about this much: below it is 0, so that a plane counts
 * as convex. */
static double noise(double largest)
{
    return 8 * 2.220446049250313e-16 * largest;
}

/* Whether the Hessian of central differences has no negative eigenvalue. z: the middle of nine,
 * all finite. Steps of the axes do not matter: they scale rows and columns of the matrix by
 * positive numbers. */
static bool is_convex(const double *z, ptrdiff_t nx)
{
    double largest = 0;
    for (ptrdiff_t v = -1; v <= 1; v++)
        for (ptrdiff_t u = -1; u <= 1; u++)
            largest = fmax(largest, fabs(z[v * nx + u]));
    double zero = noise(largest);
    double xx = z[1] - 2 * z[0] + z[-1], yy = z[nx] - 2 * z[0] + z[-nx];
    double xy = (z[nx + 1] - z[nx - 1] - z[-nx + 1] + z[-nx - 1]) / 4;
    xx = fabs(xx) <= zero ? 0 : xx;
    yy = fabs(yy) <= zero ? 0 : yy;
    xy = fabs(xy) <= zero ? 0 : xy;
    return xx >= 0 && yy >= 0 && xx * yy >= xy * xy;
}

static bool all_nine_are_finite(const double *z, ptrdiff_t nx)
{
    for (ptrdiff_t v = -1; v <= 1; v++)
        for (ptrdiff_t u = -1; u <= 1; u++)
            if (!isfinite(z[v * nx + u]))
                return false;
    return true;
}

static void count_convex(const loss_grid *g, loss_figures *f)
{
    size_t n_convex = 0, nx = g->x.n;
    if (lossi_grid_is_line(g)) {
        for (size_t i = 1; i + 1 < nx * g->y.n; i++) {
            const double *z = g->z + i;
            if (!isfinite(z[-1]) || !isfinite(z[0]) || !isfinite(z[1]))
                continue;
            f->n_hessians++;
            n_convex +=
                z[1] - 2 * z[0] + z[-1] >= -noise(fmax(fabs(z[0]), fmax(fabs(z[1]), fabs(z[-1]))));
        }
    } else {
        for (size_t iy = 1; iy + 1 < g->y.n; iy++)
            for (size_t ix = 1; ix + 1 < nx; ix++) {
                const double *z = g->z + iy * nx + ix;
                if (!all_nine_are_finite(z, (ptrdiff_t)nx))
                    continue;
                f->n_hessians++;
                n_convex += is_convex(z, (ptrdiff_t)nx);
            }
    }
    f->convex_share = f->n_hessians ? (double)n_convex / (double)f->n_hessians : NAN;
}

/* Total variation over range of n values that are `stride` apart; NaN if they do not vary. */
static double normalised_variation(const double *z, size_t n, size_t stride)
{
    double variation = 0, low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        double a = z[i * stride];
        if (!isfinite(a))
            continue;
        low = fmin(low, a);
        high = fmax(high, a);
        if (i + 1 < n && isfinite(z[(i + 1) * stride]))
            variation += fabs(z[(i + 1) * stride] - a);
    }
    return high > low ? variation / (high - low) : NAN;
}

static double mean_variation(const loss_grid *g)
{
    double sum = 0, n = 0;
    for (size_t i = 0; i < g->x.n + g->y.n; i++) {
        double v = i < g->y.n ? normalised_variation(g->z + i * g->x.n, g->x.n, 1)
                              : normalised_variation(g->z + (i - g->y.n), g->y.n, g->x.n);
        if (isnan(v))
            continue;
        sum += v;
        n++;
    }
    return sum / n; /* NaN for none */
}

loss_status loss_figures_of(const loss_grid *grid, loss_figures *figures)
{
    LOSSI_REQUIRE(grid && figures);
    double below;
    *figures = (loss_figures){.lowest = NAN, .highest = NAN};
    loss_status status = lossi_grid_check(grid);
    if (status)
        return status;
    add_up(grid, 0, &figures->area, &below);
    figures->area *= cell_area(grid);
    for (size_t i = 0; i < grid->x.n * grid->y.n; i++)
        if (isfinite(grid->z[i])) {
            figures->lowest = fmin(figures->lowest, grid->z[i]);
            figures->highest = fmax(figures->highest, grid->z[i]);
        }
    count_convex(grid, figures);
    figures->roughness = mean_variation(grid);
    return LOSS_OK;
}
