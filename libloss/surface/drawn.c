/* The heights are what is seen, so it is their critical points that are marked. */
#include "surface/drawn.h"

#include <math.h>
#include <stdlib.h>

#include "surface/surface.h"

/* Of the range of heights: less persistent points are not marked. */
static const double LEAST_PERSISTENCE = 0.02;
enum { MOST_MARKS = 2000 };

static double loss_of(const lossi_height_scale *scale, double height)
{
    return scale->kind == LOSS_HEIGHT_LOG ? pow(10, height) : height;
}

static loss_status copy_marks(lossi_drawn *d, const loss_criticals *all)
{
    const loss_critical *points = loss_criticals_points(all);
    size_t n = loss_criticals_count(all, LEAST_PERSISTENCE * (d->scale.high - d->scale.low)),
           most = lossi_smaller(n, MOST_MARKS);
    d->marks = lossi_alloc(most, sizeof *d->marks);
    if (!d->marks)
        return lossi_fail_nomem(most * sizeof *d->marks);
    for (size_t i = 0; i < n && d->n_marks < most; i++)
        if (!points[i].on_border) {
            d->marks[d->n_marks] = points[i];
            d->marks[d->n_marks].value = loss_of(&d->scale, points[i].value);
            d->marks[d->n_marks++].grid_value = loss_of(&d->scale, points[i].grid_value);
        }
    return LOSS_OK;
}

static loss_status find_marks(lossi_drawn *d)
{
    size_t n = d->x.n * d->y.n;
    loss_grid grid = {d->x, d->y, d->heights};
    double *errors = lossi_alloc(n, sizeof *errors), *losses = lossi_alloc(n, sizeof *losses);
    loss_criticals *all = NULL;
    loss_criticals_options known = LOSS_CRITICALS_OPTIONS_INIT;
    loss_status status = errors && losses ? LOSS_OK : lossi_fail_nomem(2 * n * sizeof *errors);
    for (size_t i = 0; i < n && !status; i++) {
        errors[i] = d->points[i].standard_error;
        losses[i] = d->points[i].loss;
    }
    known.errors = errors;
    known.values = losses;
    if (!status)
        status = loss_criticals_create(&all, &grid, &known);
    if (!status)
        status = copy_marks(d, all);
    loss_criticals_free(all);
    free(errors);
    free(losses);
    return status;
}

loss_status lossi_drawn_make(lossi_drawn *d, loss_surface *s, loss_split split, loss_height height)
{
    size_t n = s->x.n * s->y.n;
    double width = s->x.max - s->x.min, depth = s->y.max - s->y.min;
    *d = (lossi_drawn){.x = s->x,
                       .y = s->y,
                       .points = lossi_alloc(n, sizeof *d->points),
                       .heights = lossi_alloc(n, sizeof *d->heights)};
    loss_status status = d->points && d->heights ? loss_surface_points(s, split, d->points)
                                                 : lossi_fail_nomem(n * sizeof *d->points);
    if (status)
        return status;
    d->scale = lossi_height_scale_fit(height, d->points, n, width > depth ? width : depth);
    lossi_height_scale raw = d->scale;
    raw.offset = 0;
    raw.scale = 1;
    for (size_t i = 0; i < n; i++)
        d->heights[i] = d->points[i].evaluated ? lossi_height_of(&raw, d->points[i].loss) : NAN;
    size_t n_evaluated = 0;
    for (size_t i = 0; i < n; i++)
        n_evaluated += d->points[i].evaluated;
    if (n_evaluated == n && s->x.n > 1 && s->y.n > 1)
        status = find_marks(d);
    return status ? status : loss_surface_paths(s, split, &d->n_path, &d->path);
}

void lossi_drawn_free(lossi_drawn *d)
{
    free(d->points);
    free(d->heights);
    free(d->marks);
    *d = (lossi_drawn){0};
}

/* The cell of a coordinate, and where in it, 0 to 1. @return false: outside */
static bool find_cell(loss_axis axis, double value, size_t *cell, double *within)
{
    double place = (value - axis.min) / (axis.max - axis.min) * (double)(axis.n - 1);
    if (!(place >= 0 && place <= (double)(axis.n - 1)))
        return false;
    *cell = lossi_smaller((size_t)place, axis.n - 2);
    *within = place - (double)*cell;
    return true;
}

double lossi_drawn_z(const lossi_drawn *d, double x, double y)
{
    size_t ix, iy;
    double u, v;
    if (d->x.n < 2 || d->y.n < 2 || !find_cell(d->x, x, &ix, &u) || !find_cell(d->y, y, &iy, &v))
        return NAN;
    const double *low = d->heights + iy * d->x.n + ix, *high = low + d->x.n;
    /* The diagonal runs from the first corner to the opposite one. */
    double corner = u > v ? low[1] : high[0];
    double h = u > v ? low[0] + u * (corner - low[0]) + v * (high[1] - corner)
                     : low[0] + v * (corner - low[0]) + u * (high[1] - corner);
    return d->scale.offset + d->scale.scale * h;
}
