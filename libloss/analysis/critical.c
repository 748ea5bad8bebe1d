/* Critical points of the triangulated surface: kinds by the link of each point, persistence by
 * merge trees.
 *
 * The link of a point is what its neighbours and the triangles between them form: a circle
 * inside, paths at a border. Its lower part tells everything: 1 less that part's Euler
 * characteristic is the point's index, and the indices add up to the Euler characteristic of the
 * surface (Banchoff 1970, Critical points and curvature for embedded polyhedral surfaces). */
#include "analysis/critical.h"

#include <stdlib.h>

#include "base/base.h"

struct loss_criticals {
    loss_critical *points;
    size_t n, capacity;
    long euler;
};

const char *loss_critical_kind_name(loss_critical_kind kind)
{
    static const char *const names[] = {"minimum", "saddle", "maximum"};
    return (unsigned)kind < sizeof names / sizeof *names ? names[kind] : "unknown";
}

static int count_bits(unsigned bits)
{
    return __builtin_popcount(bits);
}

enum { ALL = (1 << N_NEIGHBOURS) - 1 };

/* Euler characteristic of the part of a link that has these neighbours: points less the
 * triangles' far edges between them. */
static int part_euler(lossi_star star, unsigned part)
{
    unsigned next = part >> 1 | (part & 1) << (N_NEIGHBOURS - 1);
    return count_bits(part) - count_bits(star.triangles & part & next);
}

/* Connected groups of that part; the whole circle is one, though its characteristic is 0. */
static int part_groups(lossi_star star, unsigned part)
{
    return part == ALL && star.triangles == ALL ? 1 : part_euler(star, part);
}

static unsigned lower_neighbours(const lossi_order *o, lossi_star star, size_t point)
{
    unsigned lower = 0;
    for (int k = 0; k < N_NEIGHBOURS; k++)
        if (star.neighbours >> k & 1 && o->rank[(ptrdiff_t)point + o->step[k]] < o->rank[point])
            lower |= 1u << k;
    return lower;
}

/* Whether a point is critical, and what of it its link tells. */
static bool classify(const lossi_order *o, lossi_star star, size_t point, loss_critical *c)
{
    unsigned lower = lower_neighbours(o, star, point), upper = star.neighbours & ~lower;
    int n_lower = part_groups(star, lower), n_upper = part_groups(star, upper),
        most = n_lower > n_upper ? n_lower : n_upper;
    if (n_lower == 1 && n_upper == 1)
        return false;
    bool is_line = lossi_grid_is_line(o->grid);
    *c = (loss_critical){.kind = !n_lower   ? LOSS_CRITICAL_MINIMUM
                                 : !n_upper ? LOSS_CRITICAL_MAXIMUM
                                            : LOSS_CRITICAL_SADDLE,
                         .ix = point % o->grid->x.n,
                         .iy = point / o->grid->x.n,
                         .grid_value = o->grid->z[point],
                         .multiplicity = 1,
                         .partner = LOSS_NO_PARTNER,
                         .on_border =
                             is_line ? count_bits(star.neighbours) < 2 : star.triangles != ALL,
                         .index = 1 - part_euler(star, lower)};
    if (c->kind == LOSS_CRITICAL_SADDLE)
        c->multiplicity = most - 1;
    else
        c->persistence = INFINITY; /* until it is paired */
    return true;
}

/* All critical points in storage order; adds up the Euler characteristic: each edge counts at
 * its earlier end, each triangle at the point that has it east. */
static bool find_points(const lossi_order *o, loss_criticals *set)
{
    for (size_t i = 0; i < o->grid->x.n * o->grid->y.n; i++) {
        if (o->rank[i] == LOSSI_NOT_THERE)
            continue;
        lossi_star star = lossi_star_of(o->grid, i);
        set->euler += 1 -
                      count_bits(star.neighbours & (1u << EAST | 1u << NORTH_EAST | 1u << NORTH)) +
                      count_bits(star.triangles & (1u << EAST | 1u << NORTH_EAST));
        loss_critical c;
        if (!classify(o, star, i, &c))
            continue;
        void *points = set->points;
        if (!lossi_reserve(&points, &set->capacity, set->n, sizeof *set->points))
            return false;
        set->points = points;
        set->points[set->n++] = c;
    }
    return true;
}

static size_t point_of(const loss_grid *grid, const loss_critical *c)
{
    return c->iy * grid->x.n + c->ix;
}

/* Gives the points of each pair their persistence. Partners are indices of grid points until
 * points are numbered. */
static void set_persistence(const lossi_pairs *pairs, const uint32_t *number_of,
                            loss_criticals *set)
{
    for (size_t i = 0; i < pairs->n; i++) {
        const lossi_pair *pair = &pairs->items[i];
        loss_critical *extremum = &set->points[number_of[pair->extremum]],
                      *merge = &set->points[number_of[pair->merge]];
        extremum->persistence = fabs(merge->grid_value - extremum->grid_value);
        extremum->partner = pair->merge;
        if (merge->kind != LOSS_CRITICAL_SADDLE)
            continue; /* on a line, or where holes touch: it is an extremum in the other tree,
                         which pairs it */
        if (merge->partner == LOSS_NO_PARTNER || extremum->persistence > merge->persistence) {
            merge->persistence = extremum->persistence;
            merge->partner = pair->extremum;
        }
    }
}

