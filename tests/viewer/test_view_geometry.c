/* Camera, scales, relief, picking, contours, meshes. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "near.h"

#include "scene/mesh.h"
#include "scene/relief.h"
#include "tick_text.h"

static void near_vec(vec3 a, vec3 b)
{
    assert_near(a.x, b.x, 1e-9);
    assert_near(a.y, b.y, 1e-9);
    assert_near(a.z, b.z, 1e-9);
}

static void test_camera_basis(void **state)
{
    (void)state;
    vec3 right, up, back;
    camera c = {.zoom = 1};
    camera_basis(&c, &right, &up, &back);
    near_vec(right, (vec3){1, 0, 0});
    near_vec(up, (vec3){0, 0, 1});
    near_vec(back, (vec3){0, -1, 0});
    c.elevation = 90; /* a map: y up */
    camera_basis(&c, &right, &up, &back);
    near_vec(up, (vec3){0, 1, 0});
    near_vec(back, (vec3){0, 0, 1});
    for (double a = -180; a <= 180; a += 30)
        for (double e = -90; e <= 90; e += 15) { /* right-handed and of unit length everywhere */
            c.azimuth = a;
            c.elevation = e;
            camera_basis(&c, &right, &up, &back);
            near_vec(vec_cross(right, up), back);
            assert_near(vec_length(up), 1, 1e-12);
        }
}

/* A box in a view with room for texts. */
static camera_room room_of(double aspect)
{
    return (camera_room){800 * aspect, 800, 60, 40, 30, 60, 1, 0.8, 0.9};
}

static void test_camera_limits(void **state)
{
    (void)state;
    camera c = {.zoom = 1};
    camera_room room = room_of(1);
    lens l = camera_lens(&c, &room);
    camera_orbit(&c, 370, 400);
    assert_near(c.azimuth, 10, 1e-9);
    assert_near(c.elevation, 90, 0);
    for (int i = 0; i < 1000; i++)
        camera_magnify(&c, 2);
    assert_near(c.zoom, 50, 0);
    for (int i = 0; i < 1000; i++)
        camera_pan(&c, &l, 1, 1);
    assert_true(fabs(c.target[0]) <= 3 && fabs(c.target[1]) <= 3 && fabs(c.target[2]) <= 3);
}

/* A ray through a place of the view is seen at that place, wherever along it one looks. */
static void test_rays_and_projection_agree(void **state)
{
    (void)state;
    for (int parallel = 0; parallel < 2; parallel++)
        for (double aspect = 0.5; aspect < 3; aspect += 0.7) {
            camera c = {25, 40, 1.7, {0.2, -0.1, 0.4}, parallel == 1};
            camera_room room = room_of(aspect);
            lens l = camera_lens(&c, &room);
            mat4 m = camera_matrix(&l);
            ray line = camera_ray(&l, 0.3, -0.6);
            for (double t = 2; t < 5; t += 0.7) {
                vec3 seen;
                assert_true(
                    camera_project(&m, vec_add(line.origin, vec_scale(line.direction, t)), &seen));
                assert_near(seen.x, 0.3, 1e-9);
                assert_near(seen.y, -0.6, 1e-9);
            }
        }
    camera c = {.zoom = 1};
    camera_room room = room_of(1);
    lens l = camera_lens(&c, &room);
    mat4 m = camera_matrix(&l);
    vec3 seen;
    assert_false(camera_project(&m, (vec3){0, -100, 0}, &seen)); /* behind */
}

static void test_pan_moves_with_the_hand(void **state)
{
    (void)state;
    camera c = {25, 40, 1.7, {0, 0, 0}, true};
    vec3 before, after, at = {0.1, 0.2, 0.3};
    camera_room room = room_of(1.5);
    lens l = camera_lens(&c, &room);
    mat4 m = camera_matrix(&l);
    camera_project(&m, at, &before);
    camera_pan(&c, &l, 0.1, 0.2);
    l = camera_lens(&c, &room);
    m = camera_matrix(&l);
    camera_project(&m, at, &after);
    assert_near((after.x - before.x) / 2 * 1.5, 0.1, 1e-9); /* parts of the height */
    assert_near((after.y - before.y) / 2, 0.2, 1e-9);
}

static void test_numbers_beside_ticks(void **state)
{
    (void)state;
    char text[TICK_TEXT];
    tick_text(-0.5, text);
    assert_string_equal(text, "\342\210\2220.5");
    tick_text(-0.0, text);
    assert_string_equal(text, "0");
    tick_text(1e-14, text); /* a tick of a logarithmic scale, not a rounded 0 */
    assert_string_equal(text, "1e-14");
    tick_text(0.30000000000000004, text);
    assert_string_equal(text, "0.3");
    tick_text(-12500, text);
    assert_string_equal(text, "\342\210\22212500");
    tick_text(1e6, text);
    assert_string_equal(text, "1e+06");
}

enum { NX = 9, NY = 7 };

