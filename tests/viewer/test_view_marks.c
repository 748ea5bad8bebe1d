/* Marks of critical points: where the library's fit says, with the value that it has there. */
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
#include "scene/scene.h"
#include "scene/scene_build.h"

/* A bowl whose lowest point, 1 at (0.125, -0.0625), lies between grid points of step 0.25. */
static void open_bowl(scene *s, int height, int labels)
{
    const char *path = scratch_path("bowl.csv");
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fprintf(out, "x,y,loss\n");
    for (int j = -4; j <= 4; j++)
        for (int i = -4; i <= 4; i++) {
            double x = i / 4.0, y = j / 4.0, dx = x - 0.125, dy = y + 0.0625;
            double bowl = dx * dx + dy * dy;
            fprintf(out, "%g,%g,%.17g\n", x, y,
                    height == HEIGHT_LOG ? pow(10, bowl) : 1 + bowl); /* log: 1 at the bottom too */
        }
    assert_int_equal(fclose(out), 0);
    scene_init(s);
    s->set.critical = true;
    s->set.height = height;
    s->set.labels = labels;
    assert_true(scene_open(s, 0, path, 0));
    assert_true(scene_update(s));
}

static const mark *the_minimum(const scene *s)
{
    const mark *found = NULL;
    for (size_t i = 0; i < s->views[0].n_marks; i++)
        if (s->views[0].marks[i].kind == MARK_MINIMUM) {
            assert_null(found);
            found = &s->views[0].marks[i];
        }
    assert_non_null(found);
    return found;
}

static void test_place_and_value(void **state)
{
    (void)state;
    static const int heights[] = {HEIGHT_LINEAR, HEIGHT_LOG};
    for (int k = 0; k < 2; k++) {
        scene s;
        open_bowl(&s, heights[k], LABELS_FULL);
        const mark *m = the_minimum(&s);
        const relief *r = &s.views[0].relief;
        assert_near(relief_file_x(r, m->at.x), 0.125, 1e-6);
        assert_near(relief_file_y(r, m->at.y), -0.0625, 1e-6);
        assert_near(m->at.z, relief_height_at(r, m->at.x, m->at.y), 1e-12);
        assert_string_equal(m->text, "minimum 1");
        assert_string_equal(m->detail, "at (0.125, -0.0625)");
        scene_free(&s);
    }
}

static void test_grid_value_on_request(void **state)
{
    (void)state;
    scene s;
    open_bowl(&s, HEIGHT_LINEAR, LABELS_GRID);
    /* Two grid points are as near; either has the loss 1 + 0.125^2 + 0.0625^2. */
    assert_string_equal(the_minimum(&s)->text, "minimum 1");
    assert_string_equal(the_minimum(&s)->detail, "at (0.125, -0.0625), grid: 1.02");
    scene_free(&s);
    open_bowl(&s, HEIGHT_LINEAR, LABELS_SHORT);
    assert_string_equal(the_minimum(&s)->text, "1");
    assert_string_equal(the_minimum(&s)->detail, "");
    scene_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_place_and_value),
        cmocka_unit_test(test_grid_value_on_request),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
