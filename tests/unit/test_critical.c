/* Critical points: known functions, Euler's formula, and persistence against a slow definition. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <loss/loss.h>

#include "unit/surfaces.h"

static loss_criticals *find(const loss_grid *grid)
{
    loss_criticals *set;
    assert_int_equal(loss_criticals_create(&set, grid, NULL), LOSS_OK);
    return set;
}

/* Points inside, of at least this persistence. */
static size_t count_inside(const loss_criticals *set, loss_critical_kind kind, double persistence)
{
    size_t n = 0;
    for (size_t i = 0; i < loss_criticals_count(set, persistence); i++)
        n += loss_criticals_points(set)[i].kind == kind && !loss_criticals_points(set)[i].on_border;
    return n;
}

static void assert_inside(const loss_criticals *set, double persistence, size_t minima,
                          size_t saddles, size_t maxima)
{
    assert_int_equal(count_inside(set, LOSS_CRITICAL_MINIMUM, persistence), minima);
    assert_int_equal(count_inside(set, LOSS_CRITICAL_SADDLE, persistence), saddles);
    assert_int_equal(count_inside(set, LOSS_CRITICAL_MAXIMUM, persistence), maxima);
}

/* A point of that kind whose fitted place and value are these. */
static void assert_has(const loss_criticals *set, loss_critical_kind kind, double x, double y,
                       double value, double near)
{
    for (size_t i = 0; i < loss_criticals_count(set, 0); i++) {
        const loss_critical *c = &loss_criticals_points(set)[i];
        if (c->kind == kind && c->is_fitted && hypot(c->x - x, c->y - y) < near &&
            fabs(c->value - value) < near)
            return;
    }
    fail_msg("no %s at (%g, %g) of %g", loss_critical_kind_name(kind), x, y, value);
}

static void test_himmelblau(void **state)
{
    (void)state;
    loss_grid g = surface_of(himmelblau, (loss_axis){-5, 5, 201}, (loss_axis){-5, 5, 181});
    loss_criticals *set = find(&g);
    assert_inside(set, 0, 4, 4, 1);
    assert_has(set, LOSS_CRITICAL_MINIMUM, 3, 2, 0, 0.02);
    assert_has(set, LOSS_CRITICAL_MINIMUM, -2.805118, 3.131312, 0, 0.02);
    assert_has(set, LOSS_CRITICAL_MINIMUM, -3.779310, -3.283186, 0, 0.02);
    assert_has(set, LOSS_CRITICAL_MINIMUM, 3.584428, -1.848126, 0, 0.02);
    assert_has(set, LOSS_CRITICAL_MAXIMUM, -0.270845, -0.923039, 181.617, 0.02);
    assert_has(set, LOSS_CRITICAL_SADDLE, 0.086678, 2.884255, 67.719, 0.02);
    assert_has(set, LOSS_CRITICAL_SADDLE, 3.385154, 0.073852, 13.312, 0.02);
    assert_has(set, LOSS_CRITICAL_SADDLE, -3.073026, -0.081353, 104.015, 0.02);
    assert_has(set, LOSS_CRITICAL_SADDLE, -0.127961, -1.953715, 178.337, 0.02);
    assert_int_equal(loss_criticals_euler(set), 1);
    /* The four minima end at the saddles between them; the one that survives has none. The
     * lowest saddle, 13.3, joins two. */
    const loss_critical *points = loss_criticals_points(set);
    size_t n_essential = 0, n_near_13 = 0;
    for (size_t i = 0; i < loss_criticals_count(set, 0); i++) {
        n_essential += points[i].kind == LOSS_CRITICAL_MINIMUM && isinf(points[i].persistence);
        n_near_13 +=
            points[i].kind == LOSS_CRITICAL_MINIMUM && fabs(points[i].persistence - 13.31) < 0.1;
        if (points[i].kind == LOSS_CRITICAL_MINIMUM && points[i].partner != LOSS_NO_PARTNER)
            assert_near(points[points[i].partner].grid_value - points[i].grid_value,
                        points[i].persistence, 0);
    }
    assert_int_equal(n_essential, 1);
    assert_int_equal(n_near_13, 1);
    assert_int_equal(loss_criticals_count_kind(set, LOSS_CRITICAL_MINIMUM, 14), 3);
    assert_int_equal(loss_criticals_count_kind(set, LOSS_CRITICAL_MINIMUM, 70),
                     2); /* two ways of 67.7 and 104 lead to the fourth */
    loss_criticals_free(set);
    surface_free(&g);
}

