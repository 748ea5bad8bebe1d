/* Basins: which bars there are, what of the surface each is, and what points at them. */
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
#include "overlay/barcode.h"
#include "scene/scene_build.h"
#include "session.h"

enum { SIDE = 17 };

/* Four bowls of different depth on a slope. */
static double bowls(int i, int j)
{
    static const double at[4][3] = {{4, 4, 2.5}, {12, 4, 2}, {4, 12, 1.5}, {12, 12, 1}};
    double z = 3 + 0.01 * i + 0.013 * j;
    for (int k = 0; k < 4; k++)
        z -= at[k][2] * exp(-0.15 * (pow(i - at[k][0], 2) + pow(j - at[k][1], 2)));
    return z;
}

static void begin(session *s, int surface)
{
    const char *path = scratch_path("bowls.csv");
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    for (int j = 0; j < SIDE; j++)
        for (int i = 0; i < SIDE; i++)
            fprintf(out, "%.17g%s", bowls(i, j), i + 1 < SIDE ? "," : "\n");
    assert_int_equal(fclose(out), 0);
    session_init(s);
    s->scene.set.surface = surface;
    s->scene.set.panel = false;
    s->scene.set.height = HEIGHT_LINEAR;
    assert_true(scene_open(&s->scene, 0, path, 0));
    assert_true(scene_update(&s->scene));
    session_layout(s, 1280, 800, 1);
}

static void test_bars(void **state)
{
    (void)state;
    session s;
    barcode b;
    begin(&s, SURFACE_GRID);
    assert_false(barcode_make(&b, &s.layout, &s.scene, 0));
    session_key(&s, "8");
    assert_true(barcode_make(&b, &s.layout, &s.scene, 0));
    assert_true(b.n >= 4 && b.n == b.basins->n);
    const relief *r = &s.scene.views[0].relief;
    for (size_t i = 0; i < 4; i++) {
        static const int x[] = {4, 12, 4, 12}, y[] = {4, 4, 12, 12};
        const basin *one = &b.basins->items[i];
        box bar = barcode_bar(&b, i);
        assert_near(one->birth, bowls(x[i], y[i]), 1e-9);
        assert_int_equal(isinf(one->death), i == 0);
        double end = i ? 1 - loss_scale_place(&r->scale, one->death) : 0,
               low = 1 - loss_scale_place(&r->scale, one->birth);
        assert_near(bar.y, b.at.y + b.at.h * end, 1e-6);
        assert_near(bar.y + bar.h, b.at.y + b.at.h * low, 1e-6);
        assert_true(bar.x >= b.at.x && bar.x + bar.w <= b.at.x + b.at.w + 1e-9);
    }
    setting_put(&s.scene.set, setting_find("persistence"), 0.5);
    assert_true(scene_update(&s.scene));
    assert_int_equal(s.scene.views[0].basins.n, 2); /* the deepest, and the next */
    session_free(&s);
}

/* At the grid's points the region is the library's basin, whatever is drawn between them; nothing
 * of it is higher than its end but the points beside it. */
static void test_region(void **state)
{
    (void)state;
    for (int surface = 0; surface < 2; surface++)
        for (size_t number = 2; number <= 4; number++) {
            session s;
            begin(&s, surface);
            s.scene.set.basin = (double)number;
            assert_true(scene_update(&s.scene));
            const relief *r = &s.scene.views[0].relief;
            const basins *b = &s.scene.views[0].basins;
            assert_int_equal(b->shown, number);
            assert_non_null(b->region);
            loss_grid g = {{0, SIDE - 1, SIDE}, {0, SIDE - 1, SIDE}, b->z};
            bool inside[SIDE * SIDE];
            size_t n, n_far = 0;
            const loss_critical *points = loss_criticals_points(b->critical);
            assert_int_equal(loss_criticals_basin(b->critical, &g,
                                                  (size_t)(b->items[number - 1].minimum - points),
                                                  inside, &n),
                             LOSS_OK);
            assert_int_equal(n, b->n_inside);
            assert_true(n > 5);
            for (size_t i = 0; i < SIDE * SIDE; i++) {
                size_t at = i / SIDE * r->parts * r->nx + i % SIDE * r->parts;
                if (r->z[at] < b->end)
                    assert_int_equal(b->region[at] == 255, inside[i]);
            }
            for (size_t i = 0; i < r->nx * r->ny; i++) { /* one piece around its minimum */
                double dx = ((double)(i % r->nx) / (double)r->parts) -
                            (double)b->items[number - 1].minimum->ix,
                       dy = ((double)(i / r->nx) / (double)r->parts) -
                            (double)b->items[number - 1].minimum->iy;
                n_far += b->region[i] > 127 && hypot(dx, dy) > 8;
            }
            assert_int_equal(n_far, 0);
            session_free(&s);
        }
}

static size_t n_marks(const session *s, mark_kind kind)
{
    size_t n = 0;
    for (size_t i = 0; i < s->scene.views[0].n_marks; i++)
        n += s->scene.views[0].marks[i].kind == kind;
    return n;
}

/* A bar that is pointed at is shown as long as it is; clicked, it stays until it is clicked again,
 * or a place beside the bars. The camera does not move. */
