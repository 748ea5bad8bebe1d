/* What all names begin with is left out, by whole components. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/match.h"

static size_t skipped(char *first, char *second)
{
    static float value;
    size_t one = 1;
    lossi_array items[2] = {lossi_array_of_floats(first, 1, &one, &value),
                            lossi_array_of_floats(second, 1, &one, &value)};
    lossi_arrays arrays = {.n = 2, .items = items};
    lossi_match match;
    assert_int_equal(lossi_match_create(&match, &arrays), LOSS_OK);
    size_t skip = match.skip;
    lossi_match_free(&match);
    return skip;
}

static void test_prefix(void **state)
{
    (void)state;
    assert_int_equal(skipped("0.weight", "1.weight"), 0);
    assert_int_equal(skipped("conv.weight", "fc.weight"), 0);
    assert_int_equal(skipped("net.0.weight", "net.1.weight"), 4);
    assert_int_equal(skipped("net.conv.weight", "net.convex.weight"), 4);
    assert_int_equal(skipped("a.b.conv.weight", "a.b.fc.weight"), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_prefix)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
