/* From every side the numbers of the floor stand beside the surface, and none over others. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../unit/scratch.h"
#include "scene/axes.h"
#include "scene/scene_build.h"
#include "session.h"

/* As high at its rims as in its middle. */
static void begin(session *s)
{
    char table[4096];
    size_t n = 0;
    for (int j = 0; j < 9; j++)
        for (int i = 0; i < 9; i++)
            n += (size_t)snprintf(table + n, sizeof table - n, "%g%c",
                                  1 + cos(i * 1.5) * cos(j * 1.5), i < 8 ? ',' : '\n');
    scratch_write("a.csv", table, n);
    session_init(s);
    s->scene.set.panel = false;
    assert_true(scene_open(&s->scene, 0, scratch_path("a.csv"), 0));
    assert_true(scene_update(&s->scene));
    session_layout(s, 900, 600, 1);
}

static void seen(const session *s, const axis_label *l, double *x, double *y)
{
    lens sight = layout_lens(&s->layout, &s->scene, 0);
    mat4 matrix = camera_matrix(&sight);
    vec3 at;
    assert_true(camera_project(&matrix, vec_add(l->at, vec_scale(l->outward, 0.04)), &at));
    *x = at.x;
    *y = at.y;
}

static void test_beside_the_surface(void **state)
{
    (void)state;
    session s;
    begin(&s);
    for (int elevation = -50; elevation <= 50; elevation += 25)
        for (int azimuth = -180; azimuth < 180; azimuth += 30) {
            axes a;
            size_t n = 0;
            if (azimuth % 90 == 0) /* a rim hides the far end of an axis that is seen end-on */
                continue;
            s.scene.set.view.azimuth = azimuth;
            s.scene.set.view.elevation = elevation;
            lens l = layout_lens(&s.layout, &s.scene, 0);
            axes_make(&a, &s.scene, 0, &l.camera);
            for (size_t i = 0; i < a.n_labels; i++) {
                double x, y;
                if (a.labels[i].outward.z > 0 || a.labels[i].is_name)
                    continue;
                seen(&s, &a.labels[i], &x, &y);
                n += scene_hover(&s.scene, 0, &l, x, y).is_hit;
            }
            if (n)
                fail_msg("from %d, %d: %zu numbers lie over the surface", azimuth, elevation, n);
        }
    session_free(&s);
}

/* Of the axis that points at the viewer: at the right, where the height has no numbers. */
static void test_end_on(void **state)
{
    (void)state;
    session s;
    begin(&s);
    s.scene.set.view.elevation = 25;
    for (int azimuth = -180; azimuth < 180; azimuth += 90) {
        axes a;
        s.scene.set.view.azimuth = azimuth;
        lens l = layout_lens(&s.layout, &s.scene, 0);
        axes_make(&a, &s.scene, 0, &l.camera);
        const char *name = azimuth % 180 ? "x" : "y";
        size_t found = 0;
        for (size_t i = 0; i < a.n_labels; i++) {
            double x, y;
            if (strcmp(a.labels[i].text, name) != 0)
                continue;
            seen(&s, &a.labels[i], &x, &y);
            assert_true(x > 0);
            found++;
        }
        assert_int_equal(found, 1);
    }
    session_free(&s);
}

/* Near surfaces are drawn on behind title and bar; every place stays where it was. */
static void test_drawn_behind_texts(void **state)
{
    (void)state;
    session s;
    begin(&s);
    const layout *l = &s.layout;
    const pane *p = &l->panes[0];
    box drawn = layout_drawn(l, 0);
    assert_true(l->title.h > 0 && l->bar.w > 0);
    assert_true(drawn.y < 1e-9 && drawn.y + drawn.h > p->at.y + p->at.h - 1e-9);
    assert_true(drawn.x + drawn.w > l->bar.x + l->bar.w - 1e-9);
    lens sight = layout_lens(l, &s.scene, 0);
    mat4 matrix = layout_matrix(l, 0, &sight);
    for (int k = 0; k < 8; k++) {
        vec3 at = {k & 1 ? 1 : -0.7, k & 2 ? 1 : -1, k & 4 ? 0.9 : 0}, seen;
        double x, y;
        assert_true(layout_seen(p, &sight, at, &x, &y) && camera_project(&matrix, at, &seen));
        assert_true(fabs(drawn.x + (seen.x + 1) / 2 * drawn.w - x) < 1e-9);
        assert_true(fabs(drawn.y + (1 - seen.y) / 2 * drawn.h - y) < 1e-9);
    }
    assert_false(layout_is_overfull(l, &s.scene));
    s.scene.set.view.zoom = 2.5;
    assert_true(layout_is_overfull(l, &s.scene));
    session_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_beside_the_surface),
                                       cmocka_unit_test(test_end_on),
                                       cmocka_unit_test(test_drawn_behind_texts)};
    return cmocka_run_group_tests_name("view_axes", tests, scratch_make, scratch_remove);
}
