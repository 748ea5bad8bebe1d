/* Places are tried in rings around a mark. */
#include "overlay/places.h"

#include <math.h>

void places_begin(places *p, const layout *l, const scene *s, size_t number)
{
    *p = (places){
        .scene = s, .view = l->panes[number].view, .area = l->panes[number].at, .unit = l->unit};
    p->lens = layout_lens(l, s, number);
    p->matrix = camera_matrix(&p->lens);
}

static bool overlap(box a, box b)
{
    return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

bool places_are_free(const places *p, box b)
{
    if (p->n == MOST_PLACES || b.x < p->area.x || b.y < p->area.y ||
        b.x + b.w > p->area.x + p->area.w || b.y + b.h > p->area.y + p->area.h)
        return false;
    for (size_t i = 0; i < p->n; i++)
        if (overlap(b, p->taken[i]))
            return false;
    return true;
}

void places_take(places *p, box b)
{
    if (p->n < MOST_PLACES)
        p->taken[p->n++] = b;
}

bool places_see(const places *p, vec3 at, double *x, double *y)
{
    vec3 seen;
    if (!camera_project(&p->matrix, at, &seen))
        return false;
    *x = p->area.x + (seen.x + 1) / 2 * p->area.w;
    *y = p->area.y + (1 - seen.y) / 2 * p->area.h;
    return true;
}

/* Narrows the part of a line that is between two sides of a box. */
static bool narrow(double from, double way, double low, double size, double *t0, double *t1)
{
    if (fabs(way) < 1e-12)
        return from >= low && from <= low + size;
    double a = (low - from) / way, b = (low + size - from) / way;
    *t0 = fmax(*t0, fmin(a, b));
    *t1 = fmin(*t1, fmax(a, b));
    return *t0 <= *t1;
}

static size_t crossed(const places *p, const double from[2], const double to[2])
{
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++) {
        const box *b = &p->taken[i];
        double t0 = 0, t1 = 1;
        n += narrow(from[0], to[0] - from[0], b->x, b->w, &t0, &t1) &&
             narrow(from[1], to[1] - from[1], b->y, b->h, &t0, &t1);
    }
    return n;
}

void places_leader(double x, double y, double radius, box b, double from[2], double to[2])
{
    to[0] = fmin(fmax(x, b.x), b.x + b.w);
    to[1] = fmin(fmax(y, b.y), b.y + b.h);
    double length = fmax(hypot(to[0] - x, to[1] - y), 1e-9);
    from[0] = x + (to[0] - x) / length * radius;
    from[1] = y + (to[1] - y) / length * radius;
}

bool places_find_beside(places *p, double x, double y, double radius, double w, double h,
                        box *found)
{
    enum { RINGS = 9, TURNS = 16 };
    static const double first = -0.3926990816987242, /* to the right and somewhat up */
        step = 0.39269908169872414;
    double best = (double)INFINITY, gap = 12 * p->unit, detour = 40 * p->unit;
    for (int ring = 0; ring < RINGS; ring++)
        for (int k = 0; k < TURNS; k++) {
            double turn = first + step * (k % 2 ? k / 2 + 1 : -k / 2), dx = cos(turn),
                   dy = sin(turn), reach = radius + gap * (ring + 1.4), from[2], to[2];
            /* The side or corner of the box that is nearest is that far away. */
            box b = {x + dx * (reach + w / 2) - w / 2, y + dy * (reach + h / 2) - h / 2, w, h};
            if (!places_are_free(p, b))
                continue;
            places_leader(x, y, radius + p->unit, b, from, to);
            double cost = hypot(to[0] - x, to[1] - y) + 0.4 * gap * k / TURNS +
                          detour * (double)crossed(p, from, to);
            if (cost < best) {
                best = cost;
                *found = b;
            }
        }
    if (isinf(best))
        return false;
    places_take(p, *found);
    return true;
}
