/* Scales: which one a range gets, and where values and ticks lie on it. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <loss/scale.h>

enum { MOST = 32 };

static void expect_near(double found, double expected)
{
    assert_true(fabs(found - expected) <= 1e-12 * (1 + fabs(expected)));
}

static void test_choice(void **state)
{
    (void)state;
    assert_int_equal(loss_scale_of_range(0.1, 2.1).kind, LOSS_SCALE_LOG);
    assert_int_equal(loss_scale_of_range(0.1, 1.9).kind, LOSS_SCALE_LINEAR);
    assert_int_equal(loss_scale_of_range(0, 1e9).kind, LOSS_SCALE_LINEAR);
    assert_int_equal(loss_scale_of_range(-1, 1e9).kind, LOSS_SCALE_LINEAR);
    assert_int_equal(loss_scale_of_range(1e-300, DBL_MAX).kind, LOSS_SCALE_LOG);
    loss_scale even = loss_scale_about_zero(3, 1), steep = loss_scale_about_zero(30, 1);
    assert_int_equal(even.kind, LOSS_SCALE_LINEAR);
    assert_int_equal(steep.kind, LOSS_SCALE_SYMLOG);
    assert_true(steep.low == -30 && steep.high == 30 && steep.linear == 1);
}

static void test_typical_size(void **state)
{
    (void)state;
    static const double values[] = {0, -0.01, NAN, 100, INFINITY};
    expect_near(loss_typical_size(values, 5), 1);
    assert_true(isnan(loss_typical_size(values, 1)));
}

static void test_places(void **state)
{
    (void)state;
    const loss_scale linear = {LOSS_SCALE_LINEAR, 2, 6, 0}, log = {LOSS_SCALE_LOG, 0.1, 1000, 0},
                     flat = {LOSS_SCALE_LINEAR, 3, 3, 0}, about = {LOSS_SCALE_SYMLOG, -99, 99, 1},
                     widest = {LOSS_SCALE_LINEAR, -DBL_MAX, DBL_MAX, 0};
    expect_near(loss_scale_place(&linear, 3), 0.25);
    expect_near(loss_scale_place(&linear, 8), 1.5);
    expect_near(loss_scale_place(&log, 10), 0.5);
    expect_near(loss_scale_value(&log, 0.5), 10);
    assert_true(isnan(loss_scale_place(&log, 0)) && isnan(loss_scale_place(&log, -1)));
    assert_true(isnan(loss_scale_place(&linear, NAN)) && isnan(loss_scale_place(&about, NAN)));
    expect_near(loss_scale_place(&flat, 3), 0.5);
    expect_near(loss_scale_place(&about, 0), 0.5);
    expect_near(loss_scale_place(&about, 9), 0.75);
    expect_near(loss_scale_place(&about, -9), 0.25);
    expect_near(loss_scale_place(&widest, 0), 0.5);
    expect_near(loss_scale_value(&widest, 0.5), 0);
    const loss_scale *const all[] = {&linear, &log, &about};
    for (int k = 0; k < 3; k++)
        for (double place = 0; place <= 1; place += 0.0625)
            expect_near(loss_scale_place(all[k], loss_scale_value(all[k], place)), place);
}

static void test_ticks(void **state)
{
    (void)state;
    double ticks[MOST];
    const loss_scale tiny = {LOSS_SCALE_LOG, 1e-16, 1e-12, 0},
                     about = {LOSS_SCALE_SYMLOG, -200, 200, 0.5};
    assert_int_equal(loss_scale_ticks(&tiny, 5, ticks, MOST), 5);
    expect_near(ticks[0] / 1e-16, 1);
    size_t n = loss_scale_ticks(&about, 8, ticks, MOST);
    assert_int_equal(n, 7); /* -100, -10, -1, 0, 1, 10, 100 */
    for (size_t i = 0; i < n; i++)
        expect_near(ticks[i],
                    i == 3 ? 0 : copysign(pow(10, fabs((double)i - 3) - 1), (double)i - 3));
    for (size_t most = 1; most < 9; most++)
        assert_true(loss_scale_ticks(&about, 8, ticks, most) <= most);
}

/* Round, strictly inside, at most so many. */
static void test_levels(void **state)
{
    (void)state;
    double levels[MOST];
    const loss_scale even = {LOSS_SCALE_LINEAR, 0, 1, 0}, log = {LOSS_SCALE_LOG, 0.1, 100, 0},
                     about = {LOSS_SCALE_SYMLOG, -200, 200, 0.5},
                     *const all[] = {&even, &log, &about};
    assert_int_equal(loss_scale_levels(&even, 5, levels), 4); /* 0.2, 0.4, 0.6, 0.8 */
    expect_near(levels[0], 0.2);
    expect_near(levels[3], 0.8);
    assert_int_equal(loss_scale_levels(&log, 5, levels), 5); /* 0.3, 1, 3, 10, 30 */
    expect_near(levels[0], 0.3);
    expect_near(levels[4], 30);
    assert_int_equal(loss_scale_levels(&about, 8, levels), 7);
    expect_near(levels[3], 0);
    const loss_scale short_one = {LOSS_SCALE_SYMLOG, -1.5, 1.5, 0.08};
    assert_int_equal(loss_scale_levels(&short_one, 9, levels), 9); /* 0, 0.1, 0.2, 0.5, 1 */
    for (size_t i = 0; i < 4; i++)
        expect_near(levels[i], -levels[8 - i]);
    expect_near(levels[5], 0.1);
    expect_near(levels[7], 0.5);
    for (int k = 0; k < 3; k++)
        for (size_t most = 1; most < MOST; most++) {
            size_t n = loss_scale_levels(all[k], most, levels);
            assert_true(n <= most);
            for (size_t i = 0; i < n; i++)
                assert_true(levels[i] > (i ? levels[i - 1] : all[k]->low) &&
                            levels[i] < all[k]->high);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_choice), cmocka_unit_test(test_typical_size),
        cmocka_unit_test(test_places), cmocka_unit_test(test_ticks), cmocka_unit_test(test_levels)};
    return cmocka_run_group_tests_name("scale", tests, NULL, NULL);
}
