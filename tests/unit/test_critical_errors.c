/* Critical points whose persistence the standard errors of the values may explain. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <loss/loss.h>

/* A line of two basins, 0 at point 1 and 2 at point 5; the way from one to the other is over 3. */
enum { N = 7 };
static const double LINE[N] = {5, 0, 1, 3, 2.5, 2, 6};

static loss_criticals *find(const double *values, const double *errors, const double *measured)
{
    loss_criticals_options opt = LOSS_CRITICALS_OPTIONS_INIT;
    loss_criticals *set;
    loss_grid grid = {{0, 1, N}, {0, 0, 1}, values};
    opt.errors = errors;
    opt.values = measured;
    assert_int_equal(loss_criticals_create(&set, &grid, &opt), LOSS_OK);
    return set;
}

static const loss_critical *at(const loss_criticals *set, size_t ix)
{
    for (size_t i = 0; i < loss_criticals_count(set, 0); i++)
        if (loss_criticals_points(set)[i].ix == ix)
            return &loss_criticals_points(set)[i];
    fail_msg("no critical point at %zu", ix);
    return NULL;
}

/* The persistence of the basin at 5 is 1: 1.96 times the sum of the errors is just above or below
 * that. */
static void test_bound(void **state)
{
    (void)state;
    for (int above = 0; above < 2; above++) {
        double errors[N] = {0};
        errors[3] = 0.3;
        errors[5] = 1 / 1.96 - 0.3 + (above ? 1e-6 : -1e-6);
        loss_criticals *set = find(LINE, errors, NULL);
        const loss_critical *minimum = at(set, 5), *maximum = at(set, 3);
        assert_true(fabs(minimum->error - (errors[3] + errors[5])) < 1e-12);
        assert_int_equal(minimum->is_within_error, above);
        assert_int_equal(maximum->is_within_error, above); /* its hill ends there, too */
        loss_criticals_free(set);
    }
}

/* What never ends is there, whatever the errors; without errors nothing is known. */
static void test_unknown(void **state)
{
    (void)state;
    double errors[N];
    for (size_t i = 0; i < N; i++)
        errors[i] = 100;
    loss_criticals *set = find(LINE, errors, NULL);
    assert_true(isinf(at(set, 1)->persistence) && isnan(at(set, 1)->error));
    assert_false(at(set, 1)->is_within_error);
    loss_criticals_free(set);
    errors[5] = NAN;
    for (int known = 0; known < 2; known++) {
        set = find(LINE, known ? errors : NULL, NULL);
        assert_true(isnan(at(set, 5)->error));
        assert_false(at(set, 5)->is_within_error);
        loss_criticals_free(set);
    }
}

/* On a logarithmic grid the measured values are compared. */
static void test_logarithms(void **state)
{
    (void)state;
    double logarithms[N], values[N], errors[N];
    for (size_t i = 0; i < N; i++) {
        values[i] = pow(10, LINE[i]);
        logarithms[i] = LINE[i];
        errors[i] = 220; /* the basin at 5 is 900 deep */
    }
    for (int above = 0; above < 2; above++) {
        errors[5] = above ? 240 : 238;
        loss_criticals *set = find(logarithms, errors, values);
        assert_true(at(set, 5)->persistence == 1);
        assert_int_equal(at(set, 5)->is_within_error, above);
        loss_criticals_free(set);
    }
}

/* A saddle is as sure as the basin that ends at it. */
static void test_saddle(void **state)
{
    (void)state;
    static const double z[3 * 5] = {9, 9, 9, 9, 9, 9, 0, 2, 1, 9, 9, 9, 9, 9, 9};
    double errors[3 * 5] = {0};
    loss_criticals_options opt = LOSS_CRITICALS_OPTIONS_INIT;
    loss_grid grid = {{0, 4, 5}, {0, 2, 3}, z};
    opt.errors = errors;
    for (int above = 0; above < 2; above++) {
        loss_criticals *set;
        size_t n = 0;
        errors[5 + 2] = above ? 0.6 : 0.4; /* at the saddle */
        assert_int_equal(loss_criticals_create(&set, &grid, &opt), LOSS_OK);
        for (size_t i = 0; i < loss_criticals_count(set, 0); i++) {
            const loss_critical *c = &loss_criticals_points(set)[i];
            bool is_pair = c->iy == 1 && (c->ix == 2 || c->ix == 3);
            n += is_pair;
            assert_int_equal(c->is_within_error, is_pair && above);
        }
        assert_int_equal(n, 2);
        loss_criticals_free(set);
    }
}

static void test_accuracy(void **state)
{
    (void)state;
    /* 3 of 4 right: the standard deviation of 1, 1, 1, 0 is 1/2, and of their mean 1/4 */
    assert_true(fabs(loss_accuracy_error(75, 4) - 25) < 1e-12);
    assert_true(loss_accuracy_error(100, 4) == 0);
    assert_true(isnan(loss_accuracy_error(75, 1)) && isnan(loss_accuracy_error(75, 0)));
    assert_true(isnan(loss_accuracy_error(101, 4)) && isnan(loss_accuracy_error(NAN, 4)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bound),      cmocka_unit_test(test_unknown),
        cmocka_unit_test(test_logarithms), cmocka_unit_test(test_saddle),
        cmocka_unit_test(test_accuracy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