/* loss = 1 + x + 2 y on x in 0 .. 4, y in 0 .. 3, so that a transposed or mirrored grid shows. */
static grid make_grid(void)
{
    grid g = {.nx = NX, .ny = NY};
    g.x = malloc(NX * sizeof *g.x);
    g.y = malloc(NY * sizeof *g.y);
    assert_non_null(g.x);
    assert_non_null(g.y);
    for (size_t i = 0; i < NX; i++)
        g.x[i] = 0.5 * (double)i;
    for (size_t i = 0; i < NY; i++)
        g.y[i] = 0.5 * (double)i;
    assert_true(grid_add_split(&g, LOSS_SPLIT_TEST, false, false));
    for (size_t i = 0; i < NX * NY; i++)
        g.splits[LOSS_SPLIT_TEST].loss[i] = 1 + g.x[i % NX] + 2 * g.y[i / NX];
    return g;
}

static relief make_relief(const grid *g)
{
    problem p;
    relief r;
    settings s = settings_default();
    s.surface = SURFACE_GRID;
    double low = (double)INFINITY, high = -(double)INFINITY, *values = relief_values(g, &s, &p);
    assert_non_null(values);
    relief_range(values, NX * NY, s.clip, &low, &high);
    assert_near(low, 1, 1e-12);
    assert_near(high, 11, 1e-12);
    loss_scale range = relief_scale(&s, low, high, 1);
    assert_int_equal(range.kind, LOSS_SCALE_LINEAR); /* less than a factor of 20 */
    assert_true(relief_make(&r, g, values, &range, &s));
    return r;
}

static void test_relief(void **state)
{
    (void)state;
    grid g = make_grid();
    relief r = make_relief(&g);
    assert_near(r.x[0], -1, 1e-12);
    assert_near(r.x[NX - 1], 1, 1e-12);
    assert_near(r.y[NY - 1], 0.75, 1e-12); /* axes of like length have one scale */
    assert_near(r.z[0], 0, 1e-12);
    assert_near(r.z[NX * NY - 1], 0.9, 1e-12);
    assert_near(relief_file_x(&r, relief_scene_x(&r, 1.7)), 1.7, 1e-12);
    assert_near(relief_file_y(&r, relief_scene_y(&r, 1.7)), 1.7, 1e-12);
    assert_near(relief_height_at(&r, relief_scene_x(&r, 1.3), relief_scene_y(&r, 2.1)),
                0.9 * (1.3 + 4.2) / 10, 1e-12);
    assert_true(isnan(relief_height_at(&r, 1.1, 0)));
    assert_near(relief_slope(&r, 0, 0), sqrt(5), 1e-9); /* in the file's units, at the rim too */
    assert_near(relief_slope(&r, 4, 3), sqrt(5), 1e-9);
    double steepest;
    assert_true(relief_steepest(&r, &steepest));
    assert_near(steepest, sqrt(5), 1e-9);
    relief_free(&r);
    grid_free(&g);
}

static void expect_scale(const settings *s, double low, double high, loss_scale_kind kind)
{
    assert_int_equal(relief_scale(s, low, high, 0.01).kind, kind);
}

static void test_heights(void **state)
{
    (void)state;
    settings s = settings_default();
    expect_scale(&s, 0.1, 100, LOSS_SCALE_LOG);
    expect_scale(&s, 0, 100, LOSS_SCALE_LINEAR);
    s.height = HEIGHT_LOG;
    expect_scale(&s, 1, 2, LOSS_SCALE_LOG);
    s.field = QUANTITY_ACCURACY;
    expect_scale(&s, 1, 100, LOSS_SCALE_LINEAR);
    s.field = QUANTITY_LOSS;
    s.split = SHOW_DIFFERENCE;
    expect_scale(&s, -3, 1, LOSS_SCALE_SYMLOG);
    s.height = HEIGHT_AUTO;
    expect_scale(&s, -3, 1, LOSS_SCALE_SYMLOG);
    expect_scale(&s, -0.1, 0.05, LOSS_SCALE_LINEAR);
    loss_scale range = relief_scale(&s, -3, 1, 0.01); /* 0 in the middle */
    assert_near(range.high, 3, 0);
    assert_near(range.low, -3, 0);
}

static void test_pick(void **state)
{
    (void)state;
    grid g = make_grid();
    relief r = make_relief(&g);
    vec3 hit;
    for (int parallel = 0; parallel < 2; parallel++)
        for (double u = -0.9; u < 1; u += 0.13)
            for (double v = -0.7; v < 0.72; v += 0.11) { /* what is aimed at is hit, from above */
                vec3 aim = {u, v, relief_height_at(&r, u, v)};
                vec3 from = parallel ? vec_add(aim, (vec3){0, 0, 5}) : (vec3){0.3, -0.2, 6};
                vec3 way = vec_sub(aim, from);
                ray line = {from, vec_scale(way, 1 / vec_length(way))};
                if (isnan(aim.z))
                    continue;
                assert_true(relief_pick(&r, &line, 10, &hit));
                assert_near(hit.x, aim.x, 1e-6);
                assert_near(hit.y, aim.y, 1e-6);
                assert_near(hit.z, aim.z, 1e-6);
            }
    ray past = {{5, 0, 1}, {0, 0, -1}};
    assert_false(relief_pick(&r, &past, 10, &hit));
    ray down = {{0.9, 0.7, 5}, {0, 0, -1}};
    assert_false(relief_pick(&r, &down, 0.5, &hit)); /* that part is clipped off */
    r.z[3 * NX + 4] = (double)NAN;
    ray through = {{r.x[4], r.y[3], 5}, {0, 0, -1}};
    assert_false(relief_pick(&r, &through, 10, &hit)); /* a hole */
    relief_free(&r);
    grid_free(&g);
}

