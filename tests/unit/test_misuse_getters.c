/* Misuse of functions that have no status to return: NULL and numbers past the end give NULL, 0 or
 * NaN, and unknown kinds have a name all the same. None crashes. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <loss/loss.h>

#define REFUSED(call) assert_int_equal(call, LOSS_ERR_ARGUMENT)

static void test_names_of_unknown_kinds(void **state)
{
    (void)state;
    static const int unknown[] = {99, -1, 1 << 30};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        assert_non_null(loss_status_name((loss_status)unknown[i]));
        assert_non_null(loss_split_name((loss_split)unknown[i]));
        assert_non_null(loss_norm_name((loss_norm)unknown[i]));
        assert_non_null(loss_ignore_name((loss_ignore)unknown[i]));
        assert_non_null(loss_bn_name((loss_bn)unknown[i]));
        assert_non_null(loss_schedule_name((loss_schedule)unknown[i]));
        assert_non_null(loss_level_scale_name((loss_level_scale)unknown[i]));
        assert_non_null(loss_critical_kind_name((loss_critical_kind)unknown[i]));
    }
}

static void test_past_the_end_of_lists(void **state)
{
    (void)state;
    assert_null(loss_dataset_format_name(loss_dataset_formats()));
    assert_null(loss_dataset_format_name(SIZE_MAX));
    assert_null(loss_dataset_format_summary(SIZE_MAX));
    assert_null(loss_export_format_at(SIZE_MAX));
    assert_null(loss_net_model_about(NULL));
    assert_null(loss_net_model_about("no such network"));
    assert_null(loss_net_model_option(NULL, 0));
    assert_null(loss_net_model_option("resnet20", SIZE_MAX));
}

static void test_no_dataset(void **state)
{
    (void)state;
    assert_int_equal(loss_dataset_shape(NULL).classes, 0);
    assert_int_equal(loss_dataset_count(NULL), 0);
    assert_int_equal(loss_dataset_split(NULL), LOSS_SPLIT_TRAIN);
    assert_null(loss_dataset_format(NULL));
    assert_null(loss_dataset_selection(NULL));
    assert_null(loss_dataset_path(NULL));
    assert_null(loss_dataset_digest(NULL));
    assert_null(loss_dataset_mean(NULL));
    assert_null(loss_dataset_std(NULL));
    assert_null(loss_dataset_pixels(NULL));
    assert_null(loss_dataset_labels(NULL));
}

static void test_no_curvature(void **state)
{
    (void)state;
    const loss_point_curvature not_done = {.min = 1, .max = 2};
    assert_true(isnan(loss_point_convexity(NULL)));
    assert_true(isnan(loss_point_convexity(&not_done)));
}

static void test_no_network(void **state)
{
    (void)state;
    char digest[17];
    float value;
    assert_null(loss_net_model(NULL));
    assert_int_equal(loss_net_shape(NULL).classes, 0);
    assert_int_equal(loss_net_n_tensors(NULL), 0);
    assert_int_equal(loss_net_n_parameters(NULL), 0);
    assert_true(loss_net_macs(NULL) == 0);
    assert_int_equal(loss_net_n_folded_norms(NULL), 0);
    assert_int_equal(loss_net_n_layers(NULL), 0);
    loss_shape shape;
    REFUSED(loss_net_fixed_shape(NULL, "resnet20"));
    REFUSED(loss_net_fixed_shape(&shape, NULL));
    REFUSED(loss_net_keep(NULL, "."));
    REFUSED(loss_net_keep("resnet20", NULL));
    REFUSED(loss_net_layer(NULL, 0, &(loss_layer_info)LOSS_LAYER_INFO_INIT));
    REFUSED(loss_net_write(NULL, "a.net"));
    assert_null(loss_net_tensor(NULL, 0));
    loss_net_get(NULL, 0, &value);
    loss_net_set(NULL, 0, &value);
    loss_net_initialise(NULL, 0);
    loss_net_digest(NULL, digest);
    loss_net_digest(NULL, NULL);
}

static void test_no_builder(void **state)
{
    (void)state;
    const loss_pool_options pool = {sizeof pool, 2, 2, 0};
    const loss_conv_options conv = {sizeof conv, 1, 1, 1, 0, false, 1, 1};
    assert_int_equal(loss_builder_input(NULL), -1);
    assert_int_equal(loss_builder_conv(NULL, 0, "a", &conv), -1);
    assert_int_equal(loss_builder_batchnorm(NULL, 0, "a", NULL), -1);
    assert_int_equal(loss_builder_relu(NULL, 0), -1);
    assert_int_equal(loss_builder_max_pool(NULL, 0, &pool), -1);
    assert_int_equal(loss_builder_average_pool(NULL, 0, &pool), -1);
    assert_int_equal(loss_builder_global_average_pool(NULL, 0), -1);
    assert_int_equal(loss_builder_flatten(NULL, 0), -1);
    assert_int_equal(loss_builder_linear(NULL, 0, "a", 10), -1);
    assert_int_equal(loss_builder_add(NULL, LOSS_NODES(0, 0)), -1);
    assert_int_equal(loss_builder_concat(NULL, LOSS_NODES(0, 0)), -1);
    assert_int_equal(loss_builder_shortcut(NULL, 0, 1, 1), -1);
    assert_int_equal(loss_builder_dropout(NULL, 0, 0.5), -1);
    assert_int_equal(loss_builder_shape(NULL, 0).channels, 0);
}

/* The first misuse sticks: the builder's end reports it. */
static void test_misused_layers(void **state)
{
    static const loss_conv_options conv[] = {
        {0, 1, 1, 1, 0, false, 1, 1},
        {SIZE_MAX, 1, 1, 1, 0, false, 1, 1},
        {sizeof *conv, SIZE_MAX, 1, 1, 0, false, 1, 1},
        {sizeof *conv, 1, SIZE_MAX, 1, 0, false, 1, 1},
        {sizeof *conv, 1, 1, SIZE_MAX, 0, false, 1, 1},
        {sizeof *conv, 1, 3, 1, SIZE_MAX / 2, false, 1, 1},
    };
    (void)state;
    for (size_t i = 0; i <= sizeof conv / sizeof *conv; i++) {
        loss_builder *b;
        loss_net *net = NULL;
        assert_int_equal(loss_builder_create(&b, (loss_shape){1, 8, 8, 10}), LOSS_OK);
        loss_node x = loss_builder_input(b);
        x = i ? loss_builder_conv(b, x, "a", &conv[i - 1]) : loss_builder_relu(b, 99);
        assert_int_equal(x, -1);
        assert_int_equal(loss_builder_shape(b, x).channels, 0);
        assert_int_equal(loss_builder_shape(b, 99).channels, 0);
        assert_int_not_equal(loss_builder_finish(b, x, "misused", &net), LOSS_OK);
        assert_null(net);
    }
}

