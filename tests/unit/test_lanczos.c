/* Lanczos, Hutchinson and quadrature on matrices whose spectra are known. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/spectrum.h"
#include "base/random.h"

/* A = Q diag(values) Q, Q = I - 2 q q' a reflection: dense, with known eigenvalues. */
typedef struct matrix {
    size_t n;
    const double *values;
    double *q, *x, *y;
    size_t n_products, fails_at; /* that product is NaN, or fails; 0: none */
    loss_status failure;
} matrix;

static void reflect(const matrix *a, double *x)
{
    double dot = 0;
    for (size_t i = 0; i < a->n; i++)
        dot += a->q[i] * x[i];
    for (size_t i = 0; i < a->n; i++)
        x[i] -= 2 * dot * a->q[i];
}

static loss_status apply(void *user, const lossi_real *x, lossi_real *y)
{
    matrix *a = user;
    a->n_products++;
    if (a->n_products == a->fails_at && a->failure)
        return lossi_fail(a->failure, "the operator's own failure");
    for (size_t i = 0; i < a->n; i++)
        a->x[i] = (double)x[i];
    reflect(a, a->x);
    for (size_t i = 0; i < a->n; i++)
        a->x[i] *= a->values[i];
    reflect(a, a->x);
    for (size_t i = 0; i < a->n; i++)
        y[i] = (lossi_real)a->x[i];
    if (a->n_products == a->fails_at)
        y[0] = NAN;
    return LOSS_OK;
}

static lossi_operator make(matrix *a, size_t n, const double *values)
{
    double square = 0;
    *a = (matrix){.n = n,
                  .values = values,
                  .q = test_malloc(n * sizeof(double)),
                  .x = test_malloc(n * sizeof(double))};
    for (size_t i = 0; i < n; i++) {
        a->q[i] = sin(1.0 + (double)(i * i));
        square += a->q[i] * a->q[i];
    }
    for (size_t i = 0; i < n; i++)
        a->q[i] /= sqrt(square);
    return (lossi_operator){n, apply, a};
}

static void unmake(matrix *a)
{
    test_free(a->q);
    test_free(a->x);
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The pairs of `top` and `smallest` of a matrix with these eigenvalues; all must be found.
 * @return products */
static size_t check_eigen(size_t n, const double *values, size_t top, size_t smallest, size_t steps)
{
    matrix a;
    lossi_operator op = make(&a, n, values);
    lossi_eigen_options opt = {
        .top = top, .smallest = smallest, .steps = steps, .tolerance = 1e-5, .seed = 3};
    lossi_eigenpair *pairs = test_calloc(top + smallest, sizeof *pairs);
    lossi_real *vectors = test_malloc((top + smallest) * n * sizeof *vectors),
               *product = test_malloc(n * sizeof *product);
    double *sorted = test_malloc(n * sizeof *sorted), largest = 0;
    size_t products;
    assert_int_equal(lossi_eigen(&op, &opt, pairs, vectors, &products), LOSS_OK);
    assert_int_equal(products, a.n_products);
    memcpy(sorted, values, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, ascending);
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, fabs(values[i]));
    for (size_t i = 0; i < top + smallest; i++) {
        double expected = i < top ? sorted[n - 1 - i] : sorted[i - top], residual = 0, length = 0;
        const lossi_real *u = vectors + i * n;
        if (!(fabs(pairs[i].value - expected) <= 2e-6 * largest))
            fail_msg("eigenvalue %zu is %.9g, expected %.9g", i, pairs[i].value, expected);
        assert_true(pairs[i].has_converged);
        apply(&a, u, product);
        for (size_t j = 0; j < n; j++) {
            length += (double)u[j] * (double)u[j];
            residual += pow((double)product[j] - pairs[i].value * (double)u[j], 2);
        }
        assert_true(fabs(length - 1) < 1e-5);
        assert_true(sqrt(residual) <= 2e-5 * largest);
        assert_true(fabs(sqrt(residual) - pairs[i].residual) <= 1e-6 * largest);
        for (size_t k = 0; k < i;
             k++) { /* vectors of one end, or of both, are orthogonal: copies of one value too */
            double dot = 0;
            for (size_t j = 0; j < n; j++)
                dot += (double)u[j] * (double)vectors[k * n + j];
            assert_true(fabs(dot) < 1e-3);
        }
    }
    test_free(pairs);
    test_free(vectors);
    test_free(product);
    test_free(sorted);
    unmake(&a);
    return products;
}

