/* The grid's points tell which part of the surface a basin is; between them the surface is within
 * it where it is lower than its end. */
#include "scene/basins.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tick_text.h"

double basins_zero(const relief *r)
{
    return r->scale.kind == LOSS_SCALE_LINEAR ? r->height * loss_scale_place(&r->scale, 0)
                                              : r->height;
}

static void hide(basins *b)
{
    free(b->region);
    b->region = NULL;
    b->shown = b->n_inside = 0;
}

void basins_free(basins *b)
{
    hide(b);
    loss_criticals_free(b->critical);
    free(b->z);
    free(b->items);
    free(b->smallest);
    *b = (basins){0};
}

static loss_grid grid_of(const basins *b, const relief *r)
{
    size_t nx = relief_grid_nx(r), ny = relief_grid_ny(r);
    return (loss_grid){{0, (double)(nx - 1), nx}, {0, (double)(ny - 1), ny}, b->z};
}

bool basins_find(basins *b, const grid *g, const relief *r, const settings *set)
{
    loss_criticals_options known = LOSS_CRITICALS_OPTIONS_INIT;
    if (b->critical)
        return true;
    basins_free(b);
    double *errors = relief_errors(g, set), *values = relief_at_points(r, r->value);
    b->z = relief_at_points(r, r->z);
    for (size_t i = 0; b->z && i < relief_grid_nx(r) * relief_grid_ny(r); i++)
        b->z[i] -= basins_zero(r);
    known.errors = errors;
    known.values = values;
    loss_grid heights = grid_of(b, r);
    bool done = errors && values && b->z && !loss_criticals_create(&b->critical, &heights, &known);
    free(errors);
    free(values);
    return done;
}

static double value_of(const relief *r, const loss_critical *c)
{
    return r->value[c->iy * r->parts * r->nx + c->ix * r->parts];
}

static bool inside_of(const basins *b, const relief *r, size_t number, bool *inside, size_t *n)
{
    loss_grid g = grid_of(b, r);
    const loss_critical *first = loss_criticals_points(b->critical);
    return !loss_criticals_basin(b->critical, &g, (size_t)(b->items[number - 1].minimum - first),
                                 inside, n);
}

/* A basin lies within another, or apart from it, and the less persistent one is the inner one. */
static bool find_smallest(basins *b, const relief *r)
{
    enum { MOST = 32 }; /* about as many as have room for their bars */
    size_t n = relief_grid_nx(r) * relief_grid_ny(r), n_inside;
    bool *inside = malloc(n * sizeof *inside), done = inside != NULL;
    b->smallest = calloc(n, 1);
    done = done && b->smallest;
    for (size_t number = 1; done && number <= b->n && number <= MOST; number++) {
        done = inside_of(b, r, number, inside, &n_inside);
        for (size_t i = 0; i < n && done; i++)
            if (inside[i])
                b->smallest[i] = (uint8_t)number;
    }
    free(inside);
    return done;
}

bool basins_list(basins *b, const relief *r, const settings *set)
{
    double least = set->persistence * r->height;
    if (b->items && b->smallest && !(least < b->persistence) && !(least > b->persistence))
        return true;
    size_t n = loss_criticals_count(b->critical, least);
    const loss_critical *points = loss_criticals_points(b->critical);
    hide(b);
    free(b->items);
    free(b->smallest);
    b->smallest = NULL;
    b->n = 0;
    b->persistence = least;
    b->items = malloc((n + 1) * sizeof *b->items);
    for (size_t i = 0; b->items && i < n; i++) {
        const loss_critical *c = &points[i];
        if (c->kind != LOSS_CRITICAL_MINIMUM || c->grid_value + basins_zero(r) > r->height)
            continue;
        const loss_critical *end = c->partner == LOSS_NO_PARTNER ? NULL : &points[c->partner];
        b->items[b->n++] =
            (basin){c, end, value_of(r, c), end ? value_of(r, end) : (double)INFINITY};
    }
    return b->items && find_smallest(b, r);
}

