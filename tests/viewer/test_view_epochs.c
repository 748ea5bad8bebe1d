/* The epochs of a training path: keys, the strip below the picture and a film set one thing. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "near.h"

#include "../unit/scratch.h"
#include "overlay/strip.h"
#include "scene/epochs.h"
#include "scene/scene_build.h"
#include "session.h"

enum { LAST = 12 }; /* epoch of the file */

static void begin(session *s)
{
    char path[1024];
    const char *source = getenv("SRC");
    snprintf(path, sizeof path, "%s/tests/data/viewer/lenet5-pca.landscape", source ? source : ".");
    session_init(s);
    session_layout(s, 1280, 800, 1);
    assert_true(scene_open(&s->scene, 0, path, 0));
    assert_true(scene_update(&s->scene));
    session_layout(s, 1280, 800, 1);
}

static size_t n_marks(const scene *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->views[0].n_marks; i++)
        n += s->views[0].marks[i].kind == MARK_PATH;
    return n;
}

static void test_range(void **state)
{
    (void)state;
    session s;
    size_t first, last, epoch;
    session_init(&s);
    assert_false(epochs_range(&s.scene, &first, &last));
    assert_false(epochs_nearest(&s.scene, 3, &epoch));
    assert_false(epochs_shown(&s.scene, &epoch));
    epochs_step(&s.scene, 1);
    assert_true(isinf(s.scene.set.epoch));
    session_free(&s);
    begin(&s);
    assert_true(epochs_range(&s.scene, &first, &last));
    assert_int_equal(first, 0);
    assert_int_equal(last, LAST);
    assert_true(epochs_nearest(&s.scene, 7.4, &epoch));
    assert_int_equal(epoch, 7);
    assert_true(epochs_nearest(&s.scene, -7, &epoch));
    assert_int_equal(epoch, 0);
    assert_true(epochs_nearest(&s.scene, 1e9, &epoch));
    assert_int_equal(epoch, LAST);
    session_free(&s);
}

/* Both losses, and how far off the plane it is, of each checkpoint. */
static void test_read(void **state)
{
    (void)state;
    session s;
    begin(&s);
    const grid *g = &s.scene.views[0].grid;
    assert_int_equal(g->n_path, LAST + 1);
    for (size_t i = 0; i < g->n_path; i++) {
        const path_point *p = &g->path[i];
        loss_split split = scene_split(&s.scene, &s.scene.views[0]);
        assert_true(isfinite(p->true_loss[split]) && isfinite(p->plane_loss[split]));
        if (i < LAST)
            assert_true(p->residual > 0 && p->residual <= 1);
        else /* the origin itself has no way from there */
            assert_true(isnan(p->residual));
    }
    session_free(&s);
}

static void test_keys(void **state)
{
    (void)state;
    session s;
    size_t epoch;
    begin(&s);
    assert_int_equal(n_marks(&s.scene), LAST + 1);
    assert_true(session_key(&s, "Shift+Left"));
    assert_near(s.scene.set.epoch, LAST - 1, 0);
    assert_int_equal(n_marks(&s.scene), LAST);
    for (int i = 0; i < 2 * LAST; i++)
        session_key(&s, "Shift+Left");
    assert_near(s.scene.set.epoch, 0, 0);
    assert_int_equal(n_marks(&s.scene), 1);
    session_key(&s, "Shift+Right");
    assert_near(s.scene.set.epoch, 1, 0);
    for (int i = 0; i < 2 * LAST; i++)
        session_key(&s, "Shift+Right");
    assert_true(isinf(s.scene.set.epoch)); /* whole again */
    assert_true(epochs_shown(&s.scene, &epoch));
    assert_int_equal(epoch, LAST);
    double azimuth = s.scene.set.view.azimuth; /* the camera has these keys without Shift */
    session_key(&s, "Shift+Left");
    assert_near(s.scene.set.view.azimuth, azimuth, 0);
    session_free(&s);
}

/* The scales stay, so that a film does not jump. */
static void test_scale(void **state)
{
    (void)state;
    session s;
    begin(&s);
    loss_scale before = s.scene.scale;
    unsigned surfaces = s.scene.surface_version, version = s.scene.version;
    epochs_show(&s.scene, 3);
    assert_true(scene_update(&s.scene));
    assert_memory_equal(&s.scene.scale, &before, sizeof before);
    assert_int_equal(s.scene.surface_version, surfaces);
    assert_int_not_equal(s.scene.version, version);
    assert_int_equal(n_marks(&s.scene), 4);
    epochs_show(&s.scene, LAST);
    assert_true(isinf(s.scene.set.epoch));
    session_free(&s);
}

