/* Landscapes of what other programs made: what they say, and what cannot be done with them. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scratch.h"

#include <loss/loss.h>

static loss_surface *look(const char *name, const char *text)
{
    loss_surface *surface;
    scratch_write(name, text, strlen(text));
    if (loss_surface_look(&surface, scratch_path(name)))
        fail_msg("%s", loss_last_message());
    return surface;
}

static void refuses(const char *text, loss_status expected, const char *words)
{
    loss_surface *surface;
    scratch_write("bad.csv", text, strlen(text));
    assert_int_equal(loss_surface_look(&surface, scratch_path("bad.csv")), expected);
    assert_null(surface);
    if (!strstr(loss_last_message(), words))
        fail_msg("expected \"%s\" in \"%s\"", words, loss_last_message());
}

static void is_fact(const loss_surface *s, const char *key, const char *value)
{
    assert_non_null(loss_surface_metadata(s, key));
    assert_string_equal(loss_surface_metadata(s, key), value);
}

/* Rows in any order, a point that is missing, losses that are not finite. */
static const char TABLE[] = "alpha,beta,test_loss,test_acc\n"
                            "1,5,nan,10\n0,5,4,20\n-1,5,inf,30\n1,3,1.5,40\n-1,3,0.5,60\n0,3,,\n";

static void test_table(void **state)
{
    (void)state;
    loss_surface *s = look("a.csv", TABLE);
    loss_axis x = loss_surface_x(s), y = loss_surface_y(s);
    assert_true(x.n == 3 && x.min == -1 && x.max == 1 && y.n == 2 && y.min == 3 && y.max == 5);
    assert_true(loss_surface_has_split(s, LOSS_SPLIT_TEST));
    assert_false(loss_surface_has_split(s, LOSS_SPLIT_TRAIN));
    loss_point points[6];
    assert_int_equal(loss_surface_points(s, LOSS_SPLIT_TEST, points), LOSS_OK);
    assert_true(points[0].evaluated && points[0].loss == 0.5 && points[0].accuracy == 60);
    assert_false(points[1].evaluated);
    assert_true(points[3].evaluated && isinf(points[3].loss));
    assert_true(points[5].evaluated && isnan(points[5].loss));
    assert_true(isnan(points[0].standard_error) && isnan(points[0].seconds));
    is_fact(s, LOSS_KEY_IMPORTED_AS, "table of numbers");
    is_fact(s, LOSS_KEY_IMPORTED_X, "alpha");
    is_fact(s, LOSS_KEY_IMPORTED_Y, "beta");
    is_fact(s, LOSS_KEY_SPLITS, "test");
    assert_non_null(strstr(loss_surface_metadata(s, LOSS_KEY_IMPORTED_FROM), "/a.csv"));
    static const char *const unknown[] = {LOSS_KEY_IMPORTED_SPLIT,
                                          LOSS_KEY_IMPORTED_VALUES,
                                          LOSS_KEY_MODEL,
                                          LOSS_KEY_DIRECTIONS,
                                          LOSS_KEY_SEED,
                                          LOSS_KEY_BN,
                                          LOSS_KEY_ISA};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        assert_null(loss_surface_metadata(s, unknown[i]));
    loss_surface_close(s);
}

static void test_what_is_not_told(void **state)
{
    (void)state;
    loss_surface *s = look("m.csv", "1,2\n3,4\n");
    is_fact(s, LOSS_KEY_IMPORTED_SPLIT, "unknown");
    assert_null(loss_surface_metadata(s, LOSS_KEY_IMPORTED_X));
    loss_surface_close(s);
    s = look("h.ply", "ply\nformat ascii 1.0\nelement vertex 4\nproperty float x\nproperty float "
                      "y\nproperty float z\nend_header\n0 0 1\n0 1 2\n1 0 3\n1 1 4\n");
    is_fact(s, LOSS_KEY_IMPORTED_VALUES, "heights");
    loss_surface_close(s);
}

/* A log of training is a line along the epochs, with both splits. */
static void test_line(void **state)
{
    (void)state;
    loss_surface *s = look("log.csv", "epoch,lr,train_loss,test_loss\n1,0.1,2,\n2,0.1,1,1.5\n");
    loss_axis x = loss_surface_x(s), y = loss_surface_y(s);
    assert_true(x.n == 2 && x.min == 1 && y.n == 1 && y.min == 0);
    loss_point points[2];
    assert_int_equal(loss_surface_points(s, LOSS_SPLIT_TEST, points), LOSS_OK);
    assert_false(points[0].evaluated);
    assert_true(points[1].loss == 1.5);
    is_fact(s, LOSS_KEY_IMPORTED_X, "epoch");
    loss_surface_close(s);
}

