/* Which files are what, and lists for help texts: answers for all sorts of paths, and misuse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <loss/loss.h>

#include "scratch.h"

static const char *in_source(const char *name, char path[1024])
{
    const char *source = getenv("SRC");
    snprintf(path, 1024, "%s/%s", source ? source : ".", name);
    return path;
}

static void test_landscapes(void **state)
{
    (void)state;
    char path[1024];
    bool is = true;
    assert_int_equal(loss_surface_recognise(NULL, "a"), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_surface_recognise(&is, NULL), LOSS_ERR_ARGUMENT);
    assert_false(is);
    assert_int_equal(loss_surface_recognise(&is, "no such file"), LOSS_ERR_IO);
    assert_int_equal(loss_surface_recognise(&is, "."), LOSS_ERR_IO);
    assert_int_equal(
        loss_surface_recognise(&is, in_source("tests/data/viewer/lenet5-pca.landscape", path)),
        LOSS_OK);
    assert_true(is);
    assert_int_equal(loss_surface_recognise(&is, in_source("README.md", path)), LOSS_OK);
    assert_false(is);
    scratch_write("short.landscape", "SQLite format 3", 15); /* the NUL is missing */
    assert_int_equal(loss_surface_recognise(&is, scratch_path("short.landscape")), LOSS_OK);
    assert_false(is);
}

static void test_data_sets(void **state)
{
    (void)state;
    char path[1024];
    const char *format = "before";
    assert_int_equal(loss_dataset_recognise(NULL, "a"), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_dataset_recognise(&format, NULL), LOSS_ERR_ARGUMENT);
    assert_null(format);
    assert_int_equal(loss_dataset_recognise(&format, "no such file"), LOSS_ERR_IO);
    assert_int_equal(loss_dataset_recognise(&format, in_source("README.md", path)), LOSS_OK);
    assert_null(format);
    assert_int_equal(loss_dataset_recognise(&format, in_source("tests/data", path)), LOSS_OK);
    assert_null(format);
    scratch_write("empty", "", 0);
    assert_int_equal(loss_dataset_recognise(&format, scratch_path("empty")), LOSS_OK);
    assert_null(format);
    scratch_write("data_batch_1.bin", "", 0);
    assert_int_equal(loss_dataset_recognise(&format, scratch_path("")), LOSS_OK);
    assert_non_null(format);
    assert_string_equal(format, "cifar-10");
    assert_string_equal(loss_dataset_known(0), "fashion-mnist");
    assert_null(loss_dataset_known(SIZE_MAX));
}

/* Each ending once. */
static void test_endings(void **state)
{
    (void)state;
    const char *one, *other;
    size_t n = 0;
    for (; (one = loss_weights_ending(n)); n++) {
        assert_int_equal(one[0], '.');
        for (size_t i = 0; i < n; i++) {
            other = loss_weights_ending(i);
            assert_string_not_equal(one, other);
        }
    }
    assert_true(n >= 6);
    assert_null(loss_weights_ending(SIZE_MAX));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_landscapes, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(test_data_sets, scratch_make, scratch_remove),
        cmocka_unit_test(test_endings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
