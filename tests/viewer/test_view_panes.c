/* A map beside the picture: where the panes are, what they show, and how they point together. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "near.h"

#include "../unit/scratch.h"
#include "scene/scene_build.h"
#include "session.h"

static const char bowl[] =
    "x,y,loss\n0,0,6\n1,0,5\n2,0,6\n0,1,5\n1,1,1\n2,1,5\n0,2,6\n1,2,5\n2,2,9\n";
static const char pit[] = "5,4,5,5\n4,1,4,5\n5,4,5,5\n";

static void begin(session *s, size_t n_files, double width, double height)
{
    const char *paths[2];
    scratch_write("a.csv", bowl, strlen(bowl));
    scratch_write("b.csv", pit, strlen(pit));
    session_init(s);
    s->scene.set.surface = SURFACE_GRID;
    s->scene.set.panel = false;
    for (size_t i = 0; i < n_files; i++) {
        paths[i] = scratch_path(i ? "b.csv" : "a.csv");
        assert_true(scene_open(&s->scene, i, paths[i], 0));
    }
    assert_true(scene_update(&s->scene));
    session_layout(s, width, height, 1);
}

static bool overlap(const box *a, const box *b)
{
    return a->x + a->w > b->x + 1e-9 && b->x + b->w > a->x + 1e-9 && a->y + a->h > b->y + 1e-9 &&
           b->y + b->h > a->y + 1e-9;
}

/* Each view has a picture and a map, none over another, within what was there without maps. */
static void test_places(void **state)
{
    (void)state;
    static const double sizes[][2] = {{1280, 800}, {640, 480}, {500, 900}, {7680, 4320}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (size_t n = 1; n <= 2; n++) {
            session s;
            begin(&s, n, sizes[i][0], sizes[i][1]);
            assert_int_equal(s.layout.n_panes, n);
            double area = s.layout.panes[0].at.w * s.layout.panes[0].at.h;
            assert_true(session_key(&s, "2"));
            assert_int_equal(s.layout.n_panes, 2 * n);
            for (size_t k = 0; k < 2 * n; k++) {
                const pane *p = &s.layout.panes[k];
                assert_int_equal(p->view, k / 2);
                assert_int_equal(p->is_map, k % 2);
                assert_near(p->at.w * p->at.h, area / 2, 1e-6 * area);
                for (size_t j = 0; j < k; j++)
                    assert_false(overlap(&p->at, &s.layout.panes[j].at));
            }
            session_key(&s, "2");
            assert_int_equal(s.layout.n_panes, n);
            session_free(&s);
        }
}

/* The map does not turn with the camera; it follows its zoom and what it looks at. */
static void test_camera(void **state)
{
    (void)state;
    session s;
    begin(&s, 1, 1280, 800);
    session_key(&s, "2");
    session_key(&s, "Left");
    session_key(&s, "+");
    s.scene.set.view.target[0] = 0.3;
    camera map = layout_lens(&s.layout, &s.scene, 1).camera,
           picture = layout_lens(&s.layout, &s.scene, 0).camera;
    assert_true(map.orthographic && !picture.orthographic);
    assert_near(map.azimuth, 0, 0);
    assert_near(map.elevation, 90, 0);
    assert_near(map.zoom, picture.zoom, 0);
    assert_near(map.target[0], 0.3, 0);
    assert_near(picture.azimuth, s.scene.set.view.azimuth, 0);
    assert_false(settings_lit(&s.scene.set, &map));
    assert_true(settings_lit(&s.scene.set, &picture));
    session_free(&s);
}

/* What is pointed at in one pane is told in the other: pointed at there, it is the same place. */
static void test_pointer(void **state)
{
    (void)state;
    session s;
    begin(&s, 2, 1600, 900);
    session_key(&s, "2");
    double x, y;
    bool is_hidden;
    for (size_t from = 0; from < 4; from++) {
        const box *b = &s.layout.panes[from].at;
        session_move(&s, b->x + 0.5 * b->w + 25, b->y + 0.5 * b->h + 12);
        assert_true(s.hover.is_hit);
        assert_int_equal(s.hover_view, from / 2);
        vec3 place = s.hover.at;
        for (size_t to = 0; to < 4; to++)
            assert_int_equal(session_pointer(&s, to, &x, &y, &is_hidden),
                             to != from && to / 2 == from / 2);
        size_t other = from ^ 1;
        assert_true(session_pointer(&s, other, &x, &y, &is_hidden));
        assert_true(box_holds(s.layout.panes[other].at, x, y));
        session_move(&s, x, y);
        assert_true(s.hover.is_hit);
        if (is_hidden) /* something else is before it */
            continue;
        assert_near(s.hover.at.x, place.x, 1e-6);
        assert_near(s.hover.at.y, place.y, 1e-6);
    }
    session_leave(&s);
    assert_false(session_pointer(&s, 0, &x, &y, &is_hidden));
    session_free(&s);
}

/* A ridge hides what lies behind it, and not what lies before it. */
static void test_hidden(void **state)
{
    (void)state;
    static const char ridge[] = "1,1,1\n9,9,9\n1,1,1\n";
    session s;
    begin(&s, 1, 1280, 800);
    scratch_write("a.csv", ridge, strlen(ridge));
    assert_true(scene_open(&s.scene, 0, scratch_path("a.csv"), 0) && scene_update(&s.scene));
    session_key(&s, "2");
    s.scene.set.view.elevation = 5;
    session_layout(&s, 1280, 800, 1);
    double x, y;
    bool is_hidden;
    const box *map = &s.layout.panes[1].at;
    for (int is_behind = 0; is_behind < 2; is_behind++) {
        session_move(&s, map->x + 0.4 * map->w, map->y + (is_behind ? 0.4 : 0.6) * map->h);
        assert_true(s.hover.is_hit && (s.hover.at.y > 0.1) == is_behind);
        assert_true(session_pointer(&s, 0, &x, &y, &is_hidden));
        assert_int_equal(is_hidden, is_behind);
    }
    session_free(&s);
}

/* Dragging the map with the middle button moves the place along the map's axes. */
static void test_pan(void **state)
{
    (void)state;
    session s;
    begin(&s, 1, 1280, 800);
    session_key(&s, "2");
    const box *map = &s.layout.panes[1].at;
    session_move(&s, map->x + map->w / 2, map->y + map->h / 2);
    vec3 before = s.hover.at;
    session_press(&s, BUTTON_MIDDLE, false, false);
    session_move(&s, s.mouse_x + 40, s.mouse_y - 30);
    session_release(&s);
    assert_near(s.hover.at.x, before.x, 1e-9); /* it went with the mouse */
    assert_near(s.hover.at.y, before.y, 1e-9);
    assert_true(s.scene.set.view.target[0] < 0 && s.scene.set.view.target[1] < 0);
    assert_near(s.scene.set.view.target[2], 0, 1e-9);
    session_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places),  cmocka_unit_test(test_camera),
        cmocka_unit_test(test_pointer), cmocka_unit_test(test_hidden),
        cmocka_unit_test(test_pan),
    };
    return cmocka_run_group_tests_name("panes", tests, scratch_make, scratch_remove);
}
