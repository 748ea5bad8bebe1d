/* Colours asked for with a NULL. */
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

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_null)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
