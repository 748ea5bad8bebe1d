/* Contour lines and their levels. tests/cli/contours.sh holds lines against contourpy. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <loss/loss.h>

#include "unit/surfaces.h"

static loss_contours *cut(const loss_grid *grid, double level, loss_contour_cells cells)
{
    loss_contours *contours;
    assert_int_equal(loss_contours_create(&contours, grid, &level, 1, cells), LOSS_OK);
    return contours;
}

/* The surface between the points of a grid whose coordinates are its indices. */
static double value_at(const loss_grid *g, double x, double y, loss_contour_cells cells)
{
    size_t nx = g->x.n, ix = (size_t)x, iy = (size_t)y;
    ix = ix + 2 > nx ? nx - 2 : ix;
    iy = iy + 2 > g->y.n ? g->y.n - 2 : iy;
    const double *z = g->z + iy * nx + ix;
    double u = x - (double)ix, v = y - (double)iy;
    if (u == 0 || v == 0 || u == 1 || v == 1) { /* on an edge: its other side may be a hole */
        if (u == 0 || u == 1)
            return v == 0   ? z[(size_t)u]
                   : v == 1 ? z[nx + (size_t)u]
                            : (1 - v) * z[(size_t)u] + v * z[nx + (size_t)u];
        return (1 - u) * z[(size_t)v * nx] + u * z[(size_t)v * nx + 1];
    }
    if (cells == LOSS_CONTOUR_SQUARES)
        return (1 - v) * ((1 - u) * z[0] + u * z[1]) + v * ((1 - u) * z[nx] + u * z[nx + 1]);
    return u >= v ? z[0] + u * (z[1] - z[0]) + v * (z[nx + 1] - z[1])
                  : z[0] + v * (z[nx] - z[0]) + u * (z[nx + 1] - z[nx]);
}

static double circle(double x, double y)
{
    return x * x + y * y;
}

static void test_a_circle_is_one_closed_line(void **state)
{
    (void)state;
    loss_grid g = surface_of(circle, (loss_axis){-2, 2, 81}, (loss_axis){-1.5, 1.5, 61});
    for (int cells = 0; cells < 2; cells++) {
        loss_contours *c = cut(&g, 1, (loss_contour_cells)cells);
        assert_int_equal(loss_contours_count(c), 1);
        loss_contour l = loss_contours_line(c, 0);
        assert_true(l.is_closed);
        assert_near(l.level, 1, 0);
        double area = 0;
        for (size_t i = 0; i < l.n_points; i++) {
            const double *p = l.points[i], *q = l.points[(i + 1) % l.n_points];
            assert_near(hypot(p[0], p[1]), 1, 1e-3);
            area += (p[0] * q[1] - q[0] * p[1]) / 2;
        }
        assert_near(area, -3.14159265, 5e-3); /* clockwise: higher values are on the left */
        loss_contours_free(c);
    }
    loss_contours *c = cut(&g, 3, LOSS_CONTOUR_SQUARES); /* leaves the grid above and below */
    assert_int_equal(loss_contours_count(c), 2);
    for (size_t k = 0; k < 2; k++) {
        loss_contour l = loss_contours_line(c, k);
        assert_false(l.is_closed);
        assert_near(fabs(l.points[0][1]), 1.5, 0);
        assert_near(fabs(l.points[l.n_points - 1][1]), 1.5, 0);
    }
    loss_contours_free(c);
    surface_free(&g);
}

/* One cell with alternating corners: 1 and 1 high, 0 and -1 low. Its saddle lies at (1 - 0) / (1
 * + 1 + 1) = 1/3. */
