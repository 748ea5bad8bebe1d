/* Numbers that are only reported: each against its definition, on a landscape with a path. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../unit/pca_fixture.h"

#include "figure/fields.h"
#include "report/validity.h"

/* The largest gap between a checkpoint's own loss and the plane's, the largest residual, and the
 * residual of the farthest checkpoint. */
static void test_largest(void **state)
{
    (void)state;
    loss_surface *surface = open_fixture();
    for (int split = 0; split < 2; split++) {
        path_report r[MOST_RUNS];
        const loss_path_point *p;
        size_t n_runs, n, gap = 0, worst = 0, farthest = 0;
        assert_int_equal(validity_paths(surface, (loss_split)split, r, &n_runs), LOSS_OK);
        assert_int_equal(loss_surface_paths(surface, (loss_split)split, &n, &p), LOSS_OK);
        assert_int_equal(n_runs, 1);
        assert_true(n > 2);
        for (size_t i = 1; i < n; i++) {
            if (fabs(p[i].true_loss - p[i].plane_loss) > fabs(p[gap].true_loss - p[gap].plane_loss))
                gap = i;
            worst = p[i].residual > p[worst].residual ? i : worst;
            farthest = p[i].distance > p[farthest].distance ? i : farthest;
        }
        assert_true(r[0].gap == fabs(p[gap].true_loss - p[gap].plane_loss));
        assert_int_equal(r[0].gap_epoch, p[gap].epoch);
        assert_true(r[0].worst_residual == p[worst].residual);
        assert_int_equal(r[0].worst_epoch, p[worst].epoch);
        assert_true(r[0].farthest_residual == p[farthest].residual);
        assert_int_equal(r[0].farthest_epoch, p[farthest].epoch);
        assert_int_equal(r[0].n, n);
    }
    loss_surface_close(surface);
}

/* Of repeated lines: the standard deviation with n - 1; of one line there is none. */
static void test_deviation(void **state)
{
    (void)state;
    static const double rows[3][4] = {{1, 5, NAN, 2}, {2, 5, 3, INFINITY}, {6, 5, NAN, 4}};
    field q = {.nx = 4, .ny = 3, .values = malloc(sizeof rows)};
    assert_non_null(q.values);
    memcpy(q.values, rows, sizeof rows);
    assert_int_equal(fields_summarise_lines(&q), LOSS_OK);
    assert_true(q.values[0] == 3 && fabs(q.errors[0] - sqrt((4 + 1 + 9) / 2.0)) < 1e-12);
    assert_true(q.values[1] == 5 && q.errors[1] == 0);
    assert_true(q.values[2] == 3 && isnan(q.errors[2]));
    assert_true(q.values[3] == 3 && fabs(q.errors[3] - sqrt(2)) < 1e-12);
    assert_int_equal(q.n_lines, 3);
    free(q.values);
    free(q.errors);
    free(q.lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_largest),
        cmocka_unit_test(test_deviation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
