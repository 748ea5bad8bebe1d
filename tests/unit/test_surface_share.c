/* Several processes that fill one landscape: each point is evaluated once, whoever is killed. */
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#include <loss/file.h>

#include "base/claims.h"
#include "base/file_system.h"
#include "small_landscape.h"
#include "surface/refinement.h"
#include "surface/store.h"

enum { WORKERS = 4 };

static void test_coarse_to_fine(void **state)
{
    (void)state;
    static const uint32_t five[] = {0, 4, 10, 14, 2, 5, 7, 9, 12, 1, 3, 6, 8, 11, 13};
    static const uint32_t rows[] = {0, 2, 1, 3, 5, 4};
    uint32_t *order;
    assert_int_equal(lossi_refinement_make(&order, 5, 3, false), LOSS_OK);
    assert_memory_equal(order, five, sizeof five);
    free(order);
    assert_int_equal(lossi_refinement_make(&order, 3, 2, true), LOSS_OK);
    assert_memory_equal(order, rows, sizeof rows);
    free(order);
    for (size_t nx = 1; nx < 40; nx += 3)
        for (size_t ny = 1; ny < 9; ny++) { /* every point once */
            bool seen[400] = {false};
            assert_int_equal(lossi_refinement_make(&order, nx, ny, nx % 2), LOSS_OK);
            for (size_t i = 0; i < nx * ny; i++) {
                assert_true(order[i] < nx * ny && !seen[order[i]]);
                seen[order[i]] = true;
            }
            free(order);
        }
}

/* A claim is one handle's, until it is given up, or its process ends. */
static void test_claims(void **state)
{
    (void)state;
    lossi_claims *a, *b;
    FILE *file = fopen(scratch_path("claimed"), "w");
    assert_non_null(file);
    fclose(file);
    assert_int_equal(lossi_claims_open(&a, scratch_path("claimed")), LOSS_OK);
    assert_int_equal(lossi_claims_open(&b, scratch_path("claimed")), LOSS_OK);
    assert_true(lossi_claims_take(a, 7));
    assert_false(lossi_claims_take(b, 7));
    assert_true(lossi_claims_take(b, 8));
    lossi_claims_release(a, 7);
    assert_true(lossi_claims_take(b, 7));
    lossi_claims_close(b);
    assert_true(lossi_claims_take(a, 7) && lossi_claims_take(a, 8));
    lossi_claims_close(a);
    pid_t child = fork();
    if (child == 0) {
        if (lossi_claims_open(&a, scratch_path("claimed")) || !lossi_claims_take(a, 3))
            _exit(2);
        raise(SIGKILL);
    }
    waitpid(child, NULL, 0);
    assert_int_equal(lossi_claims_open(&b, scratch_path("claimed")), LOSS_OK);
    assert_true(lossi_claims_take(b, 3));
    lossi_claims_close(b);
    assert_int_equal(lossi_claims_open(&b, scratch_path("no/such")), LOSS_ERR_IO);
}

static void test_shared_file_systems(void **state)
{
    (void)state;
    assert_string_equal(lossi_shared_file_system(0x6969), "NFS");
    assert_string_equal(lossi_shared_file_system(0xffffffffff534d42), "CIFS"); /* sign-extended */
    assert_null(lossi_shared_file_system(0xef53));                             /* ext4 */
    assert_null(loss_path_shared(NULL));
    assert_null(loss_path_shared("/proc/self/status"));
    assert_null(loss_path_shared("/proc/self/no-such-file"));
    assert_null(loss_path_shared("/no/such/folder/file"));
}

/* Several points in work at once give the same, and a member's failure is told with its words. */
static void test_crew(void **state)
{
    (void)state;
    world w = make_world();
    loss_point whole[N], points[N];
    assert_int_equal(evaluate(&w, "whole"), LOSS_OK);
    count_points("whole", whole);
    w.opt.threads = 4; /* 17 images are at most two chunks */
    assert_int_equal(evaluate(&w, "a"), LOSS_OK);
    assert_int_equal(count_points("a", points), N);
    assert_same_points(whole, points);
    free_world(&w);
}

/* Shared with the workers. */
typedef struct tally {
    _Atomic size_t evaluated;
} tally;