static void test_the_asymptotic_decider(void **state)
{
    (void)state;
    const double z[2][4] = {{1, 0, -1, 1}, {0, 1, 1, -1}};
    for (int turned = 0; turned < 2; turned++) {
        loss_grid g = {{0, 1, 2}, {0, 1, 2}, z[turned]};
        for (int joined = 0; joined < 2; joined++) {
            /* The mean of the corners, 1/4, would decide otherwise at 0.3. */
            loss_contours *c = cut(&g, joined ? 0.3 : 0.34, LOSS_CONTOUR_SQUARES);
            assert_int_equal(loss_contours_count(c), 2);
            for (size_t k = 0; k < 2; k++) {
                loss_contour l = loss_contours_line(c, k);
                assert_int_equal(l.n_points, 2);
                double x = (l.points[0][0] + l.points[1][0]) / 2,
                       y = (l.points[0][1] + l.points[1][1]) / 2;
                bool near_rising_diagonal =
                    fabs(x - y) < fabs(x + y - 1); /* cuts off (0, 0) or (1, 1) */
                assert_true(near_rising_diagonal == ((joined == 1) == (turned == 1)));
            }
            loss_contours_free(c);
        }
    }
}

static bool on_border_of_surface(const loss_grid *g, const double p[2])
{
    /* A point on an edge: it is on the border if one of the two cells beside that edge is
     * missing. */
    size_t nx = g->x.n, ny = g->y.n, ix = (size_t)p[0], iy = (size_t)p[1];
    bool on_vertical = p[0] == floor(p[0]);
    int n_cells = 0;
    for (int side = 0; side < 2; side++) {
        size_t cx = on_vertical ? ix - (size_t)side : ix, cy = on_vertical ? iy : iy - (size_t)side;
        if (cx >= nx - 1 || cy >= ny - 1) /* also what wrapped round below 0 */
            continue;
        const double *z = g->z + cy * nx + cx;
        n_cells += isfinite(z[0]) && isfinite(z[1]) && isfinite(z[nx]) && isfinite(z[nx + 1]);
    }
    return n_cells < 2;
}

static size_t crossed_edges(const loss_grid *g, double level, bool triangles)
{
    size_t nx = g->x.n, n = 0;
    for (size_t i = 0; i + nx + 1 < nx * g->y.n; i++) { /* no holes here */
        bool above = g->z[i] > level;
        n += (i % nx + 1 < nx) && above != (g->z[i + 1] > level);
        n += above != (g->z[i + nx] > level);
        n += triangles && i % nx + 1 < nx && above != (g->z[i + nx + 1] > level);
    }
    size_t last = nx * (g->y.n - 1);
    for (size_t i = last; i + 1 < last + nx; i++)
        n += (g->z[i] > level) != (g->z[i + 1] > level);
    n += (g->z[last - 1] > level) != (g->z[last + nx - 1] > level); /* the last upright edge */
    return n;
}

static void test_lines_on_random_surfaces(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 60; seed++)
        for (int cells = 0; cells < 2; cells++) {
            bool holes = seed % 3 == 2;
            loss_grid g = random_surface(seed, 5 + seed % 9, 4 + seed % 7, 0, holes ? 0.15 : 0);
            double level = 0.2 + 0.01 * (double)seed;
            loss_contours *c = cut(&g, level, (loss_contour_cells)cells);
            size_t n_points = 0;
            for (size_t k = 0; k < loss_contours_count(c); k++) {
                loss_contour l = loss_contours_line(c, k);
                n_points += l.n_points;
                for (size_t i = 0; i < l.n_points; i++) {
                    const double *p = l.points[i], *q = l.points[(i + 1) % l.n_points];
                    assert_near(value_at(&g, p[0], p[1], (loss_contour_cells)cells), level, 1e-12);
                    if (i + 1 == l.n_points && !l.is_closed)
                        continue;
                    double x = (p[0] + q[0]) / 2, y = (p[1] + q[1]) / 2, dx = q[0] - p[0],
                           dy = q[1] - p[1];
                    assert_true(fabs(dx) <= 1 && fabs(dy) <= 1);
                    if (cells == LOSS_CONTOUR_TRIANGLES) { /* the piece lies in a triangle, and
                                                              the higher side is on its left */
                        double small = 1e-3;
                        assert_near(value_at(&g, x, y, LOSS_CONTOUR_TRIANGLES), level, 1e-12);
                        assert_true(value_at(&g, x - small * dy, y + small * dx,
                                             LOSS_CONTOUR_TRIANGLES) > level);
                    }
                }
                assert_true(l.is_closed || (on_border_of_surface(&g, l.points[0]) &&
                                            on_border_of_surface(&g, l.points[l.n_points - 1])));
            }
            if (!holes)
                assert_int_equal(n_points,
                                 crossed_edges(&g, level, cells == LOSS_CONTOUR_TRIANGLES));
            loss_contours_free(c);
            surface_free(&g);
        }
}

