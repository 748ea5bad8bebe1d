/* OBJ: each corner of a face has the normal of its own vertex. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "formats/mesh.h"

extern const lossi_mesh_format lossi_mesh_obj;
#include "scratch.h"

static void test_normals(void **state)
{
    (void)state;
    float positions[15], normals[15];
    uint8_t colours[15] = {0};
    uint32_t triangles[9] = {0, 1, 3, 4, 2, 1, 3, 2, 0};
    for (int i = 0; i < 15; i++) {
        positions[i] = (float)i;
        normals[i] = (float)(100 + i);
    }
    lossi_mesh mesh = {.n_vertices = 5,
                       .n_triangles = 3,
                       .positions = positions,
                       .normals = normals,
                       .colours = colours,
                       .triangles = triangles};
    const char *path = scratch_path("a.obj");
    assert_int_equal(lossi_mesh_obj.write(path, &mesh, false), LOSS_OK);
    FILE *in = fopen(path, "r");
    assert_non_null(in);
    char line[200];
    unsigned n_faces = 0, n_normals = 0;
    while (fgets(line, sizeof line, in)) {
        unsigned v[3], n[3];
        float x, y, z;
        if (sscanf(line, "vn %f %f %f", &x, &y, &z) == 3) {
            assert_true(x == normals[3 * n_normals] && y == normals[3 * n_normals + 1] &&
                        z == normals[3 * n_normals + 2]);
            n_normals++;
        }
        if (sscanf(line, "f %u//%u %u//%u %u//%u", &v[0], &n[0], &v[1], &n[1], &v[2], &n[2]) != 6)
            continue;
        for (int k = 0; k < 3; k++) {
            assert_int_equal(v[k], triangles[3 * n_faces + (unsigned)k] + 1);
            assert_int_equal(n[k], v[k]);
        }
        n_faces++;
    }
    fclose(in);
    assert_int_equal(n_faces, 3);
    assert_int_equal(n_normals, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_normals)};
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
