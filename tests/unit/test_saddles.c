/* A saddle where several basins meet: its partner is the most persistent extremum that ends there.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <loss/analysis.h>

/* The middle of 3 x 3 points is a monkey saddle of value 0: around it (east, north east, north,
 * west, south west, south) low and high alternate. The two points beside that ring are high. */
static loss_criticals *monkey(const double low[3], double high, double sign)
{
    double z[9] = {sign * low[2], sign * high, sign * high, /* south west, south, south east */
                   sign * high,   0,           sign * low[0], sign * high * 2,
                   sign * low[1], sign * high};
    loss_grid grid = {{-1, 1, 3}, {-1, 1, 3}, z};
    loss_criticals *set = NULL;
    assert_int_equal(loss_criticals_create(&set, &grid, NULL), LOSS_OK);
    return set;
}

static const loss_critical *the_saddle(const loss_criticals *set)
{
    const loss_critical *points = loss_criticals_points(set);
    for (size_t i = 0; i < loss_criticals_count(set, 0); i++)
        if (points[i].ix == 1 && points[i].iy == 1) {
            assert_int_equal(points[i].kind, LOSS_CRITICAL_SADDLE);
            assert_int_equal(points[i].multiplicity, 2);
            return &points[i];
        }
    fail_msg("the middle is not critical");
    return NULL;
}

/* Of depths 1, 2 and 3 around, in every order, those of 1 and 2 end at the saddle. Upside down the
 * same holds for hills. */
static void test_the_deeper_of_two(void **state)
{
    (void)state;
    static const double orders[6][3] = {{-1, -2, -3}, {-1, -3, -2}, {-2, -1, -3},
                                        {-2, -3, -1}, {-3, -1, -2}, {-3, -2, -1}};
    for (int sign = -1; sign <= 1; sign += 2)
        for (int k = 0; k < 6; k++) {
            loss_criticals *set = monkey(orders[k], 0.25, sign);
            const loss_critical *points = loss_criticals_points(set), *saddle = the_saddle(set);
            assert_true(saddle->partner < loss_criticals_count(set, 0));
            const loss_critical *partner = &points[saddle->partner];
            assert_int_equal(partner->kind,
                             sign > 0 ? LOSS_CRITICAL_MINIMUM : LOSS_CRITICAL_MAXIMUM);
            assert_true(partner->grid_value == -2 * sign);
            assert_true(partner->persistence == 2 && saddle->persistence == 2);
            /* Both that end there have the saddle as their partner. */
            size_t n_ends = 0;
            for (size_t i = 0; i < loss_criticals_count(set, 0.9); i++)
                n_ends += points[i].kind == partner->kind && points[i].partner < SIZE_MAX &&
                          &points[points[i].partner] == saddle;
            assert_int_equal(n_ends, 2);
            loss_criticals_free(set);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_the_deeper_of_two)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