static void test_values_on_the_level(void **state)
{
    (void)state;
    /* A plateau on the level in a higher plain: one loop, through the plateau's corners. */
    double pit[25];
    for (size_t i = 0; i < 25; i++)
        pit[i] = i % 5 >= 1 && i % 5 <= 3 && i / 5 >= 1 && i / 5 <= 3 ? 1 : 2;
    loss_grid g = {{0, 4, 5}, {0, 4, 5}, pit};
    for (int cells = 0; cells < 2; cells++) {
        loss_contours *c = cut(&g, 1, (loss_contour_cells)cells);
        assert_int_equal(loss_contours_count(c), 1);
        loss_contour l = loss_contours_line(c, 0);
        assert_true(l.is_closed);
        assert_int_equal(l.n_points, 8); /* each repeated crossing of a grid point is one point */
        loss_contours_free(c);
    }
    /* The same as a hill: values on the level count as below it, so there is nothing. */
    for (size_t i = 0; i < 25; i++)
        pit[i] = -pit[i];
    loss_contours *c = cut(&g, -1, LOSS_CONTOUR_SQUARES);
    assert_int_equal(loss_contours_count(c), 0);
    loss_contours_free(c);
    /* A single point on the level would be a loop of one point: left out. */
    for (size_t i = 0; i < 25; i++)
        pit[i] = i == 12 ? 1 : 2;
    c = cut(&g, 1, LOSS_CONTOUR_SQUARES);
    assert_int_equal(loss_contours_count(c), 0);
    loss_contours_free(c);
    /* Few values, levels on them: ends still lie on the border, neighbours still differ. */
    for (uint64_t seed = 0; seed < 40; seed++) {
        loss_grid r = random_surface(seed, 9, 8, 3, seed % 2 ? 0.1 : 0);
        for (int cells = 0; cells < 2; cells++) {
            c = cut(&r, (double)(seed % 3), (loss_contour_cells)cells);
            for (size_t k = 0; k < loss_contours_count(c); k++) {
                loss_contour l = loss_contours_line(c, k);
                assert_true(l.n_points >= 2);
                for (size_t i = 0; i + !l.is_closed < l.n_points; i++)
                    assert_memory_not_equal(l.points[i], l.points[(i + 1) % l.n_points],
                                            sizeof *l.points);
            }
            loss_contours_free(c);
        }
        surface_free(&r);
    }
}

