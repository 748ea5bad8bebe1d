/* What the hands change, number by number, and the ghosts of the standard error. */
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
#include "scene/ghost.h"
#include "scene/scene_build.h"
#include "session.h"

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

static const widget *widget_of(const session *s, const char *name)
{
    for (size_t i = 0; i < s->n_widgets; i++)
        if (s->widgets[i].set && strcmp(s->widgets[i].set->name, name) == 0)
            return &s->widgets[i];
    fail_msg("no widget %s", name);
    return NULL;
}

/* A press on every slider of the panel sets its own number, and no other. */
static void test_sliders(void **state)
{
    (void)state;
    for (size_t k = 0; k < N_SETTINGS; k++) {
        const setting *which = &SETTINGS[k];
        if (which->kind != SETTING_NUMBER || !which->label || which->has_none)
            continue;
        session s;
        begin(&s);
        settings before = s.scene.set;
        box track = panel_track(&s.layout, widget_of(&s, which->name));
        session_move(&s, track.x + 0.75 * track.w, track.y + track.h / 2);
        session_press(&s, BUTTON_LEFT, false, false);
        session_release(&s);
        double wanted = which->low + 0.75 * (which->high - which->low);
        assert_near(setting_get(&s.scene.set, which), which->whole ? round(wanted) : wanted, 1e-9);
        for (size_t i = 0; i < N_SETTINGS; i++)
            assert_true(i == k || setting_get(&s.scene.set, &SETTINGS[i]) ==
                                      setting_get(&before, &SETTINGS[i]));
        session_free(&s);
    }
}

/* The persistence leaves out marks: of a rough surface with many. */
static void test_persistence(void **state)
{
    (void)state;
    enum { SIDE = 15 };
    const char *path = scratch_path("rough.csv");
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    for (int j = 0; j < SIDE; j++)
        for (int i = 0; i < SIDE; i++)
            fprintf(out, "%d%s", 1 + (i * i * 7 + j * j * 11 + i * j) % 23,
                    i + 1 < SIDE ? "," : "\n");
    assert_int_equal(fclose(out), 0);
    session s;
    session_init(&s);
    s.scene.set.surface = SURFACE_GRID; /* the relief has the grid's points */
    s.scene.set.critical = true;
    assert_true(scene_open(&s.scene, 0, path, 0));
    assert_true(scene_update(&s.scene));
    /* By definition: the points inside whose persistence is at least that part of the range. */
    const relief *r = &s.scene.views[0].relief;
    loss_grid g = {{0, (double)(r->nx - 1), r->nx}, {0, (double)(r->ny - 1), r->ny}, r->z};
    loss_criticals *set;
    assert_int_equal(loss_criticals_create(&set, &g, NULL), LOSS_OK);
    size_t first = 0, n = 0;
    for (double part = 0; part <= 0.5; part += 0.05) {
        n = 0;
        setting_put(&s.scene.set, setting_find("persistence"), part);
        assert_true(scene_update(&s.scene));
        for (size_t i = 0; i < loss_criticals_count(set, part * r->height); i++)
            n += !loss_criticals_points(set)[i].on_border;
        assert_int_equal(s.scene.views[0].n_critical, n);
        first = part > 0 ? first : n;
    }
    assert_true(first > n + 5);
    loss_criticals_free(set);
    session_free(&s);
}

static void test_wheel(void **state)
{
    (void)state;
    session s;
    begin(&s);
    session_move(&s, 400, 400);
    double zoom = s.scene.set.view.zoom;
    session_scroll(&s, 2, false);
    assert_near(s.scene.set.view.zoom, zoom * 1.12 * 1.12, 1e-9);
    session_scroll(&s, -2, false);
    session_scroll(&s, 1, true); /* Shift: finer */
    assert_near(s.scene.set.view.zoom, zoom * 1.03, 1e-9);
    session_scroll(&s, -1, true);
    assert_near(s.scene.set.view.zoom, zoom, 1e-9);
    session_free(&s);
}

static void test_ghosts(void **state)
{
    (void)state;
    session s;
    begin(&s);
    s.scene.set.surface = SURFACE_GRID;
    assert_true(scene_update(&s.scene));
    const view *v = &s.scene.views[0];
    for (int side = 0; side < N_GHOSTS; side++) {
        relief ghost;
        bool has;
        assert_true(ghost_make(&ghost, &has, &s.scene, v, (ghost_side)side));
        assert_true(has);
        for (size_t i = 0; i < ghost.nx * ghost.ny; i++) {
            double error = v->grid.splits[LOSS_SPLIT_TEST].error[i],
                   loss = v->grid.splits[LOSS_SPLIT_TEST].loss[i];
            assert_near(ghost.value[i], side == GHOST_ABOVE ? loss + error : loss - error, 0);
            assert_true(side == GHOST_ABOVE ? ghost.z[i] >= v->relief.z[i]
                                            : !(ghost.z[i] > v->relief.z[i]));
        }
        relief_free(&ghost);
    }
    ghost_side order[N_GHOSTS];
    ghost_order(&(camera){.elevation = 30}, order);
    assert_true(order[0] == GHOST_BELOW && order[1] == GHOST_ABOVE);
    ghost_order(&(camera){.elevation = -30}, order);
    assert_true(order[0] == GHOST_ABOVE && order[1] == GHOST_BELOW);
    s.scene.set.split = SHOW_DIFFERENCE;
    relief none;
    bool has = true;
    assert_true(ghost_make(&none, &has, &s.scene, v, GHOST_ABOVE));
    assert_false(has);
    session_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sliders),
        cmocka_unit_test(test_persistence),
        cmocka_unit_test(test_wheel),
        cmocka_unit_test(test_ghosts),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
