/* Meshes, exports and safetensors: shapes, orientation, what is left out, and damaged input. Independent programs read the files
 * in tests/cli/export_readers.sh. */
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "formats/safetensors.h"
#include "scratch.h"
#include "surface/mesh.h"

static const loss_axis X = {-1, 1, 4}, Y = {0, 1, 3};

/* Asymmetric, so that a transposed or mirrored grid shows: loss = 10 + x + 4 y. */
static void make_points(loss_point points[12])
{
    for (size_t i = 0; i < 12; i++)
        points[i] = (loss_point){true, 10 + loss_axis_at(X, i % 4) + 4 * loss_axis_at(Y, i / 4), 0.1, 50, 1};
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
        const float *a = mesh.positions + 3 * c[0], *b = mesh.positions + 3 * c[1], *d = mesh.positions + 3 * c[2];
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
    assert_int_equal(mesh.n_triangles, 2 * 1); /* of six cells, only the right one of the lower row is whole */
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
    assert_true(fabs(lossi_height_of(&scale, 1)) < 1e-12 && fabs(lossi_height_of(&scale, 100) - 4) < 1e-12);
    assert_true(fabs(lossi_height_of(&scale, 10) - 2) < 1e-12 && fabs(lossi_height_place(&scale, 10) - 0.5) < 1e-12);
    assert_true(isnan(lossi_height_of(&scale, 0)) && isnan(lossi_height_place(&scale, -1)));
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
    for (const char *const *map = loss_colour_maps(); *map; map++) { /* lightness rises: readable in grey */
        double before = -1;
        for (int i = 0; i <= 20; i++) {
            assert_int_equal(loss_colour_at(*map, i / 20.0, rgb), LOSS_OK);
            double grey = 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
            assert_true(grey > before);
            before = grey;
        }
    }
}

static void test_numbers_have_a_point_in_any_locale(void **state)
{
    (void)state;
    if (!setlocale(LC_NUMERIC, "de_DE.UTF-8") && !setlocale(LC_NUMERIC, "fr_FR.UTF-8"))
        skip(); /* no locale with a decimal comma is installed */
    char *text = lossi_format("%.2f", 1.5);
    setlocale(LC_NUMERIC, "C");
    assert_string_equal(text, "1.50");
    free(text);
}

static lossi_arrays make_arrays(lossi_array items[2], float values[7])
{
    for (int i = 0; i < 7; i++)
        values[i] = (float)i * 1.25f;
    items[0] = (lossi_array){.name = (char *)"a.weight", .n_dims = 2, .dims = {2, 3}, .count = 6, .values = values};
    items[1] = (lossi_array){.name = (char *)"b \"quoted\"", .n_dims = 0, .count = 1, .values = values + 6};
    return (lossi_arrays){.n = 2, .items = items};
}

static void test_safetensors_round_trip(void **state)
{
    (void)state;
    lossi_array items[2];
    float values[7];
    char *keys[] = {(char *)"epoch"}, *texts[] = {(char *)"12"};
    lossi_arrays arrays = make_arrays(items, values), back;
    arrays.n_metadata = 1;
    arrays.metadata_keys = keys;
    arrays.metadata_values = texts;
    assert_int_equal(lossi_safetensors_write(scratch_path("a.safetensors"), &arrays), LOSS_OK);
    assert_int_equal(lossi_safetensors_read(scratch_path("a.safetensors"), &back), LOSS_OK);
    const lossi_array *a = lossi_arrays_find(&back, "a.weight"), *b = lossi_arrays_find(&back, "b \"quoted\"");
    assert_true(a && b && a->n_dims == 2 && a->dims[1] == 3 && b->count == 1);
    assert_memory_equal(a->values, values, 24);
    assert_memory_equal(b->values, values + 6, 4);
    assert_string_equal(lossi_arrays_metadata(&back, "epoch"), "12");
    assert_null(lossi_arrays_metadata(&back, "none"));
    lossi_arrays_free(&back);
}

static void test_safetensors_truncated_anywhere(void **state)
{
    (void)state;
    lossi_array items[2];
    float values[7];
    lossi_arrays arrays = make_arrays(items, values), back;
    assert_int_equal(lossi_safetensors_write(scratch_path("a.safetensors"), &arrays), LOSS_OK);
    uint8_t bytes[1024];
    FILE *file = fopen(scratch_path("a.safetensors"), "rb");
    size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    for (size_t n = 0; n < size; n++) {
        uint8_t *copy = malloc(n + 1); /* of exactly the right size: a sanitizer sees a read past it */
        memcpy(copy, bytes, n);
        copy[n] = 0;
        assert_int_equal(lossi_safetensors_parse(copy, n, "t", &back), LOSS_ERR_FORMAT);
        assert_null(back.items);
        free(copy);
    }
    assert_int_equal(lossi_safetensors_parse(bytes, size, "t", &back), LOSS_OK);
    lossi_arrays_free(&back);
}

static void assert_header_refused(const char *header, size_t n_data, const char *message)
{
    uint8_t bytes[1024] = {0};
    lossi_arrays back;
    size_t length = strlen(header);
    bytes[0] = (uint8_t)length;
    bytes[1] = (uint8_t)(length >> 8);
    memcpy(bytes + 8, header, length);
    assert_int_equal(lossi_safetensors_parse(bytes, 8 + length + n_data, "t", &back), LOSS_ERR_FORMAT);
    if (!strstr(loss_last_message(), message))
        fail_msg("message: %s\nexpected: %s", loss_last_message(), message);
}

static void test_safetensors_hostile(void **state)
{
    (void)state;
    lossi_arrays back;
    uint8_t huge[16] = {0, 0, 0, 0, 0, 0, 0, 0x80, '{', '}'};
    assert_int_equal(lossi_safetensors_parse(huge, sizeof huge, "t", &back), LOSS_ERR_FORMAT);
    assert_header_refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,12]}}", 8, "do not lie within the 8 bytes");
    assert_header_refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}", 8, "do not lie within");
    assert_header_refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}", 8, "8 bytes of data for 3 values");
    assert_header_refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}}", 0, "out of range");
    assert_header_refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,8]}}", 8, "out of range");
    assert_header_refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,8]}}", 8, "out of range");
    assert_header_refused("{\"a\":{\"dtype\":\"Q9\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "its type is Q9");
    assert_header_refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                          "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}", 12, "expected 8");
    assert_header_refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
                          "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8, "is there twice");
    assert_header_refused("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 8, "its tensors fill 4");
    assert_header_refused("{\"a\":5}", 0, "its shape is no list");
    assert_header_refused("{\"__metadata__\":{\"a\":1}}", 0, "is no string");
    assert_header_refused("[1]", 0, "no JSON object");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mesh), cmocka_unit_test(test_points_without_height_are_left_out), cmocka_unit_test(test_log_height),
        cmocka_unit_test(test_colours), cmocka_unit_test(test_numbers_have_a_point_in_any_locale),
        TEST(test_safetensors_round_trip), TEST(test_safetensors_truncated_anywhere), cmocka_unit_test(test_safetensors_hostile),
    };
    return cmocka_run_group_tests_name("export", tests, NULL, NULL);
}