static int most_persistent_first(const void *a, const void *b)
{
    const loss_critical *p = a, *q = b;
    if (p->persistence != q->persistence)
        return p->persistence > q->persistence ? -1 : 1;
    if (p->kind != q->kind)
        return p->kind < q->kind ? -1 : 1;
    if (p->iy != q->iy)
        return p->iy < q->iy ? -1 : 1;
    return p->ix < q->ix ? -1 : 1;
}

static void number_points(const loss_grid *grid, const loss_criticals *set, uint32_t *number_of)
{
    for (size_t i = 0; i < set->n; i++)
        number_of[point_of(grid, &set->points[i])] = (uint32_t)i;
}

/* @param scratch  [ny][nx] */
static bool find_and_pair(const lossi_order *order, uint32_t *scratch, loss_criticals *set)
{
    lossi_pairs pairs = {0};
    bool done = lossi_merge_pairs(order, true, scratch, &pairs) &&
                lossi_merge_pairs(order, false, scratch, &pairs) && find_points(order, set);
    if (done) {
        number_points(order->grid, set, scratch);
        set_persistence(&pairs, scratch, set);
        if (set->n)
            qsort(set->points, set->n, sizeof *set->points, most_persistent_first);
        number_points(order->grid, set, scratch);
    }
    for (size_t i = 0; done && i < set->n; i++) {
        loss_critical *c = &set->points[i];
        if (c->partner != LOSS_NO_PARTNER)
            c->partner = scratch[c->partner];
        lossi_critical_fit(order->grid, c);
    }
    free(pairs.items);
    return done;
}

/* A persistence is the difference of two values, which are means over the same images. Its standard
 * error is at most the sum of theirs, whatever the correlation (Minkowski's inequality). */
static void compare_with_errors(const loss_grid *grid, const loss_criticals_options *opt,
                                loss_criticals *set)
{
    static const double NORMAL_95 = 1.96; /* 95 % of a normal distribution lie within so many
                                             standard deviations of its mean */
    const double *values = opt->values ? opt->values : grid->z;
    for (size_t i = 0; i < set->n; i++) {
        loss_critical *c = &set->points[i];
        c->error = NAN;
        if (!opt->errors || c->partner == LOSS_NO_PARTNER)
            continue;
        size_t here = point_of(grid, c), there = point_of(grid, &set->points[c->partner]);
        c->error = opt->errors[here] + opt->errors[there];
        c->is_within_error = fabs(values[here] - values[there]) < NORMAL_95 * c->error;
    }
}

loss_status loss_criticals_create(loss_criticals **out, const loss_grid *grid,
                                  const loss_criticals_options *given)
{
    LOSSI_REQUIRE(out);
    *out = NULL;
    LOSSI_REQUIRE(grid);
    lossi_order order;
    loss_criticals_options opt = LOSS_CRITICALS_OPTIONS_INIT;
    loss_status status = LOSSI_OPTIONS(opt, given);
    if (!status)
        status = lossi_grid_check(grid);
    if (!status)
        status = lossi_order_make(&order, grid);
    if (status)
        return status;
    size_t n = grid->x.n * grid->y.n;
    loss_criticals *set = calloc(1, sizeof *set);
    uint32_t *scratch = lossi_alloc(n, sizeof *scratch);
    if (set && scratch && find_and_pair(&order, scratch, set)) {
        compare_with_errors(grid, &opt, set);
        *out = set;
    } else {
        status = lossi_fail_nomem(n * sizeof *scratch + (set ? set->n * sizeof *set->points : 0));
        loss_criticals_free(set);
    }
    free(scratch);
    lossi_order_free(&order);
    return status;
}

void loss_criticals_free(loss_criticals *criticals)
{
    if (!criticals)
        return;
    free(criticals->points);
    free(criticals);
}

const loss_critical *loss_criticals_points(const loss_criticals *criticals)
{
    return criticals ? criticals->points : NULL;
}

size_t loss_criticals_count(const loss_criticals *criticals, double persistence)
{
    size_t low = 0, high = criticals ? criticals->n : 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (criticals->points[middle].persistence >= persistence)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

size_t loss_criticals_count_kind(const loss_criticals *criticals, loss_critical_kind kind,
                                 double persistence)
{
    size_t n = 0, most = loss_criticals_count(criticals, persistence);
    for (size_t i = 0; i < most; i++)
        n += criticals->points[i].kind == kind;
    return n;
}

long loss_criticals_euler(const loss_criticals *criticals)
{
    return criticals ? criticals->euler : 0;
}
