/* Surfaces drawn with few triangles: close to the true one, and without gaps. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "near.h"

#include "scene/leaves.h"
#include "scene/mesh.h"

enum { NX = 150, NY = 97 };
static const double UNSEEN = 1e-3;

static double bowl(double x, double y)
{
    return 0.3 * (x * x + y * y) + 0.05 * sin(4 * x);
}

static double plane(double x, double y)
{
    return 0.2 + 0.1 * x - 0.05 * y;
}

static double rough(double x, double y)
{
    return 0.5 + 0.4 * sin(1000 * x) * cos(777 * y);
}

static relief make(double (*f)(double, double))
{
    relief r = {.nx = NX, .ny = NY, .parts = 1, .height = 1};
    r.x_low = r.y_low = -1;
    r.x_high = r.y_high = r.x_extent = r.y_extent = 1;
    r.x = malloc(NX * sizeof *r.x);
    r.y = malloc(NY * sizeof *r.y);
    r.z = malloc(NX * NY * sizeof *r.z);
    r.value = malloc(NX * NY * sizeof *r.value);
    for (size_t i = 0; i < NX; i++)
        r.x[i] = -1 + 2.0 * (double)i / (NX - 1);
    for (size_t i = 0; i < NY; i++)
        r.y[i] = -1 + 2.0 * (double)i / (NY - 1);
    for (size_t i = 0; i < NX * NY; i++)
        r.value[i] = r.z[i] = f(r.x[i % NX], r.y[i / NX]);
    return r;
}

static const float *corner(const mesh *m, size_t i)
{
    return m->vertices[m->indices[i]].position;
}

/* The double of a triangle's area as seen from above; positive: counterclockwise. */
static double area(const mesh *m, size_t first)
{
    const float *a = corner(m, first), *b = corner(m, first + 1), *c = corner(m, first + 2);
    return (double)((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]));
}

/* Every triangle faces up, and together they cover the square once. */
static double covered(const mesh *m)
{
    double all = 0;
    for (size_t i = 0; i < m->n_indices; i += 3) {
        assert_true(area(m, i) > 0);
        all += area(m, i) / 2;
    }
    return all;
}

/* How far the middle of a triangle is from the surface at most. */
static double furthest(const mesh *m, const relief *r)
{
    double most = 0;
    for (size_t i = 0; i < m->n_indices; i += 3) {
        const float *a = corner(m, i), *b = corner(m, i + 1), *c = corner(m, i + 2);
        double z =
            relief_height_at(r, (double)(a[0] + b[0] + c[0]) / 3, (double)(a[1] + b[1] + c[1]) / 3);
        most = fmax(most, fabs(z - (double)(a[2] + b[2] + c[2]) / 3));
    }
    return most;
}

/* An edge inside the surface has a triangle on each side, with the same two ends: so nothing shows
 * through. Those at the rim have one. */
static size_t rim_edges(const mesh *m)
{
    size_t n = m->n_indices, rim = 0;
    uint64_t *edges = malloc(n * sizeof *edges);
    for (size_t i = 0; i < n; i++) {
        uint64_t a = m->indices[i], b = m->indices[i % 3 == 2 ? i - 2 : i + 1];
        edges[i] = a << 32 | b;
    }
    for (size_t i = 0; i < n; i++) {
        uint64_t back = edges[i] << 32 | edges[i] >> 32;
        size_t k = 0;
        while (k < n && edges[k] != back)
            k++;
        rim += k == n;
    }
    free(edges);
    return rim;
}

static void test_smooth(void **state)
{
    (void)state;
    relief r = make(bowl);
    mesh m;
    assert_true(mesh_make(&m, &r, NULL, 1, UNSEEN));
    assert_true(m.n_indices < 6 * (NX - 1) * (NY - 1) / 4);
    assert_near(covered(&m), 4, 1e-4);
    assert_true(furthest(&m, &r) <= 1.5 * UNSEEN);
    for (size_t i = 0; i < m.n_vertices; i++) /* vertices are points of the grid */
        assert_near(m.vertices[i].position[2],
                    bowl((double)m.vertices[i].position[0], (double)m.vertices[i].position[1]),
                    1e-6);
    size_t on_rim = 0;
    for (size_t i = 0; i < m.n_vertices; i++)
        on_rim += fabsf(m.vertices[i].position[0]) == 1 || fabsf(m.vertices[i].position[1]) == 1;
    assert_int_equal(rim_edges(&m), on_rim);
    mesh_free(&m);
    relief_free(&r);
}

static void test_plane_and_rough(void **state)
{
    (void)state;
    relief r = make(plane);
    mesh m;
    assert_true(mesh_make(&m, &r, NULL, 1, UNSEEN));
    assert_true(m.n_indices < 6 * (NX - 1) * (NY - 1) / 20);
    assert_near(covered(&m), 4, 1e-4);
    mesh_free(&m);
    assert_true(mesh_make(&m, &r, NULL, 1, 0)); /* all are wanted */
    assert_int_equal(m.n_indices, 6 * (NX - 1) * (NY - 1));
    mesh_free(&m);
    relief_free(&r);
    r = make(rough);
    assert_true(mesh_make(&m, &r, NULL, 1, UNSEEN));
    assert_int_equal(m.n_indices, 6 * (NX - 1) * (NY - 1));
    mesh_free(&m);
    relief_free(&r);
}

/* A hole, and one point that sticks out of a plane, keep the cells around them. */
static void test_details(void **state)
{
    (void)state;
    relief r = make(plane);
    mesh m;
    r.z[40 * NX + 60] = (double)NAN;
    r.z[20 * NX + 17] += 2 * UNSEEN;
    assert_true(mesh_make(&m, &r, NULL, 1, UNSEEN));
    double cell = 4.0 / ((NX - 1) * (NY - 1));
    assert_near(covered(&m), 4 - 4 * cell, 1e-4);
    bool is_there = false;
    for (size_t i = 0; i < m.n_vertices; i++) {
        const float *at = m.vertices[i].position;
        is_there |= fabs((double)at[0] - r.x[17]) < 1e-6 && fabs((double)at[1] - r.y[20]) < 1e-6;
        assert_true(at[2] >= 0);
    }
    assert_true(is_there);
    mesh_free(&m);
    relief_free(&r);
}

/* Every third column, where the last step is shorter; axes that are not even. */
static void test_strides_and_uneven_axes(void **state)
{
    (void)state;
    relief r = make(bowl);
    mesh m;
    assert_true(mesh_make(&m, &r, NULL, 3, UNSEEN));
    assert_near(covered(&m), 4, 1e-4);
    assert_true(furthest(&m, &r) <= 3 * UNSEEN); /* what the strides leave out, too */
    mesh_free(&m);
    for (size_t i = 1; i + 1 < NX; i++)
        r.x[i] = -1 + 2 * pow((double)i / (NX - 1), 1.5);
    assert_true(mesh_make(&m, &r, NULL, 1, UNSEEN));
    assert_int_equal(m.n_indices, 6 * (NX - 1) * (NY - 1));
    mesh_free(&m);
    relief_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_smooth), cmocka_unit_test(test_plane_and_rough),
        cmocka_unit_test(test_details), cmocka_unit_test(test_strides_and_uneven_axes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
