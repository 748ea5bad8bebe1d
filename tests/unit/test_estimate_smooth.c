/* Points of a grid that are smoothed together: the equations against straightforward ones, and
 * what comes of a surface that is known. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "estimate/smooth.h"

/* ---- The equations -------------------------------------------------------------------------- */

enum { N = 12 };
static const lossi_process_model MODEL = {0.7, 1.3};

static double covariance(lossi_spot a, lossi_spot b)
{
    double r = sqrt(3) * hypot(a.x - b.x, a.y - b.y) / MODEL.length;
    return MODEL.spread * MODEL.spread * (1 + r) * exp(-r);
}

/* a x = b for n unknowns by Gauss's elimination with pivots; b becomes x.
 * @return the logarithm of the determinant of a, which is positive */
static double eliminate(size_t n, double a[N + 1][N + 1], double *b)
{
    double log_determinant = 0;
    for (size_t k = 0; k < n; k++) {
        size_t pivot = k;
        for (size_t i = k; i < n; i++)
            pivot = fabs(a[i][k]) > fabs(a[pivot][k]) ? i : pivot;
        for (size_t j = 0; j < n; j++) {
            double swapped = a[k][j];
            a[k][j] = a[pivot][j];
            a[pivot][j] = swapped;
        }
        double swapped = b[k];
        b[k] = b[pivot];
        b[pivot] = swapped;
        log_determinant += log(fabs(a[k][k]));
        for (size_t i = 0; i < n; i++) {
            double factor = i == k ? 0 : a[i][k] / a[k][k];
            for (size_t j = k; j < n; j++)
                a[i][j] -= factor * a[k][j];
            b[i] -= factor * b[k];
        }
    }
    for (size_t k = 0; k < n; k++)
        b[k] /= a[k][k];
    return log_determinant;
}

/* The equations of ordinary kriging, with a multiplier for weights that add up to 1. */
static void fill(const lossi_process *p, double a[N + 1][N + 1])
{
    for (size_t i = 0; i < N; i++) {
        for (size_t j = 0; j < N; j++)
            a[i][j] = covariance(p->spots[i], p->spots[j]) + (i == j ? p->values[i].variance : 0);
        a[i][N] = a[N][i] = 1;
    }
    a[N][N] = 0;
}

static void make_process(lossi_process *p)
{
    lossi_stream stream = lossi_stream_make(3, LOSSI_RANDOM_SAMPLE, 0);
    assert_int_equal(lossi_process_init(p, N), LOSS_OK);
    p->n = N;
    for (size_t i = 0; i < N; i++) {
        p->spots[i] = (lossi_spot){2 * lossi_random_uniform(&stream, 4 * i) - 1,
                                   2 * lossi_random_uniform(&stream, 4 * i + 1) - 1};
        p->values[i] = (lossi_valued){3 + lossi_random_uniform(&stream, 4 * i + 2),
                                      i % 3 ? 0.2 * lossi_random_uniform(&stream, 4 * i + 3) : 0};
    }
    assert_true(lossi_process_solve(p, &MODEL));
}

static void what_is_told_is_the_best_linear_prediction(void **state)
{
    (void)state;
    lossi_process p;
    double room[2 * N], a[N + 1][N + 1], weights[N + 1];
    lossi_valued told[2];
    make_process(&p);
    const lossi_spot spots[2] = {{0.3, -0.4}, p.spots[0]};
    lossi_process_tell(&p, 2, spots, room, told);
    double value = 0, variance = MODEL.spread * MODEL.spread;
    fill(&p, a);
    for (size_t i = 0; i < N; i++)
        weights[i] = covariance(p.spots[i], spots[0]);
    weights[N] = 1;
    eliminate(N + 1, a, weights);
    for (size_t i = 0; i < N; i++) {
        value += weights[i] * p.values[i].value;
        variance -= weights[i] * covariance(p.spots[i], spots[0]);
    }
    variance -= weights[N];
    assert_true(fabs(told[0].value - value) < 1e-6);
    assert_true(fabs(told[0].variance - variance) < 1e-6 && variance > 0);
    assert_true(fabs(told[1].value - p.values[0].value) < 1e-6); /* that is exact */
    assert_true(told[1].variance < 1e-6);
    lossi_process_free(&p);
}

/* That of differences to the last value, which do not know of a mean; up to the same constant. */
static double straightforward(const lossi_process *p)
{
    double a[N + 1][N + 1], v[N + 1][N + 1], y[N + 1], x[N + 1], sum = 0;
    fill(p, v);
    for (size_t i = 0; i + 1 < N; i++) {
        for (size_t j = 0; j + 1 < N; j++)
            a[i][j] = v[i][j] - v[i][N - 1] - v[N - 1][j] + v[N - 1][N - 1];
        x[i] = y[i] = p->values[i].value - p->values[N - 1].value;
    }
    double log_determinant = eliminate(N - 1, a, x);
    for (size_t i = 0; i + 1 < N; i++)
        sum += x[i] * y[i];
    return -(log_determinant + sum) / 2;
}

