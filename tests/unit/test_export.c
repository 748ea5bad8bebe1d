/* Meshes and what is drawn of them: shapes, orientation, what is left out. Independent programs
 * read the files in tests/cli/export_readers.sh. */
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "surface/mesh.h"

static const loss_axis X = {-1, 1, 4}, Y = {0, 1, 3};

/* Asymmetric, so that a transposed or mirrored grid shows: loss = 10 + x + 4 y. */
static void make_points(loss_point points[12])
{
    for (size_t i = 0; i < 12; i++)
        points[i] = (loss_point){true, 10 + loss_axis_at(X, i % 4) + 4 * loss_axis_at(Y, i / 4),
                                 0.1, 50, 1};
}

static void test_mesh(void **state)
{
    (void)state;
    loss_point points[12];
    lossi_mesh mesh;
    make_points(points);
    lossi_height_scale scale = lossi_height_scale_fit(LOSS_HEIGHT_RAW, points, 12, 2);
    assert_int_equal(lossi_mesh_make(&mesh, X, Y, points, &scale, "viridis"), LOSS_OK);
    assert_int_equal(mesh.n_vertices, 12);
    assert_int_equal(mesh.n_triangles, 2 * 3 * 2);
    for (size_t v = 0; v < 12; v++) {
        const float *p = mesh.positions + 3 * v, *n = mesh.normals + 3 * v;
        assert_float_equal(p[2], 10 + p[0] + 4 * p[1], 1e-5f);
        assert_float_equal(n[0], -1 / sqrtf(18), 1e-5f); /* a plane: all normals are (-1, -4, 1) */
        assert_float_equal(n[1], -4 / sqrtf(18), 1e-5f);
        assert_float_equal(n[2], 1 / sqrtf(18), 1e-5f);
    }
    for (size_t t = 0; t < mesh.n_triangles; t++) { /* counter-clockwise from above */
        const uint32_t *c = mesh.triangles + 3 * t;
        const float *a = mesh.positions + 3 * c[0], *b = mesh.positions + 3 * c[1],
                    *d = mesh.positions + 3 * c[2];
        assert_true((b[0] - a[0]) * (d[1] - a[1]) - (b[1] - a[1]) * (d[0] - a[0]) > 0);
    }
    lossi_mesh_free(&mesh);
}

static void test_points_without_height_are_left_out(void **state)
{
    (void)state;
    loss_point points[12];
    lossi_mesh mesh;
    make_points(points);
    points[0].evaluated = false;
    points[5].loss = INFINITY;
    points[11].loss = NAN;
    lossi_height_scale scale = lossi_height_scale_fit(LOSS_HEIGHT_FIT, points, 12, 2);
    assert_int_equal(lossi_mesh_make(&mesh, X, Y, points, &scale, "viridis"), LOSS_OK);
    assert_int_equal(mesh.n_vertices, 9);
    assert_int_equal(mesh.n_triangles,
                     2 * 1); /* of six cells, only the right one of the lower row is whole */
    for (size_t i = 0; i < 3 * mesh.n_triangles; i++)
        assert_true(mesh.triangles[i] < mesh.n_vertices);
    float lowest = INFINITY, highest = -INFINITY;
    for (size_t v = 0; v < mesh.n_vertices; v++) {
        lowest = fminf(lowest, mesh.positions[3 * v + 2]);
        highest = fmaxf(highest, mesh.positions[3 * v + 2]);
    }
    assert_float_equal(lowest, 0, 1e-6f);
    assert_float_equal(highest, 2, 1e-6f);
    lossi_mesh_free(&mesh);
    for (int i = 0; i < 12; i++)
        points[i].loss = -1; /* no logarithm: no mesh, and no crash */
    scale = lossi_height_scale_fit(LOSS_HEIGHT_LOG, points, 12, 2);
    assert_int_equal(lossi_mesh_make(&mesh, X, Y, points, &scale, "viridis"), LOSS_OK);
    assert_int_equal(mesh.n_vertices + mesh.n_triangles, 0);
    lossi_mesh_free(&mesh);
}

static void test_log_height(void **state)
{
    (void)state;
    loss_point points[3] = {{true, 1, 0, 0, 0}, {true, 10, 0, 0, 0}, {true, 100, 0, 0, 0}};
    lossi_height_scale scale = lossi_height_scale_fit(LOSS_HEIGHT_LOG, points, 3, 4);
    assert_true(fabs(lossi_height_of(&scale, 1)) < 1e-12 &&
                fabs(lossi_height_of(&scale, 100) - 4) < 1e-12);
    assert_true(fabs(lossi_height_of(&scale, 10) - 2) < 1e-12 &&
                fabs(lossi_height_place(&scale, 10) - 0.5) < 1e-12);
    assert_true(isnan(lossi_height_of(&scale, 0)) && isnan(lossi_height_place(&scale, -1)));
    /* The automatic height is logarithmic where the colours of a picture are. */
    assert_int_equal(lossi_height_scale_fit(LOSS_HEIGHT_AUTO, points, 3, 4).kind, LOSS_HEIGHT_LOG);
    assert_int_equal(lossi_height_scale_fit(LOSS_HEIGHT_AUTO, points, 2, 4).kind, LOSS_HEIGHT_FIT);
}

static double grey_at(const char *map, double at)
{
    uint8_t rgb[3];
    assert_int_equal(loss_colour_at(map, at, rgb), LOSS_OK);
    return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
}

static void test_colours(void **state)
{
    (void)state;
    uint8_t rgb[3];
    assert_int_equal(loss_colour_at("viridis", 0, rgb), LOSS_OK);
    assert_memory_equal(rgb, ((uint8_t[]){68, 1, 84}), 3);
    assert_int_equal(loss_colour_at("viridis", 7, rgb), LOSS_OK);
    assert_memory_equal(rgb, ((uint8_t[]){253, 231, 37}), 3);
    assert_int_equal(loss_colour_at("viridis", NAN, rgb), LOSS_OK);
    assert_memory_equal(rgb, ((uint8_t[]){128, 128, 128}), 3);
    assert_int_equal(loss_colour_at("viridid", 0, rgb), LOSS_ERR_NAME);
    assert_non_null(strstr(loss_last_message(), "the nearest is viridis"));
    for (const char *const *map = loss_colour_maps(); *map; map++) {
        bool is_terrain = strcmp(*map, "terrain") == 0,
             is_diverging = strcmp(*map, "coolwarm") == 0;
        for (int i = 1; i <= 20 && !is_terrain;
             i++) { /* lightness rises: readable in grey; coolwarm: up to the middle, then it
                       falls */
            double rise = grey_at(*map, i / 20.0) - grey_at(*map, (i - 1) / 20.0);
            assert_true(is_diverging && i > 10 ? rise < 0 : rise > 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mesh),
        cmocka_unit_test(test_points_without_height_are_left_out),
        cmocka_unit_test(test_log_height),
        cmocka_unit_test(test_colours),
    };
    return cmocka_run_group_tests_name("export", tests, NULL, NULL);
}
