/* Plates beside marks: none on another, on a mark, or beyond the pane. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "near.h"

#include "overlay/places.h"

enum { MARKS = 12 };
static const double RADIUS = 7;

static bool overlap(box a, box b)
{
    return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

/* At every size from small to poster, with marks close together. */
static void test_none_on_another(void **state)
{
    (void)state;
    static const double units[] = {0.7, 1, 2.5, 6};
    for (size_t k = 0; k < sizeof units / sizeof *units; k++) {
        double u = units[k], r = RADIUS * u;
        places p = {.area = {20 * u, 10 * u, 560 * u, 420 * u}, .unit = u};
        box plates[MARKS], marks[MARKS];
        double at[MARKS][2];
        size_t found = 0;
        for (int i = 0; i < MARKS; i++) {
            at[i][0] = (260 + 40 * cos(i * 1.7)) * u;
            at[i][1] = (200 + 30 * sin(i * 2.3)) * u;
            marks[i] = (box){at[i][0] - r, at[i][1] - r, 2 * r, 2 * r};
            places_take(&p, marks[i]);
        }
        for (int i = 0; i < MARKS; i++)
            found += places_find_beside(&p, at[i][0], at[i][1], r, 110 * u, 36 * u, &plates[found]);
        assert_true(found >= 8);
        for (size_t i = 0; i < found; i++) {
            assert_true(plates[i].x >= p.area.x && plates[i].x + plates[i].w <= 580 * u);
            assert_true(plates[i].y >= p.area.y && plates[i].y + plates[i].h <= 430 * u);
            for (size_t j = 0; j < i; j++)
                assert_false(overlap(plates[i], plates[j]));
            for (int j = 0; j < MARKS; j++)
                assert_false(overlap(plates[i], marks[j]));
        }
    }
}

static void test_nearest_room(void **state)
{
    (void)state;
    places p = {.area = {0, 0, 500, 500}, .unit = 1};
    box b, wall = {120, 0, 20, 500};
    double from[2], to[2];
    assert_true(places_find_beside(&p, 100, 100, RADIUS, 60, 20, &b));
    places_leader(100, 100, RADIUS, b, from, to);
    assert_true(hypot(to[0] - 100, to[1] - 100) < 25);
    assert_near(hypot(from[0] - 100, from[1] - 100), RADIUS, 1e-9);
    p.n = 0;
    places_take(&p, wall); /* a line does not lead over it while there is room on this side */
    assert_true(places_find_beside(&p, 100, 250, RADIUS, 60, 20, &b));
    assert_true(b.x + b.w <= wall.x);
    places none = {.area = {0, 0, 50, 500}, .unit = 1};
    assert_false(places_find_beside(&none, 25, 250, RADIUS, 60, 20, &b));
}

/* Texts of a window are as large as elsewhere, but where it is small. */
static void test_windows(void **state)
{
    (void)state;
    assert_near(layout_window_unit(1280, 800, 1), 1, 1e-12);
    assert_near(layout_window_unit(2560, 1600, 2), 2, 1e-12);
    assert_near(layout_window_unit(3840, 2160, 1), 1, 1e-12);
    assert_near(layout_window_unit(600, 480, 1), 0.75, 1e-12);
    assert_near(layout_window_unit(1200, 960, 2), 1.5, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_none_on_another),
                                       cmocka_unit_test(test_nearest_room),
                                       cmocka_unit_test(test_windows)};
    return cmocka_run_group_tests_name("view_places", tests, NULL, NULL);
}