static void the_likelihood_is_that_of_differences(void **state)
{
    (void)state;
    lossi_process p;
    make_process(&p);
    double is = lossi_process_likelihood(&p), expected = straightforward(&p);
    assert_true(fabs(is - expected) < 1e-5);
    p.n = 0;
    assert_false(lossi_process_solve(&p, &MODEL));
    lossi_process_free(&p);
}

/* ---- Grids ---------------------------------------------------------------------------------- */

enum { NX = 40, NY = 30 }; /* more than one tile */

static double truth(size_t i)
{
    double x = 2.0 * (double)(i % NX) / (NX - 1) - 1, y = 2.0 * (double)(i / NX) / (NY - 1) - 1;
    return 3 * sqrt(x * x + y * y) + x - 0.5 * sin(3 * y);
}

static bool is_exact(size_t i)
{
    return i % NX % 13 == 0 && i / NX % 9 == 0;
}

static void measure(double error, lossi_valued *measured)
{
    lossi_stream stream = lossi_stream_make(11, LOSSI_RANDOM_SAMPLE, 0);
    for (size_t i = 0; i < NX * NY; i++) {
        float z[2];
        lossi_random_normal_at(&stream, 2 * i, z, 2);
        measured[i] = is_exact(i) ? (lossi_valued){truth(i), 0}
                                  : (lossi_valued){truth(i) + error * (double)z[0], error * error};
    }
    measured[77].value = NAN; /* nothing is known there */
}

static void smoothed_values_are_better_and_their_errors_honest(void **state)
{
    (void)state;
    const double error = 0.2;
    static lossi_valued measured[NX * NY], smoothed[NX * NY];
    lossi_process_model model;
    double squares = 0, standard = 0;
    size_t n = 0, held = 0;
    measure(error, measured);
    assert_int_equal(lossi_smooth(NX, NY, measured, &model, smoothed), LOSS_OK);
    assert_true(model.length > 0 && model.spread > 0);
    for (size_t i = 0; i < NX * NY; i++) {
        double off = smoothed[i].value - truth(i), variance = smoothed[i].variance;
        if (is_exact(i)) {
            assert_true(off == 0 && variance == 0);
            continue;
        }
        assert_true(variance > 0 && variance < error * error);
        squares += off * off;
        standard += off * off / variance;
        held += off * off < 1.96 * 1.96 * variance;
        n++;
    }
    assert_true(sqrt(squares / (double)n) < 0.5 * error);
    assert_true(standard / (double)n > 0.6 && standard / (double)n < 1.3);
    assert_in_range(held, 0.92 * (double)n, 0.99 * (double)n);
}

/* Where errors are small beside what the surface does, there is nothing to gain, nor to lose. */
static void what_is_known_well_stays(void **state)
{
    (void)state;
    const double error = 1e-4;
    static lossi_valued measured[NX * NY], smoothed[NX * NY];
    lossi_process_model model;
    measure(error, measured);
    assert_int_equal(lossi_smooth(NX, NY, measured, &model, smoothed), LOSS_OK);
    for (size_t i = 0; i < NX * NY; i++)
        if (i != 77)
            assert_true(fabs(smoothed[i].value - measured[i].value) < 3 * error);
}

static void too_little_is_left_as_it_is(void **state)
{
    (void)state;
    const lossi_valued few[] = {{1, 0}, {2, 0.1}, {NAN, NAN}, {4, 0.1}};
    lossi_valued same[16], smoothed[16];
    lossi_process_model model;
    assert_int_equal(lossi_smooth(2, 2, few, &model, smoothed), LOSS_OK);
    assert_true(model.spread == 0 && smoothed[1].value == 2 && smoothed[1].variance == 0.1);
    assert_true(isnan(smoothed[2].value));
    for (size_t i = 0; i < 16; i++)
        same[i] = (lossi_valued){5, 0.1};
    assert_int_equal(lossi_smooth(4, 4, same, &model, smoothed), LOSS_OK);
    assert_true(model.spread == 0 && smoothed[7].value == 5 && smoothed[7].variance == 0.1);
}

static void variances_are_means_of_those_around(void **state)
{
    (void)state;
    const double variances[] = {1, 2, 4, 8, NAN, 16, 32, 64, 128};
    double steadier[9];
    lossi_smooth_variances(3, 3, variances, steadier);
    assert_true(fabs(steadier[0] - 11.0 / 3) < 1e-12); /* 1, 2 and 8 */
    assert_true(fabs(steadier[1] - 31.0 / 5) < 1e-12); /* all of two rows */
    assert_true(fabs(steadier[8] - (16 + 64 + 128) / 3.0) < 1e-12);
    assert_true(isnan(steadier[4]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_told_is_the_best_linear_prediction),
        cmocka_unit_test(the_likelihood_is_that_of_differences),
        cmocka_unit_test(smoothed_values_are_better_and_their_errors_honest),
        cmocka_unit_test(what_is_known_well_stays),
        cmocka_unit_test(too_little_is_left_as_it_is),
        cmocka_unit_test(variances_are_means_of_those_around),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
