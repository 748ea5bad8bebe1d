/* The bars stand on the scale of the heights, so that they read like the surface and the colour
 * bar. */
#include "overlay/barcode.h"

#include <math.h>

enum { LEFT = 58, RIGHT = 14, TOP = 52, BOTTOM = 60, WIDEST = 22, NARROWEST = 5 };

bool barcode_make(barcode *b, const layout *l, const scene *s, size_t number)
{
    const box *area = &l->bars[number];
    double u = l->unit;
    if (number >= s->n_views || !(area->w > 0))
        return false;
    *b = (barcode){.basins = &s->views[number].basins,
                   .scale = &s->views[number].relief.scale,
                   .at = {area->x + LEFT * u, area->y + TOP * u, area->w - (LEFT + RIGHT) * u,
                          area->h - (TOP + BOTTOM) * u}};
    if (!(b->at.w > NARROWEST * u) || !(b->at.h > 0))
        return false;
    size_t most = (size_t)(b->at.w / (NARROWEST * u));
    b->n = b->basins->n < most ? b->basins->n : most;
    b->step = fmin(WIDEST * u, b->at.w / (double)(b->n ? b->n : 1));
    return true;
}

static double y_of(const barcode *b, double value)
{
    double place = loss_scale_place(b->scale, value);
    return b->at.y + b->at.h * (1 - fmax(0, fmin(1, place)));
}

box barcode_bar(const barcode *b, size_t i)
{
    const basin *shown = &b->basins->items[i];
    double top = isfinite(shown->death) ? y_of(b, shown->death) : b->at.y;
    return (box){b->at.x + ((double)i + 0.15) * b->step, top, 0.7 * b->step,
                 y_of(b, shown->birth) - top};
}

bool barcode_holds(const layout *l, double px, double py)
{
    for (size_t i = 0; i < MOST_VIEWS; i++)
        if (box_holds(l->bars[i], px, py))
            return true;
    return false;
}

bool barcode_find(const layout *l, const scene *s, double px, double py, size_t *view_number,
                  size_t *number)
{
    barcode b;
    for (size_t i = 0; i < s->n_views; i++)
        if (barcode_make(&b, l, s, i) && box_holds(l->bars[i], px, py) && px >= b.at.x &&
            px < b.at.x + (double)b.n * b.step) {
            *view_number = i;
            *number = (size_t)((px - b.at.x) / b.step) + 1;
            return true;
        }
    return false;
}