static void test_odd_grids(void **state)
{
    (void)state;
    const double levels[] = {0.5, 0.5, -1};
    double z[9] = {0, 1, 0, 1, 0, 1, 0, 1, 0}, none[9];
    loss_contours *c;
    for (size_t i = 0; i < 9; i++)
        none[i] = i % 2 ? NAN : INFINITY;
    loss_grid grids[] = {{{0, 0, 1}, {0, 0, 1}, z},
                         {{0, 1, 9}, {0, 0, 1}, z},
                         {{0, 0, 1}, {0, 1, 9}, z},
                         {{0, 1, 3}, {0, 1, 3}, none}};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(loss_contours_create(&c, &grids[i], levels, 3, LOSS_CONTOUR_TRIANGLES),
                         LOSS_OK);
        assert_int_equal(loss_contours_count(c), 0);
        loss_contours_free(c);
    }
    loss_grid g = {{0, 1, 3}, {0, 1, 3}, z};
    assert_int_equal(loss_contours_create(&c, &g, levels, 3, LOSS_CONTOUR_SQUARES), LOSS_OK);
    size_t n = loss_contours_count(c);
    assert_true(n > 0 && n % 2 == 0); /* the level that is given twice is cut twice */
    assert_int_equal(loss_contours_line(c, 0).n_points, loss_contours_line(c, n / 2).n_points);
    loss_contours_free(c);
    assert_int_equal(loss_contours_create(&c, &g, NULL, 0, LOSS_CONTOUR_SQUARES), LOSS_OK);
    assert_int_equal(loss_contours_count(c), 0);
    loss_contours_free(c);
    loss_contours_free(NULL);

    const double bad = NAN, huge[4] = {-1.7e308, 1.7e308, 1.7e308, -1.7e308};
    assert_int_equal(loss_contours_create(&c, &g, &bad, 1, LOSS_CONTOUR_SQUARES),
                     LOSS_ERR_ARGUMENT);
    assert_null(c);
    assert_string_equal(loss_last_message(), "level 0 is nan; expected a finite number");
    assert_int_equal(loss_contours_create(&c, &g, levels, 3, (loss_contour_cells)7),
                     LOSS_ERR_ARGUMENT);
    g.x.n = 0;
    assert_int_equal(loss_contours_create(&c, &g, levels, 3, LOSS_CONTOUR_SQUARES), LOSS_ERR_SHAPE);
    g.x.n = SIZE_MAX / 2;
    assert_int_equal(loss_contours_create(&c, &g, levels, 3, LOSS_CONTOUR_SQUARES), LOSS_ERR_SHAPE);
    g = (loss_grid){{0, 1, 2}, {0, 1, 2}, huge}; /* differences of these overflow */
    c = cut(&g, 0, LOSS_CONTOUR_SQUARES);
    assert_int_equal(loss_contours_count(c), 2);
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < 2; i++)
            assert_true(isfinite(loss_contours_line(c, k).points[i][0]) &&
                        isfinite(loss_contours_line(c, k).points[i][1]));
    loss_contours_free(c);
}

static size_t levels_of(const loss_grid *g, size_t n, loss_level_scale scale, bool is_round,
                        double *levels)
{
    loss_levels_options opt = LOSS_LEVELS_OPTIONS_INIT;
    size_t n_levels;
    opt.scale = scale;
    opt.round = is_round;
    assert_int_equal(loss_levels(g, n, &opt, levels, &n_levels), LOSS_OK);
    for (size_t i = 1; i < n_levels; i++)
        assert_true(levels[i] > levels[i - 1]);
    return n_levels;
}

static void assert_levels(const double *levels, size_t n, size_t n_expected, const double *expected)
{
    assert_int_equal(n, n_expected);
    for (size_t i = 0; i < n; i++)
        assert_near(levels[i], expected[i], 1e-12 * fabs(expected[i]));
}