static double six_hump_camel(double x, double y)
{
    return (4 - 2.1 * x * x + x * x * x * x / 3) * x * x + x * y + (-4 + 4 * y * y) * y * y;
}

/* Six minima, two maxima; inside, where it rises on all sides, saddles are 6 + 2 - 1 = 7. */
static void test_six_hump_camel(void **state)
{
    (void)state;
    loss_grid g =
        surface_of(six_hump_camel, (loss_axis){-2.1, 2.1, 241}, (loss_axis){-1.3, 1.3, 251});
    loss_criticals *set = find(&g);
    assert_inside(set, 0, 6, 7, 2);
    assert_has(set, LOSS_CRITICAL_MINIMUM, 0.089842, -0.712656, -1.031628, 2e-3);
    assert_has(set, LOSS_CRITICAL_MINIMUM, -0.089842, 0.712656, -1.031628, 2e-3);
    assert_has(set, LOSS_CRITICAL_MINIMUM, 1.703607, -0.796084, -0.215464, 2e-3);
    assert_has(set, LOSS_CRITICAL_MINIMUM, 1.607105, 0.568651, 2.104250, 2e-3);
    assert_has(set, LOSS_CRITICAL_SADDLE, 0, 0, 0, 2e-3);
    loss_criticals_free(set);
    surface_free(&g);
}

static double sines(double x, double y)
{
    return sin(x) * sin(y);
}

static void test_sines(void **state)
{
    (void)state;
    const double pi = 3.14159265358979;
    loss_grid g = surface_of(sines, (loss_axis){0.05, 4 * pi - 0.05, 121},
                             (loss_axis){0.05, 4 * pi - 0.05, 127});
    loss_criticals *set = find(&g);
    assert_inside(set, 0, 8, 9, 8);
    assert_has(set, LOSS_CRITICAL_MAXIMUM, pi / 2, pi / 2, 1, 0.01);
    assert_has(set, LOSS_CRITICAL_SADDLE, pi, 2 * pi, 0, 0.01);
    assert_has(set, LOSS_CRITICAL_MINIMUM, 1.5 * pi, pi / 2, -1, 0.01);
    loss_criticals_free(set);
    surface_free(&g);
}

static double monkey(double x, double y)
{
    return x * x * x - 3 * x * y * y;
}

static void test_monkey_saddle(void **state)
{
    (void)state;
    loss_grid g = surface_of(monkey, (loss_axis){-1, 1, 9}, (loss_axis){-1, 1, 9});
    loss_criticals *set = find(&g);
    assert_inside(set, 0, 0, 1, 0);
    for (size_t i = 0; i < loss_criticals_count(set, 0); i++) {
        const loss_critical *c = &loss_criticals_points(set)[i];
        if (c->on_border)
            continue;
        assert_int_equal(c->multiplicity, 2);
        assert_int_equal(c->index, -2);
        assert_int_equal(c->ix, 4);
        assert_int_equal(c->iy, 4);
        assert_false(c->is_fitted); /* no quadratic looks like it */
        assert_near(c->x, 0, 0);
    }
    loss_criticals_free(set);
    surface_free(&g);
}

static double bowl(double x, double y)
{
    return 3 + (x - 0.123) * (x - 0.123) + 0.5 * (x - 0.123) * (y + 0.377) +
           2 * (y + 0.377) * (y + 0.377);
}

