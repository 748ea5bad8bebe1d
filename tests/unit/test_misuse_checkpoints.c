/* Checkpoints of another program: order by number, and patterns of nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <loss/train.h>

#include "scratch.h"

static void test_order(void **state)
{
    (void)state;
    static const char *const names[] = {"m_100.pth", "m_9.pth", "m_0010.pth", "m.pth",
                                        "m_9b.pth",  "m_1.pth", "m_11.pth"};
    static const char *const expected[] = {"m.pth",      "m_1.pth",  "m_9.pth",  "m_9b.pth",
                                           "m_0010.pth", "m_11.pth", "m_100.pth"};
    loss_checkpoints c;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        scratch_write(names[i], "x", 1);
    assert_int_equal(loss_checkpoints_find(&c, scratch_path("*.pth")), LOSS_OK);
    assert_int_equal(c.n, sizeof expected / sizeof *expected);
    for (size_t i = 0; i < c.n; i++) {
        assert_string_equal(strrchr(c.paths[i], '/') + 1, expected[i]);
        assert_int_equal(c.epochs[i], i);
    }
    loss_checkpoints_free(&c);
}

static void test_misuse(void **state)
{
    (void)state;
    loss_checkpoints c = {.n = 3};
    assert_int_equal(loss_checkpoints_find(NULL, "x"), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_checkpoints_find(&c, NULL), LOSS_ERR_ARGUMENT);
    assert_int_equal(c.n, 0);
    assert_int_equal(loss_checkpoints_find(&c, scratch_path("none*")), LOSS_ERR_IO);
    assert_int_equal(c.n, 0);
    loss_checkpoints_free(&c);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(test_order),
                                              cmocka_unit_test(test_misuse)};
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