static void test_known_spectrum(void **state)
{
    (void)state;
    double values[300];
    for (size_t i = 0; i < 300; i++) /* a bulk, and outliers at both ends */
        values[i] = i < 4     ? 100.0 / (double)(i + 1)
                    : i > 297 ? -3.0 * (double)(i - 296)
                              : cos((double)i);
    size_t products = check_eigen(300, values, 4, 2, 100);
    assert_true(products < 60); /* it stopped by itself */
    for (size_t i = 0; i < 300; i++)
        values[i] = -1 - (double)i; /* all negative */
    check_eigen(300, values, 1, 3, 300);
}

static void test_multiple_eigenvalues(void **state)
{
    (void)state;
    double values[60];
    for (size_t i = 0; i < 60; i++)
        values[i] = i < 3   ? 5
                    : i < 5 ? -2
                            : 1; /* three different ones: invariant after three steps */
    check_eigen(60, values, 4, 3, 60);
    check_eigen(60, values, 2, 0, 60);
    for (size_t i = 0; i < 60; i++)
        values[i] = 7;
    check_eigen(60, values, 2, 2, 60);
}

static void test_small_and_zero(void **state)
{
    (void)state;
    double zeros[20] = {0}, one[1] = {-3.5}, few[5] = {4, -1, 0, 2, 2};
    check_eigen(20, zeros, 2, 1, 20);
    check_eigen(1, one, 1, 0, 100);
    check_eigen(1, one, 0, 1, 1);
    check_eigen(5, few, 3, 2, 100); /* all of them; more steps than rows */
}

static void test_gives_up(void **state)
{
    (void)state;
    double values[300];
    for (size_t i = 0; i < 300; i++)
        values[i] = (double)i / 300;
    matrix a;
    lossi_operator op = make(&a, 300, values);
    lossi_eigen_options opt = {.top = 2, .steps = 6, .tolerance = 1e-4};
    lossi_eigenpair pairs[2];
    lossi_real vectors[600];
    assert_int_equal(lossi_eigen(&op, &opt, pairs, vectors, NULL), LOSS_OK);
    assert_false(pairs[0].has_converged);
    assert_true(pairs[0].residual > 1e-3 &&
                fabs(pairs[0].value - values[299]) <= pairs[0].residual);
    opt.steps = 1;
    assert_int_equal(lossi_eigen(&op, &opt, pairs, vectors, NULL), LOSS_ERR_ARGUMENT);
    opt = (lossi_eigen_options){.top = 200, .smallest = 101, .steps = 400};
    assert_int_equal(lossi_eigen(&op, &opt, pairs, vectors, NULL), LOSS_ERR_ARGUMENT);
    a.n_products = 0;
    a.fails_at = 4;
    opt = (lossi_eigen_options){.top = 2, .steps = 20, .tolerance = 1e-4};
    assert_int_equal(lossi_eigen(&op, &opt, pairs, vectors, NULL), LOSS_ERR_NOT_FINITE);
    assert_non_null(strstr(loss_last_message(), "product 4"));
    a.n_products = 0;
    a.failure = LOSS_ERR_CANCELLED;
    assert_int_equal(lossi_eigen(&op, &opt, pairs, vectors, NULL), LOSS_ERR_CANCELLED);
    unmake(&a);
}

static void test_trace(void **state)
{
    (void)state;
    double values[400], sum = 0;
    for (size_t i = 0; i < 400; i++) {
        values[i] = i ? cos((double)i) : 30;
        sum += values[i];
    }
    matrix a;
    lossi_trace trace, one;
    lossi_operator op = make(&a, 400, values);
    assert_int_equal(lossi_hutchinson(&op, 200, 9, NULL, NULL, &trace), LOSS_OK);
    assert_int_equal(trace.done, 200);
    assert_true(trace.standard_error > 0.5 && trace.standard_error < 5);
    assert_true(fabs(trace.mean - sum) < 4 * trace.standard_error);
    assert_int_equal(lossi_hutchinson(&op, 1, 9, NULL, NULL, &one), LOSS_OK);
    assert_true(isnan(one.standard_error));
    a.n_products = 0;
    a.fails_at = 4;
    assert_int_equal(lossi_hutchinson(&op, 9, 9, NULL, NULL, &trace), LOSS_ERR_NOT_FINITE);
    assert_int_equal(trace.done, 3);
    a.n_products = 0;
    a.failure = LOSS_ERR_CANCELLED;
    assert_int_equal(lossi_hutchinson(&op, 9, 9, NULL, NULL, &trace), LOSS_ERR_CANCELLED);
    assert_int_equal(trace.done, 3);
    unmake(&a);
    /* Of a diagonal matrix, as reflecting along nothing leaves it, each vector of signs gives
     * the trace. */
    op = make(&a, 400, values);
    memset(a.q, 0, 400 * sizeof *a.q);
    assert_int_equal(lossi_hutchinson(&op, 3, 1, NULL, NULL, &trace), LOSS_OK);
    assert_true(fabs(trace.mean - sum) < 1e-4 && trace.standard_error < 1e-4);
    unmake(&a);
}

