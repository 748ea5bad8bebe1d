/* The points of a surface one at a time: claimed, computed without the file, handed in. And parts
 * of a surface put together. */
#include <loss/file.h>
#include <loss/tasks.h>

#include "small_landscape.h"

/* All tasks, computed by a handle without a file, and handed in `batch` at a time. */
static void test_tasks_make_the_surface(void **state)
{
    (void)state;
    world w = make_world();
    loss_point whole[N], points[N];
    assert_int_equal(evaluate(&w, "whole"), LOSS_OK);
    count_points("whole", whole);
    for (size_t batch = 1; batch <= N; batch += 5) {
        loss_surface *file, *other;
        loss_outcome outcomes[N];
        loss_claim claim = LOSS_CLAIM_TASK;
        size_t n = 0, n_tasks = 0;
        char name[32];
        snprintf(name, sizeof name, "batch-%zu", batch);
        assert_int_equal(try_open(&w, name, &file), LOSS_OK);
        assert_int_equal(loss_surface_open(&other, NULL, w.net, w.plane, w.test, &w.opt), LOSS_OK);
        while (claim == LOSS_CLAIM_TASK) {
            loss_task task;
            assert_int_equal(loss_surface_claim(file, &claim, &task), LOSS_OK);
            if (claim != LOSS_CLAIM_TASK)
                break;
            assert_int_equal(task.wants, LOSS_WANT_TEST);
            assert_int_equal(loss_surface_compute(other, &task, &outcomes[n++]), LOSS_OK);
            n_tasks++;
            if (n == batch) {
                assert_int_equal(loss_surface_hand_in(file, outcomes, n), LOSS_OK);
                n = 0;
            }
        }
        assert_int_equal(n_tasks, N);
        assert_int_equal(claim, n ? LOSS_CLAIM_WAIT : LOSS_CLAIM_DONE);
        assert_int_equal(loss_surface_hand_in(file, outcomes, n), LOSS_OK);
        loss_task task;
        assert_int_equal(loss_surface_claim(file, &claim, &task), LOSS_OK);
        assert_int_equal(claim, LOSS_CLAIM_DONE);
        loss_surface_close(file);
        loss_surface_close(other);
        assert_int_equal(count_points(name, points), N);
        assert_same_points(whole, points);
    }
    free_world(&w);
}

/* Two handles get different tasks; one that is closed gives its own back. */
static void test_claims_are_exclusive(void **state)
{
    (void)state;
    world w = make_world();
    loss_surface *a, *b;
    loss_claim claim;
    loss_task first, second, third;
    assert_int_equal(try_open(&w, "a", &a), LOSS_OK);
    assert_int_equal(try_open(&w, "a", &b), LOSS_OK);
    assert_int_equal(loss_surface_claim(a, &claim, &first), LOSS_OK);
    assert_int_equal(loss_surface_claim(b, &claim, &second), LOSS_OK);
    assert_int_not_equal(first.point, second.point);
    loss_surface_close(a);
    assert_int_equal(try_open(&w, "a", &a), LOSS_OK);
    assert_int_equal(loss_surface_claim(a, &claim, &third), LOSS_OK);
    assert_int_equal(third.point, first.point);
    loss_surface_close(a);
    loss_surface_close(b);
    free_world(&w);
}

static void test_identity(void **state)
{
    (void)state;
    world w = make_world();
    loss_surface *file, *without, *other;
    char *a, *b, *c;
    assert_int_equal(try_open(&w, "a", &file), LOSS_OK);
    assert_int_equal(loss_surface_open(&without, NULL, w.net, w.plane, w.test, &w.opt), LOSS_OK);
    w.opt.x.max = 2;
    assert_int_equal(loss_surface_open(&other, NULL, w.net, w.plane, w.test, &w.opt), LOSS_OK);
    assert_int_equal(loss_surface_identity(file, &a), LOSS_OK);
    assert_int_equal(loss_surface_identity(without, &b), LOSS_OK);
    assert_int_equal(loss_surface_identity(other, &c), LOSS_OK);
    assert_string_equal(a, b);
    assert_string_not_equal(a, c);
    assert_non_null(strstr(a, "kernel set: "));
    free(a);
    free(b);
    free(c);
    loss_surface_close(file);
    loss_surface_close(without);
    loss_surface_close(other);
    free_world(&w);
}

