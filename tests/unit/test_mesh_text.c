/* Meshes as text, line by line: ASCII STL and VTK's PolyData. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <loss/file.h>

#include "formats/mesh.h"

extern const lossi_mesh_format lossi_mesh_vtp;

extern const lossi_mesh_format lossi_mesh_stl;
#include "scratch.h"

static float positions[12] = {0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 5};
static float normals[12] = {0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, -1};
static double numbers[4] = {1.5, 2.5, 3.5, 4.5};
static uint32_t triangles[6] = {0, 1, 2, 1, 0, 3};

static lossi_mesh make_mesh(void)
{
    return (lossi_mesh){.n_vertices = 4,
                        .n_triangles = 2,
                        .positions = positions,
                        .normals = normals,
                        .loss = numbers,
                        .standard_error = numbers,
                        .accuracy = numbers,
                        .triangles = triangles};
}

static void assert_holds(const char *path, const char *text)
{
    uint8_t *bytes;
    size_t n;
    assert_int_equal(loss_file_read(path, 1 << 16, &bytes, &n), LOSS_OK);
    if (!strstr((char *)bytes, text))
        fail_msg("%s is not in: %s", text, (char *)bytes);
    free(bytes);
}

static void test_ascii_stl(void **state)
{
    (void)state;
    lossi_mesh mesh = make_mesh();
    const char *path = scratch_path("a.stl");
    assert_int_equal(lossi_mesh_stl.write(path, &mesh, true), LOSS_OK);
    assert_holds(path, "solid landscape\n"
                       "facet normal 0 0 1\n outer loop\n"
                       "  vertex 0 0 0\n  vertex 2 0 0\n  vertex 0 3 0\n"
                       " endloop\nendfacet\n"
                       "facet normal 0 1 0\n outer loop\n"
                       "  vertex 2 0 0\n  vertex 0 0 0\n  vertex 0 0 5\n"
                       " endloop\nendfacet\n"
                       "endsolid landscape\n");
}

static void test_vtp(void **state)
{
    (void)state;
    lossi_mesh mesh = make_mesh();
    const char *path = scratch_path("a.vtp");
    assert_int_equal(lossi_mesh_vtp.write(path, &mesh, false), LOSS_OK);
    assert_holds(path, "format=\"ascii\">\n0 0 1\n1 0 0\n0 1 0\n0 0 -1\n</DataArray>");
    assert_holds(path, "format=\"ascii\">\n0 0 0\n2 0 0\n0 3 0\n0 0 5\n</DataArray>");
    assert_holds(path, "Name=\"loss\" NumberOfComponents=\"1\" format=\"ascii\">\n"
                       "1.5\n2.5\n3.5\n4.5\n</DataArray>");
    assert_holds(path, "format=\"ascii\">\n0 1 2\n1 0 3\n</DataArray>");
    assert_holds(path, "format=\"ascii\">\n3\n6\n</DataArray>");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_ascii_stl),
                                       cmocka_unit_test(test_vtp)};
    return cmocka_run_group_tests_name("mesh text", tests, scratch_make, scratch_remove);
}
