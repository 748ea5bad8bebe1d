/* Heights, their scale, and places on the surface. */
#include "scene/relief.h"

#include <math.h>
#include <stdlib.h>

#include "scene/smooth.h"

static const double *array_of(const grid *g, int split, quantity which)
{
    return g->has_split[split] ? samples_of(&g->splits[split], which) : NULL;
}

int relief_split(const grid *g, const settings *s, problem *p)
{
    if (s->split == SHOW_AUTO)
        return g->has_split[LOSS_SPLIT_TEST] ? LOSS_SPLIT_TEST : LOSS_SPLIT_TRAIN;
    loss_split asked = s->split == SHOW_TRAIN ? LOSS_SPLIT_TRAIN : LOSS_SPLIT_TEST;
    if (g->tells_split && g->has_split[asked])
        return (int)asked;
    if (g->tells_split)
        problem_set(p, "%s: holds no values of %s images", g->name, loss_split_name(asked));
    else
        problem_set(p, "%s: does not say whether its values are of test or train images", g->name);
    return -1;
}

double *relief_values(const grid *g, const settings *s, problem *p)
{
    size_t n = g->nx * g->ny;
    quantity which = settings_height(s);
    const double *test = array_of(g, LOSS_SPLIT_TEST, which),
                 *train = array_of(g, LOSS_SPLIT_TRAIN, which);
    if (s->split == SHOW_DIFFERENCE && (!test || !train)) {
        problem_set(p, "%s: has not both training and test %s", g->name,
                    quantity_words_of(which)->word);
        return NULL;
    }
    int split = s->split == SHOW_DIFFERENCE ? LOSS_SPLIT_TEST : relief_split(g, s, p);
    if (split < 0)
        return NULL;
    const double *from = split == LOSS_SPLIT_TRAIN ? train : test;
    if (!from) {
        problem_set(p, "%s: %s", g->name, quantity_words_of(which)->lacking);
        return NULL;
    }
    double *values = malloc(n * sizeof *values);
    if (!values) {
        problem_set(p, "%s: out of memory", g->name);
        return NULL;
    }
    for (size_t i = 0; i < n; i++)
        values[i] = s->split == SHOW_DIFFERENCE ? test[i] - train[i] : from[i];
    return values;
}

/* The standard error of one split's value at a point. */
static double error_of(const samples *q, quantity which, size_t i)
{
    if (which == QUANTITY_ACCURACY)
        return q->accuracy_error ? q->accuracy_error[i] : (double)NAN;
    return q->error ? q->error[i] : (double)NAN;
}

double *relief_errors(const grid *g, const settings *s)
{
    const samples *test = &g->splits[LOSS_SPLIT_TEST], *train = &g->splits[LOSS_SPLIT_TRAIN];
    problem p;
    quantity which = settings_height(s);
    bool is_train = s->split != SHOW_DIFFERENCE && relief_split(g, s, &p) == (int)LOSS_SPLIT_TRAIN;
    double *errors = malloc(g->nx * g->ny * sizeof *errors);
    for (size_t i = 0; errors && i < g->nx * g->ny; i++)
        errors[i] = s->split == SHOW_DIFFERENCE /* of means over different images */
                        ? hypot(error_of(test, which, i), error_of(train, which, i))
                        : error_of(is_train ? train : test, which, i);
    return errors;
}

void relief_range(const double *values, size_t n, double clip, double *low, double *high)
{
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(values[i]) || values[i] > clip)
            continue;
        *low = values[i] < *low ? values[i] : *low;
        *high = values[i] > *high ? values[i] : *high;
    }
}

loss_scale relief_scale(const settings *s, double low, double high, double typical)
{
    if (!(low <= high)) /* nothing to show yet */
        return (loss_scale){LOSS_SCALE_LINEAR, 0, 1, 0};
    loss_scale fitting = s->split == SHOW_DIFFERENCE
                             ? loss_scale_about_zero(fmax(fabs(low), fabs(high)), typical)
                             : loss_scale_of_range(low, high);
    if (s->height == HEIGHT_LINEAR || settings_height(s) == QUANTITY_ACCURACY)
        fitting.kind = LOSS_SCALE_LINEAR;
    else if (s->height == HEIGHT_LOG && fitting.low > 0)
        fitting.kind = LOSS_SCALE_LOG;
    else if (s->height == HEIGHT_LOG && s->split == SHOW_DIFFERENCE && typical > 0)
        fitting = (loss_scale){LOSS_SCALE_SYMLOG, fitting.low, fitting.high, typical};
    return fitting;
}

