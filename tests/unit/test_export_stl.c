/* STL: the normal of a facet is across both its edges, and its corners are the mesh's. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "formats/mesh.h"

extern const lossi_mesh_format lossi_mesh_stl;
#include "scratch.h"

static void test_facets(void **state)
{
    (void)state;
    float positions[12] = {0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 5};
    uint8_t colours[12] = {0};
    uint32_t triangles[9] = {0, 1, 2, 3, 0, 2, 1, 0, 3};
    static const float expected[3][3] = {{0, 0, 1}, {1, 0, 0}, {0, 1, 0}};
    lossi_mesh mesh = {.n_vertices = 4,
                       .n_triangles = 3,
                       .positions = positions,
                       .normals = positions,
                       .colours = colours,
                       .triangles = triangles};
    const char *path = scratch_path("a.stl");
    assert_int_equal(lossi_mesh_stl.write(path, &mesh, false), LOSS_OK);
    uint8_t bytes[84 + 3 * 50 + 1];
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    assert_int_equal(fread(bytes, 1, sizeof bytes, in), sizeof bytes - 1);
    fclose(in);
    for (size_t i = 0; i < 3; i++) {
        float facet[12];
        memcpy(facet, bytes + 84 + 50 * i, sizeof facet);
        for (int k = 0; k < 3; k++) {
            assert_true(fabsf(facet[k] - expected[i][k]) < 1e-6f);
            for (size_t corner = 0; corner < 3; corner++)
                assert_true(facet[3 + 3 * corner + (size_t)k] ==
                            positions[3 * triangles[3 * i + corner] + (size_t)k]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_facets)};
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
