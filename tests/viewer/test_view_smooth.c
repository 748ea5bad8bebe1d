/* The smooth surface: it keeps to the grid points, invents nothing, and leaves holes. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "near.h"

#include "scene/smooth.h"

enum { NX = 7, NY = 5, PARTS = 6, WIDE = (NX - 1) * PARTS + 1, HIGH = (NY - 1) * PARTS + 1 };

static const double X[NX] = {0, 1, 1.5, 4, 5, 5.1, 6}, Y[NY] = {-1, 0, 0.25, 2, 3};

static void make(const double *f, double *out)
{
    assert_true(smooth_surface(X, NX, Y, NY, f, PARTS, out));
}

static void random_values(unsigned seed, double *f)
{
    for (size_t i = 0; i < NX * NY; i++) {
        seed = seed * 1664525u + 1013904223u;
        f[i] = (double)(seed >> 8) / 16777216.0;
    }
}

static void test_points_are_kept(void **state)
{
    (void)state;
    double f[NX * NY], out[WIDE * HIGH], axis[WIDE];
    random_values(1, f);
    make(f, out);
    for (size_t i = 0; i < NX * NY; i++)
        assert_true(!(out[i / NX * PARTS * WIDE + i % NX * PARTS] < f[i]) &&
                    !(out[i / NX * PARTS * WIDE + i % NX * PARTS] > f[i]));
    smooth_axis(X, NX, PARTS, axis);
    for (size_t i = 0; i < NX; i++)
        assert_near(axis[i * PARTS], X[i], 0);
    for (size_t i = 1; i < WIDE; i++)
        assert_true(axis[i] > axis[i - 1]);
}

static void test_no_value_beyond_the_corners(void **state)
{
    (void)state;
    for (unsigned seed = 0; seed < 200; seed++) {
        double f[NX * NY], out[WIDE * HIGH];
        random_values(seed, f);
        make(f, out);
        for (size_t j = 0; j < HIGH; j++)
            for (size_t i = 0; i < WIDE; i++) {
                size_t x = i / PARTS < NX - 1 ? i / PARTS : NX - 2,
                       y = j / PARTS < NY - 1 ? j / PARTS : NY - 2;
                const double *at = f + y * NX + x;
                double low = fmin(fmin(at[0], at[1]), fmin(at[NX], at[NX + 1])),
                       high = fmax(fmax(at[0], at[1]), fmax(at[NX], at[NX + 1]));
                assert_true(out[j * WIDE + i] >= low && out[j * WIDE + i] <= high);
            }
    }
}

/* A plane stays one, and so does each axis of a function of the other alone. */
static void test_a_plane_is_kept(void **state)
{
    (void)state;
    double f[NX * NY], out[WIDE * HIGH], x[WIDE], y[HIGH];
    for (size_t i = 0; i < NX * NY; i++)
        f[i] = 1 + 2 * X[i % NX] - 3 * Y[i / NX];
    make(f, out);
    smooth_axis(X, NX, PARTS, x);
    smooth_axis(Y, NY, PARTS, y);
    for (size_t i = 0; i < WIDE * HIGH; i++)
        assert_near(out[i], 1 + 2 * x[i % WIDE] - 3 * y[i / WIDE], 1e-12);
}

/* Slopes do not jump at grid points, or the surface would show them as edges. */
static void test_slopes_do_not_jump(void **state)
{
    (void)state;
    enum { N = 9, FINE = 200 };
    double axis[N], rows[2 * N], two[2] = {0, 1},
                                 *out = malloc(sizeof *out * (FINE + 1) * ((N - 1) * FINE + 1));
    assert_non_null(out);
    for (size_t i = 0; i < N; i++) {
        axis[i] = (double)i;
        rows[i] = rows[N + i] = (double)(i * i);
    }
    assert_true(smooth_surface(axis, N, two, 2, rows, FINE, out));
    for (size_t i = FINE; i < (N - 1) * FINE - 1; i += FINE) {
        double before = (out[i] - out[i - 1]) * FINE, after = (out[i + 1] - out[i]) * FINE;
        assert_true(fabs(before - after) < 0.1);                    /* a grid has 2 */
        assert_true(fabs(before - 2.0 * (double)(i / FINE)) < 0.7); /* and it is a parabola's */
    }
    free(out);
}

static void test_holes_stay(void **state)
{
    (void)state;
    double f[NX * NY], out[WIDE * HIGH];
    random_values(3, f);
    f[2 * NX + 3] = (double)NAN;
    make(f, out);
    for (size_t j = 0; j < HIGH; j++)
        for (size_t i = 0; i < WIDE; i++) {
            bool is_near = i > 2 * PARTS && i < 4 * PARTS && j > PARTS && j < 3 * PARTS;
            assert_int_equal(isnan(out[j * WIDE + i]), is_near);
        }
}

static void test_axes_are_alike(void **state)
{
    (void)state;
    enum { N = 5, FINE = (N - 1) * PARTS + 1 };
    double f[NX * NY], turned[N * N], out[FINE * FINE], back[FINE * FINE];
    random_values(4, f);
    for (size_t i = 0; i < N * N; i++)
        turned[i % N * N + i / N] = f[i];
    assert_true(smooth_surface(X, N, X, N, f, PARTS, out));
    assert_true(smooth_surface(X, N, X, N, turned, PARTS, back));
    for (size_t i = 0; i < FINE * FINE; i++)
        assert_near(out[i], back[i % FINE * FINE + i / FINE], 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_points_are_kept), cmocka_unit_test(test_no_value_beyond_the_corners),
        cmocka_unit_test(test_a_plane_is_kept), cmocka_unit_test(test_slopes_do_not_jump),
        cmocka_unit_test(test_holes_stay),      cmocka_unit_test(test_axes_are_alike)};
    return cmocka_run_group_tests_name("view_smooth", tests, NULL, NULL);
}
