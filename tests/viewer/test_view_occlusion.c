/* Light from the sky: what a bowl, a plate and a surface with a hole hide of it. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "near.h"

#include "scene/occlusion.h"

enum { N = 33 };

/* Heights over -1 .. 1, of at most 1. */
static relief make(double (*height)(double x, double y))
{
    relief r = {.nx = N, .ny = N, .parts = 1, .height = 1, .x_extent = 1, .y_extent = 1};
    r.x = malloc(N * sizeof *r.x);
    r.y = malloc(N * sizeof *r.y);
    r.z = malloc(N * N * sizeof *r.z);
    assert_true(r.x && r.y && r.z);
    for (size_t i = 0; i < N; i++)
        r.x[i] = r.y[i] = 2.0 * (double)i / (N - 1) - 1;
    for (size_t i = 0; i < N * N; i++)
        r.z[i] = height(r.x[i % N], r.y[i / N]);
    return r;
}

static double bowl(double x, double y)
{
    return (x * x + y * y) / 2;
}

static double plate(double x, double y)
{
    (void)x;
    (void)y;
    return 0.3;
}

static double with_hole(double x, double y)
{
    return x > 0.5 && y > 0.5 ? (double)NAN : bowl(x, y);
}

static void test_surface(void **state)
{
    (void)state;
    occlusion o;
    relief r = make(bowl);
    assert_true(occlusion_make(&o, &r));
    double middle = occlusion_at(&o, &r, N / 2, N / 2), rim = occlusion_at(&o, &r, N / 2, 0);
    assert_true(middle > 0.1 && middle < 0.5); /* walls all around */
    assert_true(rim < 0.8 * middle);
    for (size_t i = 0; i < N; i++) /* the same from both sides */
        assert_near(occlusion_at(&o, &r, i, 3), occlusion_at(&o, &r, i, N - 4), 1e-6);
    occlusion_free(&o);
    relief_free(&r);
    r = make(plate);
    assert_true(occlusion_make(&o, &r));
    for (size_t i = 0; i < N; i++)
        assert_near(occlusion_at(&o, &r, i, i), 0, 1e-6);
    occlusion_free(&o);
    relief_free(&r);
    r = make(with_hole);
    assert_true(occlusion_make(&o, &r));
    for (size_t i = 0; i < N * N; i++)
        assert_true(isfinite(occlusion_at(&o, &r, i % N, i / N)));
    occlusion_free(&o);
    relief_free(&r);
}

static void test_floor(void **state)
{
    (void)state;
    static uint8_t shadow[FLOOR_SIDE][FLOOR_SIDE];
    relief r = make(plate);
    occlusion_floor(&r, shadow);
    int middle = shadow[FLOOR_SIDE / 2][FLOOR_SIDE / 2], corner = shadow[0][0];
    /* The form factor of a square of side 2 at height 0.3, from its middle: 0.931. */
    assert_true(abs(middle - 237) <= 6);
    assert_true(corner < 40);
    for (int i = 1; i < FLOOR_SIDE / 2; i++) /* darker towards the middle */
        assert_true(shadow[FLOOR_SIDE / 2][i] + 4 >= shadow[FLOOR_SIDE / 2][i - 1]);
    relief_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_surface),
                                       cmocka_unit_test(test_floor)};
    return cmocka_run_group_tests_name("view_occlusion", tests, NULL, NULL);
}
