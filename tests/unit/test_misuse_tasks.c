/* Misuse of <loss/tasks.h> and of merging: refused, and nothing is written. */
#include <loss/file.h>
#include <loss/tasks.h>

#include "small_landscape.h"

#define REFUSED(call) assert_int_equal(call, LOSS_ERR_ARGUMENT)

static void test_tasks(void **state)
{
    (void)state;
    world w = make_world();
    static const uint32_t beyond[] = {UINT32_MAX};
    loss_surface *file, *without, *read;
    loss_claim claim;
    loss_task task,
        bad[] = {{.point = N + 1, .wants = LOSS_WANT_TEST},
                 {.point = UINT64_MAX, .wants = LOSS_WANT_TEST},
                 {.wants = LOSS_WANT_TRAIN},
                 {.wants = LOSS_WANT_TEST_CURVATURE},
                 {.point = N, .wants = LOSS_WANT_TEST_CURVATURE},
                 {.wants = 1ULL << 40},
                 {.wants = LOSS_WANT_IMAGES},
                 {.wants = LOSS_WANT_TRAIN | LOSS_WANT_IMAGES},
                 {.point = N, .wants = LOSS_WANT_TEST | LOSS_WANT_IMAGES},
                 {.wants = LOSS_WANT_TEST | LOSS_WANT_IMAGES, .n_images = 1},
                 {.wants = LOSS_WANT_TEST | LOSS_WANT_IMAGES, .images = (uint32_t[]){0}},
                 {.wants = LOSS_WANT_TEST | LOSS_WANT_IMAGES, .n_images = 1, .images = beyond},
                 {.wants = LOSS_WANT_TEST, .n_images = 1, .images = (uint32_t[]){0}}};
    loss_outcome outcome;
    char *text;
    assert_int_equal(try_open(&w, "a", &file), LOSS_OK);
    assert_int_equal(loss_surface_open(&without, NULL, w.net, w.plane, w.test, &w.opt), LOSS_OK);
    assert_int_equal(loss_surface_read(&read, scratch_path("a")), LOSS_OK);
    REFUSED(loss_surface_claim(NULL, &claim, &task));
    REFUSED(loss_surface_claim(file, NULL, &task));
    REFUSED(loss_surface_claim(file, &claim, NULL));
    REFUSED(loss_surface_claim(without, &claim, &task));
    REFUSED(loss_surface_claim(read, &claim, &task));
    assert_int_equal(loss_surface_claim(file, &claim, &task), LOSS_OK);
    REFUSED(loss_surface_compute(NULL, &task, &outcome));
    REFUSED(loss_surface_compute(file, NULL, &outcome));
    REFUSED(loss_surface_compute(file, &task, NULL));
    REFUSED(loss_surface_compute(read, &task, &outcome));
    assert_int_equal(loss_surface_compute(without, &task, &outcome), LOSS_OK);
    REFUSED(loss_surface_hand_in(NULL, &outcome, 1));
    REFUSED(loss_surface_hand_in(file, NULL, 1));
    REFUSED(loss_surface_hand_in(without, &outcome, 1));
    REFUSED(loss_surface_hand_in(read, &outcome, 1));
    assert_int_equal(loss_surface_hand_in(file, NULL, 0), LOSS_OK);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        loss_outcome of_bad = outcome;
        REFUSED(loss_surface_compute(file, &bad[i], &of_bad));
        of_bad.task = bad[i];
        REFUSED(loss_surface_hand_in(file, &of_bad, 1));
    }
    loss_outcome_clear(NULL);
    loss_outcome_clear(&outcome);
    loss_outcome_clear(&outcome);
    REFUSED(loss_surface_identity(NULL, &text));
    REFUSED(loss_surface_identity(file, NULL));
    loss_point points[N];
    assert_int_equal(count_points("a", points), 0);
    REFUSED(loss_surface_points(without, LOSS_SPLIT_TEST, points));
    REFUSED(loss_surface_evaluate(without));
    loss_plane *plane;
    REFUSED(loss_surface_plane(without, w.net, &plane));
    const char *path = "x";
    REFUSED(loss_surface_add_path(without, "run", &path, 1, NULL));
    loss_surface_close(file);
    loss_surface_close(without);
    loss_surface_close(read);
    free_world(&w);
}

static void test_parts(void **state)
{
    (void)state;
    world w = make_world();
    loss_surface *surface;
    static const size_t bad[][2] = {{0, 3}, {4, 3}, {1, 0}, {SIZE_MAX, 1}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        w.opt.part = bad[i][0];
        w.opt.parts = bad[i][1];
        REFUSED(try_open(&w, "a", &surface));
    }
    w.opt.part = w.opt.parts = 0;
    assert_int_equal(evaluate(&w, "a"), LOSS_OK);
    const char *part = scratch_path("a"), *none = NULL;
    loss_merge_report report = {0};
    REFUSED(loss_surface_merge(NULL, &part, 1, NULL, NULL));
    REFUSED(loss_surface_merge(scratch_path("m"), NULL, 1, NULL, NULL));
    REFUSED(loss_surface_merge(scratch_path("m"), &part, 0, NULL, NULL));
    REFUSED(loss_surface_merge(scratch_path("m"), &none, 1, NULL, NULL));
    REFUSED(loss_surface_merge(scratch_path("m"), &part, SIZE_MAX, NULL, NULL));
    REFUSED(loss_surface_merge(scratch_path("m"), &part, 1, NULL, &report)); /* no struct_size */
    loss_path_kind kind;
    assert_int_equal(loss_path_find(scratch_path("m"), &kind), LOSS_OK);
    assert_int_equal(kind, LOSS_PATH_NOTHING);
    loss_point point = {0};
    size_t n;
    REFUSED(loss_points_interpolate(0, 1, &point, &n));
    REFUSED(loss_points_interpolate(1, 0, &point, &n));
    REFUSED(loss_points_interpolate(1, 1, NULL, &n));
    REFUSED(loss_points_interpolate(1, 1, &point, NULL));
    REFUSED(loss_points_interpolate(SIZE_MAX, 2, &point, &n));
    uint32_t order;
    REFUSED(loss_points_order(0, 1, &order));
    REFUSED(loss_points_order(1, 0, &order));
    REFUSED(loss_points_order(1, 1, NULL));
    REFUSED(loss_points_order(SIZE_MAX, 2, &order));
    assert_null(loss_path_shared(NULL));
    assert_null(loss_path_shared(""));
    free_world(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_tasks, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(test_parts, scratch_make, scratch_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
