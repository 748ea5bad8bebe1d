/* Work in a process of its own: what it hands over, and how it may end without harm. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/child.h"

enum { MANY = 300000, MOST = 1 << 20 };

static uint8_t *bytes;
static size_t n;

static loss_status run(lossi_child_work work, double seconds, size_t most)
{
    static int user = 7;
    return lossi_child_run(work, &user, "a.h5", seconds, most, &bytes, &n);
}

/* More than a pipe holds. */
static void hand_over(int to, void *user)
{
    uint8_t *all = malloc(MANY);
    memset(all, *(int *)user, MANY);
    if (lossi_child_put(to, all, 1000) && lossi_child_put(to, all + 1000, MANY - 1000))
        free(all);
}

static void crash(int to, void *user)
{
    lossi_child_put(to, user, 1);
    raise(SIGSEGV);
}

static void give_up(int to, void *user)
{
    (void)to;
    (void)user;
    _exit(3);
}

static void go_on(int to, void *user)
{
    (void)to;
    (void)user;
    for (;;)
        pause();
}

static void test_what_it_hands_over(void **state)
{
    (void)state;
    assert_int_equal(run(hand_over, 60, MOST), LOSS_OK);
    assert_int_equal(n, MANY);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(bytes[i], 7);
    free(bytes);
}

static void test_a_crash(void **state)
{
    (void)state;
    assert_int_equal(run(crash, 60, MOST), LOSS_ERR_FORMAT);
    assert_string_equal(loss_last_message(), "a.h5: damaged: reading it crashes (signal 11)");
    assert_int_equal(n, 1);
    free(bytes);
    assert_int_equal(run(give_up, 60, MOST), LOSS_ERR_FORMAT);
    assert_string_equal(loss_last_message(), "a.h5: damaged: reading it crashes (exit status 3)");
    free(bytes);
}

static void test_no_end(void **state)
{
    (void)state;
    assert_int_equal(run(go_on, 0.1, MOST), LOSS_ERR_FORMAT);
    assert_non_null(strstr(loss_last_message(), "takes more than"));
    free(bytes);
}

static void test_too_much(void **state)
{
    (void)state;
    assert_int_equal(run(hand_over, 60, MANY - 1), LOSS_ERR_FORMAT);
    assert_non_null(strstr(loss_last_message(), "more values"));
    free(bytes);
    assert_int_equal(run(hand_over, 60, MANY), LOSS_OK);
    free(bytes);
}

/* Where the program lets the system clear its children away, how one ended is not known. */
static void test_children_that_nobody_waits_for(void **state)
{
    (void)state;
    void (*before)(int) = signal(SIGCHLD, SIG_IGN);
    assert_int_equal(run(hand_over, 60, MOST), LOSS_OK);
    assert_int_equal(n, MANY);
    free(bytes);
    assert_int_equal(run(crash, 60, MOST), LOSS_OK);
    assert_int_equal(n, 1);
    free(bytes);
    signal(SIGCHLD, before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_it_hands_over),
        cmocka_unit_test(test_a_crash),
        cmocka_unit_test(test_no_end),
        cmocka_unit_test(test_too_much),
        cmocka_unit_test(test_children_that_nobody_waits_for),
    };
    return cmocka_run_group_tests_name("child", tests, NULL, NULL);
}