static double negative_bowl(double x, double y)
{
    return -bowl(x, y);
}

static double pass(double x, double y)
{
    return 3 + (x - 0.123) * (x - 0.123) - 2 * (y + 0.377) * (y + 0.377);
}

/* Of a quadratic the fit is exact. */
static void test_the_fit(void **state)
{
    (void)state;
    static const surface_function functions[] = {bowl, pass, negative_bowl};
    for (int kind = 0; kind < 3; kind++) {
        loss_grid g = surface_of(functions[kind], (loss_axis){-1, 1, 12}, (loss_axis){-1, 2, 14});
        loss_criticals *set = find(&g);
        assert_has(set, (loss_critical_kind)kind, 0.123, -0.377, kind == 2 ? -3 : 3, 1e-12);
        loss_criticals_free(set);
        surface_free(&g);
    }
}

/* Where a wall rises by orders of magnitude no quadratic tells where the lowest point is: it would
 * be far below zero. A grid of nine points in a plain that is higher than all of them. */
static void test_a_wall_is_not_fitted(void **state)
{
    (void)state;
    static const double walls[][9] = {
        {25108, 2323, 53330, 2531, 47, 7930, 72016, 6291, 188995},
        {20, 10, 11, 10, 0, 1, 20, 10, 11},
    };
    for (size_t i = 0; i < 2; i++) {
        double z[25];
        for (size_t k = 0; k < 25; k++)
            z[k] = 1e6;
        for (size_t k = 0; k < 9; k++)
            z[(k / 3 + 1) * 5 + k % 3 + 1] = walls[i][k];
        loss_grid g = {{-2, 2, 5}, {-2, 2, 5}, z};
        loss_criticals *set = find(&g);
        assert_int_equal(count_inside(set, LOSS_CRITICAL_MINIMUM, 0), 1);
        for (size_t k = 0; k < loss_criticals_count(set, 0); k++) {
            const loss_critical *c = &loss_criticals_points(set)[k];
            if (c->kind != LOSS_CRITICAL_MINIMUM)
                continue;
            assert_false(c->is_fitted);
            assert_near(c->value, walls[i][4], 0);
        }
        loss_criticals_free(set);
    }
}

/* Noise makes many small ones; a threshold above it brings back the four. */
static void test_noise_is_simplified_away(void **state)
{
    (void)state;
    loss_grid g = surface_of(himmelblau, (loss_axis){-5, 5, 101}, (loss_axis){-5, 5, 101});
    double *z = malloc(101 * 101 * sizeof *z);
    uint64_t random = 7;
    assert_non_null(z);
    for (size_t i = 0; i < (size_t)101 * 101; i++)
        z[i] = g.z[i] + 3 * random_number(&random);
    loss_grid noisy = {g.x, g.y, z};
    loss_criticals *set = find(&noisy);
    assert_true(count_inside(set, LOSS_CRITICAL_MINIMUM, 0) > 20);
    /* The saddle at 178.3 is less than the noise below the maximum at 181.6: it ends with it, at
     * whatever is left of 3.3. */
    assert_inside(set, 7, 4, 3, 0);
    assert_int_equal(loss_criticals_count_kind(set, LOSS_CRITICAL_MINIMUM, 7), 4);
    loss_criticals_free(set);
    surface_free(&g);
    free(z);
}

