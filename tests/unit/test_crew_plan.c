/* How a crew shares out threads, and when it commits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "surface/crew_plan.h"

/* How many points are in work at once, and threads for each. */
static void test_sizes(void **state)
{
    (void)state;
    static const struct {
        size_t threads, chunks, points, most, members, each;
    } cases[] = {
        {1, 1, 625, 99, 1, 1},
        {2, 8, 625, 99, 2, 1},
        {2, 1, 625, 99, 2, 1},
        {3, 2, 99, 99, 3, 1},
        {64, 8, 2601, 99, 64, 1},
        {128, 8, 2601, 999, 128, 1},
        /* What is lost within a point is little, */
        {2, 1000, 625, 99, 1, 2},
        /* unless the last of its rounds is not full: 66 rounds instead of 17. */
        {64, 1042, 2601, 99, 4, 16},
        /* As memory allows. */
        {64, 8, 2601, 8, 8, 8},
        {64, 8, 2601, 1, 1, 64},
        /* All threads on few points. */
        {64, 8, 8, 99, 8, 8},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lossi_crew_work work = {cases[i].chunks, cases[i].points};
        lossi_crew_size size = lossi_crew_size_for(cases[i].threads, &work, cases[i].most);
        if (size.members != cases[i].members || size.threads != cases[i].each)
            fail_msg("%zu threads, %zu chunks, %zu points, at most %zu: %zu members of %zu threads",
                     cases[i].threads, cases[i].chunks, cases[i].points, cases[i].most,
                     size.members, size.threads);
    }
}

/* Never more threads or members than there are, always at least one, and no share above 1. */
static void test_limits(void **state)
{
    (void)state;
    for (size_t threads = 1; threads <= 256; threads += threads < 16 ? 1 : 15)
        for (size_t chunks = 1; chunks <= 1100; chunks += chunks < 20 ? 1 : 119)
            for (size_t most = 1; most <= threads; most += 1 + most / 2) {
                lossi_crew_work work = {chunks, 1 + 7 * chunks % 50};
                lossi_crew_size size = lossi_crew_size_for(threads, &work, most);
                assert_true(size.members >= 1 && size.threads >= 1 && size.members <= most);
                assert_true(size.members * size.threads <= threads);
                double share = lossi_crew_busy_share(size, threads, &work);
                assert_true(share > 0 && share <= 1 + 1e-12);
                lossi_crew_size all = {1, threads};
                assert_true(share >= lossi_crew_busy_share(all, threads, &work));
            }
}

static void test_tasks_ahead(void **state)
{
    (void)state;
    assert_int_equal(lossi_crew_most_tasks(8, 0), 8); /* nothing is known */
    assert_int_equal(lossi_crew_most_tasks(8, 0.04), 16);
    assert_int_equal(lossi_crew_most_tasks(8, 5), 8);
}

static void test_commits(void **state)
{
    (void)state;
    assert_true(lossi_crew_commit_in(1e9) == 0);
    assert_true(lossi_crew_commit_in(0.25) == 0);
    assert_true(lossi_crew_commit_in(0.1) > 0.14 && lossi_crew_commit_in(0.1) < 0.16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_tasks_ahead),
        cmocka_unit_test(test_commits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