static void test_no_plane(void **state)
{
    (void)state;
    for (int axis = -1; axis < 3; axis++) {
        assert_null(loss_plane_direction(NULL, axis));
        assert_true(isnan(loss_plane_norm(NULL, axis)));
        assert_true(isnan(loss_plane_explained(NULL, axis)));
        assert_true(isnan(loss_plane_eigenvalue(NULL, axis)));
    }
    assert_true(isnan(loss_plane_cosine(NULL)));
    assert_int_equal(loss_plane_solutions(NULL), 0);
    assert_int_equal(loss_plane_checkpoints(NULL), 0);
    assert_null(loss_plane_description(NULL));
    assert_null(loss_plane_layers(NULL));
    assert_null(loss_plane_digest(NULL));
}

static void test_no_surface(void **state)
{
    (void)state;
    double number;
    uint64_t count;
    loss_selection selection;
    assert_int_equal(loss_surface_x(NULL).n, 0);
    assert_int_equal(loss_surface_y(NULL).n, 0);
    assert_false(loss_surface_has_split(NULL, LOSS_SPLIT_TEST));
    assert_false(loss_surface_has_curvature(NULL));
    assert_null(loss_surface_metadata(NULL, "model"));
    assert_null(loss_surface_metadata_key(NULL, 0));
    assert_false(loss_surface_number(NULL, "cosine", &number));
    assert_false(loss_surface_count(NULL, "seed", &count));
    REFUSED(loss_surface_selection(NULL, LOSS_SPLIT_TEST, &selection));
    REFUSED(loss_surface_bn_selection(NULL, &selection));
}

static void test_no_recognition(void **state)
{
    (void)state;
    char text[8] = "before";
    size_t winner;
    assert_int_equal(loss_recognition_count(NULL), 0);
    assert_null(loss_recognition_model(NULL, 0));
    assert_null(loss_recognition_check(NULL, 0));
    REFUSED(loss_recognition_evaluate(NULL, NULL, NULL));
    REFUSED(loss_recognition_decide(NULL, &winner));
    assert_false(loss_check_caveat(NULL, text, sizeof text));
    assert_string_equal(text, "");
    assert_false(loss_check_caveat(NULL, NULL, 8));
    loss_recognition_free(NULL);
}

