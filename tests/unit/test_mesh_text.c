/* Meshes, line by line and value by value: ASCII STL and VTK's PolyData. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <cjson/cJSON.h>
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

/* The values behind "_" in the order of the arrays, each with its length before it. */
static void test_vtp(void **state)
{
    (void)state;
    lossi_mesh mesh = make_mesh();
    const char *path = scratch_path("a.vtp");
    uint8_t *bytes;
    size_t n;
    mesh.facts = cJSON_Parse("{\"model\": \"ab\", \"images\": 512}");
    assert_int_equal(lossi_mesh_vtp.write(path, &mesh, false), LOSS_OK);
    cJSON_Delete((cJSON *)(uintptr_t)mesh.facts);
    assert_holds(path, "<DataArray type=\"String\" Name=\"model\" NumberOfTuples=\"1\" "
                       "format=\"ascii\">97 98 0</DataArray>");
    assert_holds(path, "Name=\"images\" NumberOfTuples=\"1\" format=\"ascii\">512</DataArray>");
    assert_holds(path, "<DataArray type=\"Float64\" Name=\"standard_error\" "
                       "NumberOfComponents=\"1\" format=\"appended\" offset=\"40\"/>");
    assert_int_equal(loss_file_read(path, 1 << 16, &bytes, &n), LOSS_OK);
    const uint8_t *at = (const uint8_t *)strstr((char *)bytes, "\n_") + 2;
    const uint64_t length = 4 * sizeof(double);
    const double losses[] = {1.5, 2.5, 3.5, 4.5};
    assert_memory_equal(at, &length, sizeof length);
    assert_memory_equal(at + 8, losses, sizeof losses);
    at += 3 * (8 + 4 * 8) + 8 + 4 * 12; /* accuracy and normals, too */
    const float points[] = {0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 5};
    assert_memory_equal(at + 8, points, sizeof points);
    at += 8 + sizeof points;
    const uint32_t corners[] = {0, 1, 2, 1, 0, 3};
    const uint64_t ends[] = {3, 6};
    assert_memory_equal(at + 8, corners, sizeof corners);
    at += 8 + sizeof corners;
    assert_memory_equal(at + 8, ends, sizeof ends);
    at += 8 + sizeof ends;
    assert_string_equal((const char *)at, "\n</AppendedData>\n</VTKFile>\n");
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_ascii_stl),
                                       cmocka_unit_test(test_vtp)};
    return cmocka_run_group_tests_name("mesh text", tests, scratch_make, scratch_remove);
}
