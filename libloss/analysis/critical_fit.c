/* Where a critical point lies between grid points: the stationary point of the quadratic that
 * fits the 3 x 3 points around it best (least squares; Haralick 1984, Digital step edges from
 * zero crossing of second directional derivatives). */
#include "analysis/critical.h"

/* f(u, v) = c + gu u + gv v + huu u^2 / 2 + huv u v + hvv v^2 / 2, in steps of the grid. */
typedef struct quadratic {
    double c, gu, gv, huu, huv, hvv;
} quadratic;

/* What a fit may miss one of its nine points by, as a part of their range. On a wall that rises by
 * orders of magnitude a quadratic says nothing about the lowest point. */
static const double MOST_MISSED = 0.2;
/* How far a fit may lie below zero where none of the nine points does, as a part of their range:
 * the lowest point of a loss may well be zero, but not below. */
static const double MOST_BELOW_ZERO = 0.01;

/* z: the middle one of nine. Values are taken relative to it, so that a small bowl on a high
 * plain keeps its digits. */
static quadratic fit(const double *z, size_t nx)
{
    double sum = 0, u1 = 0, v1 = 0, u2 = 0, v2 = 0, uv = 0;
    for (int v = -1; v <= 1; v++)
        for (int u = -1; u <= 1; u++) {
            double f = z[v * (ptrdiff_t)nx + u] - z[0];
            sum += f;
            u1 += u * f;
            v1 += v * f;
            u2 += u * u * f;
            v2 += v * v * f;
            uv += u * v * f;
        }
    return (quadratic){z[0] + (5 * sum - 3 * (u2 + v2)) / 9,
                       u1 / 6,
                       v1 / 6,
                       u2 - 2 * sum / 3,
                       uv / 4,
                       v2 - 2 * sum / 3};
}

/* Whether a quadratic, whose stationary value is given, is what the nine points look like: it comes
 * near each of them, and not below zero where none of them is. */
static bool describes(const quadratic *q, const double *z, size_t nx, double value)
{
    double low = z[0], high = z[0], missed = 0;
    for (int v = -1; v <= 1; v++)
        for (int u = -1; u <= 1; u++) {
            double f = z[v * (ptrdiff_t)nx + u];
            double fitted = q->c + q->gu * u + q->gv * v + q->huu * u * u / 2 + q->huv * u * v +
                            q->hvv * v * v / 2;
            low = fmin(low, f);
            high = fmax(high, f);
            missed = fmax(missed, fabs(fitted - f));
        }
    return missed <= MOST_MISSED * (high - low) &&
           (low < 0 || value >= -MOST_BELOW_ZERO * (high - low));
}

static bool is_of_kind(const quadratic *q, loss_critical_kind kind)
{
    double determinant = q->huu * q->hvv - q->huv * q->huv;
    if (kind == LOSS_CRITICAL_SADDLE)
        return determinant < 0;
    return determinant > 0 && (q->huu > 0) == (kind == LOSS_CRITICAL_MINIMUM);
}

void lossi_critical_fit(const loss_grid *g, loss_critical *p)
{
    p->x = loss_axis_at(g->x, p->ix);
    p->y = loss_axis_at(g->y, p->iy);
    p->value = p->grid_value;
    p->is_fitted = false;
    if (p->ix == 0 || p->iy == 0 || p->ix + 1 >= g->x.n || p->iy + 1 >= g->y.n)
        return;
    quadratic q = fit(g->z + p->iy * g->x.n + p->ix, g->x.n);
    double determinant = q.huu * q.hvv - q.huv * q.huv;
    double u = (q.huv * q.gv - q.hvv * q.gu) / determinant,
           v = (q.huv * q.gu - q.huu * q.gv) / determinant;
    /* Also false for what a hole among the nine makes NaN. */
    if (!is_of_kind(&q, p->kind) || !(fabs(u) <= 1) || !(fabs(v) <= 1))
        return;
    double x = p->x + u * lossi_axis_step(g->x), y = p->y + v * lossi_axis_step(g->y),
           value = q.c + (q.gu * u + q.gv * v) / 2;
    if (!isfinite(x) || !isfinite(y) || !isfinite(value)) /* they overflow a double */
        return;
    if (!describes(&q, g->z + p->iy * g->x.n + p->ix, g->x.n, value))
        return;
    p->is_fitted = true;
    p->x = x;
    p->y = y;
    p->value = value;
}
