/* The standard error of a trace has n - 1: of two vectors it is half of what they differ by. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "analysis/spectrum.h"

enum { N = 20 };

/* The matrix that has i + j at (i, j). */
static loss_status multiply(void *user, const lossi_real *v, lossi_real *product)
{
    (void)user;
    for (size_t i = 0; i < N; i++) {
        double sum = 0;
        for (size_t j = 0; j < N; j++)
            sum += (double)(i + j) * (double)v[j];
        product[i] = (lossi_real)sum;
    }
    return LOSS_OK;
}

static void test_two_vectors(void **state)
{
    (void)state;
    lossi_operator op = {.n = N, .apply = multiply};
    lossi_trace one, two;
    assert_int_equal(lossi_hutchinson(&op, 1, 3, NULL, NULL, &one), LOSS_OK);
    assert_int_equal(lossi_hutchinson(&op, 2, 3, NULL, NULL, &two), LOSS_OK);
    double second = 2 * two.mean - one.mean;
    assert_true(one.mean != second);
    assert_true(fabs(two.standard_error - fabs(one.mean - second) / 2) < 1e-4 * two.standard_error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_two_vectors)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