static void test_pointing(void **state)
{
    (void)state;
    session s;
    barcode b;
    begin(&s, SURFACE_SMOOTH);
    session_key(&s, "8");
    const basins *shown = &s.scene.views[0].basins;
    camera before = s.scene.set.view;
    assert_true(barcode_make(&b, &s.layout, &s.scene, 0));
    double third = b.at.x + 2.5 * b.step, y = b.at.y + 20;
    session_move(&s, third, y);
    assert_int_equal(shown->shown, 3);
    assert_int_equal(n_marks(&s, MARK_MINIMUM), 1);
    assert_int_equal(n_marks(&s, MARK_SADDLE), 1);
    session_move(&s, 700, 400);
    assert_int_equal(shown->shown, 0);
    assert_int_equal(n_marks(&s, MARK_MINIMUM), 0);
    session_move(&s, third, y);
    session_press(&s, BUTTON_LEFT, false, false);
    session_release(&s);
    assert_near(s.scene.set.basin, 3, 0);
    session_move(&s, 700, 400);
    assert_int_equal(shown->shown, 3);
    session_move(&s, b.at.x + 0.5 * b.step, y); /* pointed at goes before chosen */
    assert_int_equal(shown->shown, 1);
    session_leave(&s);
    assert_int_equal(shown->shown, 3);
    session_move(&s, third, y);
    session_press(&s, BUTTON_LEFT, false, false);
    session_release(&s);
    assert_near(s.scene.set.basin, 0, 0);
    session_press(&s, BUTTON_LEFT, false, false);
    session_release(&s);
    session_move(&s, s.layout.bars[0].x + 2, y);
    session_press(&s, BUTTON_LEFT, false, false);
    session_release(&s);
    assert_near(s.scene.set.basin, 0, 0);
    assert_memory_equal(&s.scene.set.view, &before, sizeof before);
    session_free(&s);
}

/* The other way: what is pointed at on the surface belongs to the smallest of the basins. */
static void test_pointed_surface(void **state)
{
    (void)state;
    session s;
    begin(&s, SURFACE_SMOOTH);
    session_key(&s, "7");
    session_key(&s, "8");
    const relief *r = &s.scene.views[0].relief;
    lens l = layout_lens(&s.layout, &s.scene, 0);
    static const int at[5][3] = {{4, 4, 1}, {12, 4, 2}, {4, 12, 3}, {12, 12, 4}, {8, 8, 1}};
    for (int i = 0; i < 5; i++) {
        double x, y;
        vec3 place = {r->x[(size_t)at[i][0] * r->parts], r->y[(size_t)at[i][1] * r->parts], 0};
        place.z = relief_height_at(r, place.x, place.y);
        assert_true(layout_seen(&s.layout.panes[0], &l, place, &x, &y));
        session_move(&s, x, y);
        assert_true(s.hover.is_hit);
        assert_int_equal(s.hover.basin, at[i][2]);
    }
    session_key(&s, "8");
    assert_int_equal(s.hover.basin, 0);
    session_free(&s);
}

static void test_keys(void **state)
{
    (void)state;
    session s;
    char text[512];
    begin(&s, SURFACE_SMOOTH);
    session_key(&s, "Shift+Down");
    assert_true(s.scene.set.barcode);
    const basins *b = &s.scene.views[0].basins;
    assert_int_equal(b->shown, 1);
    assert_null(b->region); /* the deepest is all of it */
    assert_int_equal(b->n_inside, SIDE * SIDE);
    session_key(&s, "Shift+Down");
    assert_int_equal(b->shown, 2);
    scene_notes(&s.scene, 0, text);
    assert_non_null(strstr(text, "basin 2 of "));
    for (int i = 0; i < 50; i++)
        session_key(&s, "Shift+Down");
    assert_int_equal(b->shown, b->n);
    for (int i = 0; i < 50; i++)
        session_key(&s, "Shift+Up");
    assert_int_equal(b->shown, 0);
    scene_notes(&s.scene, 0, text);
    assert_null(strstr(text, "basin"));
    session_free(&s);
}

/* Marks of all critical points are not doubled by those of the basin. */
static void test_marks(void **state)
{
    (void)state;
    session s;
    begin(&s, SURFACE_SMOOTH);
    session_key(&s, "M");
    size_t minima = n_marks(&s, MARK_MINIMUM), saddles = n_marks(&s, MARK_SADDLE);
    assert_true(minima >= 4 && saddles >= 3);
    s.scene.set.basin = 2;
    assert_true(scene_update(&s.scene));
    assert_int_equal(n_marks(&s, MARK_MINIMUM), minima);
    assert_int_equal(n_marks(&s, MARK_SADDLE), saddles);
    problem p;
    assert_true(scene_has_all(&s.scene, &p));
    s.scene.set.basin = 900;
    assert_true(scene_update(&s.scene));
    assert_false(scene_has_all(&s.scene, &p));
    assert_int_equal(s.scene.views[0].basins.shown, 0);
    session_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bars),     cmocka_unit_test(test_region),
        cmocka_unit_test(test_pointing), cmocka_unit_test(test_pointed_surface),
        cmocka_unit_test(test_keys),     cmocka_unit_test(test_marks),
    };
    return cmocka_run_group_tests_name("basins", tests, scratch_make, scratch_remove);
}
