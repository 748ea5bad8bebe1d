/* Windows on screens of any pixel density: what is under the mouse is what is drawn there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "near.h"

#include "screen.h"

/* X11 and Windows place windows in pixels, macOS and Wayland in larger units. */
static const screen USUAL = {640, 480, 640, 480, 1, 0}, FINE = {1280, 960, 1280, 960, 2, 0},
                    MAC = {640, 480, 1280, 960, 2, 0}, ASKED = {960, 720, 960, 720, 1, 1.5},
                    HIDDEN = {0, 0, 0, 0, 0, 0};

static void expect_pixel(const screen *s, double x, double y, double px, double py)
{
    double pixel[2];
    assert_true(screen_pixel(s, x, y, pixel));
    assert_near(pixel[0], px, 1e-12);
    assert_near(pixel[1], py, 1e-12);
}

static void test_mouse(void **state)
{
    (void)state;
    double pixel[2];
    expect_pixel(&USUAL, 100, 50, 100, 50);
    expect_pixel(&FINE, 100, 50, 100, 50);
    expect_pixel(&MAC, 100, 50, 200, 100);
    expect_pixel(&ASKED, 100, 50, 100, 50);
    assert_false(screen_pixel(&HIDDEN, 1, 1, pixel));
}

static void test_scale(void **state)
{
    (void)state;
    screen both = FINE;
    both.asked = 1.25;
    assert_near(screen_scale(&USUAL), 1, 0);
    assert_near(screen_scale(&FINE), 2, 0);
    assert_near(screen_scale(&MAC), 2, 0);
    assert_near(screen_scale(&both), 1.25, 0);
    assert_near(screen_scale(&HIDDEN), 1, 0);
}

/* So many units of the layout, whatever the system counts in. */
static void test_window(void **state)
{
    (void)state;
    static const struct {
        const screen *screen;
        double width;
    } cases[] = {{&USUAL, 400}, {&FINE, 800}, {&MAC, 400}, {&ASKED, 600}, {&HIDDEN, 400}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double size[2];
        screen_window_size(cases[i].screen, 400, 300, size);
        assert_near(size[0], cases[i].width, 1e-12);
        assert_near(size[1], cases[i].width * 0.75, 1e-12);
    }
}

static void test_pixels(void **state)
{
    (void)state;
    assert_int_equal(screen_pixels(1280, 1), 1280);
    assert_int_equal(screen_pixels(1280, 1.5), 1920);
    assert_int_equal(screen_pixels(641 / 1.5, 1.5), 641); /* a window's, and back */
    assert_int_equal(screen_pixels(0.1, 1), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_mouse), cmocka_unit_test(test_scale),
                                       cmocka_unit_test(test_window),
                                       cmocka_unit_test(test_pixels)};
    return cmocka_run_group_tests_name("view_screen", tests, NULL, NULL);
}