void relief_free(relief *r)
{
    free(r->x);
    free(r->y);
    free(r->value);
    free(r->z);
    free(r->tint);
    *r = (relief){0};
}

/* Axes of one unit get one scale, so that a round basin looks round. Where the unit is not known,
 * those of like length do; very different ones fill the square. */
static void set_extents(relief *r, const grid *g, int aspect)
{
    double width = r->x_high / 2 - r->x_low / 2, depth = r->y_high / 2 - r->y_low / 2, /* halved */
        longer = width > depth ? width : depth;
    bool alike = width / 2.5 <= depth && depth / 2.5 <= width;
    if (aspect != ASPECT_AUTO || g->has_one_unit)
        alike = aspect != ASPECT_FILL;
    r->x_extent = alike ? width / longer : 1;
    r->y_extent = alike ? depth / longer : 1;
}

double *relief_at_points(const relief *r, const double *f)
{
    size_t nx = relief_grid_nx(r), ny = relief_grid_ny(r);
    double *points = malloc(nx * ny * sizeof *points);
    for (size_t i = 0; points && i < nx * ny; i++)
        points[i] = f[i / nx * r->parts * r->nx + i % nx * r->parts];
    return points;
}

/* A grid that is as fine as a picture stays as it is. */
static size_t parts_of(const grid *g, const settings *set)
{
    enum { FINE = 240, MOST_PARTS = 16 };
    size_t side = (g->nx > g->ny ? g->nx : g->ny) - 1, parts = FINE / side;
    if (set->surface != SURFACE_SMOOTH || parts < 2)
        return 1;
    return parts < MOST_PARTS ? parts : MOST_PARTS;
}

/* Puts points between those of the grid, by height. @return false: out of memory */
static bool refine(relief *r, size_t parts)
{
    relief fine = *r;
    fine.parts = parts;
    fine.nx = (r->nx - 1) * parts + 1;
    fine.ny = (r->ny - 1) * parts + 1;
    fine.x = malloc(fine.nx * sizeof *fine.x);
    fine.y = malloc(fine.ny * sizeof *fine.y);
    fine.z = malloc(fine.nx * fine.ny * sizeof *fine.z);
    fine.value = malloc(fine.nx * fine.ny * sizeof *fine.value);
    if (!fine.x || !fine.y || !fine.z || !fine.value ||
        !smooth_surface(r->x, r->nx, r->y, r->ny, r->z, parts, fine.z)) {
        relief_free(&fine);
        return false;
    }
    smooth_axis(r->x, r->nx, parts, fine.x);
    smooth_axis(r->y, r->ny, parts, fine.y);
    for (size_t j = 0; j < fine.ny; j++)
        for (size_t i = 0; i < fine.nx; i++) {
            size_t at = j * fine.nx + i;
            bool is_point = i % parts == 0 && j % parts == 0;
            fine.value[at] = is_point ? r->value[j / parts * r->nx + i / parts]
                                      : loss_scale_value(&r->scale, fine.z[at] / r->height);
        }
    relief_free(r);
    *r = fine;
    return true;
}

bool relief_make(relief *r, const grid *g, double *values, const loss_scale *s, const settings *set)
{
    size_t n = g->nx * g->ny;
    *r = (relief){.nx = g->nx,
                  .ny = g->ny,
                  .parts = 1,
                  .value = values,
                  .scale = *s,
                  .height = HEIGHT * set->exaggeration,
                  .x_low = g->x[0],
                  .x_high = g->x[g->nx - 1],
                  .y_low = g->y[0],
                  .y_high = g->y[g->ny - 1]};
    r->x = malloc(g->nx * sizeof *r->x);
    r->y = malloc(g->ny * sizeof *r->y);
    r->z = malloc(n * sizeof *r->z);
    if (!r->x || !r->y || !r->z) {
        relief_free(r);
        return false;
    }
    set_extents(r, g, set->aspect);
    for (size_t i = 0; i < g->nx; i++)
        r->x[i] = relief_scene_x(r, g->x[i]);
    for (size_t i = 0; i < g->ny; i++)
        r->y[i] = relief_scene_y(r, g->y[i]);
    for (size_t i = 0; i < n; i++)
        r->z[i] = r->height * loss_scale_place(s, values[i]);
    size_t parts = parts_of(g, set);
    if (parts > 1 && !refine(r, parts)) {
        relief_free(r);
        return false;
    }
    return true;
}

