/* The strip's axes: epochs to the right, losses upwards, by a scale of their own, as they may lie
 * far below the surface. */
#include "overlay/strip.h"

#include <math.h>

#include "scene/epochs.h"

enum { LEFT = 62, RIGHT = 54, TOP = 30, BOTTOM = 36 };

bool strip_make(strip *t, const layout *l, const scene *s, size_t number)
{
    const box *b = &l->strips[number];
    double u = l->unit, low = (double)INFINITY, high = -(double)INFINITY;
    size_t first, last;
    if (number >= s->n_views || !(b->w > 0) || !epochs_range(s, &first, &last))
        return false;
    const grid *g = &s->views[number].grid;
    *t = (strip){.grid = g,
                 .split = scene_split(s, &s->views[number]),
                 .at = {b->x + LEFT * u, b->y + TOP * u, b->w - (LEFT + RIGHT) * u,
                        b->h - (TOP + BOTTOM) * u},
                 .first = (double)first,
                 .last = (double)last};
    for (size_t i = 0; i < g->n_path; i++) {
        relief_range(&g->path[i].true_loss[t->split], 1, (double)INFINITY, &low, &high);
        relief_range(&g->path[i].plane_loss[t->split], 1, (double)INFINITY, &low, &high);
        t->sharpest = fmax(t->sharpest, strip_sharpness(t, &g->path[i]));
        t->has_residual |= isfinite(g->path[i].residual);
    }
    settings losses = s->set; /* whatever the surface shows */
    losses.field = QUANTITY_LOSS;
    losses.split = SHOW_AUTO;
    t->scale = relief_scale(&losses, low, high, (double)NAN);
    return low <= high && t->at.w > 0 && t->at.h > 0;
}

double strip_x(const strip *t, double epoch)
{
    return t->at.x + t->at.w * (t->last > t->first ? share_of(epoch, t->first, t->last) : 0.5);
}

double strip_y(const strip *t, double loss)
{
    return t->at.y + t->at.h * (1 - loss_scale_place(&t->scale, loss));
}

double strip_sharpness(const strip *t, const path_point *p)
{
    const grid *g = t->grid;
    const double *f = g->splits[t->split].sharpness;
    if (!f || p->x < g->x[0] || p->x > g->x[g->nx - 1] || p->y < g->y[0] || p->y > g->y[g->ny - 1])
        return (double)NAN;
    size_t ix = grid_interval(g->x, g->nx, p->x), iy = grid_interval(g->y, g->ny, p->y);
    double u = share_of(p->x, g->x[ix], g->x[ix + 1]), v = share_of(p->y, g->y[iy], g->y[iy + 1]);
    f += iy * g->nx + ix;
    return (1 - v) * ((1 - u) * f[0] + u * f[1]) + v * ((1 - u) * f[g->nx] + u * f[g->nx + 1]);
}

bool strip_find(const layout *l, double px, double py, size_t *number)
{
    for (size_t i = 0; i < MOST_VIEWS; i++)
        if (box_holds(l->strips[i], px, py)) {
            *number = i;
            return true;
        }
    return false;
}

bool strip_epoch(const layout *l, const scene *s, size_t number, double px, size_t *epoch)
{
    strip t;
    return strip_make(&t, l, s, number) &&
           epochs_nearest(s, value_at((px - t.at.x) / t.at.w, t.first, t.last), epoch);
}
