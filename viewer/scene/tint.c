/* Places on the scale of the colours, between grid points as smooth as the heights. */
#include "scene/tint.h"

#include <math.h>
#include <stdlib.h>

#include "scene/smooth.h"

static bool has_any(const double *f, size_t n)
{
    for (size_t i = 0; f && i < n; i++)
        if (isfinite(f[i]))
            return true;
    return false;
}

/* @return NULL with the reason: the file lacks it */
static const double *field_of(const scene *s, const view *v, problem *p)
{
    quantity which = (quantity)s->set.field;
    const grid *g = &v->grid;
    const double *f = samples_of(&g->splits[scene_split(s, v)], which);
    const char *name = quantity_names[which];
    if (s->set.split == SHOW_DIFFERENCE)
        problem_set(p, "%s: a difference of two splits has no %s", g->name, name);
    else if (g->is_lines)
        problem_set(p, "%s: repeated lines have no colours; lossgrid plot --field %s draws it",
                    g->name, name);
    else if (!has_any(f, g->nx * g->ny))
        problem_set(p, "%s: %s", g->name, quantity_words_of(which)->lacking);
    else
        return f;
    return NULL;
}

/* Widens a range by the points that are not cut off. */
static void widen(const double *f, const double *loss, size_t n, double clip, loss_scale *range)
{
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(f[i]) || !(loss[i] <= clip))
            continue;
        range->low = fmin(range->low, f[i]);
        range->high = fmax(range->high, f[i]);
    }
}

static loss_scale scale_of(const settings *set, loss_scale range)
{
    if (!(range.low <= range.high))
        return (loss_scale){LOSS_SCALE_LINEAR, 0, 1, 0};
    return quantity_words_of((quantity)set->field)->is_loss
               ? loss_scale_of_range(range.low, range.high)
               : range;
}

/* Of a relief that may have points between those of the grid. @return false: out of memory */
static bool colour(relief *r, const double *f, const loss_scale *scale)
{
    size_t nx = relief_grid_nx(r), ny = relief_grid_ny(r);
    double *at = malloc(nx * ny * sizeof *at), *x = malloc(nx * sizeof *x),
           *y = malloc(ny * sizeof *y);
    r->tint = malloc(r->nx * r->ny * sizeof *r->tint);
    bool done = at && x && y && r->tint;
    for (size_t i = 0; done && i < nx * ny; i++)
        at[i] = isfinite(f[i]) ? loss_scale_place(scale, f[i]) : (double)NAN;
    for (size_t i = 0; done && i < nx; i++)
        x[i] = r->x[i * r->parts];
    for (size_t i = 0; done && i < ny; i++)
        y[i] = r->y[i * r->parts];
    done = done && smooth_surface(x, nx, y, ny, at, r->parts, r->tint);
    free(at);
    free(x);
    free(y);
    return done;
}

bool tint_make(scene *s, problem *p)
{
    const double *fields[MOST_VIEWS];
    loss_scale range = {LOSS_SCALE_LINEAR, (double)INFINITY, -(double)INFINITY, 0};
    if (!settings_tinted(&s->set))
        return true;
    for (size_t i = 0; i < s->n_views; i++) {
        const view *v = &s->views[i];
        fields[i] = field_of(s, v, p);
        if (!fields[i])
            return false;
        widen(fields[i], v->grid.splits[scene_split(s, v)].loss, v->grid.nx * v->grid.ny,
              s->set.clip, &range);
    }
    s->tint_scale = scale_of(&s->set, range);
    for (size_t i = 0; i < s->n_views; i++)
        if (!colour(&s->views[i].relief, fields[i], &s->tint_scale))
            return problem_set(p, "%s: out of memory", s->views[i].path);
    return true;
}
