/* Facts of a landscape, of a surface and by themselves: what they are, and what misuse gives. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "pca_fixture.h"

#include <loss/loss.h>

static void test_no_surface(void **state)
{
    (void)state;
    loss_bn bn = LOSS_BN_STATES;
    assert_int_equal(loss_surface_split(NULL, LOSS_SPLIT_TRAIN), LOSS_SPLIT_TRAIN);
    assert_null(loss_surface_split_name(NULL, LOSS_SPLIT_TRAIN));
    assert_null(loss_surface_metadata_of(NULL, LOSS_KEY_IMAGES, "test"));
    assert_string_equal(loss_surface_text(NULL, LOSS_KEY_MODEL, "none"), "none");
    assert_null(loss_surface_text(NULL, NULL, NULL));
    assert_false(loss_surface_bn(NULL, &bn));
    assert_int_equal(bn, LOSS_BN_STATES);
    assert_true(loss_surface_ignores(NULL));
}

static void test_facts(void **state)
{
    (void)state;
    loss_bn bn = LOSS_BN_STATES;
    loss_surface *surface = open_fixture();
    assert_int_equal(loss_surface_split(surface, LOSS_SPLIT_TRAIN), LOSS_SPLIT_TRAIN);
    assert_null(loss_surface_split_name(surface, (loss_split)2));
    assert_string_equal(loss_surface_split_name(surface, LOSS_SPLIT_TEST), "test");
    assert_string_equal(loss_surface_metadata_of(surface, LOSS_KEY_IMAGES, "test"),
                        loss_surface_metadata(surface, "images_test"));
    assert_null(loss_surface_metadata_of(surface, LOSS_KEY_IMAGES, "tes"));
    assert_null(loss_surface_metadata_of(surface, "image", "s_test"));
    assert_null(loss_surface_metadata_of(surface, LOSS_KEY_IMAGES, NULL));
    assert_null(loss_surface_metadata_of(surface, NULL, "test"));
    assert_string_equal(loss_surface_text(surface, LOSS_KEY_MODEL, "none"),
                        loss_surface_metadata(surface, LOSS_KEY_MODEL));
    assert_true(loss_surface_bn(surface, &bn) && bn == LOSS_BN_WEIGHTS);
    assert_false(loss_surface_bn(surface, NULL));
    assert_true(loss_surface_ignores(surface));
    /* All but texts can be read as numbers. */
    const char *key;
    for (size_t i = 0; (key = loss_surface_metadata_key(surface, i)); i++) {
        double number;
        if (loss_key_kind_of(key) == LOSS_KEY_IS_NUMBER)
            assert_true(loss_surface_number(surface, key, &number));
    }
    loss_surface_close(surface);
}

static void test_kinds(void **state)
{
    (void)state;
    assert_int_equal(loss_key_kind_of(NULL), LOSS_KEY_IS_TEXT);
    assert_int_equal(loss_key_kind_of(""), LOSS_KEY_IS_TEXT);
    assert_int_equal(loss_key_kind_of(LOSS_KEY_MODEL), LOSS_KEY_IS_TEXT);
    assert_int_equal(loss_key_kind_of(LOSS_KEY_NORM), LOSS_KEY_IS_TEXT); /* not norm_x */
    assert_int_equal(loss_key_kind_of(LOSS_KEY_NORM_X), LOSS_KEY_IS_NUMBER);
    assert_int_equal(loss_key_kind_of("images_test"), LOSS_KEY_IS_NUMBER);
    assert_int_equal(loss_key_kind_of("path_held_a run"), LOSS_KEY_IS_NUMBER);
    assert_int_equal(loss_key_kind_of("seedling"), LOSS_KEY_IS_TEXT);
    assert_int_equal(loss_key_kind_of(LOSS_KEY_MEAN), LOSS_KEY_IS_NUMBERS);
}

static void test_selections(void **state)
{
    (void)state;
    loss_selection s = {.n_images = 5, .seed = 9};
    assert_false(loss_selection_parse(NULL, &s));
    assert_false(loss_selection_parse("all", NULL));
    assert_false(loss_selection_parse("sample seed=", &s));
    assert_false(loss_selection_parse("sample seed=-1", &s));
    assert_false(loss_selection_parse("allx", &s));
    assert_true(s.n_images == 5 && s.seed == 9);
    assert_true(loss_selection_parse("all", &s) && s.is_all && !s.is_sample);
    assert_true(loss_selection_parse("first", &s) && !s.is_all && !s.is_sample);
    assert_true(loss_selection_parse("sample seed=18446744073709551615", &s));
    assert_true(!s.is_all && s.is_sample && s.seed == UINT64_MAX && s.n_images == 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_surface),
        cmocka_unit_test(test_facts),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_selections),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