/* Dragging in the strip: the epoch under the mouse. Neither turns the camera. */
static void test_drag(void **state)
{
    (void)state;
    session s;
    strip t;
    begin(&s);
    assert_false(strip_make(&t, &s.layout, &s.scene, 0));
    camera before = s.scene.set.view;
    double height = s.layout.panes[0].at.h;
    session_key(&s, "6");
    assert_true(strip_make(&t, &s.layout, &s.scene, 0));
    assert_true(s.layout.panes[0].at.h < height);
    assert_near(strip_x(&t, 0), t.at.x, 1e-9);
    assert_near(strip_x(&t, LAST), t.at.x + t.at.w, 1e-9);
    assert_true(strip_y(&t, t.scale.high) <= t.at.y + 1e-9);
    session_move(&s, strip_x(&t, 10), t.at.y + 5);
    session_press(&s, BUTTON_LEFT, false, false);
    assert_near(s.scene.set.epoch, 10, 0);
    session_move(&s, strip_x(&t, 7.3), t.at.y - 300); /* it may leave the strip */
    assert_near(s.scene.set.epoch, 7, 0);
    session_move(&s, -50, t.at.y);
    assert_near(s.scene.set.epoch, 0, 0);
    session_move(&s, 5000, t.at.y);
    assert_true(isinf(s.scene.set.epoch));
    session_release(&s);
    session_move(&s, strip_x(&t, 4), t.at.y + 5);
    assert_true(isinf(s.scene.set.epoch));
    assert_memory_equal(&s.scene.set.view, &before, sizeof before);
    session_free(&s);
}

/* Where a file has eigenvalues, the strip has those below the path: exact where they are linear. */
static void test_sharpness(void **state)
{
    (void)state;
    session s;
    strip t;
    begin(&s);
    session_key(&s, "6");
    assert_true(strip_make(&t, &s.layout, &s.scene, 0));
    assert_near(t.sharpest, 0, 0);
    grid *g = &s.scene.views[0].grid;
    assert_true(isnan(strip_sharpness(&t, &g->path[3])));
    assert_true(grid_add_curvature(g, (int)t.split));
    for (size_t i = 0; i < g->nx * g->ny; i++)
        g->splits[t.split].sharpness[i] = 50 + 2 * g->x[i % g->nx] - 3 * g->y[i / g->nx];
    assert_true(strip_make(&t, &s.layout, &s.scene, 0));
    double most = 0;
    for (size_t i = 0; i < g->n_path; i++) {
        double wanted = 50 + 2 * g->path[i].x - 3 * g->path[i].y;
        assert_near(strip_sharpness(&t, &g->path[i]), wanted, 1e-9);
        most = fmax(most, wanted);
    }
    assert_near(t.sharpest, most, 1e-9);
    assert_true(isnan(strip_sharpness(&t, &(path_point){.x = g->x[0] - 1, .y = g->y[0]})));
    session_free(&s);
}

/* Of a file without a path there is nothing to show, and that is told. */
static void test_none(void **state)
{
    (void)state;
    static const char text[] = "1,2\n3,4\n";
    session s;
    strip t;
    problem p;
    scratch_write("a.csv", text, strlen(text));
    session_init(&s);
    session_layout(&s, 1280, 800, 1);
    assert_true(scene_open(&s.scene, 0, scratch_path("a.csv"), 0));
    assert_true(scene_has_all(&s.scene, &p));
    session_key(&s, "6");
    assert_false(scene_has_all(&s.scene, &p));
    assert_non_null(strstr(s.notice, "no path of training"));
    assert_false(strip_make(&t, &s.layout, &s.scene, 0));
    assert_near(s.layout.strips[0].w, 0, 0);
    session_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_range), cmocka_unit_test(test_read), cmocka_unit_test(test_keys),
        cmocka_unit_test(test_scale), cmocka_unit_test(test_drag), cmocka_unit_test(test_sharpness),
        cmocka_unit_test(test_none),
    };
    return cmocka_run_group_tests_name("epochs", tests, scratch_make, scratch_remove);
}
