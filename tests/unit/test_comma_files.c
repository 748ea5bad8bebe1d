/* A program in a locale with a decimal comma: landscapes, their planes and exports are the same to
 * the byte. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <loss/loss.h>

#include "comma_locale.h"

enum { IMAGES = 12, CLASSES = 3, SIZE = 4 };

static loss_dataset *make_data(void)
{
    uint8_t pixels[IMAGES * SIZE * SIZE];
    uint32_t labels[IMAGES];
    loss_dataset *data;
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)(i * i * 37 % 251);
    for (size_t i = 0; i < IMAGES; i++)
        labels[i] = (uint32_t)(i % CLASSES);
    assert_int_equal(loss_dataset_create(&data, (loss_shape){1, SIZE, SIZE, CLASSES}, IMAGES,
                                         pixels, labels, NULL),
                     LOSS_OK);
    return data;
}

static loss_net *make_net(void)
{
    loss_builder *b;
    loss_net *net;
    assert_int_equal(loss_builder_create(&b, (loss_shape){1, SIZE, SIZE, CLASSES}), LOSS_OK);
    loss_node x = loss_builder_linear(b, loss_builder_flatten(b, loss_builder_input(b)), "fc", 5);
    x = loss_builder_linear(b, loss_builder_relu(b, x), "last", CLASSES);
    assert_int_equal(loss_builder_finish(b, x, "small", &net), LOSS_OK);
    return net;
}

/* Evaluates a Hessian plane into NAME.landscape, reads it back, and exports it. */
static void write_all(const char *name)
{
    char path[64];
    loss_dataset *data = make_data();
    loss_net *net = make_net();
    loss_plane *plane;
    loss_surface *surface;
    loss_eigenvalue values[2];
    loss_surface_options opt = LOSS_SURFACE_OPTIONS_INIT;
    opt.x = (loss_axis){-0.5, 0.75, 3};
    opt.y = (loss_axis){-0.25, 0.25, 3};
    assert_int_equal(loss_plane_hessian(&plane, net, data, NULL, NULL, values), LOSS_OK);
    snprintf(path, sizeof path, "%s.landscape", name);
    assert_int_equal(loss_surface_open(&surface, scratch_path(path), net, plane, data, &opt),
                     LOSS_OK);
    assert_int_equal(loss_surface_evaluate(surface), LOSS_OK);
    loss_surface_close(surface);
    loss_plane_free(plane);

    /* The plane that is read back is the one that the file goes on with. */
    assert_int_equal(loss_surface_read(&surface, scratch_path(path)), LOSS_OK);
    assert_int_equal(loss_surface_plane(surface, net, &plane), LOSS_OK);
    static const char *const endings[] = {"csv", "ply", "obj", "vti"};
    loss_export_options export = LOSS_EXPORT_OPTIONS_INIT;
    export.split =
        loss_surface_has_split(surface, LOSS_SPLIT_TEST) ? LOSS_SPLIT_TEST : LOSS_SPLIT_TRAIN;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        snprintf(path, sizeof path, "%s.%s", name, endings[i]);
        assert_int_equal(loss_surface_export(surface, scratch_path(path), &export), LOSS_OK);
    }
    loss_surface_close(surface);
    snprintf(path, sizeof path, "%s.landscape", name);
    assert_int_equal(loss_surface_open(&surface, scratch_path(path), net, plane, data, &opt),
                     LOSS_OK);
    loss_surface_close(surface);
    loss_plane_free(plane);
    loss_net_free(net);
    loss_dataset_free(data);
}

static void assert_same_file(const char *a, const char *b)
{
    uint8_t *x, *y;
    size_t n_x, n_y;
    assert_int_equal(loss_file_read(scratch_path(a), SIZE_MAX, &x, &n_x), LOSS_OK);
    assert_int_equal(loss_file_read(scratch_path(b), SIZE_MAX, &y, &n_y), LOSS_OK);
    assert_int_equal(n_x, n_y);
    assert_memory_equal(x, y, n_x);
    free(x);
    free(y);
}

/* The seconds that a point took differ: the other cells are the same. */
static void assert_same_table(const char *a, const char *b)
{
    char x[512], y[512];
    FILE *first = fopen(scratch_path(a), "r"), *second = fopen(scratch_path(b), "r");
    assert_true(first && second);
    while (fgets(x, sizeof x, first)) {
        assert_non_null(fgets(y, sizeof y, second));
        const char *end_x = strrchr(x, ','), *end_y = strrchr(y, ',');
        assert_true(end_x && end_y && end_x - x == end_y - y);
        assert_memory_equal(x, y, (size_t)(end_x - x));
    }
    assert_null(fgets(y, sizeof y, second));
    fclose(first);
    fclose(second);
}

static void assert_same_fact(const char *key)
{
    loss_surface *a, *b;
    assert_int_equal(loss_surface_read(&a, scratch_path("point.landscape")), LOSS_OK);
    assert_int_equal(loss_surface_read(&b, scratch_path("comma.landscape")), LOSS_OK);
    assert_non_null(loss_surface_metadata(a, key));
    assert_string_equal(loss_surface_metadata(a, key), loss_surface_metadata(b, key));
    loss_surface_close(a);
    loss_surface_close(b);
}

static void test_files_in_a_comma_locale(void **state)
{
    (void)state;
    write_all("point");
    if (!comma_locale_set())
        skip(); /* no localedef, or no sources of locales */
    write_all("comma");
    comma_locale_unset();
    assert_same_table("point.csv", "comma.csv");
    assert_same_file("point.ply", "comma.ply");
    assert_same_file("point.obj", "comma.obj");
    assert_same_file("point.vti", "comma.vti");
    assert_same_fact("eigenvalue_x");
    assert_same_fact("weights_norm");
    assert_same_fact("mean");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_files_in_a_comma_locale)};
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