double relief_scene_x(const relief *r, double x)
{
    return r->x_extent * (2 * share_of(x, r->x_low, r->x_high) - 1);
}

double relief_scene_y(const relief *r, double y)
{
    return r->y_extent * (2 * share_of(y, r->y_low, r->y_high) - 1);
}

double relief_file_x(const relief *r, double x)
{
    return value_at((x / r->x_extent + 1) / 2, r->x_low, r->x_high);
}

double relief_file_y(const relief *r, double y)
{
    return value_at((y / r->y_extent + 1) / 2, r->y_low, r->y_high);
}

double relief_height_at(const relief *r, double x, double y)
{
    static const double slack = 1e-9; /* rounding at the rim */
    if (!(x >= r->x[0] - slack && x <= r->x[r->nx - 1] + slack && y >= r->y[0] - slack &&
          y <= r->y[r->ny - 1] + slack))
        return (double)NAN;
    size_t ix = grid_interval(r->x, r->nx, x), iy = grid_interval(r->y, r->ny, y);
    const double *row = r->z + iy * r->nx + ix;
    double a = row[0], b = row[1], d = row[r->nx], c = row[r->nx + 1];
    if (isnan(a + b + c + d))
        return (double)NAN;
    double u = (x - r->x[ix]) / (r->x[ix + 1] - r->x[ix]),
           v = (y - r->y[iy]) / (r->y[iy + 1] - r->y[iy]);
    return u >= v ? a + u * (b - a) + v * (c - b) : a + v * (d - a) + u * (c - d);
}

bool relief_levels(const relief *r, const settings *s, double *levels, size_t *n)
{
    loss_scale spread = r->scale;
    size_t most = (size_t)s->levels;
    *n = 0;
    if (s->spacing == SPACING_QUANTILE) {
        loss_levels_options opt = LOSS_LEVELS_OPTIONS_INIT;
        loss_grid g = {{0, (double)(r->nx - 1), r->nx}, {0, (double)(r->ny - 1), r->ny}, r->value};
        opt.scale = LOSS_LEVELS_QUANTILE;
        opt.low = r->scale.low;
        opt.high = r->scale.high;
        return !(opt.low < opt.high) || !loss_levels(&g, most, &opt, levels, n);
    }
    if (s->spacing != SPACING_AUTO)
        spread.kind =
            s->spacing == SPACING_LOG && spread.low > 0 ? LOSS_SCALE_LOG : LOSS_SCALE_LINEAR;
    *n = loss_scale_levels(&spread, most, levels);
    return true;
}

static double along(const double *axis, size_t n, double index)
{
    size_t i = (size_t)index + 1 < n ? (size_t)index : n - 2;
    return axis[i] + (index - (double)i) * (axis[i + 1] - axis[i]);
}

void relief_place(const relief *r, const double index[2], double at[2])
{
    at[0] = along(r->x, r->nx, index[0]);
    at[1] = along(r->y, r->ny, index[1]);
}

/* How far a point is from the straight line between two others. */
static double away(const double p[2], const double a[2], const double b[2])
{
    double ux = b[0] - a[0], uy = b[1] - a[1], length = hypot(ux, uy);
    return length > 0 ? fabs(ux * (p[1] - a[1]) - uy * (p[0] - a[0])) / length
                      : hypot(p[0] - a[0], p[1] - a[1]);
}

/* How many points of a line one segment from point `from` can stand for: those it passes so
 * closely that nobody sees it. On a fine grid that is most of them. */
static size_t reach_of(const relief *r, const loss_contour *line, size_t from, size_t last)
{
    enum { MOST_STEPS = 24 };
    static const double unseen = 3e-4; /* scene units: a fifth of a pixel of a large picture */
    double at[MOST_STEPS + 1][2];
    size_t steps = 1;
    relief_place(r, line->points[from % line->n_points], at[0]);
    relief_place(r, line->points[(from + 1) % line->n_points], at[1]);
    for (size_t next = 2; next <= MOST_STEPS && from + next <= last; next++) {
        relief_place(r, line->points[(from + next) % line->n_points], at[next]);
        for (size_t i = 1; i < next; i++)
            if (away(at[i], at[0], at[next]) > unseen)
                return steps;
        steps = next;
    }
    return steps;
}

