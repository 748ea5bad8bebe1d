/* Marks of a map: the value of the fit, and the grid point's beside it on request. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "figure/overlay.h"

enum { SIDE = 9 };

/* The most persistent minimum of a bowl whose lowest point, 1 at (0.1, 0), lies between points. */
static void text_of_minimum(bool log, bool grid_values, char text[MARK_TEXT])
{
    double values[SIDE * SIDE];
    figure f = {.x = {-1, 1, SIDE},
                .y = {-1, 1, SIDE},
                .scale = {log ? LOSS_SCALE_LOG : LOSS_SCALE_LINEAR, 1, 10, 0}};
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

/* Two basins on a map, the shallower 1 deep: the caption tells whether it is more than chance. */
static void test_hollow(void **state)
{
    (void)state;
    double values[3 * 5] = {9, 9, 9, 9, 9, 9, 1, 3, 2, 9, 9, 9, 9, 9, 9}, errors[3 * 5];
    figure f = {.x = {0, 4, 5}, .y = {0, 2, 3}, .scale = {LOSS_SCALE_LINEAR, 1, 9, 0}};
    overlay_options options = {.has_criticals = true, .has_persistence = true};
    f.fields[0] = (field){.nx = 5, .ny = 3, .values = values, .errors = errors};
    f.n_fields = 1;
    for (int hollow = 0; hollow < 2; hollow++) {
        char caption[512];
        overlay *o;
        for (size_t i = 0; i < 3 * 5; i++)
            errors[i] = hollow ? 0.3 : 0.2;
        assert_int_equal(overlay_make(&o, &f, &options), LOSS_OK);
        overlay_caption(o, caption, sizeof caption);
        assert_int_equal(strstr(caption, "; hollow (2): within the sampling error") != NULL,
                         hollow);
        overlay_free(o);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_value), cmocka_unit_test(test_hollow)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