/* A surface with an even logarithm comes out exactly, however little of it is there; what is not
 * finite, and what has nothing beside it, stays out. */
static void test_interpolated(void **state)
{
    (void)state;
    enum { X = 9, Y = 6 };
    static const size_t there[] = {0, X - 1, (Y - 1) * X, Y * X - 1};
    loss_point points[X * Y] = {{0}};
    size_t n;
    for (size_t i = 0; i < 4; i++) {
        double x = (double)(there[i] % X), y = (double)(there[i] / X);
        points[there[i]] = (loss_point){true, exp(1 + 0.2 * x - 0.3 * y), 0.5, 10 * x, 1};
    }
    assert_int_equal(loss_points_interpolate(X, Y, points, &n), LOSS_OK);
    assert_int_equal(n, X * Y - 4);
    for (size_t i = 0; i < X * Y; i++) {
        double x = (double)(i % X), y = (double)(i / X);
        assert_true(fabs(log(points[i].loss) - (1 + 0.2 * x - 0.3 * y)) < 1e-12 &&
                    fabs(points[i].accuracy - 10 * x) < 1e-12);
        bool is_there = i == there[0] || i == there[1] || i == there[2] || i == there[3];
        assert_true(points[i].evaluated == is_there &&
                    is_there == isfinite(points[i].standard_error));
    }
    points[0].loss = INFINITY;
    assert_int_equal(loss_points_interpolate(X, Y, points, &n), LOSS_OK);
    assert_true(!isfinite(points[1].loss) && isinf(points[0].loss) && points[0].evaluated);
    assert_true(isfinite(points[2 * X - 1].loss)); /* at the other end */
    for (size_t i = 0; i < X * Y; i++)
        points[i].evaluated = i == 5; /* one alone tells nothing of the others */
    assert_int_equal(loss_points_interpolate(X, Y, points, &n), LOSS_OK);
    assert_int_equal(n, 0);
}

static void test_merged_parts(void **state)
{
    (void)state;
    world w = make_world();
    loss_point whole[N], points[N];
    loss_merge_report report = LOSS_MERGE_REPORT_INIT;
    static const char *const names[3] = {"p1", "p2", "p3"};
    const char *paths[3];
    assert_int_equal(evaluate(&w, "whole"), LOSS_OK);
    count_points("whole", whole);
    w.opt.parts = 3;
    for (size_t p = 0; p < 3; p++) {
        w.opt.part = p + 1;
        assert_int_equal(evaluate(&w, names[p]), LOSS_OK);
        assert_int_equal(count_points(names[p], points), N / 3);
        paths[p] = scratch_path(names[p]);
    }
    const char *out = scratch_path("merged");
    assert_int_equal(loss_surface_merge(out, paths, 2, NULL, &report), LOSS_OK);
    assert_true(report.total == N && report.present == 2 * N / 3 && report.parts == 3);
    assert_string_equal(report.incomplete, "3");
    assert_int_equal(loss_surface_merge(out, paths + 2, 1, NULL, &report), LOSS_OK);
    assert_true(report.present == N);
    assert_string_equal(report.incomplete, "");
    assert_int_equal(count_points("merged", points), N);
    assert_same_points(whole, points);
    free_world(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_tasks_make_the_surface, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(test_claims_are_exclusive, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(test_identity, scratch_make, scratch_remove),
        cmocka_unit_test(test_interpolated),
        cmocka_unit_test_setup_teardown(test_merged_parts, scratch_make, scratch_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