/* Vertices - edges + triangles by going over cells, and the indices' sum. */
static void assert_euler(const loss_grid *g, const loss_criticals *set)
{
    size_t nx = g->x.n, ny = g->y.n;
    bool *vertex = calloc(nx * ny, 1),
         *edge = calloc(3 * nx * ny, 1); /* of each point: to the east, north-east, north */
    long euler = 0;
    assert_true(vertex && edge);
    for (size_t i = 0; i + 1 < ny; i++)
        for (size_t j = 0; j + 1 < nx; j++) {
            size_t a = i * nx + j, b = a + 1, d = a + nx, c = d + 1;
            if (!isfinite(g->z[a]) || !isfinite(g->z[b]) || !isfinite(g->z[c]) ||
                !isfinite(g->z[d]))
                continue;
            vertex[a] = vertex[b] = vertex[c] = vertex[d] = true;
            edge[3 * a] = edge[3 * a + 1] = edge[3 * a + 2] = edge[3 * d] = edge[3 * b + 2] = true;
            euler += 2;
        }
    for (size_t i = 0; i < nx * ny; i++)
        euler += vertex[i] - edge[3 * i] - edge[3 * i + 1] - edge[3 * i + 2];
    free(vertex);
    free(edge);
    assert_int_equal(loss_criticals_euler(set), euler);
    long sum = 0;
    for (size_t i = 0; i < loss_criticals_count(set, 0); i++) {
        const loss_critical *c = &loss_criticals_points(set)[i];
        sum += c->index;
        if (!c->on_border)
            assert_int_equal(c->index, c->kind == LOSS_CRITICAL_SADDLE ? -c->multiplicity : 1);
    }
    assert_int_equal(sum, euler);
}

static bool is_before(const loss_grid *g, size_t a, size_t b)
{
    return g->z[a] < g->z[b] || (g->z[a] == g->z[b] && a < b);
}

static bool cell_there(const loss_grid *g, size_t ix, size_t iy)
{
    const double *z = g->z + iy * g->x.n + ix;
    return ix + 1 < g->x.n && iy + 1 < g->y.n && isfinite(z[0]) && isfinite(z[1]) &&
           isfinite(z[g->x.n]) && isfinite(z[g->x.n + 1]);
}

/* Whether an edge of the triangulation joins two points. */
static bool joined(const loss_grid *g, size_t a, size_t b)
{
    size_t nx = g->x.n, p = a < b ? a : b, q = a < b ? b : a, ix = p % nx, iy = p / nx;
    if (q == p + 1 && ix + 1 < nx)
        return cell_there(g, ix, iy) || (iy && cell_there(g, ix, iy - 1));
    if (q == p + nx)
        return cell_there(g, ix, iy) || (ix && cell_there(g, ix - 1, iy));
    return q == p + nx + 1 && ix + 1 < nx && cell_there(g, ix, iy);
}

/* Persistence of a minimum by its definition: floods the surface from it, one point after the
 * other in ascending order, until the flood holds a lower point. */
static double slow_persistence(const loss_grid *g, size_t minimum)
{
    size_t n = g->x.n * g->y.n;
    bool *flooded = calloc(n, 1);
    double result = INFINITY;
    assert_non_null(flooded);
    flooded[minimum] = true;
    for (size_t highest = minimum; isinf(result);) {
        size_t next = n;
        for (size_t a = 0; a < n; a++)
            for (size_t b = 0; b < n && flooded[a]; b++)
                if (!flooded[b] && joined(g, a, b) && (next == n || is_before(g, b, next)))
                    next = b;
        if (next == n)
            break; /* all is flooded */
        flooded[next] = true;
        if (is_before(g, highest, next))
            highest = next;
        if (is_before(g, next, minimum))
            result = g->z[highest] - g->z[minimum];
    }
    free(flooded);
    return result;
}

