/* Functions of one value, and products of the matrices of each image: every set of kernels that
 * this processor runs against the reference. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "cpu/cpu.h"
#include "kernels/kernels.h"

static const lossi_kernels *const ref = &lossi_kernels_ref;

enum { N = 1003 };

static lossi_real value_at(uint32_t stream, size_t i)
{
    lossi_stream s = lossi_stream_make(1, LOSSI_RANDOM_SAMPLE, stream);
    return (lossi_real)(2 * lossi_random_uniform(&s, i) - 1);
}

/* Finite, the same to rounding, or both not finite. */
static void expect_close(const lossi_kernels *set, const char *what, int number, double x,
                         double found, double expected, double bound)
{
    bool close = fabs(found - expected) <= bound * (1 + fabs(expected)) || found == expected ||
                 (isnan(found) && isnan(expected));
    if (!close)
        fail_msg("%s: %s %d of %g is %.9g, not %.9g", set->name, what, number, x, found, expected);
}

static void check_curve(const lossi_kernels *set, lossi_curve curve, unsigned order,
                        const double *k)
{
    static const lossi_real special[] = {0, (lossi_real)-0.0, NAN, 1e-30f, -1e-30f, 100, -100};
    enum { N_SPECIAL = sizeof special / sizeof *special };
    lossi_real x[N], y[N + 1], expected[N];
    for (size_t i = 0; i < N; i++) /* dense around 0 */
        x[i] = i < N_SPECIAL ? special[i] : 20 * value_at(0, i) * value_at(1, i) * value_at(2, i);
    ref->curve(curve, order, k, N, x, expected);
    memcpy(y, x, sizeof x);
    y[N] = 7;
    set->curve(curve, order, k, N, y, y); /* in place, and not a whole number of vectors */
    assert_true(y[N] == 7);
    for (size_t i = 0; i < N; i++)
        expect_close(set, "curve", (int)(3 * curve + order), (double)x[i], (double)y[i],
                     (double)expected[i], 1e-6);
}

static void test_curves(void **state)
{
    (void)state;
    static const double constants[][LOSSI_CURVE_CONSTANTS] = {
        {0.25, 0.75}, {1, 20}, {NAN, 0.5}, {0, 1}};
    const lossi_kernels *set;
    for (size_t i = 0; (set = lossi_kernels_number(i)) != ref; i++)
        for (lossi_curve c = 0; c < LOSSI_N_CURVES; c++)
            for (size_t k = 0; k < sizeof constants / sizeof *constants; k++)
                for (unsigned order = 0; order < 3; order++)
                    check_curve(set, c, order, constants[k]);
}

/* The reference's values against the C library's, and its derivatives against differences. */
static void test_derivatives(void **state)
{
    (void)state;
    static const double k[] = {0.3, 0.6}, step = 1.0 / 256;
    for (lossi_curve c = 0; c < LOSSI_N_CURVES; c++)
        for (unsigned order = 0; order < 2; order++)
            for (size_t i = 0; i < 40; i++) {
                lossi_real x = (lossi_real)(0.13 + 0.11 * (double)i), slope, y[2],
                           ends[] = {x + (lossi_real)step, x - (lossi_real)step};
                ref->curve(c, order, k, 2, ends, y);
                ref->curve(c, order + 1, k, 1, &x, &slope);
                if (fabs((double)x - k[1]) > step && fabs((double)x - 3) > step &&
                    fabs(k[0] * (double)x + k[1] - 1) > step &&
                    fabs(k[0] * (double)x - k[1]) > step)
                    expect_close(ref, "derivative", (int)(3 * c + order), (double)x,
                                 ((double)y[0] - (double)y[1]) / (2 * step), (double)slope, 5e-3);
            }
}

static void check_product(const lossi_kernels *set, const lossi_product *p)
{
    size_t a_size = p->m * p->k * p->lanes, b_size = p->k * p->n * p->lanes,
           c_size = p->m * p->n * p->lanes;
    lossi_real *a = malloc((a_size + b_size + 2 * c_size + 1) * sizeof *a), *b = a + a_size,
               *c = b + b_size, *expected = c + c_size;
    for (size_t i = 0; i < a_size + b_size + c_size; i++)
        a[i] = value_at(3, i);
    memcpy(expected, c, c_size * sizeof *c);
    expected[c_size] = 7;
    ref->product(p, a, b, expected);
    set->product(p, a, b, c);
    for (size_t i = 0; i < c_size; i++)
        expect_close(set, "product", (int)p->m, (double)i, (double)c[i], (double)expected[i], 2e-5);
    assert_true(expected[c_size] == 7);
    free(a);
}

static void test_products(void **state)
{
    (void)state;
    static const size_t terms[] = {1, 5, 64, 131};
    const lossi_kernels *set;
    for (size_t s = 0; (set = lossi_kernels_number(s)) != ref; s++)
        for (size_t m = 1; m < 10; m++)
            for (size_t n = 1; n < 10; n++)
                for (size_t t = 0; t < 4; t++) {
                    size_t k = terms[t], lanes = set->vector * (1 + (m + n + t) % 3);
                    check_product(set, &(lossi_product){lanes, m, n, k, k, 1, n, 1, n, 1});
                    check_product(set, &(lossi_product){lanes, m, n, k, 1, m, 1, k, 1, m});
                }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_curves),
        cmocka_unit_test(test_derivatives),
        cmocka_unit_test(test_products),
    };
    return cmocka_run_group_tests_name("curves and products", tests, NULL, NULL);
}
