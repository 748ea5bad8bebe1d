/* Colours asked for with a NULL, or of a map that is not there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <loss/export.h>

static void test_null(void **state)
{
    (void)state;
    uint8_t rgb[3];
    assert_int_equal(loss_colour_at(NULL, 0.5, rgb), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_colour_at("viridis", 0.5, NULL), LOSS_ERR_ARGUMENT);
}

static void test_light(void **state)
{
    (void)state;
    uint8_t lit[LOSS_N_LIGHTS][LOSS_COLOUR_STEPS][3], rgb[3] = {0};
    double t = 7;
    assert_int_equal(loss_colours_lit(NULL, lit), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_colours_lit("viridis", NULL), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_colours_lit("virdis", lit), LOSS_ERR_NAME);
    assert_int_equal(loss_colour_read(NULL, rgb, &t), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_colour_read("viridis", NULL, &t), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_colour_read("viridis", rgb, NULL), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_colour_read("virdis", rgb, &t), LOSS_ERR_NAME);
    assert_true(t == 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_null), cmocka_unit_test(test_light)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
