/* Misuse of the public functions: NULL, huge counts, indices past the end, unknown kinds. Each is
 * refused with LOSS_ERR_ARGUMENT, or answered with nothing; none crashes. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <loss/loss.h>

#include "scratch.h"

#define REFUSED(call) assert_int_equal(call, LOSS_ERR_ARGUMENT)

static loss_dataset *data;
static loss_net *net;
static loss_plane *plane;

static int make(void **state)
{
    static const uint8_t pixels[10 * 28 * 28];
    static const uint32_t labels[10] = {0, 1, 2};
    loss_shape shape = {1, 28, 28, 10};
    return scratch_make(state) || loss_dataset_create(&data, shape, 10, pixels, labels, NULL) ||
           loss_net_create(&net, "lenet5", shape) || loss_plane_random(&plane, net, NULL);
}

static int unmake(void **state)
{
    loss_plane_free(plane);
    loss_net_free(net);
    loss_dataset_free(data);
    return scratch_remove(state);
}

static void test_files_and_text(void **state)
{
    (void)state;
    loss_file *file = (loss_file *)1;
    uint8_t *bytes;
    size_t n;
    double x;
    char buffer[4], *text;
    loss_path_kind kind;
    const loss_file_kind far = {"far", 65, "x", 1}, empty = {"empty", 0, "x", 0};
    REFUSED(loss_file_open(NULL, "x", NULL));
    REFUSED(loss_file_open(&file, NULL, NULL));
    assert_null(file);
    REFUSED(loss_file_open(&file, scratch_path("x"), &far));
    REFUSED(loss_file_open(&file, scratch_path("x"), &empty));
    REFUSED(loss_file_commit(NULL));
    REFUSED(loss_file_write(scratch_path("x"), NULL, 3, NULL));
    REFUSED(loss_file_write(NULL, "x", 1, NULL));
    REFUSED(loss_file_read(NULL, 1, &bytes, &n));
    REFUSED(loss_file_read("x", 1, NULL, &n));
    REFUSED(loss_file_read("x", 1, &bytes, NULL));
    REFUSED(loss_json_read(NULL, 1, &text));
    REFUSED(loss_json_read("x", 1, NULL));
    REFUSED(loss_path_find(NULL, &kind));
    REFUSED(loss_path_find("x", NULL));
    loss_file_put(NULL, "x", 1);
    loss_file_put_text(NULL, "x");
    loss_file_print(NULL, "x");
    loss_file_abandon(NULL);
    assert_false(loss_number_parse(NULL, NULL, &x) || loss_number_parse("1", NULL, NULL));
    assert_false(loss_count_parse(NULL, NULL, NULL));
    assert_int_equal(loss_text_escape(NULL, SIZE_MAX, buffer, sizeof buffer), 0);
    assert_null(loss_text_escaped(NULL));
    assert_null(loss_text_nearest(NULL, NULL, SIZE_MAX));
    loss_string_free(NULL);
}

static void test_training(void **state)
{
    (void)state;
    loss_checkpoints c;
    loss_train_options opt = LOSS_TRAIN_OPTIONS_INIT;
    REFUSED(loss_train(NULL, data, NULL, scratch_path("run"), NULL));
    REFUSED(loss_train(net, NULL, NULL, scratch_path("run"), NULL));
    REFUSED(loss_train(net, data, NULL, NULL, NULL));
    opt.epochs = SIZE_MAX;
    REFUSED(loss_train(net, data, NULL, scratch_path("run"), &opt));
    opt = (loss_train_options)LOSS_TRAIN_OPTIONS_INIT;
    opt.schedule = (loss_schedule)99;
    REFUSED(loss_train(net, data, NULL, scratch_path("run"), &opt));
    opt = (loss_train_options)LOSS_TRAIN_OPTIONS_INIT;
    opt.struct_size = SIZE_MAX;
    REFUSED(loss_train(net, data, NULL, scratch_path("run"), &opt));
    REFUSED(loss_run_checkpoints(NULL, "x"));
    REFUSED(loss_run_checkpoints(&c, NULL));
    loss_checkpoints_free(NULL);
}

static void test_planes(void **state)
{
    (void)state;
    loss_plane *made = (loss_plane *)1;
    loss_projection at;
    static float direction[100000];
    assert_true(loss_net_n_parameters(net) <= 100000);
    REFUSED(loss_plane_random(NULL, net, NULL));
    REFUSED(loss_plane_random(&made, NULL, NULL));
    assert_null(made);
    REFUSED(loss_plane_create(&made, NULL, direction, NULL));
    REFUSED(loss_plane_create(&made, net, NULL, NULL));
    REFUSED(loss_plane_load(&made, net, NULL));
    REFUSED(loss_plane_load(&made, NULL, "x"));
    REFUSED(loss_plane_save(plane, net, NULL));
    REFUSED(loss_plane_save(NULL, net, "x"));
    REFUSED(loss_plane_between(&made, net, NULL, NULL, NULL));
    REFUSED(loss_plane_between(&made, NULL, net, NULL, NULL));
    REFUSED(loss_plane_pca(&made, net, NULL, 3, NULL));
    REFUSED(loss_plane_pca(NULL, net, NULL, 3, NULL));
    REFUSED(loss_plane_project(NULL, net, net, 2, &at));
    REFUSED(loss_plane_project(plane, net, net, 2, NULL));
    REFUSED(loss_plane_move(NULL, net, 0, 0, net));
    REFUSED(loss_plane_move(plane, net, 0, 0, NULL));
    REFUSED(loss_plane_move_states(plane, NULL, 0, 0, net));
    loss_plane_free(NULL);
}

static void test_curvatures(void **state)
{
    (void)state;
    loss_curvature *c = (loss_curvature *)1;
    loss_density *density = (loss_density *)1;
    loss_plane *made = (loss_plane *)1;
    loss_eigenvalue value;
    double loss;
    REFUSED(loss_curvature_create(NULL, net, data, NULL));
    REFUSED(loss_curvature_create(&c, NULL, data, NULL));
    assert_null(c);
    REFUSED(loss_curvature_create(&c, net, NULL, NULL));
    REFUSED(loss_curvature_gradient(NULL, &loss, NULL));
    REFUSED(loss_curvature_hvp(NULL, NULL, NULL));
    REFUSED(loss_curvature_eigen(NULL, NULL, &value, NULL));
    REFUSED(loss_curvature_trace(NULL, 3, NULL));
    REFUSED(loss_curvature_density(&density, NULL, 3, 3));
    assert_null(density);
    REFUSED(loss_plane_hessian(&made, NULL, data, NULL, NULL, NULL));
    REFUSED(loss_plane_hessian(&made, net, NULL, NULL, NULL, NULL));
    assert_null(made);
    loss_curvature_free(NULL);
    loss_density_free(NULL);
}

static void test_analyses(void **state)
{
    (void)state;
    loss_contours *contours = (loss_contours *)1;
    loss_criticals *criticals = (loss_criticals *)1;
    double value;
    size_t n;
    uint8_t rgb[3];
    REFUSED(loss_levels(NULL, 3, NULL, &value, &n));
    REFUSED(loss_contours_create(&contours, NULL, &value, 1, (loss_contour_cells)0));
    assert_null(contours);
    REFUSED(loss_contours_create(NULL, NULL, &value, 1, (loss_contour_cells)0));
    REFUSED(loss_criticals_create(&criticals, NULL, NULL));
    assert_null(criticals);
    REFUSED(loss_criticals_basin(NULL, NULL, 0, NULL, NULL));
    REFUSED(loss_figures_of(NULL, NULL));
    REFUSED(loss_area_below(NULL, 0, &value));
    REFUSED(loss_colour_at(NULL, 0, rgb));
    REFUSED(loss_colour_at("viridis", 0, NULL));
    loss_contours_free(NULL);
    loss_criticals_free(NULL);
}

static void test_networks(void **state)
{
    (void)state;
    loss_net *made = (loss_net *)1;
    loss_shape shape = loss_dataset_shape(data);
    loss_result result = LOSS_RESULT_INIT;
    char *text = NULL;
    float values[10];
    REFUSED(loss_net_create(&made, NULL, shape));
    assert_null(made);
    REFUSED(loss_net_create(NULL, "lenet5", shape));
    loss_recognition *recognition;
    loss_check check = LOSS_CHECK_INIT;
    REFUSED(loss_recognise(&recognition, NULL, NULL, shape));
    REFUSED(loss_recognise(NULL, "x", NULL, shape));
    REFUSED(loss_net_check(NULL, data, NULL, &check));
    REFUSED(loss_net_check(net, data, NULL, NULL));
    check.struct_size = 0;
    REFUSED(loss_net_check(net, data, NULL, &check));
    REFUSED(loss_builder_create(NULL, shape));
    REFUSED(loss_builder_finish(NULL, (loss_node)0, "x", &made));
    REFUSED(loss_net_load(net, NULL, NULL));
    REFUSED(loss_net_load(NULL, "x", NULL));
    REFUSED(loss_net_save(net, NULL));
    REFUSED(loss_net_evaluate(NULL, data, NULL, &result));
    REFUSED(loss_net_evaluate(net, NULL, NULL, &result));
    REFUSED(loss_net_evaluate(net, data, NULL, NULL));
    REFUSED(loss_net_recalibrate(net, NULL, 0));
    REFUSED(loss_net_logits(net, 1, NULL, values));
    REFUSED(loss_file_describe(NULL, &text));
    REFUSED(loss_file_describe("x", NULL));
    REFUSED(loss_weights_convert(NULL, "x", NULL, NULL));
    REFUSED(loss_weights_convert("x", NULL, NULL, NULL));
    size_t n = loss_net_n_tensors(net);
    assert_null(loss_net_tensor(net, n));
    assert_null(loss_net_tensor(net, SIZE_MAX));
    loss_net_get(net, n, values);
    loss_net_set(net, SIZE_MAX, values);
    loss_net_free(NULL);
    loss_builder_free(NULL);
}

static void test_datasets(void **state)
{
    (void)state;
    loss_dataset *made = (loss_dataset *)1;
    loss_shape shape = loss_dataset_shape(data);
    float out[784];
    REFUSED(loss_dataset_open(&made, NULL, NULL));
    assert_null(made);
    REFUSED(loss_dataset_open(NULL, "x", NULL));
    REFUSED(loss_dataset_create(&made, shape, 1, NULL, NULL, NULL));
    REFUSED(loss_dataset_images(NULL, 0, 1, out));
    REFUSED(loss_dataset_images(data, 0, 1, NULL));
    REFUSED(loss_dataset_images(data, SIZE_MAX, 1, out));
    REFUSED(loss_dataset_images(data, 1, SIZE_MAX, out));
    loss_dataset_free(NULL);
}

static void test_surfaces(void **state)
{
    (void)state;
    loss_surface *surface = (loss_surface *)1;
    loss_plane *made = (loss_plane *)1;
    loss_point point;
    loss_point_curvature curvature;
    const loss_path_point *points;
    size_t n;
    REFUSED(loss_surface_open(NULL, "x", net, plane, data, NULL));
    REFUSED(loss_surface_open(&surface, scratch_path("s"), NULL, plane, data, NULL));
    assert_null(surface);
    REFUSED(loss_surface_open(&surface, scratch_path("s"), net, NULL, data, NULL));
    REFUSED(loss_surface_open(&surface, scratch_path("s"), net, plane, NULL, NULL));
    REFUSED(loss_surface_read(&surface, NULL));
    REFUSED(loss_surface_points(NULL, LOSS_SPLIT_TEST, &point));
    REFUSED(loss_surface_plane(NULL, net, &made));
    assert_null(made);
    REFUSED(loss_surface_add_path(NULL, "x", NULL, 3, NULL));
    REFUSED(loss_surface_paths(NULL, LOSS_SPLIT_TEST, &n, &points));
    REFUSED(loss_surface_evaluate(NULL));
    REFUSED(loss_surface_curvature(NULL, LOSS_SPLIT_TEST, &curvature));
    REFUSED(loss_surface_export(NULL, "x.ply", NULL));
    REFUSED(loss_surface_matches(NULL, net, NULL));
    REFUSED(loss_surface_export_path(NULL, "x.ply", NULL));
    REFUSED(loss_surface_export_criticals(NULL, "x.csv", 0, NULL));
    loss_surface_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files_and_text), cmocka_unit_test(test_training),
        cmocka_unit_test(test_planes),         cmocka_unit_test(test_curvatures),
        cmocka_unit_test(test_analyses),       cmocka_unit_test(test_networks),
        cmocka_unit_test(test_datasets),       cmocka_unit_test(test_surfaces),
    };
    return cmocka_run_group_tests_name("misuse", tests, make, unmake);
}