static void test_levels(void **state)
{
    (void)state;
    double z[8] = {0, 0.1, 0.2, 1, 2, 4, 1000, NAN}, levels[32];
    loss_grid g = {{0, 3, 4}, {0, 1, 2}, z};
    assert_levels(levels, levels_of(&g, 3, LOSS_LEVELS_LINEAR, false, levels), 3,
                  (double[]){250, 500, 750});
    assert_levels(levels, levels_of(&g, 3, LOSS_LEVELS_LOG, false, levels), 3,
                  (double[]){1, 10, 100}); /* 0 does not count */
    assert_levels(levels, levels_of(&g, 2, LOSS_LEVELS_QUANTILE, false, levels), 2,
                  (double[]){0.2, 2});
    assert_levels(levels, levels_of(&g, 5, LOSS_LEVELS_LINEAR, true, levels), 4,
                  (double[]){200, 400, 600, 800});
    assert_levels(levels, levels_of(&g, 4, LOSS_LEVELS_LOG, true, levels), 3,
                  (double[]){1, 10, 100});
    assert_levels(levels, levels_of(&g, 8, LOSS_LEVELS_LOG, true, levels), 7,
                  (double[]){0.3, 1, 3, 10, 30, 100, 300});
    assert_levels(levels, levels_of(&g, 1, LOSS_LEVELS_LOG, true, levels), 1, (double[]){1});
    /* Quantiles of few values: equal ones become one, the ends are left out. */
    const double two[4] = {1, 1, 1, 2};
    loss_grid few = {{0, 1, 2}, {0, 1, 2}, two};
    assert_int_equal(levels_of(&few, 2, LOSS_LEVELS_QUANTILE, false, levels), 0);
    assert_levels(levels, levels_of(&few, 4, LOSS_LEVELS_QUANTILE, false, levels), 1,
                  (double[]){1.4});
    /* Less than a decade on the log scale, and odd ranges. */
    const double near[4] = {2.1, 2.2, 2.3, 2.9};
    loss_grid narrow = {{0, 1, 2}, {0, 1, 2}, near};
    assert_levels(levels, levels_of(&narrow, 8, LOSS_LEVELS_LOG, true, levels), 7,
                  (double[]){2.2, 2.3, 2.4, 2.5, 2.6, 2.7, 2.8});
    const double wide[4] = {1e-300, 1, 1e300, 1e300};
    loss_grid extreme = {{0, 1, 2}, {0, 1, 2}, wide};
    size_t n = levels_of(&extreme, 5, LOSS_LEVELS_LOG, true, levels);
    assert_true(n >= 2 && n <= 5);
    const double opposite[4] = {-1.7e308, 0, 1, 1.7e308};
    loss_grid overflowing = {{0, 1, 2}, {0, 1, 2}, opposite};
    n = levels_of(&overflowing, 5, LOSS_LEVELS_LINEAR, true, levels);
    assert_true(n >= 2 && n <= 5);
    const double equal[4] = {3, 3, 3, 3}, absent[4] = {NAN, INFINITY, -INFINITY, NAN};
    loss_grid flat = {{0, 1, 2}, {0, 1, 2}, equal}, empty = {{0, 1, 2}, {0, 1, 2}, absent};
    for (int scale = 0; scale < 3; scale++) {
        assert_int_equal(levels_of(&flat, 5, (loss_level_scale)scale, scale != 2, levels), 0);
        assert_int_equal(levels_of(&empty, 5, (loss_level_scale)scale, scale != 2, levels), 0);
    }
    assert_string_equal(loss_level_scale_name(LOSS_LEVELS_QUANTILE), "quantile");
}

static void test_wrong_levels_are_refused(void **state)
{
    (void)state;
    const double z[4] = {1, 2, 3, 4};
    double levels[4];
    size_t n;
    loss_grid g = {{0, 1, 2}, {0, 1, 2}, z};
    loss_levels_options opt = LOSS_LEVELS_OPTIONS_INIT;
    opt.low = 2;
    opt.high = 1;
    assert_int_equal(loss_levels(&g, 4, &opt, levels, &n), LOSS_ERR_ARGUMENT);
    opt.high = INFINITY;
    assert_int_equal(loss_levels(&g, 4, &opt, levels, &n), LOSS_ERR_ARGUMENT);
    opt = (loss_levels_options)LOSS_LEVELS_OPTIONS_INIT;
    opt.scale = LOSS_LEVELS_LOG;
    opt.low = -1;
    assert_int_equal(loss_levels(&g, 4, &opt, levels, &n), LOSS_ERR_ARGUMENT);
    opt.struct_size = sizeof opt + 8;
    struct {
        loss_levels_options opt;
        double unknown;
    } longer = {opt, 1};
    assert_int_equal(loss_levels(&g, 4, &longer.opt, levels, &n), LOSS_ERR_ARGUMENT);
    opt = (loss_levels_options)LOSS_LEVELS_OPTIONS_INIT;
    opt.low = 2; /* a part of the range */
    assert_int_equal(loss_levels(&g, 1, &opt, levels, &n), LOSS_OK);
    assert_levels(levels, n, 1, (double[]){3});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_circle_is_one_closed_line),
        cmocka_unit_test(test_the_asymptotic_decider),
        cmocka_unit_test(test_lines_on_random_surfaces),
        cmocka_unit_test(test_values_on_the_level),
        cmocka_unit_test(test_odd_grids),
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_wrong_levels_are_refused),
    };
    return cmocka_run_group_tests_name("contours", tests, NULL, NULL);
}
