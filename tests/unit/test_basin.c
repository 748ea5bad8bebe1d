/* Basins: known ones, and of rough surfaces against a slow definition. */
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

/* Whether an edge of a triangle joins two points: along an axis, or up to the right; of a cell
 * whose corners are all finite. */
static bool are_neighbours(const loss_grid *g, size_t a, size_t b)
{
    size_t nx = g->x.n, low = a < b ? a : b, high = a < b ? b : a;
    size_t x0 = low % nx, y0 = low / nx, x1 = high % nx, y1 = high / nx;
    if (a == b || y1 - y0 > 1 || (x1 != x0 && x1 != x0 + 1))
        return false;
    if (nx == 1 || g->y.n == 1)
        return isfinite(g->z[a] + g->z[b]);
    for (size_t cy = y1 ? y1 - 1 : 0; cy <= y0 && cy + 1 < g->y.n; cy++)
        for (size_t cx = x1 ? x1 - 1 : 0; cx <= x0 && cx + 1 < nx; cx++) {
            const double *z = g->z + cy * nx + cx;
            if (isfinite(z[0]) && isfinite(z[1]) && isfinite(z[nx]) && isfinite(z[nx + 1]))
                return true;
        }
    return false;
}

static bool is_lower(const loss_grid *g, size_t a, size_t b)
{
    return g->z[a] < g->z[b] || (!(g->z[a] > g->z[b]) && a < b);
}

/* By definition: what is reached from the extremum, over and over, until nothing comes to it. */
static void reached(const loss_grid *g, const loss_critical *points, size_t number, bool *inside)
{
    size_t n = g->x.n * g->y.n, from = points[number].iy * g->x.n + points[number].ix;
    const loss_critical *end =
        points[number].partner == LOSS_NO_PARTNER ? NULL : &points[points[number].partner];
    bool is_minimum = points[number].kind == LOSS_CRITICAL_MINIMUM, grows = true;
    memset(inside, 0, n * sizeof *inside);
    inside[from] = true;
    while (grows) {
        grows = false;
        for (size_t i = 0; i < n; i++)
            for (size_t k = 0; k < n && !inside[i]; k++) {
                size_t limit = end ? end->iy * g->x.n + end->ix : i;
                if (inside[k] && are_neighbours(g, i, k) &&
                    (!end || (i != limit && is_lower(g, i, limit) == is_minimum)))
                    inside[i] = grows = true;
            }
    }
}

static void check_all(const loss_grid *g)
{
    size_t n = g->x.n * g->y.n, n_checked = 0;
    loss_criticals *set = find(g);
    bool *inside = malloc(n), *expected = malloc(n);
    assert_non_null(inside);
    assert_non_null(expected);
    for (size_t i = 0; i < loss_criticals_count(set, 0); i++) {
        size_t n_inside, n_expected = 0;
        if (loss_criticals_points(set)[i].kind == LOSS_CRITICAL_SADDLE)
            continue;
        assert_int_equal(loss_criticals_basin(set, g, i, inside, &n_inside), LOSS_OK);
        reached(g, loss_criticals_points(set), i, expected);
        for (size_t k = 0; k < n; k++)
            n_expected += expected[k];
        assert_int_equal(n_inside, n_expected);
        assert_memory_equal(inside, expected, n);
        n_checked++;
    }
    assert_true(n_checked >= 2);
    free(inside);
    free(expected);
    loss_criticals_free(set);
}

static void test_rough(void **state)
{
    (void)state;
    enum { NX = 11, NY = 9 };
    double z[NX * NY];
    unsigned seed = 7;
    for (int round = 0; round < 6; round++) {
        for (size_t i = 0; i < NX * NY; i++) {
            seed = seed * 1103515245u + 12345u;
            z[i] = seed >> 16 & (round % 2 ? 7 : 1023); /* by turns many equal values */
            if (round >= 4 && !(seed >> 8 & 15))
                z[i] = (double)NAN;
        }
        check_all(&(loss_grid){{0, 1, NX}, {0, 1, NY}, z});
    }
}

static void test_line(void **state)
{
    (void)state;
    double z[] = {3, 1, 2, 0, 5, 4, 6};
    check_all(&(loss_grid){{0, 1, 7}, {0, 1, 1}, z});
    check_all(&(loss_grid){{0, 1, 1}, {0, 1, 7}, z});
}

/* Two bowls, of depth 2 and 1, that meet in the middle at 3. */
static void test_two_bowls(void **state)
{
    (void)state;
    double z[3 * 7] = {9, 9, 9, 9, 9, 9, 9, 9, 1, 2, 3, 2, 2.5, 9, 9, 9, 9, 9, 9, 9, 9};
    const bool second[7] = {false, false, false, false, true, true, false};
    loss_grid g = {{0, 1, 7}, {0, 1, 3}, z};
    loss_criticals *set = find(&g);
    bool inside[3 * 7];
    size_t n, n_minima = 0;
    for (size_t i = 0; i < loss_criticals_count(set, 0.5); i++) {
        const loss_critical *c = &loss_criticals_points(set)[i];
        if (c->kind != LOSS_CRITICAL_MINIMUM)
            continue;
        assert_int_equal(loss_criticals_basin(set, &g, i, inside, &n), LOSS_OK);
        if (n_minima++ == 0) { /* the deepest: all */
            assert_int_equal(n, 3 * 7);
            continue;
        }
        assert_near(c->persistence, 1, 0);
        assert_int_equal(n, 2);
        assert_memory_equal(inside + 7, second, sizeof second);
    }
    assert_int_equal(n_minima, 2);
    loss_criticals_free(set);
}

static void test_refused(void **state)
{
    (void)state;
    double z[] = {3, 1, 2, 0}, other[] = {3, 1, 2, 4};
    loss_grid g = {{0, 1, 2}, {0, 1, 2}, z}, wrong = {{0, 1, 2}, {0, 1, 2}, other},
              small = {{0, 1, 2}, {0, 1, 1}, z}, none = {{0, 1, 0}, {0, 1, 1}, z};
    loss_criticals *set = find(&g);
    bool inside[4];
    size_t n = 9, count = loss_criticals_count(set, 0);
    assert_int_equal(loss_criticals_basin(NULL, &g, 0, inside, &n), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_criticals_basin(set, NULL, 0, inside, &n), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_criticals_basin(set, &g, 0, NULL, &n), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_criticals_basin(set, &g, 0, inside, NULL), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_criticals_basin(set, &g, count, inside, &n), LOSS_ERR_ARGUMENT);
    assert_int_equal(n, 0);
    assert_int_equal(loss_criticals_basin(set, &g, SIZE_MAX, inside, &n), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_criticals_basin(set, &none, 0, inside, &n), LOSS_ERR_SHAPE);
    for (size_t i = 0; i < count; i++)
        if (loss_criticals_points(set)[i].kind == LOSS_CRITICAL_MINIMUM) {
            assert_int_equal(loss_criticals_basin(set, &wrong, i, inside, &n), LOSS_ERR_MISMATCH);
            assert_int_equal(loss_criticals_basin(set, &small, i, inside, &n), LOSS_ERR_MISMATCH);
        }
    loss_criticals_free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rough),
        cmocka_unit_test(test_line),
        cmocka_unit_test(test_two_bowls),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests_name("basin", tests, NULL, NULL);
}
