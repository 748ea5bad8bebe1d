/* Several runs on one plane: a colour and a name each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "overlay/overlay_parts.h"
#include "scene/scene_build.h"

enum { FIRST_OF_SECOND = 6 };

/* The fixture, its path cut into two runs. */
static void begin(session *s)
{
    char path[1024];
    const char *source = getenv("SRC");
    snprintf(path, sizeof path, "%s/tests/data/viewer/lenet5-pca.landscape", source ? source : ".");
    session_init(s);
    assert_true(scene_open(&s->scene, 0, path, 0));
    grid *g = &s->scene.views[0].grid;
    assert_int_equal(g->n_runs, 1);
    assert_string_equal(g->runs[0], "lenet12");
    g->runs = realloc(g->runs, 2 * sizeof *g->runs);
    assert_non_null(g->runs);
    g->runs[g->n_runs++] = loss_text_escaped("second");
    for (size_t i = FIRST_OF_SECOND; i < g->n_path; i++)
        g->path[i].run = 1;
    assert_true(scene_update(&s->scene));
    session_layout(s, 900, 600, 1);
}

static void test_colours(void **state)
{
    (void)state;
    session s;
    begin(&s);
    const view *v = &s.scene.views[0];
    size_t n[N_PATH_LINES] = {0}, marks[2] = {0};
    for (size_t i = 0; i < v->n_path_lines; i++) {
        assert_true(v->path_lines[i].level < N_PATH_LINES);
        n[v->path_lines[i].level]++;
    }
    for (size_t i = 0; i < v->n_marks; i++)
        if (v->marks[i].kind == MARK_PATH)
            marks[v->marks[i].run]++;
    assert_true(n[0] > 0 && n[1] > 0 && n[PATH_STEM] > 0);
    assert_int_equal(n[PATH_TRUE], v->grid.n_path - 2); /* no line from one run to the next */
    assert_int_equal(marks[0], FIRST_OF_SECOND);
    assert_int_equal(marks[1], v->grid.n_path - FIRST_OF_SECOND);
    for (size_t i = 1; i < LOSS_RUN_COLOURS; i++)
        assert_memory_not_equal(loss_run_colour(0), loss_run_colour(i), 3 * sizeof(double));
    session_free(&s);
}

/* A row for each run and one for the checkpoints' own losses, while a path is shown. */
static void test_legend(void **state)
{
    (void)state;
    session s;
    begin(&s);
    cairo_surface_t *image = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, 900, 600);
    cairo_t *cr = cairo_create(image);
    double three = overlay_legend(&s, 0, cr).h;
    s.scene.set.field = QUANTITY_ACCURACY; /* no own losses there */
    assert_true(scene_update(&s.scene));
    double two = overlay_legend(&s, 0, cr).h;
    assert_true(three > 0 && two * 3 > three * 2 - 1e-9 && two * 3 < three * 2 + 1e-9);
    s.scene.set.path = false;
    assert_true(scene_update(&s.scene));
    assert_true(!(overlay_legend(&s, 0, cr).h > 0));
    cairo_destroy(cr);
    cairo_surface_destroy(image);
    session_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_colours),
                                       cmocka_unit_test(test_legend)};
    return cmocka_run_group_tests_name("view_runs", tests, NULL, NULL);
}
