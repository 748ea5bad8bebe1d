/* A grid of values seen as cells and points. */
#include "analysis/grid.h"

#include <stdint.h>

#include "base/base.h"

loss_status lossi_grid_check(const loss_grid *g)
{
    size_t n;
    if (!g->x.n || !g->y.n)
        return lossi_fail(LOSS_ERR_SHAPE, "a grid of %zu x %zu points; expected at least 1 x 1",
                          g->x.n, g->y.n);
    if (!lossi_mul(g->x.n, g->y.n, &n) || n > INT32_MAX)
        return lossi_fail(LOSS_ERR_SHAPE, "a grid of %zu x %zu points; expected at most %d points",
                          g->x.n, g->y.n, INT32_MAX);
    if (!g->z)
        return lossi_fail(LOSS_ERR_ARGUMENT, "a grid without values: its z is NULL");
    return LOSS_OK;
}

double loss_axis_at(loss_axis axis, size_t i)
{
    if (i == 0)
        return axis.min;
    if (i >= axis.n || i + 1 == axis.n)
        return axis.max;
    /* Written so that the ends are exact, and the middle of a symmetric axis is 0. */
    double n = (double)(axis.n - 1), k = (double)i, at = ((n - k) * axis.min + k * axis.max) / n;
    return isfinite(at) ? at : (n - k) / n * axis.min + k / n * axis.max;
}

double *lossi_axis_places(loss_axis axis)
{
    double *places = lossi_alloc(axis.n, sizeof *places);
    for (size_t i = 0; places && i < axis.n; i++)
        places[i] = loss_axis_at(axis, i);
    return places;
}

double lossi_axis_step(loss_axis axis)
{
    double n = (double)(axis.n - 1), span = axis.max - axis.min;
    if (axis.n < 2)
        return 0;
    return isfinite(span) ? span / n : axis.max / n - axis.min / n;
}
