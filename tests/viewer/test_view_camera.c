/* The camera fits what is shown: at every size, height, side and kind of rays. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "overlay/layout.h"
#include "scene/camera.h"

/* What the box takes of the view, pixels: left, right, top, bottom. */
static void seen_box(const camera *c, const camera_room *room, double out[4])
{
    lens l = camera_lens(c, room);
    mat4 m = camera_matrix(&l);
    out[0] = out[2] = (double)INFINITY;
    out[1] = out[3] = -(double)INFINITY;
    for (int k = 0; k < 8; k++) {
        vec3 seen,
            p = {k & 1 ? room->x : -room->x, k & 2 ? room->y : -room->y, k & 4 ? room->z : 0};
        assert_true(camera_project(&m, p, &seen));
        assert_true(fabs(seen.z) <= 1);
        out[0] = fmin(out[0], (seen.x + 1) / 2 * room->width);
        out[1] = fmax(out[1], (seen.x + 1) / 2 * room->width);
        out[2] = fmin(out[2], (1 - seen.y) / 2 * room->height);
        out[3] = fmax(out[3], (1 - seen.y) / 2 * room->height);
    }
}

static void test_the_box_fits(void **state)
{
    (void)state;
    static const double sizes[][2] = {{300, 400},
                                      {640, 480},
                                      {1280, 800},
                                      {7680, 4320},
                                      {400, 150}},
                        boxes[][3] = {{1, 1, 0.9}, {1, 1, 0.09}, {1, 1, 3.6}, {1, 0.2, 0.9}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (size_t k = 0; k < sizeof boxes / sizeof *boxes; k++)
            for (int turn = -180; turn < 180; turn += 15)
                for (int above = -90; above <= 90; above += 15)
                    for (int parallel = 0; parallel < 2; parallel++) {
                        camera_room room = {sizes[i][0], sizes[i][1], 30,          20,         10,
                                            30,          boxes[k][0], boxes[k][1], boxes[k][2]};
                        camera c = {turn, above, 1, {0, 0, 0}, parallel == 1};
                        double at[4];
                        seen_box(&c, &room, at);
                        /* The middles of two fits are mixed near the top: a little beside. */
                        double slack = 0.03 * fmax(room.width, room.height) + 0.5;
                        assert_true(at[0] >= room.left - slack);
                        assert_true(at[1] <= room.width - room.right + slack);
                        assert_true(at[2] >= room.top - slack);
                        assert_true(at[3] <= room.height - room.bottom + slack);
                    }
}

/* A map takes all the room that there is. */
static void test_a_map_fills_the_room(void **state)
{
    (void)state;
    camera_room room = {900, 700, 60, 40, 30, 70, 1, 1, 0.9};
    camera c = {0, 90, 1, {0, 0, 0}, true};
    double at[4];
    seen_box(&c, &room, at);
    assert_true(fabs(at[3] - at[2] - 600) < 0.01);
    assert_true(fabs(at[2] - 30) < 0.01);
    assert_true(fabs((at[0] + at[1]) / 2 - (60 + 860) / 2.0) < 0.01);
}

/* It neither comes nearer nor goes away while it walks round. */
static void test_a_turn_keeps_the_size(void **state)
{
    (void)state;
    camera_room room = {900, 700, 60, 40, 30, 70, 1, 0.7, 0.9};
    camera c = {0, 38, 1, {0, 0, 0}, false};
    lens first = camera_lens(&c, &room);
    for (c.azimuth = -180; c.azimuth < 180; c.azimuth += 10) {
        lens l = camera_lens(&c, &room);
        assert_true(fabs(l.distance - first.distance) < 1e-9);
        assert_true(fabs(l.shift_y - first.shift_y) < 1e-9);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_the_box_fits),
                                       cmocka_unit_test(test_a_map_fills_the_room),
                                       cmocka_unit_test(test_a_turn_keeps_the_size)};
    return cmocka_run_group_tests_name("view_camera", tests, NULL, NULL);
}