static tally *share_tally(void)
{
    tally *t = mmap(NULL, sizeof *t, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(t != MAP_FAILED);
    return t;
}

static void count(const loss_surface_progress *p, void *user)
{
    (void)p;
    ((tally *)user)->evaluated++;
    nanosleep(&(struct timespec){0, 2000000}, NULL); /* so that the others come to work, too */
}

static pid_t start_worker(world *w, tally *t)
{
    pid_t child = fork();
    if (child == 0) {
        w->opt.progress = count;
        w->opt.user = t;
        _exit(evaluate(w, "a") != LOSS_OK);
    }
    return child;
}

static void test_each_point_once(void **state)
{
    (void)state;
    world w = make_world();
    tally *t = share_tally();
    pid_t workers[WORKERS];
    loss_point whole[N], points[N];
    assert_int_equal(evaluate(&w, "whole"), LOSS_OK);
    count_points("whole", whole);
    for (int i = 0; i < WORKERS; i++)
        workers[i] = start_worker(&w, t);
    for (int i = 0; i < WORKERS; i++) {
        int status;
        waitpid(workers[i], &status, 0);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    assert_int_equal(t->evaluated, N);
    assert_int_equal(count_points("a", points), N);
    assert_same_points(whole, points);
    munmap(t, sizeof *t);
    free_world(&w);
}

/* A process that is killed in the middle of a point leaves it to the one that waits for it. */
static void test_killed_with_a_claim(void **state)
{
    (void)state;
    world w = make_world();
    lossi_store *store;
    bool is_new, is_mine;
    const lossi_store_contents none = {0};
    loss_surface *surface;
    loss_point points[N];
    assert_int_equal(try_open(&w, "a", &surface), LOSS_OK);
    loss_surface_close(surface);
    tally *t = share_tally();
    pid_t child = fork();
    if (child == 0) { /* holds point 5 until it is killed */
        if (lossi_store_open_or_create(&store, scratch_path("a"), &none, NULL, &is_new) ||
            lossi_store_claim(store, 5, &is_mine) || !is_mine)
            _exit(2);
        t->evaluated = 1;
        for (;;)
            pause();
    }
    while (!t->evaluated)
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    pid_t killer = fork();
    if (killer == 0) { /* once all the others are done */
        while (count_points("a", points) < N - 1)
            nanosleep(&(struct timespec){0, 1000000}, NULL);
        nanosleep(&(struct timespec){0, 100000000}, NULL);
        kill(child, SIGKILL);
        _exit(0);
    }
    assert_int_equal(evaluate(&w, "a"), LOSS_OK);
    waitpid(child, NULL, 0);
    waitpid(killer, NULL, 0);
    assert_int_equal(count_points("a", points), N);
    munmap(t, sizeof *t);
    free_world(&w);
}

static void tell_waiting(double seconds, void *user)
{
    assert_true(seconds >= 1);
    ((tally *)user)->evaluated++;
}

static bool stop_when_told(void *user)
{
    return ((tally *)user)->evaluated > 0;
}

/* Waiting for a point of another process is told, and can be cancelled. */
static void test_waiting_is_told(void **state)
{
    (void)state;
    world w = make_world();
    lossi_store *store;
    bool is_new, is_mine;
    const lossi_store_contents none = {0};
    loss_surface *surface;
    loss_point points[N];
    tally t = {0};
    assert_int_equal(try_open(&w, "a", &surface), LOSS_OK);
    assert_int_equal(lossi_store_open_or_create(&store, scratch_path("a"), &none, NULL, &is_new),
                     LOSS_OK);
    assert_int_equal(lossi_store_claim(store, 2, &is_mine), LOSS_OK);
    assert_true(is_mine);
    loss_surface_close(surface);
    w.opt.waiting_for_points = tell_waiting;
    w.opt.cancelled = stop_when_told;
    w.opt.user = &t;
    assert_int_equal(evaluate(&w, "a"), LOSS_ERR_CANCELLED);
    assert_int_equal(t.evaluated, 1);
    assert_int_equal(count_points("a", points), N - 1);
    lossi_store_release(store, 2);
    t.evaluated = 0;
    assert_int_equal(evaluate(&w, "a"), LOSS_OK);
    assert_int_equal(count_points("a", points), N);
    lossi_store_close(store);
    free_world(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_coarse_to_fine),
        cmocka_unit_test(test_shared_file_systems),
        cmocka_unit_test_setup_teardown(test_crew, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(test_claims, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(test_each_point_once, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(test_killed_with_a_claim, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(test_waiting_is_told, scratch_make, scratch_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
