/* Figures of a surface: areas, convexity, roughness. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <loss/loss.h>

#include "unit/surfaces.h"

static const double NONE[6] = {NAN, INFINITY, NAN, NAN, -INFINITY, NAN};

static loss_figures figures_of(const loss_grid *grid)
{
    loss_figures f;
    assert_int_equal(loss_figures_of(grid, &f), LOSS_OK);
    return f;
}

static double area_below(const loss_grid *grid, double level)
{
    double area;
    assert_int_equal(loss_area_below(grid, level, &area), LOSS_OK);
    return area;
}

static double plane(double x, double y)
{
    return 0.1 * x + 0.3 * y;
}

static double paraboloid(double x, double y)
{
    return x * x + y * y;
}

static double cubic(double x, double y)
{
    return x * x * x + y * y;
}

static double sine(double x, double y)
{
    return sin(x) + 0 * y;
}

static void test_area_below(void **state)
{
    (void)state;
    loss_grid g = surface_of(plane, (loss_axis){0, 2, 5}, (loss_axis){0, 3, 7});
    assert_near(figures_of(&g).area, 6, 1e-12);
    assert_near(area_below(&g, 0.1), 0.1 / 0.1 * (0.1 / 0.3) / 2,
                1e-12);                          /* a triangle: exact, whatever the grid */
    assert_near(area_below(&g, 0.55), 3, 1e-12); /* half the plane */
    assert_near(area_below(&g, 1.1), 6, 1e-12);
    assert_near(area_below(&g, -0.1), 0, 0);
    assert_near(area_below(&g, INFINITY), 6, 1e-12);
    surface_free(&g);
    g = surface_of(paraboloid, (loss_axis){-1, 1, 201}, (loss_axis){-1, 1, 201});
    assert_near(area_below(&g, 0.5), 3.14159265 / 2, 1e-3);
    surface_free(&g);
}

static void test_convex_share(void **state)
{
    (void)state;
    loss_grid g = surface_of(paraboloid, (loss_axis){-1, 1, 21}, (loss_axis){-1, 1, 11});
    assert_near(figures_of(&g).convex_share, 1, 0);
    assert_int_equal(figures_of(&g).n_hessians, 19 * 9);
    surface_free(&g);
    g = surface_of(plane, (loss_axis){-1, 1, 21},
                   (loss_axis){-1, 1, 21}); /* not convex by rounding only */
    assert_near(figures_of(&g).convex_share, 1, 0);
    surface_free(&g);
    g = surface_of(cubic, (loss_axis){-1, 1, 22},
                   (loss_axis){-1, 1, 21}); /* convex where x > 0: half of the points */
    assert_near(figures_of(&g).convex_share, 0.5, 0);
    surface_free(&g);
    /* Saddles along the diagonal, u v: no second difference along an axis, but one eigenvalue is
     * negative. */
    const double saddle[9] = {1, 0, -1, 0, 0, 0, -1, 0, 1};
    g = (loss_grid){{-1, 1, 3}, {-1, 1, 3}, saddle};
    assert_near(figures_of(&g).convex_share, 0, 0);
    assert_int_equal(figures_of(&g).n_hessians, 1);
}

static void test_roughness(void **state)
{
    (void)state;
    loss_grid g = surface_of(plane, (loss_axis){-1, 1, 21}, (loss_axis){-1, 1, 11});
    assert_near(figures_of(&g).roughness, 1, 1e-12); /* monotonous */
    surface_free(&g);
    g = surface_of(paraboloid, (loss_axis){-1, 1, 21}, (loss_axis){-1, 1, 11});
    assert_near(figures_of(&g).roughness, 2, 1e-12); /* down and up */
    surface_free(&g);
    g = surface_of(sine, (loss_axis){0, 4 * 3.14159265358979, 401},
                   (loss_axis){0, 1, 3}); /* columns do not vary: not counted */
    assert_near(figures_of(&g).roughness, 4, 1e-3);
    surface_free(&g);
}

static void test_holes_and_odd_grids(void **state)
{
    (void)state;
    double z[12] = {1, 2, 3, 4, 2, 3, 4, 5, 3, 4, 5, NAN};
    loss_grid g = {{0, 3, 4}, {0, 2, 3}, z};
    loss_figures f = figures_of(&g);
    assert_near(f.area, 5, 0); /* of six cells */
    assert_near(f.lowest, 1, 0);
    assert_near(f.highest, 5, 0);
    assert_int_equal(f.n_hessians, 1);
    assert_near(area_below(&g, 10), 5, 0);
    g = (loss_grid){{0, 2, 3}, {0, 1, 2}, NONE};
    f = figures_of(&g);
    assert_near(f.area, 0, 0);
    assert_int_equal(f.n_hessians, 0);
    assert_true(isnan(f.lowest) && isnan(f.highest) && isnan(f.convex_share) && isnan(f.roughness));
    for (int upright = 0; upright < 2;
         upright++) { /* a line of 12 points, the last of them absent */
        loss_axis along = {0, 5.5, 12}, across = {0, 0, 1};
        g = (loss_grid){upright ? across : along, upright ? along : across, z};
        f = figures_of(&g);
        assert_near(f.area, 5, 1e-12); /* its length */
        assert_int_equal(f.n_hessians, 9);
        assert_near(f.convex_share, 7. / 9, 1e-12); /* not at the two peaks */
        assert_near(area_below(&g, 1.5), 0.25, 1e-12);
    }
    g.x.n = 0;
    assert_int_equal(loss_figures_of(&g, &f), LOSS_ERR_SHAPE);
    g = (loss_grid){{0, 0, 1}, {0, 0, 1}, z};
    f = figures_of(&g);
    assert_near(f.area, 0, 0);
    double area;
    assert_int_equal(loss_area_below(&g, NAN, &area), LOSS_ERR_ARGUMENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_area_below),
        cmocka_unit_test(test_convex_share),
        cmocka_unit_test(test_roughness),
        cmocka_unit_test(test_holes_and_odd_grids),
    };
    return cmocka_run_group_tests_name("figures", tests, NULL, NULL);
}
