/* Estimates of a surface in the library: what is told fits together, whatever came between. */
#include <stddef.h>

#include "estimated_landscape.h"

typedef struct told {
    uint64_t done, total;
    size_t times;
} told;

static void tell(const loss_estimate_progress *p, void *user)
{
    told *t = user;
    assert_true(p->done > t->done && p->estimate.evaluated && p->split == LOSS_SPLIT_TEST);
    assert_true(p->seconds >= 0 && p->seconds_left >= 0 && p->x >= -1 && p->y <= 1);
    t->done = p->done;
    t->total = p->total;
    t->times++;
}

static void numbers_fit_together(void **state)
{
    (void)state;
    world w = make_large_world();
    told t = {0};
    bool has;
    loss_estimate estimates[ALL];
    loss_point points[ALL];
    double errors[ALL];
    loss_estimate_options opt = LOSS_ESTIMATE_OPTIONS_INIT;
    loss_estimate_report r = LOSS_ESTIMATE_REPORT_INIT;
    loss_surface *s;
    opt.share = 0.5;
    opt.progress = tell;
    opt.user = &t;
    assert_int_equal(try_open(&w, "fits.landscape", &s), LOSS_OK);
    assert_int_equal(loss_surface_has_estimates(s, &has), LOSS_OK);
    assert_false(has);
    assert_int_equal(loss_surface_estimate_report(s, LOSS_SPLIT_TEST, &r), LOSS_ERR_NAME);
    assert_int_equal(loss_surface_estimate(s, &opt), LOSS_OK);
    assert_int_equal(loss_surface_has_estimates(s, &has), LOSS_OK);
    assert_true(has);
    assert_int_equal(loss_surface_estimates(s, LOSS_SPLIT_TEST, estimates), LOSS_OK);
    assert_int_equal(loss_surface_points(s, LOSS_SPLIT_TEST, points), LOSS_OK);
    assert_int_equal(loss_surface_accuracy_errors(s, LOSS_SPLIT_TEST, errors), LOSS_OK);
    assert_int_equal(loss_surface_estimate_report(s, LOSS_SPLIT_TEST, &r), LOSS_OK);
    uint64_t work = 0;
    for (size_t i = 0; i < ALL; i++) {
        const loss_estimate *e = &estimates[i];
        assert_true(e->evaluated && points[i].evaluated && points[i].loss == e->loss);
        assert_true(e->low <= e->loss && e->loss <= e->high && e->accuracy_low <= e->accuracy_high);
        assert_true(e->is_exact ? e->error == 0 && e->images == MANY : e->images >= 30);
        assert_true(e->is_exact || points[i].standard_error == e->error);
        double error = e->is_exact ? loss_accuracy_error(e->accuracy, MANY) : e->accuracy_error;
        assert_memory_equal(&errors[i], &error, sizeof error);
        work += e->images;
    }
    assert_int_equal(r.exact, 13);
    assert_int_equal(r.estimated, ALL - 13);
    assert_int_equal(r.images, MANY);
    assert_true(fabs(r.share - (double)work / ALL / MANY) < 1e-12 && r.share <= 0.5);
    assert_true(r.fewest <= r.most && r.most <= MANY && r.median_error <= r.largest_error);
    assert_true(r.checked == 13 && r.held <= 13 && r.observed > 0 && r.predicted > 0);
    /* Accuracies in percentage points: a tenth of a point to some. */
    assert_true(r.accuracy_held <= 13 && r.accuracy_observed > 0.01 && r.accuracy_predicted > 0.1 &&
                r.accuracy_predicted < 50);
    assert_true(t.done == work && t.total == work && t.times >= ALL);
    loss_surface_close(s);
    free_world(&w);
}

static bool stop(void *user)
{
    size_t *left = user;
    return !*left || !--*left;
}

/* Cancelled again and again, it ends with the bits of one that was left alone. */
static void a_cancelled_estimate_goes_on(void **state)
{
    (void)state;
    world w = make_large_world();
    loss_estimate_options opt = LOSS_ESTIMATE_OPTIONS_INIT;
    loss_point points[2][ALL];
    loss_surface *s;
    size_t left = 40, n_cancelled = 0;
    loss_status status = LOSS_ERR_CANCELLED;
    opt.share = 0.5;
    assert_int_equal(try_open(&w, "whole.landscape", &s), LOSS_OK);
    assert_int_equal(loss_surface_estimate(s, &opt), LOSS_OK);
    assert_int_equal(loss_surface_points(s, LOSS_SPLIT_TEST, points[0]), LOSS_OK);
    loss_surface_close(s);
    w.opt.cancelled = stop;
    w.opt.user = &left;
    while (status == LOSS_ERR_CANCELLED) {
        left = 40;
        assert_int_equal(try_open(&w, "stopped.landscape", &s), LOSS_OK);
        status = loss_surface_estimate(s, &opt);
        if (!status)
            assert_int_equal(loss_surface_points(s, LOSS_SPLIT_TEST, points[1]), LOSS_OK);
        n_cancelled += status == LOSS_ERR_CANCELLED;
        loss_surface_close(s);
    }
    assert_int_equal(status, LOSS_OK);
    assert_true(n_cancelled > 1);
    for (size_t i = 0; i < ALL; i++) {
        assert_memory_equal(&points[0][i].loss, &points[1][i].loss, sizeof(double));
        assert_memory_equal(&points[0][i].standard_error, &points[1][i].standard_error,
                            sizeof(double));
        assert_memory_equal(&points[0][i].accuracy, &points[1][i].accuracy, sizeof(double));
    }
    free_world(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_fit_together),
        cmocka_unit_test(a_cancelled_estimate_goes_on),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
