/* The simulation of the scheduler (tests/bench/simulation/): nothing is lost or done twice, and no
 * more work comes out than goes in. What docs/scale.md says of 64 threads is held, too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench/simulation/ranks.h"
#include "scratch.h"

static const uint64_t GIB = 1 << 30;

static simulated_point point_of(const char *network, size_t images)
{
    return (simulated_point){simulated_network_find(network), images, 1};
}

static simulated_result run_process(simulated_process p)
{
    simulated_result r;
    assert_int_equal(simulated_process_run(&p, scratch_folder, &r), LOSS_OK);
    assert_true(r.is_right);
    return r;
}

static simulated_result run_ranks(simulated_ranks with)
{
    simulated_result r;
    assert_int_equal(simulated_ranks_run(&with, scratch_folder, &r), LOSS_OK);
    assert_true(r.is_right);
    return r;
}

/* Chunks have the times that were measured, and work does not depend on who does it. */
static void test_a_point(void **state)
{
    (void)state;
    const simulated_point p = point_of("resnet20", 128);
    double one = 0, eight = 0, seconds = simulated_seconds(&p, 7, 1, &one);
    assert_int_equal(simulated_chunks(&p), 8);
    assert_true(seconds == one);
    double shared = simulated_seconds(&p, 7, 8, &eight);
    assert_true(eight == one && shared > one / 8 && shared < one / 2);
    const simulated_point even = {p.network, 128, 0};
    double work = 0;
    simulated_seconds(&even, 7, 1, &work);
    const simulated_network *n = p.network;
    assert_true(work > n->move + n->ready + 7.99 * n->chunk);
    assert_true(work < n->move + n->ready + 8.01 * n->chunk);
    assert_null(simulated_network_find("resnet"));
}

static void test_a_process(void **state)
{
    (void)state;
    static const size_t THREADS[] = {1, 2, 3, 16, 500};
    double work = 0;
    for (size_t i = 0; i < 5; i++) {
        const simulated_result r = run_process(
            (simulated_process){point_of("resnet56", 100), THREADS[i], 9, GIB, 1e-4, 1e-2, 1e-5});
        work = i ? work : r.work;
        assert_true(r.tasks == 9 * 9 + 1 && r.commits > 0 && r.commits <= r.tasks);
        assert_true(r.work > (1 - 1e-9) * work && r.work < (1 + 1e-9) * work);
        assert_true(simulated_efficiency(&r, THREADS[i]) <= 1 && r.caller < r.seconds);
        assert_true(r.members * r.threads <= THREADS[i]);
        assert_true(i || simulated_efficiency(&r, 1) > 0.99);
    }
}

/* A crew of one thread that waited for each commit would need 82 times 0.05 s more. */
static void test_nobody_waits_for_commits(void **state)
{
    (void)state;
    const simulated_result r =
        run_process((simulated_process){point_of("resnet20", 128), 1, 9, GIB, 1e-4, 5e-2, 1e-5});
    assert_true(r.seconds - r.work < 0.3);
}

static void test_64_threads(void **state)
{
    (void)state;
    static const char *const NETWORKS[] = {"resnet20", "resnet56", "vgg11"};
    for (size_t i = 0; i < 3; i++) {
        const simulated_result r = run_process(
            (simulated_process){point_of(NETWORKS[i], 128), 64, 51, 32 * GIB, 7e-5, 0.012, 5e-6});
        assert_true(simulated_efficiency(&r, 64) > 0.95);
    }
}

static void test_ranks(void **state)
{
    (void)state;
    static const size_t RANKS[] = {1, 2, 5, 81, 300};
    for (size_t i = 0; i < 5; i++) {
        const simulated_result r = run_ranks((simulated_ranks){.point = point_of("vgg11", 500),
                                                               .ranks = RANKS[i],
                                                               .threads = 4,
                                                               .side = 9,
                                                               .claim = 1e-4,
                                                               .commit = 1e-2,
                                                               .insert = 1e-5,
                                                               .message = 1e-5,
                                                               .latency = 1e-4,
                                                               .pause = 2e-4,
                                                               .start = 10});
        assert_int_equal(r.tasks, 9 * 9 + 1);
        assert_true((double)r.commits <= r.seconds + 2); /* at most each second */
        assert_true(simulated_efficiency(&r, RANKS[i] * 4) < 1);
        assert_true(i > 1 || simulated_efficiency(&r, RANKS[i] * 4) > 0.85);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_point),
        cmocka_unit_test_setup_teardown(test_a_process, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(test_nobody_waits_for_commits, scratch_make,
                                        scratch_remove),
        cmocka_unit_test_setup_teardown(test_64_threads, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(test_ranks, scratch_make, scratch_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