static void test_no_analysis(void **state)
{
    (void)state;
    const double *nodes, *weights;
    double ticks[4];
    assert_int_equal(loss_contours_count(NULL), 0);
    assert_int_equal(loss_contours_line(NULL, 0).n_points, 0);
    assert_null(loss_criticals_points(NULL));
    assert_int_equal(loss_criticals_count(NULL, 0), 0);
    assert_int_equal(loss_criticals_count_kind(NULL, LOSS_CRITICAL_SADDLE, 0), 0);
    assert_int_equal(loss_criticals_euler(NULL), 0);
    assert_int_equal(loss_curvature_rows(NULL), 0);
    assert_int_equal(loss_density_vectors(NULL), 0);
    assert_int_equal(loss_density_nodes(NULL, 0, &nodes, &weights), 0);
    assert_true(isnan(loss_density_at(NULL, 1, 0)));
    assert_int_equal(loss_ticks(0, 1, false, 4, NULL, 4), 0);
    assert_int_equal(loss_ticks(NAN, 1, false, 4, ticks, 4), 0);
    assert_int_equal(loss_ticks(0, INFINITY, true, 4, ticks, 4), 0);
    assert_true(loss_ticks(0, 1, false, SIZE_MAX, ticks, 4) <= 4);
}

static void test_scales(void **state)
{
    (void)state;
    double ticks[4];
    const loss_scale odd = {(loss_scale_kind)99, 0, 1, 0}, empty = {LOSS_SCALE_SYMLOG, 0, 0, 0};
    assert_string_equal(loss_scale_kind_name((loss_scale_kind)99), "unknown");
    assert_true(isnan(loss_scale_stretch(NULL, 1)) && isnan(loss_scale_unstretch(NULL, 1)));
    assert_true(isnan(loss_scale_place(NULL, 1)) && isnan(loss_scale_value(NULL, 0.5)));
    assert_true(loss_scale_place(&odd, 0.25) == 0.25); /* as on a linear scale */
    assert_int_equal(loss_scale_ticks(NULL, 4, ticks, 4), 0);
    assert_int_equal(loss_scale_ticks(&odd, 4, NULL, 4), 0);
    assert_int_equal(loss_scale_ticks(&odd, 4, ticks, 0), 0);
    assert_true(loss_scale_ticks(&empty, 4, ticks, 4) <= 4);
    assert_int_equal(loss_scale_levels(NULL, 4, ticks), 0);
    assert_int_equal(loss_scale_levels(&odd, 4, NULL), 0);
    assert_int_equal(loss_scale_levels(&odd, 0, ticks), 0);
    assert_int_equal(loss_scale_levels(&empty, 4, ticks), 0);
    const loss_scale wrong[] = {{LOSS_SCALE_LOG, 0, 1, 0},
                                {LOSS_SCALE_LINEAR, 0, (double)INFINITY, 0}};
    for (int i = 0; i < 2; i++)
        assert_int_equal(loss_scale_levels(&wrong[i], 4, ticks), 0);
    assert_true(isnan(loss_typical_size(NULL, 4)));
    assert_string_equal(loss_colour_map_for(NULL), loss_colour_maps()[0]);
    assert_ptr_equal(loss_run_colour(SIZE_MAX), loss_run_colour(SIZE_MAX % LOSS_RUN_COLOURS));
    assert_int_equal(loss_scale_of_range(NAN, NAN).kind, LOSS_SCALE_LINEAR);
    assert_int_equal(loss_scale_of_range(1, INFINITY).kind, LOSS_SCALE_LINEAR);
    assert_true(loss_scale_about_zero(NAN, NAN).high == 1);
    assert_true(loss_scale_about_zero(INFINITY, 1).high == 1);
}

static void test_odd_axes_and_numbers(void **state)
{
    (void)state;
    char text[LOSS_NUMBER_SIZE];
    assert_true(loss_axis_at((loss_axis){1, 2, 0}, 0) == 1);
    assert_true(loss_axis_at((loss_axis){1, 2, 0}, SIZE_MAX) == 2);
    assert_true(loss_axis_at((loss_axis){1, 2, 3}, SIZE_MAX) == 2);
    assert_true(isfinite(loss_axis_at((loss_axis){-1e308, 1e308, SIZE_MAX}, SIZE_MAX / 2)));
    assert_string_equal(loss_number_print(NAN, text), "nan");
    assert_null(loss_number_print(1, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_of_unknown_kinds),
        cmocka_unit_test(test_past_the_end_of_lists),
        cmocka_unit_test(test_no_dataset),
        cmocka_unit_test(test_no_curvature),
        cmocka_unit_test(test_no_network),
        cmocka_unit_test(test_no_builder),
        cmocka_unit_test(test_misused_layers),
        cmocka_unit_test(test_no_plane),
        cmocka_unit_test(test_no_surface),
        cmocka_unit_test(test_no_recognition),
        cmocka_unit_test(test_no_analysis),
        cmocka_unit_test(test_scales),
        cmocka_unit_test(test_odd_axes_and_numbers),
    };
    return cmocka_run_group_tests_name("misuse_getters", tests, NULL, NULL);
}
