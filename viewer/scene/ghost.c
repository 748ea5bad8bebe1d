/* Ghost surfaces. */
#include "scene/ghost.h"

#include <stdlib.h>

bool ghost_make(relief *r, bool *has, const scene *s, const view *v, ghost_side side)
{
    const samples *from = &v->grid.splits[scene_split(s, v)];
    size_t n = v->grid.nx * v->grid.ny;
    double sign = side == GHOST_ABOVE ? 1 : -1;
    const double *ends = side == GHOST_ABOVE ? from->high : from->low;
    *has =
        from->error && settings_height(&s->set) == QUANTITY_LOSS && s->set.split != SHOW_DIFFERENCE;
    if (!*has)
        return true;
    double *values = malloc(n * sizeof *values);
    for (size_t i = 0; values && i < n; i++)
        values[i] = ends ? ends[i] : from->loss[i] + sign * from->error[i];
    return values && relief_make(r, &v->grid, values, &s->scale, &s->set);
}

void ghost_order(const camera *c, ghost_side order[N_GHOSTS])
{
    order[0] = c->elevation < 0 ? GHOST_ABOVE : GHOST_BELOW;
    order[1] = c->elevation < 0 ? GHOST_BELOW : GHOST_ABOVE;
}
