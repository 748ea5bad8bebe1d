/* The importer given what it should not be given. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scratch.h"

#include <loss/import.h>

static void test_nothing(void **state)
{
    (void)state;
    loss_import *import = (loss_import *)1;
    loss_surface *surface = (loss_surface *)1;
    size_t n = 7;
    assert_int_equal(loss_import_read(NULL, "a.csv", NULL), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_import_read(&import, NULL, NULL), LOSS_ERR_ARGUMENT);
    assert_null(import);
    assert_int_equal(loss_import_read(&import, scratch_path("none"), NULL), LOSS_ERR_IO);
    assert_int_equal(loss_surface_import(&surface, NULL, NULL, NULL), LOSS_ERR_ARGUMENT);
    assert_null(surface);
    assert_int_equal(loss_surface_look(NULL, "a.csv"), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_surface_look(&surface, NULL), LOSS_ERR_ARGUMENT);
    assert_null(loss_import_kind_at(1000));
    assert_null(loss_import_endings_at(SIZE_MAX));
    assert_null(loss_import_kind(NULL));
    assert_null(loss_import_axis(NULL, 0, &n));
    assert_int_equal(n, 0);
    assert_null(loss_import_axis_name(NULL, 0));
    assert_false(loss_import_has_split(NULL, LOSS_SPLIT_TEST));
    assert_false(loss_import_tells_split(NULL));
    assert_false(loss_import_is_height(NULL));
    assert_null(loss_import_points(NULL, LOSS_SPLIT_TEST));
    loss_import_free(NULL);
}

static void test_out_of_range(void **state)
{
    (void)state;
    loss_import *import;
    loss_import_options opt = LOSS_IMPORT_OPTIONS_INIT;
    size_t n;
    scratch_write("a.csv", "1,2\n3,4\n", 8);
    opt.max_bytes = 7;
    assert_int_equal(loss_import_read(&import, scratch_path("a.csv"), &opt), LOSS_ERR_FORMAT);
    opt.max_bytes = 8;
    assert_int_equal(loss_import_read(&import, scratch_path("a.csv"), &opt), LOSS_OK);
    assert_null(loss_import_axis(import, 2, &n));
    assert_null(loss_import_axis(import, -1, NULL));
    assert_non_null(loss_import_axis(import, 1, NULL));
    assert_null(loss_import_axis_name(import, 2));
    assert_null(loss_import_points(import, (loss_split)2));
    assert_null(loss_import_points(import, LOSS_SPLIT_TRAIN));
    assert_int_equal(loss_surface_import(NULL, import, NULL, NULL), LOSS_ERR_ARGUMENT);
    loss_import_free(import);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_nothing),
                                       cmocka_unit_test(test_out_of_range)};
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