/* Whether a point of the relief that lies below the end is within the basin: by the corners of its
 * cell that are, too. Where a cell has corners of this basin and of another, the nearest tells. */
static bool is_within(const relief *r, const double *z, const bool *inside, double end, size_t ix,
                      size_t iy)
{
    size_t nx = relief_grid_nx(r), ny = relief_grid_ny(r), half = r->parts / 2;
    size_t cx = ix / r->parts, cy = iy / r->parts, n_inside = 0, n_others = 0;
    size_t nearest = (iy + half) / r->parts * nx + (ix + half) / r->parts;
    for (size_t k = 0; k < 4; k++) {
        size_t x = cx + (k & 1), y = cy + (k >> 1);
        if ((x > cx && ix % r->parts == 0) || (y > cy && iy % r->parts == 0) || x >= nx || y >= ny)
            continue; /* no corner of what the point lies on */
        n_inside += inside[y * nx + x];
        n_others += !inside[y * nx + x] && z[y * nx + x] < end;
    }
    return n_inside && (!n_others || inside[nearest]);
}

/* What a point above the end stands beside: a part of the region, another basin, both. */
enum { BESIDE_REGION = 1, BESIDE_OTHER = 2, WITHIN = 255 };

static uint8_t beside(const basins *b, const relief *r, size_t ix, size_t iy)
{
    unsigned what = 0;
    for (size_t k = 0; k < 9; k++) {
        size_t x = ix + k % 3 - 1, y = iy + k / 3 - 1; /* left of 0 they wrap, beyond all */
        if (x < r->nx && y < r->ny && r->z[y * r->nx + x] < b->end)
            what |= b->region[y * r->nx + x] == WITHIN ? BESIDE_REGION : BESIDE_OTHER;
    }
    return (uint8_t)what;
}

/* Between points the picture cuts the region off at its end, and where this array is below its
 * half. So points above the end that stand beside the region belong to it; one that stands between
 * two basins, as the saddle does, has half. */
static void fill_region(basins *b, const relief *r, const bool *inside)
{
    static const uint8_t value[] = {0, WITHIN, 0, WITHIN / 2};
    size_t n = r->nx * r->ny;
    for (size_t i = 0; i < n; i++) {
        bool is_in = r->z[i] < b->end &&
                     is_within(r, b->z, inside, b->end - basins_zero(r), i % r->nx, i / r->nx);
        b->region[i] = is_in ? WITHIN : 0;
    }
    for (size_t i = 0; i < n; i++)
        if (r->z[i] >= b->end)
            b->region[i] = beside(b, r, i % r->nx, i / r->nx);
    for (size_t i = 0; i < n; i++)
        if (r->z[i] >= b->end)
            b->region[i] = value[b->region[i]];
}

bool basins_show(basins *b, const relief *r, size_t number)
{
    if (number > b->n)
        number = 0;
    if (number == b->shown)
        return true;
    hide(b);
    const loss_critical *saddle = number ? b->items[number - 1].saddle : NULL;
    size_t n = relief_grid_nx(r) * relief_grid_ny(r);
    bool *inside = number ? malloc(n * sizeof *inside) : NULL,
         done = !number || (inside && inside_of(b, r, number, inside, &b->n_inside));
    if (done && saddle) {
        b->end = saddle->grid_value + basins_zero(r);
        b->region = malloc(r->nx * r->ny);
        done = b->region != NULL;
        if (done)
            fill_region(b, r, inside);
    }
    free(inside);
    if (done)
        b->shown = number;
    return done;
}

void basins_persistence(const relief *r, const basin *b, char text[48])
{
    char number[TICK_TEXT];
    bool is_factor = r->scale.kind == LOSS_SCALE_LOG;
    tick_text(is_factor ? b->death / b->birth : b->death - b->birth, number);
    snprintf(text, 48, "%s%s", is_factor ? "a factor of " : "", number);
}