/* Appends the segments of a line at height z. @return how many. */
static size_t put_line(const relief *r, const loss_contour *line, double z, size_t level,
                       segment *out)
{
    size_t n = 0, last = line->is_closed ? line->n_points : line->n_points - 1;
    for (size_t i = 0; i < last;) {
        size_t to = i + reach_of(r, line, i, last);
        double a[2], b[2];
        relief_place(r, line->points[i], a);
        relief_place(r, line->points[to % line->n_points], b);
        out[n++] = (segment){{(float)a[0], (float)a[1], (float)z},
                             {(float)b[0], (float)b[1], (float)z},
                             (uint32_t)level};
        i = to;
    }
    return n;
}

bool relief_contours(const relief *r, const double *levels, size_t n_levels, bool on_floor,
                     segment **out, size_t *n)
{
    loss_grid g = {{0, (double)(r->nx - 1), r->nx}, {0, (double)(r->ny - 1), r->ny}, r->z};
    loss_contours *lines = NULL;
    double z[MOST_LEVELS];
    size_t most = 0, k = 0;
    *out = NULL;
    *n = 0;
    for (size_t i = 0; i < n_levels; i++)
        z[i] = r->height * loss_scale_place(&r->scale, levels[i]);
    if (!n_levels)
        return true;
    if (loss_contours_create(&lines, &g, z, n_levels,
                             on_floor ? LOSS_CONTOUR_SQUARES : LOSS_CONTOUR_TRIANGLES))
        return false;
    for (size_t i = 0; i < loss_contours_count(lines); i++)
        most += loss_contours_line(lines, i).n_points;
    *out = malloc((most + 1) * sizeof **out);
    for (size_t i = 0; *out && i < loss_contours_count(lines); i++) {
        loss_contour line = loss_contours_line(lines, i);
        while (k + 1 < n_levels && z[k] < line.level) /* both ascend */
            k++;
        *n += put_line(r, &line, on_floor ? 0 : z[k], k, *out + *n);
    }
    loss_contours_free(lines);
    return *out != NULL;
}

/* Difference quotient of f along an axis at index i; step is the distance of neighbours in
 * memory. 0 where none can be had. */
static double quotient(const double *f, const double *axis, size_t i, size_t n, size_t step)
{
    double low = i > 0 ? *(f - step) : (double)NAN, high = i + 1 < n ? f[step] : (double)NAN;
    size_t from = isnan(low) ? i : i - 1, to = isnan(high) ? i : i + 1;
    if (from == to || isnan(*f))
        return 0;
    return ((isnan(high) ? *f : high) - (isnan(low) ? *f : low)) / ((axis[to] - axis[from]));
}

void relief_gradient(const relief *r, const double *f, size_t ix, size_t iy, double *along_x,
                     double *along_y)
{
    const double *at = f + iy * r->nx + ix;
    *along_x = quotient(at, r->x, ix, r->nx, 1);
    *along_y = quotient(at, r->y, iy, r->ny, r->nx);
}

float relief_colour(const relief *r, size_t i)
{
    double place = r->tint ? r->tint[i] : r->z[i] / r->height;
    return isnan(place) ? UNKNOWN_PLACE : (float)place;
}

double relief_slope(const relief *r, size_t ix, size_t iy)
{
    double x, y;
    relief_gradient(r, r->value, ix, iy, &x, &y);
    return hypot(x * 2 * r->x_extent / (r->x_high - r->x_low),
                 y * 2 * r->y_extent / (r->y_high - r->y_low));
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

bool relief_steepest(const relief *r, double *steepest)
{
    static const double share = 0.98;
    enum { MOST_SAMPLES = 30000 }; /* of a large grid every so many points tell */
    size_t n = r->nx * r->ny, m = 0, step = n / MOST_SAMPLES + 1;
    double *slopes = malloc((n / step + 1) * sizeof *slopes);
    *steepest = 0;
    if (!slopes)
        return false;
    for (size_t i = 0; i < n; i += step)
        if (r->value[i] <= r->scale.high)
            slopes[m++] = relief_slope(r, i % r->nx, i / r->nx);
    if (m) {
        qsort(slopes, m, sizeof *slopes, ascending);
        *steepest = slopes[(size_t)(share * (double)(m - 1))];
    }
    free(slopes);
    return true;
}