static void test_random_surfaces(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 150; seed++) {
        int n_values = (int[]){0, 2, 4}[seed % 3];
        loss_grid g =
            random_surface(seed, 3 + seed % 6, 2 + seed % 7, n_values, seed % 2 ? 0.12 : 0);
        loss_criticals *set = find(&g);
        const loss_critical *points = loss_criticals_points(set);
        assert_euler(&g, set);
        size_t n = loss_criticals_count(set, 0), n_essential[3] = {0};
        for (size_t i = 0; i < n; i++) {
            const loss_critical *c = &points[i];
            if (i)
                assert_true(points[i - 1].persistence >= c->persistence);
            assert_true(c->partner == LOSS_NO_PARTNER || c->partner < n);
            n_essential[c->kind] += isinf(c->persistence) != 0;
            if (c->kind == LOSS_CRITICAL_MINIMUM)
                assert_true(slow_persistence(&g, c->iy * g.x.n + c->ix) == c->persistence);
            if (c->kind == LOSS_CRITICAL_SADDLE && !c->on_border)
                assert_true(c->partner !=
                            LOSS_NO_PARTNER); /* in the plane two basins or two hills meet there */
        }
        assert_int_equal(n_essential[LOSS_CRITICAL_MINIMUM],
                         n_essential[LOSS_CRITICAL_MAXIMUM]); /* one of each a part */
        assert_int_equal(n_essential[LOSS_CRITICAL_SADDLE], 0);
        loss_criticals_free(set);
        surface_free(&g);
    }
}

/* Turned upside down and end to end, minima become maxima with the same persistence, ties
 * included. */
static void test_upside_down(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 30; seed++) {
        loss_grid g = random_surface(seed, 11, 9, seed % 2 ? 3 : 0, seed % 3 ? 0.05 : 0);
        double turned[99];
        for (size_t i = 0; i < 99; i++)
            turned[98 - i] = -g.z[i];
        loss_grid t = {g.x, g.y, turned};
        loss_criticals *up = find(&g), *down = find(&t);
        size_t n = loss_criticals_count(up, 0);
        assert_int_equal(loss_criticals_count(down, 0), n);
        for (size_t i = 0; i < n; i++) {
            const loss_critical *a = &loss_criticals_points(up)[i];
            bool found = false;
            for (size_t k = 0; k < n; k++) {
                const loss_critical *b = &loss_criticals_points(down)[k];
                if (b->ix == 10 - a->ix && b->iy == 8 - a->iy)
                    found = b->persistence == a->persistence && b->on_border == a->on_border &&
                            (int)b->kind == 2 - (int)a->kind;
            }
            assert_true(found);
        }
        loss_criticals_free(up);
        loss_criticals_free(down);
        surface_free(&g);
    }
}

static void test_plateaus(void **state)
{
    (void)state;
    double z[49];
    loss_grid g = {{0, 1, 7}, {0, 1, 7}, z};
    /* All equal: one minimum and one maximum, at opposite ends of the order. */
    for (size_t i = 0; i < 49; i++)
        z[i] = 5;
    loss_criticals *set = find(&g);
    assert_int_equal(loss_criticals_count_kind(set, LOSS_CRITICAL_MINIMUM, 0), 1);
    assert_int_equal(loss_criticals_count_kind(set, LOSS_CRITICAL_MAXIMUM, 0), 1);
    assert_int_equal(loss_criticals_count(set, 0), 2);
    assert_euler(&g, set);
    loss_criticals_free(set);
    /* Two flat basins in a flat plain: two minima of persistence 1, the later one essential or
     * not by its place. */
    z[8] = z[9] = z[15] = z[16] = 4;
    z[32] = z[33] = z[39] = z[40] = 3;
    set = find(&g);
    assert_int_equal(loss_criticals_count_kind(set, LOSS_CRITICAL_MINIMUM, 0.5), 2);
    const loss_critical *points = loss_criticals_points(set);
    size_t n_ones = 0;
    for (size_t i = 0; i < loss_criticals_count(set, 0); i++)
        n_ones += points[i].kind == LOSS_CRITICAL_MINIMUM && points[i].persistence == 1 &&
                  points[i].ix == 1 && points[i].iy == 1;
    assert_int_equal(n_ones, 1);
    assert_euler(&g, set);
    loss_criticals_free(set);
}

