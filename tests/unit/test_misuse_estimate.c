/* What cannot be estimated is refused. */
#include <stddef.h>

#include "small_landscape.h"

#include <loss/estimate.h>

static void what_cannot_be_estimated_is_refused(void **state)
{
    (void)state;
    world w = make_world();
    const double shares[] = {0, 1, -1, 2, NAN, 0.1};
    loss_estimate_options opt = LOSS_ESTIMATE_OPTIONS_INIT;
    loss_estimate_report r = LOSS_ESTIMATE_REPORT_INIT;
    loss_estimate estimates[N];
    loss_surface *s;
    bool has = true;
    assert_int_equal(loss_surface_estimate(NULL, NULL), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_surface_begin_estimate(NULL, NULL), LOSS_ERR_ARGUMENT);
    const loss_axis axis = {-1, 1, 13}, none = {1, -1, 13};
    const size_t images[2] = {300, 100}, few = 100;
    opt.share = 0.5;
    assert_int_equal(loss_estimate_check(axis, axis, NULL, 1, &opt), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_estimate_check(none, axis, images, 1, &opt), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_estimate_check(axis, none, images, 1, &opt), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_estimate_check(axis, axis, images, 1, &opt), LOSS_OK);
    opt.share = 0.3;
    assert_int_equal(loss_estimate_check(axis, axis, &few, 1, &opt), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_estimate_check(axis, axis, images, 2, &opt), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_estimate_check(axis, axis, images, 1, &opt), LOSS_OK);
    for (size_t i = 0; i < sizeof shares / sizeof *shares - 1; i++) {
        opt.share = shares[i];
        assert_int_equal(loss_estimate_check(axis, axis, images, 1, &opt), LOSS_ERR_ARGUMENT);
    }
    assert_int_equal(loss_surface_has_estimates(NULL, &has), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_surface_has_estimates(NULL, NULL), LOSS_ERR_ARGUMENT);
    assert_int_equal(try_open(&w, "refused.landscape", &s), LOSS_OK);
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
        opt.share = shares[i];
        assert_int_equal(loss_surface_estimate(s, &opt), LOSS_ERR_ARGUMENT);
    }
    assert_int_equal(loss_surface_has_estimates(s, &has), LOSS_OK);
    assert_false(has);
    opt.share = 0.5;
    opt.error = 1;
    assert_int_equal(loss_surface_estimate(s, &opt), LOSS_ERR_ARGUMENT);
    opt.error = NAN;
    assert_int_equal(loss_surface_estimate(s, &opt), LOSS_ERR_ARGUMENT);
    opt.struct_size = 0;
    assert_int_equal(loss_surface_estimate(s, &opt), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_surface_estimates(s, LOSS_SPLIT_TEST, NULL), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_surface_estimates(s, LOSS_SPLIT_TRAIN, estimates), LOSS_ERR_NAME);
    double errors[N];
    assert_int_equal(loss_surface_accuracy_errors(NULL, LOSS_SPLIT_TEST, errors),
                     LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_surface_accuracy_errors(s, LOSS_SPLIT_TEST, NULL), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_surface_accuracy_errors(s, LOSS_SPLIT_TRAIN, errors), LOSS_ERR_NAME);
    assert_int_equal(loss_surface_estimate_report(s, LOSS_SPLIT_TEST, NULL), LOSS_ERR_ARGUMENT);
    r.struct_size = 0;
    assert_int_equal(loss_surface_estimate_report(s, LOSS_SPLIT_TEST, &r), LOSS_ERR_ARGUMENT);
    loss_surface_close(s);
    assert_int_equal(loss_surface_read(&s, scratch_path("refused.landscape")), LOSS_OK);
    assert_int_equal(loss_surface_estimate(s, NULL), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_surface_begin_estimate(s, NULL), LOSS_ERR_ARGUMENT);
    loss_surface_close(s);
    w.opt.part = 1;
    w.opt.parts = 2;
    assert_int_equal(try_open(&w, "part.landscape", &s), LOSS_OK);
    assert_int_equal(loss_surface_estimate(s, NULL), LOSS_ERR_ARGUMENT);
    loss_surface_close(s);
    free_world(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_cannot_be_estimated_is_refused)};
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
