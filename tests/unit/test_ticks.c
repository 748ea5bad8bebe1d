/* Ticks and levels: round numbers within the range, and an end whatever the range is. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <loss/analysis.h>

enum { MOST = 64 };

static void expect(double low, double high, bool log, size_t wanted, const double *expected,
                   size_t n)
{
    double ticks[MOST];
    assert_int_equal(loss_ticks(low, high, log, wanted, ticks, MOST), n);
    for (size_t i = 0; i < n; i++)
        assert_true(fabs(ticks[i] - expected[i]) <= 1e-12 * fabs(expected[i]));
}

static void test_round_numbers(void **state)
{
    (void)state;
    expect(-1, 1, false, 8, (const double[]){-1, -0.5, 0, 0.5, 1}, 5);
    expect(2, 6, false, 4, (const double[]){2, 3, 4, 5, 6}, 5);
    expect(0.1, 1000, true, 5, (const double[]){0.1, 1, 10, 100, 1000}, 5);
    expect(1, 50, true, 5, (const double[]){1, 2, 5, 10, 20, 50}, 6);
    expect(3, 4, true, 5, (const double[]){3, 3.2, 3.4, 3.6, 3.8, 4}, 6);
    expect(7, 7, false, 5, (const double[]){7}, 1);
    expect(-DBL_MAX, DBL_MAX, false, 4, (const double[]){-1e308, 0, 1e308}, 3);
}

static const double ABSURD[] = {-INFINITY,
                                -DBL_MAX,
                                -1e308,
                                -1,
                                -DBL_MIN,
                                -DBL_TRUE_MIN,
                                0,
                                DBL_TRUE_MIN,
                                DBL_MIN,
                                1e-300,
                                1,
                                1 + DBL_EPSILON,
                                4503599627370497.0,
                                1e17,
                                1e17 + 16,
                                1e300,
                                1e308,
                                DBL_MAX,
                                INFINITY,
                                NAN};
enum { N_ABSURD = sizeof ABSURD / sizeof *ABSURD };

static void check_ticks(double low, double high, bool log, size_t most)
{
    double ticks[MOST];
    size_t n = loss_ticks(low, high, log, 5, ticks, most);
    assert_true(n <= most);
    for (size_t i = 0; i < n; i++) {
        double slack = low < high ? 1e-8 * fmax(fabs(low), fabs(high)) : 0;
        if (!(isfinite(ticks[i]) && ticks[i] >= low - slack && ticks[i] <= high + slack))
            fail_msg("%g in %g .. %g, log %d", ticks[i], low, high, log);
        assert_true(i == 0 || ticks[i] > ticks[i - 1]);
    }
}

static void test_absurd_ranges(void **state)
{
    (void)state;
    for (int i = 0; i < N_ABSURD; i++)
        for (int j = 0; j < N_ABSURD; j++) {
            if (ABSURD[i] > ABSURD[j])
                continue;
            for (int log = 0; log < 2; log++)
                for (size_t most = 0; most <= MOST; most += MOST / 2)
                    check_ticks(ABSURD[i], ABSURD[j], log, most);
        }
}

static void check_levels(const loss_grid *grid, loss_level_scale scale, bool round, double low,
                         double high)
{
    double levels[MOST];
    size_t n = 0;
    loss_levels_options opt = LOSS_LEVELS_OPTIONS_INIT;
    opt.scale = scale;
    opt.round = round;
    opt.low = low;
    opt.high = high;
    if (loss_levels(grid, 1 + MOST / 3, &opt, levels, &n))
        return; /* a range that it refuses */
    assert_true(n <= 1 + MOST / 3);
    for (size_t i = 0; i < n; i++)
        assert_true(isfinite(levels[i]) && (i == 0 || levels[i] > levels[i - 1]));
    loss_contours *lines = NULL;
    assert_int_equal(loss_contours_create(&lines, grid, levels, n, LOSS_CONTOUR_SQUARES), LOSS_OK);
    for (size_t i = 0; i < loss_contours_count(lines); i++) {
        loss_contour line = loss_contours_line(lines, i);
        for (size_t k = 0; k < line.n_points; k++)
            assert_true(line.points[k][0] >= grid->x.min && line.points[k][0] <= grid->x.max &&
                        line.points[k][1] >= grid->y.min && line.points[k][1] <= grid->y.max);
    }
    loss_contours_free(lines);
}

/* Absurd values on absurd axes, in every order of four corners. */
static void test_absurd_grids(void **state)
{
    (void)state;
    for (int i = 0; i < N_ABSURD; i++)
        for (int j = 0; j < N_ABSURD; j++) {
            double z[9] = {ABSURD[i], ABSURD[j], 0,         ABSURD[j], ABSURD[i],
                           1,         ABSURD[i], ABSURD[i], ABSURD[j]};
            loss_grid grid = {{-1e308, 1e308, 3}, {-DBL_MAX, DBL_MAX, 3}, z};
            for (int scale = 0; scale < 3; scale++)
                for (int round = 0; round < 2; round++) {
                    check_levels(&grid, (loss_level_scale)scale, round, NAN, NAN);
                    check_levels(&grid, (loss_level_scale)scale, round, ABSURD[i], ABSURD[j]);
                }
            loss_criticals *set = NULL;
            assert_int_equal(loss_criticals_create(&set, &grid, NULL), LOSS_OK);
            for (size_t k = 0; k < loss_criticals_count(set, 0); k++) {
                const loss_critical *c = &loss_criticals_points(set)[k];
                assert_true(isfinite(c->x) && isfinite(c->y) && isfinite(c->value));
            }
            loss_criticals_free(set);
        }
}

static void test_axis(void **state)
{
    (void)state;
    loss_axis axis = {-DBL_MAX, DBL_MAX, 5};
    for (size_t i = 0; i < axis.n; i++)
        assert_true(isfinite(loss_axis_at(axis, i)));
    assert_true(loss_axis_at(axis, 2) == 0 && loss_axis_at(axis, 9) == DBL_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_numbers),
        cmocka_unit_test(test_absurd_ranges),
        cmocka_unit_test(test_absurd_grids),
        cmocka_unit_test(test_axis),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
