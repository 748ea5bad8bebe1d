/* Marks of critical points whose persistence is within the sampling error are hollow. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../unit/scratch.h"
#include "scene/scene.h"
#include "scene/scene_build.h"

/* Two bowls, the shallower 0.06 deep; of standard errors that are alike everywhere. */
static void open_bowls(scene *s, int height, double error)
{
    const char *path = scratch_path("bowls.csv");
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fprintf(out, "x,y,loss,standard_error\n");
    for (int j = -8; j <= 8; j++)
        for (int i = -8; i <= 8; i++) {
            double x = i / 8.0, y = j / 8.0, left = hypot(x + 0.5, y), right = hypot(x - 0.5, y);
            fprintf(out, "%g,%g,%.17g,%.17g\n", x, y, fmin(0.1 + left * left, 0.29 + right * right),
                    error);
        }
    assert_int_equal(fclose(out), 0);
    scene_init(s);
    s->set.critical = true;
    s->set.height = height;
    s->set.persistence = 0.001;
    assert_true(scene_open(s, 0, path, 0));
    assert_true(scene_update(s));
}

static size_t count(const scene *s, mark_kind kind, bool is_hollow)
{
    size_t n = 0;
    for (size_t i = 0; i < s->views[0].n_marks; i++)
        n += s->views[0].marks[i].kind == kind && s->views[0].marks[i].is_hollow == is_hollow;
    return n;
}

static void test_hollow(void **state)
{
    (void)state;
    static const int heights[] = {HEIGHT_LINEAR, HEIGHT_LOG};
    static const double errors[] = {1e-4, 1};
    for (int k = 0; k < 2; k++)
        for (int hollow = 0; hollow < 2; hollow++) {
            scene s;
            open_bowls(&s, heights[k], errors[hollow]);
            /* The deeper bowl never ends. */
            assert_int_equal(count(&s, MARK_MINIMUM, false), hollow ? 1 : 2);
            assert_int_equal(count(&s, MARK_MINIMUM, true), hollow ? 1 : 0);
            assert_int_equal(count(&s, MARK_SADDLE, hollow), 1);
            assert_int_equal(s.views[0].n_hollow, hollow ? 2 : 0);
            scene_free(&s);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_hollow)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
