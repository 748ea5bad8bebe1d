/* A surface that grows: which points are shown, and what lies between them. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scene/growth.h"

enum { NX = 5, NY = 3, N = NX * NY };

static void test_shown(void **state)
{
    (void)state;
    assert_int_equal(growth_shown(N, 0, 6), 4);
    assert_int_equal(growth_shown(N, 5, 6), N);
    for (size_t i = 1; i < 6; i++)
        assert_true(growth_shown(N, i, 6) >= growth_shown(N, i - 1, 6));
    assert_int_equal(growth_shown(N, 0, 1), N);
}

/* Of a plane the corners tell all; a bump is seen when its point comes. */
static void test_thin(void **state)
{
    (void)state;
    double plane[N], bump[N];
    problem p;
    for (size_t i = 0; i < N; i++)
        plane[i] = bump[i] = (double)(i % NX) - 7; /* below 0: linear between points */
    bump[NX + 2] = 9;
    assert_true(growth_thin(plane, NX, NY, 4, &p));
    assert_true(growth_thin(bump, NX, NY, 4, &p));
    for (size_t i = 0; i < N; i++) {
        assert_float_equal(plane[i], (double)(i % NX) - 7, 1e-12);
        assert_float_equal(bump[i], plane[i], 1e-12);
    }
    bump[NX + 2] = 9;
    assert_true(growth_thin(bump, NX, NY, 9, &p)); /* the middle is among them */
    assert_float_equal(bump[NX + 2], 9, 0);
    assert_true(bump[NX + 1] > plane[NX + 1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_shown), cmocka_unit_test(test_thin)};
    return cmocka_run_group_tests_name("growth", tests, NULL, NULL);
}
