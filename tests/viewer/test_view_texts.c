/* What the picture says about itself: of each file by itself, and again after each change. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "near.h"

#include "../unit/scratch.h"
#include "readers/read.h"
#include "scene/scene_build.h"
#include "session.h"

static const char TRAIN[] = "x,y,train_loss\n0,0,1\n1,0,2\n0,1,3\n1,1,4\n",
                  TEST[] = "x,y,test_loss\n0,0,1\n1,0,2\n0,1,3\n1,1,40\n",
                  UNTOLD[] = "x,y,loss\n0,0,1\n1,0,2\n0,4,3\n1,4,4\n",
                  BOTH[] = "x,y,train_loss,test_loss\n0,0,1,1.5\n1,0,2,2\n0,1,3,3\n1,1,4,3\n";

static void begin(session *s, const char *first, const char *second)
{
    session_init(s);
    s->scene.set.panel = false;
    scratch_write("a.csv", first, strlen(first));
    assert_true(scene_open(&s->scene, 0, scratch_path("a.csv"), 0));
    if (second) {
        scratch_write("b.csv", second, strlen(second));
        assert_true(scene_open(&s->scene, 1, scratch_path("b.csv"), 0));
    }
    assert_true(scene_update(&s->scene));
    session_layout(s, 800, 600, 1);
}

static void expect_quantity(const session *s, size_t number, const char *text)
{
    char found[128];
    scene_quantity(&s->scene, number, found);
    assert_string_equal(found, text);
}

static void test_each_file_says_its_own_split(void **state)
{
    (void)state;
    session s;
    begin(&s, TEST, TRAIN);
    expect_quantity(&s, 0, "test loss");
    expect_quantity(&s, 1, "training loss");
    expect_quantity(&s, SIZE_MAX, "loss"); /* of the bar, which is of both */
    char notes[512];
    scene_notes(&s.scene, 1, notes);
    assert_non_null(strstr(notes, "training loss"));
    session_free(&s);
    begin(&s, TEST, UNTOLD);
    expect_quantity(&s, 1, "loss");
    session_free(&s);
}

/* A split that a file lacks, or may lack, is refused, and what was seen stays. */
static void test_missing_split(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        int split;
        const char *says;
    } cases[] = {{TRAIN, SHOW_TEST, "holds no values of test images"},
                 {TEST, SHOW_TRAIN, "holds no values of train images"},
                 {UNTOLD, SHOW_TEST, "does not say whether"},
                 {TEST, SHOW_DIFFERENCE, "has not both"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        session s;
        begin(&s, cases[i].file, NULL);
        s.scene.set.split = cases[i].split;
        assert_false(scene_update(&s.scene));
        assert_non_null(strstr(s.scene.message, cases[i].says));
        assert_int_equal(s.scene.set.split, SHOW_AUTO);
        assert_true(s.scene.views[0].has_relief);
        session_free(&s);
    }
}

static void expect_note(session *s, const char *text)
{
    char notes[512];
    assert_true(scene_update(&s->scene));
    scene_notes(&s->scene, 0, notes);
    if (!strstr(notes, text))
        fail_msg("\"%s\" lacks \"%s\"", notes, text);
}

static void test_notes(void **state)
{
    (void)state;
    session s;
    begin(&s, TEST, NULL);
    expect_note(&s, "log scale");
    s.scene.set.clip = 5;
    expect_note(&s, "cut off above 5: 1 of 4 points");
    s.scene.set.exaggeration = 1.5;
    expect_note(&s, "height \303\227 1.5");
    session_free(&s);
    begin(&s, UNTOLD, NULL);
    expect_note(&s, "smooth between 2 \303\227 2 grid points");
    s.scene.set.surface = SURFACE_GRID;
    expect_note(&s, "y is drawn 0.25 times as long as x");
    s.scene.set.aspect = ASPECT_EQUAL;
    char notes[512];
    assert_true(scene_update(&s.scene));
    assert_near(s.scene.views[0].relief.x_extent, 0.25, 1e-12);
    scene_notes(&s.scene, 0, notes);
    assert_string_equal(notes, "");
    session_free(&s);
}

/* Lengths along directions of one norm are of one unit. */
static void test_one_unit(void **state)
{
    (void)state;
    grid g;
    problem p;
    char path[1024];
    const char *source = getenv("SRC");
    snprintf(path, sizeof path, "%s/tests/data/viewer/lenet5-pca.landscape", source ? source : ".");
    assert_true(grid_read(&g, path, 0, &p));
    assert_true(g.has_one_unit);
    grid_free(&g);
}

static void test_difference(void **state)
{
    (void)state;
    session s;
    begin(&s, BOTH, NULL);
    s.scene.set.split = SHOW_DIFFERENCE;
    assert_true(scene_update(&s.scene));
    expect_quantity(&s, 0, "test \342\210\222 training loss");
    assert_near(loss_scale_place(&s.scene.scale, 0), 0.5, 1e-12);
    assert_string_equal(loss_colour_maps()[scene_colours(&s.scene)], "coolwarm");
    s.scene.set.colours = 1;
    assert_int_equal(scene_colours(&s.scene), 0);
    session_free(&s);
}

static void expect_hover(const session *s, double grid_x, double loss)
{
    assert_true(s->hover.is_hit);
    assert_near(s->hover.grid_x, grid_x, 0);
    assert_near(s->hover.loss, loss, 1e-12);
}

/* The box beside the mouse tells what is there now, though the mouse has not moved. */
static void test_tooltip_follows(void **state)
{
    (void)state;
    session s;
    begin(&s, BOTH, NULL);
    session_key(&s, "7");
    const box *b = &s.layout.panes[0].at;
    session_move(&s, b->x + 0.5 * b->w + 30, b->y + 0.5 * b->h + 30);
    expect_hover(&s, 1, 2);
    session_key(&s, "V"); /* test */
    session_key(&s, "V"); /* train */
    expect_hover(&s, 1, 2);
    s.scene.set.view.azimuth = 90; /* of the top view: the mouse is over another corner */
    session_act(&s, ACTION_LEFT);
    session_act(&s, ACTION_RIGHT);
    assert_true(s.hover.is_hit && !(fabs(s.hover.grid_x - 1) < 1e-9 && s.hover.grid_y < 0.5));
    session_act(&s, ACTION_TOP);
    expect_hover(&s, 1, 2);
    scratch_write("a.csv", TEST, strlen(TEST));
    s.scene.views[0].stamp[1]--;
    s.scene.set.split = SHOW_AUTO;
    session_act(&s, ACTION_RELOAD);
    expect_hover(&s, 1, 2);
    static const char other[] = "x,y,test_loss\n0,0,1\n1,0,7\n0,1,3\n1,1,9\n";
    scratch_write("a.csv", other, strlen(other));
    s.scene.views[0].stamp[1]--;
    assert_true(scene_poll(&s.scene) && scene_update(&s.scene)); /* as --watch does */
    session_layout(&s, 800, 600, 1);
    expect_hover(&s, 1, 7);
    session_leave(&s);
    assert_false(s.hover.is_hit);
    session_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_file_says_its_own_split),
        cmocka_unit_test(test_missing_split),
        cmocka_unit_test(test_notes),
        cmocka_unit_test(test_one_unit),
        cmocka_unit_test(test_difference),
        cmocka_unit_test(test_tooltip_follows),
    };
    return cmocka_run_group_tests_name("view_texts", tests, scratch_make, scratch_remove);
}