static void test_contours_lie_on_the_triangles(void **state)
{
    (void)state;
    grid g = make_grid();
    for (size_t i = 0; i < NX * NY; i++) { /* something with saddles */
        double x = g.x[i % NX] - 2, y = g.y[i / NX] - 1.5;
        g.splits[LOSS_SPLIT_TEST].loss[i] = 6 + 1.2 * x * y;
    }
    g.splits[LOSS_SPLIT_TEST].loss[0] = 1; /* the range that make_relief() expects */
    g.splits[LOSS_SPLIT_TEST].loss[NX - 1] = 11;
    relief r = make_relief(&g);
    settings s = settings_default();
    double levels[MOST_LEVELS];
    size_t n_levels, n = 0;
    assert_true(relief_levels(&r, &s, levels, &n_levels));
    segment *lines = NULL;
    assert_int_equal(n_levels, 9); /* 2, 3 .. 10 */
    for (size_t i = 0; i < n_levels; i++)
        assert_near(levels[i], (double)i + 2, 1e-12);
    assert_true(relief_contours(&r, levels, n_levels, false, &lines, &n));
    assert_true(n > 50);
    for (size_t i = 0; i < n; i++)
        for (int end = 0; end <= 1; end++) {
            const float *at = end ? lines[i].b : lines[i].a;
            assert_near((double)at[2], relief_height_at(&r, (double)at[0], (double)at[1]), 1e-5);
            assert_near((double)at[2], 0.9 * loss_scale_place(&r.scale, levels[lines[i].level]),
                        1e-6);
        }
    free(lines);
    assert_true(relief_contours(&r, levels, n_levels, true, &lines, &n));
    for (size_t i = 0; i < n; i++)
        assert_near(lines[i].a[2], 0, 0);
    free(lines);
    s.spacing = SPACING_QUANTILE;
    s.levels = 5;
    assert_true(relief_levels(&r, &s, levels, &n_levels));
    assert_true(n_levels >= 1 && n_levels <= 5);
    relief_free(&r);
    grid_free(&g);
}

static void test_mesh(void **state)
{
    (void)state;
    grid g = make_grid();
    relief r = make_relief(&g);
    mesh m;
    assert_true(mesh_make(&m, &r, NULL, 1, 0));
    assert_int_equal(m.n_vertices, NX * NY);
    assert_int_equal(m.n_indices, 6 * (NX - 1) * (NY - 1));
    for (size_t i = 0; i < m.n_indices; i += 3) { /* counter-clockwise from above */
        const float *a = m.vertices[m.indices[i]].position,
                    *b = m.vertices[m.indices[i + 1]].position,
                    *c = m.vertices[m.indices[i + 2]].position;
        assert_true((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]) > 0);
    }
    double zx = 0.9 / 10 * 2, zy = 2 * zx,
           length = sqrt(1 + zx * zx + zy * zy); /* a plane: one normal */
    for (size_t i = 0; i < m.n_vertices; i++) {
        assert_near((double)m.vertices[i].normal[0], -zx / length, 1e-6);
        assert_near((double)m.vertices[i].normal[1], -zy / length, 1e-6);
    }
    mesh_free(&m);
    assert_true(mesh_make(&m, &r, NULL, 3, 0)); /* columns 0 3 6 8, rows 0 3 6 */
    assert_int_equal(m.n_vertices, 4 * 3);
    assert_near((double)m.vertices[3].position[0], 1, 1e-6);
    assert_near((double)m.vertices[11].position[2], 0.9, 1e-6);
    mesh_free(&m);
    r.z[NX + 1] = (double)NAN; /* four cells lose it */
    assert_true(mesh_make(&m, &r, NULL, 1, 0));
    assert_int_equal(m.n_indices, 6 * ((NX - 1) * (NY - 1) - 4));
    assert_int_equal(m.n_vertices, NX * NY - 4); /* with the corner and its neighbours */
    for (size_t i = 0; i < m.n_vertices; i++)
        assert_true(m.vertices[i].position[2] >= 0);
    mesh_free(&m);
    relief_free(&r);
    grid_free(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_camera_basis),
        cmocka_unit_test(test_camera_limits),
        cmocka_unit_test(test_rays_and_projection_agree),
        cmocka_unit_test(test_pan_moves_with_the_hand),
        cmocka_unit_test(test_numbers_beside_ticks),
        cmocka_unit_test(test_relief),
        cmocka_unit_test(test_heights),
        cmocka_unit_test(test_pick),
        cmocka_unit_test(test_contours_lie_on_the_triangles),
        cmocka_unit_test(test_mesh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