static void test_lines(void **state)
{
    (void)state;
    const double z[9] = {2, 0, 5, 1, 3, 2.5, 4, NAN, 1}; /* the last is alone: no piece of a line */
    for (int upright = 0; upright < 2; upright++) {
        loss_axis along = {0, 8, 9}, across = {0, 0, 1};
        loss_grid g = {upright ? across : along, upright ? along : across, z};
        loss_criticals *set = find(&g);
        const loss_critical *points = loss_criticals_points(set);
        size_t n = loss_criticals_count(set, 0);
        assert_int_equal(loss_criticals_count_kind(set, LOSS_CRITICAL_MINIMUM, 0), 3);
        assert_int_equal(loss_criticals_count_kind(set, LOSS_CRITICAL_MINIMUM, 1), 2);
        assert_int_equal(loss_criticals_count_kind(set, LOSS_CRITICAL_MAXIMUM, 0),
                         4); /* two ends among them */
        assert_int_equal(loss_criticals_count_kind(set, LOSS_CRITICAL_SADDLE, 0), 0);
        long sum = 0;
        for (size_t i = 0; i < n; i++) {
            size_t at = points[i].ix + points[i].iy;
            sum += points[i].index;
            assert_true(points[i].on_border == (at == 0 || at == 6));
            if (at == 3)
                assert_near(points[i].persistence, 4, 0);
            if (at == 5)
                assert_near(points[i].persistence, 0.5, 0);
            if (at == 2) /* the highest */
                assert_true(isinf(points[i].persistence));
        }
        assert_int_equal(sum, 1);
        assert_int_equal(loss_criticals_euler(set), 1);
        loss_criticals_free(set);
    }
}

static void test_odd_grids(void **state)
{
    (void)state;
    const double two[4] = {1, 2, 3, 4},
                 none[9] = {NAN, NAN, INFINITY, NAN, 1, NAN, -INFINITY, NAN, NAN};
    loss_grid g = {{0, 1, 2}, {0, 1, 2}, two};
    loss_criticals *set = find(&g);
    assert_int_equal(loss_criticals_count(set, 0), 2);
    assert_int_equal(loss_criticals_euler(set), 1);
    assert_true(loss_criticals_points(set)[0].on_border);
    loss_criticals_free(set);
    loss_grid empty[] = {
        {{0, 1, 3}, {0, 1, 3}, none}, {{0, 1, 9}, {0, 0, 1}, none}, {{1, 1, 1}, {2, 2, 1}, two}};
    for (size_t i = 0; i < 3; i++) {
        set = find(&empty[i]);
        assert_int_equal(loss_criticals_count(set, 0), 0);
        assert_int_equal(loss_criticals_count_kind(set, LOSS_CRITICAL_MINIMUM, 0), 0);
        assert_int_equal(loss_criticals_euler(set), 0);
        loss_criticals_free(set);
    }
    loss_criticals_free(NULL);
    g.y.n = 0;
    assert_int_equal(loss_criticals_create(&set, &g, NULL), LOSS_ERR_SHAPE);
    assert_null(set);
    g.y.n = g.x.n = 1u << 16;
    assert_int_equal(loss_criticals_create(&set, &g, NULL), LOSS_ERR_SHAPE);
    assert_string_equal(loss_last_message(),
                        "a grid of 65536 x 65536 points; expected at most 2147483647 points");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_himmelblau),
        cmocka_unit_test(test_six_hump_camel),
        cmocka_unit_test(test_sines),
        cmocka_unit_test(test_monkey_saddle),
        cmocka_unit_test(test_the_fit),
        cmocka_unit_test(test_a_wall_is_not_fitted),
        cmocka_unit_test(test_noise_is_simplified_away),
        cmocka_unit_test(test_random_surfaces),
        cmocka_unit_test(test_upside_down),
        cmocka_unit_test(test_plateaus),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_odd_grids),
    };
    return cmocka_run_group_tests_name("critical points", tests, NULL, NULL);
}