/* Coordinates with few digits are even; others are not made so. */
static void test_axes(void **state)
{
    (void)state;
    loss_surface_close(look("r.csv", "x,y,z\n-1,0,1\n-0.67,0,1\n-0.33,0,1\n0,0,1\n"));
    refuses("x,y,z\n0,0,1\n1,0,1\n4,0,1\n", LOSS_ERR_SHAPE, "its x is not even: coordinate 2 is 1");
    refuses("x,y,z\n0,0,1\n1e39,0,1\n", LOSS_ERR_SHAPE, "its x goes from 0 to 1e+39");
    refuses("x,y,z\n0,0,1\n0,0,2\n", LOSS_ERR_FORMAT, "line 3: two values at (0, 0)");
    refuses("x,y,z\n0,0,nan\n0,1,nan\n", LOSS_ERR_FORMAT, "finite");
    refuses("", LOSS_ERR_FORMAT, "empty");
}

static void test_file(void **state)
{
    (void)state;
    loss_import *import;
    loss_surface *surface = NULL;
    scratch_write("a.csv", TABLE, sizeof TABLE - 1);
    assert_int_equal(loss_import_read(&import, scratch_path("a.csv"), NULL), LOSS_OK);
    const char *path = scratch_path("a.landscape");
    assert_int_equal(loss_surface_import(NULL, import, path, NULL), LOSS_OK);
    assert_int_equal(loss_surface_import(NULL, import, path, NULL), LOSS_OK); /* it is that one */
    loss_import_free(import);
    scratch_write("b.csv", TABLE, sizeof TABLE - 3);
    assert_int_equal(loss_import_read(&import, scratch_path("b.csv"), NULL), LOSS_OK);
    assert_int_equal(loss_surface_import(&surface, import, path, NULL), LOSS_ERR_MISMATCH);
    assert_null(surface);
    loss_import_free(import);
    assert_int_equal(loss_surface_look(&surface, path), LOSS_OK);
    loss_point points[6];
    assert_int_equal(loss_surface_points(surface, LOSS_SPLIT_TEST, points), LOSS_OK);
    assert_true(points[0].loss == 0.5 && isinf(points[3].loss));
    /* What wants to know of which images it is. */
    loss_selection selection;
    assert_int_equal(loss_surface_selection(surface, LOSS_SPLIT_TEST, &selection),
                     LOSS_ERR_MISMATCH);
    assert_non_null(strstr(loss_last_message(), "imported from"));
    assert_int_equal(loss_surface_evaluate(surface), LOSS_ERR_ARGUMENT);
    loss_surface_close(surface);
    const char *parts[] = {path};
    assert_int_equal(loss_surface_merge(scratch_path("whole.landscape"), parts, 1, NULL, NULL),
                     LOSS_ERR_MISMATCH);
}

/* What is in memory is exported as if it were a file. */
static void test_export(void **state)
{
    (void)state;
    loss_surface *s = look("b.csv", "x,y,test_loss\n0,0,1\n1,0,2\n0,1,3\n1,1,4\n"), *again;
    assert_int_equal(loss_surface_export(s, scratch_path("b2.csv"), NULL), LOSS_OK);
    assert_int_equal(loss_surface_export(s, scratch_path("b2.ply"), NULL), LOSS_OK);
    loss_export_options raw = LOSS_EXPORT_OPTIONS_INIT;
    raw.height = LOSS_HEIGHT_RAW;
    static const char *const names[] = {"b2.csv", "b2.ply", "b2.obj", "b2.stl", "b3.stl"};
    for (int k = 2; k < 5; k++) {
        raw.ascii = k == 4;
        assert_int_equal(loss_surface_export(s, scratch_path(names[k]), &raw), LOSS_OK);
    }
    loss_surface_close(s);
    for (int k = 0; k < 5; k++) {
        loss_point points[4];
        assert_int_equal(loss_surface_look(&again, scratch_path(names[k])), LOSS_OK);
        assert_int_equal(loss_surface_points(again, LOSS_SPLIT_TEST, points), LOSS_OK);
        for (int i = 0; i < 4; i++)
            assert_true(points[i].loss == i + 1);
        loss_surface_close(again);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table), cmocka_unit_test(test_what_is_not_told),
        cmocka_unit_test(test_line),  cmocka_unit_test(test_axes),
        cmocka_unit_test(test_file),  cmocka_unit_test(test_export),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
