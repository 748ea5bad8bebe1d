/* Marks of a map: the value of the fit, and the grid point's beside it on request. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "overlay.h"

enum { SIDE = 9 };

/* The most persistent minimum of a bowl whose lowest point, 1 at (0.1, 0), lies between points. */
static void text_of_minimum(bool log, bool grid_values, char text[MARK_TEXT])
{
    double values[SIDE * SIDE];
    figure f = {.x = {-1, 1, SIDE}, .y = {-1, 1, SIDE}, .log = log, .low = 1, .high = 10};
    overlay_options options = {.has_criticals = true, .grid_values = grid_values};
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        double x = loss_axis_at(f.x, i % SIDE) - 0.1, y = loss_axis_at(f.y, i / SIDE);
        values[i] = log ? pow(10, x * x + y * y) : 1 + x * x + y * y;
    }
    f.fields[0] = (field){.nx = SIDE, .ny = SIDE, .values = values};
    f.n_fields = 1;
    overlay *o;
    assert_int_equal(overlay_make(&o, &f, &options), LOSS_OK);
    const loss_critical *points = loss_criticals_points(o->criticals);
    size_t i = 0;
    while (points[i].kind != LOSS_CRITICAL_MINIMUM)
        i++;
    assert_true(fabs(points[i].x - 0.1) < 1e-9 && fabs(points[i].y) < 1e-9);
    overlay_mark_text(o, &points[i], text);
    overlay_free(o);
}

static void test_value(void **state)
{
    (void)state;
    char text[MARK_TEXT];
    for (int log = 0; log < 2; log++) {
        text_of_minimum(log, false, text);
        assert_string_equal(text, "min 1");
    }
    text_of_minimum(false, true, text);
    assert_string_equal(text, "min 1 (grid: 1.01)");
    text_of_minimum(true, true, text);
    assert_string_equal(text, "min 1 (grid: 1.02)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_value)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