static void test_signs(void **state)
{
    (void)state;
    lossi_real a[1000], b[1000], first[10];
    lossi_rademacher(5, 0, 1000, a);
    lossi_rademacher(5, 1, 1000, b);
    lossi_rademacher(5, 0, 10, first);
    double sum = 0, dot = 0;
    for (size_t i = 0; i < 1000; i++) {
        assert_true(a[i] == 1 || a[i] == -1);
        sum += (double)a[i];
        dot += (double)a[i] * (double)b[i];
    }
    assert_true(fabs(sum) < 130 && fabs(dot) < 130); /* four standard deviations */
    assert_memory_equal(a, first, sizeof first);
}

static void test_quadrature(void **state)
{
    (void)state;
    enum { N = 500, VECTORS = 20, STEPS = 40 };
    static double values[N], nodes[VECTORS * STEPS], weights[VECTORS * STEPS];
    size_t counts[VECTORS], n = 0;
    for (size_t i = 0; i < N; i++)
        values[i] = i < 50 ? 4
                           : -1 + 2 * (double)(i - 50) /
                                      (N - 50); /* a tenth at 4, the rest even from -1 to 1 */
    matrix a;
    lossi_operator op = make(&a, N, values);
    assert_int_equal(lossi_quadrature(&op, VECTORS, STEPS, 2, NULL, NULL, nodes, weights, counts),
                     LOSS_OK);
    double total = 0, above = 0, second = 0;
    for (size_t k = 0; k < VECTORS; k++)
        n += counts[k];
    assert_int_equal(n, VECTORS * STEPS);
    for (size_t i = 0; i < n; i++) {
        total += weights[i] / VECTORS;
        above += nodes[i] > 2 ? weights[i] / VECTORS : 0;
        second += weights[i] * nodes[i] * nodes[i] / VECTORS;
    }
    assert_true(fabs(total - 1) < 1e-9);
    assert_true(fabs(above - 0.1) < 0.02);
    assert_true(fabs(second - (0.1 * 16 + 0.9 / 3)) < 0.3);
    double integral = 0, low = 0, step = 0.01;
    for (double at = -3; at < 6; at += step) {
        double density = lossi_density_at(n, nodes, weights, VECTORS, 0.1, at);
        integral += density * step;
        low += at < 0 ? density * step : 0;
    }
    assert_true(fabs(integral - 1) < 1e-6);
    assert_true(fabs(low - 0.45) < 0.05);
    unmake(&a);
    /* A Krylov space that ends early: two different values. */
    for (size_t i = 0; i < N; i++)
        values[i] = i % 2 ? 3 : -3;
    op = make(&a, N, values);
    assert_int_equal(lossi_quadrature(&op, 2, STEPS, 2, NULL, NULL, nodes, weights, counts),
                     LOSS_OK);
    assert_true(counts[0] < STEPS);
    total = 0;
    for (size_t i = 0; i < counts[0]; i++) {
        assert_true(weights[i] < 1e-6 || fabs(fabs(nodes[i]) - 3) < 1e-5);
        total += weights[i];
    }
    assert_true(fabs(total - 1) < 1e-9);
    unmake(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_spectrum), cmocka_unit_test(test_multiple_eigenvalues),
        cmocka_unit_test(test_small_and_zero), cmocka_unit_test(test_gives_up),
        cmocka_unit_test(test_trace),          cmocka_unit_test(test_signs),
        cmocka_unit_test(test_quadrature),
    };
    return cmocka_run_group_tests_name("lanczos", tests, NULL, NULL);
}
