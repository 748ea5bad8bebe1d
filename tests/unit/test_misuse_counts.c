/* Counts near SIZE_MAX, indexes past the end, numbers that are none, and NULL for each pointer of a
 * call that is right otherwise. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "misused.h"

static const size_t MANY[] = {SIZE_MAX, SIZE_MAX / 2, SIZE_MAX / 4 + 1};
enum { N_MANY = sizeof MANY / sizeof *MANY };
static const double NO_NUMBERS[] = {NAN, INFINITY, -INFINITY, -1};
enum { N_NO_NUMBERS = sizeof NO_NUMBERS / sizeof *NO_NUMBERS };

static void test_curvature(void **state)
{
    (void)state;
    float vector[12] = {1}, product[12];
    loss_eigenvalue values[4];
    loss_trace trace;
    loss_density *density;
    const double *nodes, *weights;
    double loss;
    assert_true(loss_net_n_parameters(use.net) > 12);
    assert_int_equal(loss_curvature_gradient(use.curvature, NULL, NULL), LOSS_OK);
    assert_int_equal(loss_curvature_gradient(use.curvature, &loss, NULL), LOSS_OK);
    REFUSED(loss_curvature_hvp(use.curvature, NULL, product));
    REFUSED(loss_curvature_hvp(use.curvature, vector, NULL));
    REFUSED(loss_curvature_eigen(use.curvature, NULL, NULL, NULL));
    REFUSED(loss_curvature_trace(use.curvature, 0, &trace));
    REFUSED(loss_curvature_trace(use.curvature, 3, NULL));
    for (size_t i = 0; i < N_MANY; i++) {
        loss_eigen_options opt = LOSS_EIGEN_OPTIONS_INIT;
        opt.top = MANY[i];
        REFUSED(loss_curvature_eigen(use.curvature, &opt, values, NULL));
        opt.smallest = MANY[i];
        REFUSED(loss_curvature_eigen(use.curvature, &opt, values, NULL));
        opt.top = 1;
        REFUSED(loss_curvature_eigen(use.curvature, &opt, values, NULL));
        assert_int_not_equal(loss_curvature_density(&density, use.curvature, MANY[i], MANY[i]),
                             LOSS_OK);
        assert_int_not_equal(loss_curvature_density(&density, use.curvature, MANY[i], 3), LOSS_OK);
        assert_null(density);
    }
    for (size_t i = 0; i < 3; i++) {
        loss_eigen_options opt = LOSS_EIGEN_OPTIONS_INIT;
        opt.tolerance = i == 1 ? 0 : NO_NUMBERS[i == 0 ? 0 : 3];
        REFUSED(loss_curvature_eigen(use.curvature, &opt, values, NULL));
    }
    REFUSED(loss_curvature_density(NULL, use.curvature, 1, 3));
    REFUSED(loss_curvature_density(&density, use.curvature, 0, 3));
    REFUSED(loss_curvature_density(&density, use.curvature, 1, 0));
    assert_int_equal(loss_curvature_density(&density, use.curvature, 2, 3), LOSS_OK);
    assert_true(loss_density_nodes(density, 1, &nodes, &weights) > 0);
    assert_int_equal(loss_density_nodes(density, 0, NULL, &weights), 0);
    assert_int_equal(loss_density_nodes(density, 0, &nodes, NULL), 0);
    assert_int_equal(loss_density_nodes(density, 2, &nodes, &weights), 0);
    assert_int_equal(loss_density_nodes(density, SIZE_MAX, &nodes, &weights), 0);
    loss_density_at(density, 0, 0);
    loss_density_at(density, NAN, NAN);
    loss_density_at(density, -1, INFINITY);
    loss_density_free(density);
}

static void test_datasets(void **state)
{
    (void)state;
    static const uint8_t pixels[4];
    static const uint32_t labels[4], wrong[4] = {3};
    static const loss_shape shapes[] = {{0, 2, 2, 3},
                                        {1, 0, 2, 3},
                                        {1, 2, 0, 3},
                                        {1, 2, 2, 0},
                                        {SIZE_MAX, 2, 2, 3},
                                        {SIZE_MAX / 2, SIZE_MAX / 2, 2, 3},
                                        {1, (size_t)1 << 32, (size_t)1 << 32, 3}};
    loss_shape shape = {1, 2, 2, 3};
    loss_dataset *made;
    float out[16];
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        loss_status status = loss_dataset_create(&made, shapes[i], 1, pixels, labels, NULL);
        assert_true(status == LOSS_ERR_ARGUMENT || status == LOSS_ERR_SHAPE);
        assert_null(made);
    }
    REFUSED(loss_dataset_create(NULL, shape, 1, pixels, labels, NULL));
    REFUSED(loss_dataset_create(&made, shape, 1, pixels, NULL, NULL));
    assert_int_equal(loss_dataset_create(&made, shape, 0, pixels, labels, NULL), LOSS_ERR_SHAPE);
    assert_int_equal(loss_dataset_create(&made, shape, 1, pixels, wrong, NULL), LOSS_ERR_SHAPE);
    for (size_t i = 0; i < N_MANY; i++) {
        assert_int_equal(loss_dataset_create(&made, shape, MANY[i], pixels, labels, NULL),
                         LOSS_ERR_SHAPE);
        REFUSED(loss_dataset_images(use.data, 0, MANY[i], out));
        REFUSED(loss_dataset_images(use.data, MANY[i], 1, out));
        REFUSED(loss_dataset_images(use.data, MANY[i], MANY[i], out));
    }
    REFUSED(loss_dataset_images(use.data, MISUSED_IMAGES, 1, out));
    for (size_t i = 0; i < 2 * N_NO_NUMBERS; i++) {
        loss_dataset_options opt = LOSS_DATASET_OPTIONS_INIT;
        opt.has_normalisation = true;
        if (i / 2 == 3) /* a mean may be below 0 */
            opt.std[0] = i % 2 ? -1 : 0;
        else
            *(i % 2 ? opt.mean : opt.std) = (float)NO_NUMBERS[i / 2];
        REFUSED(loss_dataset_create(&made, shape, 1, pixels, labels, &opt));
    }
}

static void test_networks(void **state)
{
    (void)state;
    static const loss_shape shapes[] = {{0, 28, 28, 10},
                                        {1, 0, 28, 10},
                                        {1, 28, 28, 0},
                                        {SIZE_MAX, 28, 28, 10},
                                        {1, SIZE_MAX, SIZE_MAX, 10},
                                        {1, 28, 28, SIZE_MAX},
                                        {1, (size_t)1 << 32, (size_t)1 << 32, 10}};
    loss_net *made;
    loss_builder *b;
    float values[16] = {0};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        loss_status status = loss_net_create(&made, "lenet5", shapes[i]);
        assert_true(status == LOSS_ERR_ARGUMENT || status == LOSS_ERR_SHAPE);
        assert_null(made);
        status = loss_builder_create(&b, shapes[i]);
        if (!status) { /* too large is found at the end */
            loss_node x = loss_builder_flatten(b, loss_builder_input(b));
            x = loss_builder_linear(b, x, "fc", shapes[i].classes);
            status = loss_builder_finish(b, x, "x", &made);
        }
        assert_int_not_equal(status, LOSS_OK);
        assert_null(made);
    }
    for (size_t i = 0; i < N_MANY; i++)
        REFUSED(loss_net_logits(use.net, MANY[i], values, values));
    REFUSED(loss_net_logits(use.net, 1, values, NULL));
    REFUSED(loss_net_logits(NULL, 1, values, values));
    loss_net_get(use.net, 0, NULL);
    loss_net_set(use.net, 0, NULL);
    loss_net_digest(use.net, NULL);
    REFUSED(loss_net_save(NULL, scratch_path("x")));
    REFUSED(loss_net_recalibrate(NULL, use.data, 1));
}

static void test_recognition(void **state)
{
    (void)state;
    loss_recognition *r;
    loss_net *lenet;
    size_t winner;
    loss_shape shape = {1, 28, 28, 10};
    const char *file = scratch_path("lenet.safetensors");
    assert_int_equal(loss_net_create(&lenet, "lenet5", shape), LOSS_OK);
    assert_int_equal(loss_net_save(lenet, file), LOSS_OK);
    loss_net_free(lenet);
    assert_int_equal(loss_recognise(&r, file, NULL, shape), LOSS_OK);
    size_t n = loss_recognition_count(r);
    assert_true(n > 0);
    assert_null(loss_recognition_model(r, n));
    assert_null(loss_recognition_model(r, SIZE_MAX));
    assert_null(loss_recognition_check(r, n));
    assert_null(loss_recognition_check(r, SIZE_MAX));
    REFUSED(loss_recognition_evaluate(r, NULL, NULL));
    REFUSED(loss_recognition_decide(r, NULL));
    assert_int_not_equal(loss_recognition_evaluate(r, use.data, NULL), LOSS_OK);
    assert_int_not_equal(loss_recognition_decide(r, &winner), LOSS_OK);
    loss_recognition_free(r);
}

/* Layers: each call gives -1, and the builder's end says why. */
static loss_node misuse_layer(loss_builder *b, loss_node x, int i)
{
    loss_conv_options conv = {sizeof conv, 1, 1, 1, 0, false, 1, 1};
    loss_pool_options pool = {sizeof pool, 1, 1, 0};
    loss_node inputs[2] = {x, x};
    switch (i) {
    case 0: return loss_builder_conv(b, x, NULL, &conv);
    case 1: return loss_builder_conv(b, x, "a", NULL);
    case 2: return loss_builder_max_pool(b, x, NULL);
    case 3: return loss_builder_average_pool(b, x, NULL);
    case 4: return loss_builder_batchnorm(b, x, NULL, NULL);
    case 5: return loss_builder_linear(b, loss_builder_flatten(b, x), NULL, 3);
    case 6: return loss_builder_linear(b, loss_builder_flatten(b, x), "a", 0);
    case 7: return loss_builder_linear(b, loss_builder_flatten(b, x), "a", SIZE_MAX);
    case 8: return loss_builder_add(b, LOSS_NODES(x, 99));
    case 9: return loss_builder_add(b, LOSS_NODES(INT32_MAX, x));
    case 10: return loss_builder_concat(b, LOSS_NODES(x, -5));
    case 11: return loss_builder_shortcut(b, x, SIZE_MAX, 1);
    case 12: return loss_builder_shortcut(b, x, 1, SIZE_MAX);
    case 13: return loss_builder_shortcut(b, x, 1, 0);
    case 14: return loss_builder_dropout(b, x, NAN);
    case 15: return loss_builder_dropout(b, x, -1);
    case 16: return loss_builder_dropout(b, x, 2);
    case 17: return loss_builder_relu(b, INT32_MIN);
    case 18: return loss_builder_layer(b, NULL, "a", 1, inputs, NULL);
    case 19: return loss_builder_layer(b, "relu", "a", 1, NULL, NULL);
    case 20: return loss_builder_layer(b, "relu", "a", SIZE_MAX, inputs, NULL);
    case 21: return loss_builder_layer(b, "no such layer", "a", 1, inputs, NULL);
    case 22: return loss_builder_layer(b, "relu", "a", 0, inputs, NULL);
    case 23: return loss_builder_layer(b, "relu", "a", 1, inputs, LOSS_KEYS(LOSS_NUMBERS("x", 1)));
    case 24: pool.kernel = 0; return loss_builder_max_pool(b, x, &pool);
    case 25:
        pool.stride = SIZE_MAX;
        pool.padding = SIZE_MAX;
        return loss_builder_max_pool(b, x, &pool);
    case 26: conv.kernel = 0; return loss_builder_conv(b, x, "a", &conv);
    case 27: conv.channels = 0; return loss_builder_conv(b, x, "a", &conv);
    default: return -2;
    }
}

static void test_layers(void **state)
{
    (void)state;
    for (int i = 0;; i++) {
        loss_builder *b;
        loss_net *net = NULL;
        assert_int_equal(loss_builder_create(&b, (loss_shape){1, 4, 4, 3}), LOSS_OK);
        loss_node x = misuse_layer(b, loss_builder_input(b), i);
        if (x == -2) {
            loss_builder_free(b);
            break;
        }
        if (x != -1)
            fail_msg("layer %d was taken", i);
        loss_status status = loss_builder_finish(b, x, "x", &net);
        assert_int_not_equal(status, LOSS_OK);
        assert_null(net);
    }
    loss_builder *b;
    loss_net *net;
    assert_int_equal(loss_builder_create(&b, (loss_shape){1, 4, 4, 3}), LOSS_OK);
    loss_node x = loss_builder_input(b);
    REFUSED(loss_builder_name_tensor(NULL, x, "weight", "a"));
    assert_int_not_equal(loss_builder_name_tensor(b, 99, "weight", "a"), LOSS_OK);
    loss_builder_free(b);
    assert_int_equal(loss_builder_create(&b, (loss_shape){1, 4, 4, 3}), LOSS_OK);
    assert_int_not_equal(loss_builder_finish(b, 99, "x", &net), LOSS_OK);
    assert_int_equal(loss_builder_create(&b, (loss_shape){1, 4, 4, 3}), LOSS_OK);
    assert_int_not_equal(loss_builder_finish(b, loss_builder_input(b), NULL, &net), LOSS_OK);
    assert_int_equal(loss_builder_create(&b, (loss_shape){1, 4, 4, 3}), LOSS_OK);
    assert_int_not_equal(loss_builder_finish(b, loss_builder_input(b), "x", NULL), LOSS_OK);
}

static void test_planes(void **state)
{
    (void)state;
    loss_plane *made;
    loss_projection at;
    const char *with_null[3] = {use.checkpoints[0], NULL, use.checkpoints[1]};
    for (size_t i = 0; i < N_MANY; i++) {
        REFUSED(loss_plane_project(use.plane, use.net, use.other, MANY[i], &at));
        REFUSED(loss_plane_pca(&made, use.net, use.checkpoints, MANY[i], NULL));
        REFUSED(loss_surface_add_path(use.surface, "run", use.checkpoints, MANY[i], NULL));
    }
    REFUSED(loss_plane_project(use.plane, use.net, use.other, 3, &at));
    REFUSED(loss_plane_project(use.plane, use.net, use.other, 0, &at));
    REFUSED(loss_plane_project(use.plane, NULL, use.other, 2, &at));
    REFUSED(loss_plane_project(use.plane, use.net, NULL, 2, &at));
    REFUSED(loss_plane_pca(&made, use.net, with_null, 3, NULL));
    REFUSED(loss_plane_pca(&made, use.net, use.checkpoints, 0, NULL));
    REFUSED(loss_plane_pca(&made, use.net, use.checkpoints, 1, NULL));
    REFUSED(loss_plane_pca(&made, NULL, use.checkpoints, 3, NULL));
    REFUSED(loss_plane_move(use.plane, NULL, 0, 0, use.other));
    REFUSED(loss_plane_move_states(use.plane, use.net, 0, 0, NULL));
    REFUSED(loss_plane_between(NULL, use.net, use.other, NULL, NULL));
    REFUSED(loss_plane_between(&made, use.net, NULL, use.other, NULL));
    REFUSED(loss_plane_create(NULL, use.net, (const float[64]){1}, NULL));
    REFUSED(loss_plane_load(NULL, use.net, "x"));
    REFUSED(loss_plane_save(use.plane, NULL, scratch_path("x")));
    REFUSED(loss_surface_add_path(use.surface, NULL, use.checkpoints, 3, NULL));
    REFUSED(loss_surface_add_path(use.surface, "run", NULL, 3, NULL));
    REFUSED(loss_surface_add_path(use.surface, "run", use.checkpoints, 0, NULL));
    REFUSED(loss_surface_add_path(use.surface, "run", with_null, 3, NULL));
    static const int axes[] = {-1, 2, 99, INT32_MAX, INT32_MIN};
    for (size_t i = 0; i < sizeof axes / sizeof *axes; i++) {
        assert_null(loss_plane_direction(use.plane, axes[i]));
        assert_true(isnan(loss_plane_norm(use.plane, axes[i])));
        assert_true(isnan(loss_plane_explained(use.plane, axes[i])));
        assert_true(isnan(loss_plane_eigenvalue(use.plane, axes[i])));
    }
}

static void test_accuracies(void **state)
{
    (void)state;
    const double none[] = {-1, 101, NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_true(isnan(loss_accuracy_error(none[i], 100)));
    assert_true(isnan(loss_accuracy_error(50, 0)));
    assert_true(isnan(loss_accuracy_error(50, 1)));
    assert_true(loss_accuracy_error(50, SIZE_MAX) > 0);
}

static void test_surfaces(void **state)
{
    (void)state;
    loss_surface *s;
    loss_plane *plane;
    loss_selection selection;
    size_t n;
    const loss_path_point *path;
    double number;
    uint64_t count;
    loss_surface_options opt = LOSS_SURFACE_OPTIONS_INIT;
    opt.bn = LOSS_BN_RECALIBRATE; /* without bn_data */
    REFUSED(loss_surface_open(&s, scratch_path("c"), use.net, use.plane, use.data, &opt));
    opt.bn = LOSS_BN_WEIGHTS;
    opt.second = use.data; /* the same split */
    REFUSED(loss_surface_open(&s, scratch_path("c"), use.net, use.plane, use.data, &opt));
    REFUSED(loss_surface_read(NULL, "x"));
    REFUSED(loss_surface_points(use.surface, LOSS_SPLIT_TRAIN, NULL));
    REFUSED(loss_surface_plane(use.surface, NULL, &plane));
    REFUSED(loss_surface_plane(use.surface, use.net, NULL));
    REFUSED(loss_surface_paths(use.surface, LOSS_SPLIT_TRAIN, NULL, &path));
    REFUSED(loss_surface_paths(use.surface, LOSS_SPLIT_TRAIN, &n, NULL));
    REFUSED(loss_surface_curvature(use.surface, LOSS_SPLIT_TRAIN, NULL));
    REFUSED(loss_surface_export(use.surface, NULL, NULL));
    REFUSED(loss_surface_export_path(use.surface, NULL, NULL));
    REFUSED(loss_surface_export_criticals(use.surface, NULL, 0, NULL));
    REFUSED(loss_surface_export_criticals(use.surface, "x.csv", NAN, NULL));
    REFUSED(loss_surface_selection(use.surface, LOSS_SPLIT_TRAIN, NULL));
    REFUSED(loss_surface_bn_selection(use.surface, NULL));
    assert_int_not_equal(loss_surface_bn_selection(use.surface, &selection), LOSS_OK);
    assert_null(loss_surface_metadata(use.surface, NULL));
    assert_null(loss_surface_metadata_key(use.surface, SIZE_MAX));
    assert_false(loss_surface_number(use.surface, NULL, &number));
    assert_false(loss_surface_number(use.surface, "cosine", NULL));
    assert_false(loss_surface_count(use.surface, NULL, &count));
    assert_false(loss_surface_count(use.surface, "seed", NULL));
}

static void test_training(void **state)
{
    (void)state;
    for (size_t i = 0; i < 4 * N_NO_NUMBERS; i++) {
        loss_train_options opt = LOSS_TRAIN_OPTIONS_INIT;
        double *numbers[] = {&opt.lr, &opt.momentum, &opt.weight_decay};
        opt.epochs = 1;
        if (i / 4 < 3)
            *numbers[i / 4] = NO_NUMBERS[i % 4];
        else if (i % 4 == 0)
            opt.batch = 0;
        else if (i % 4 == 1)
            opt.momentum = 1.5;
        else if (i % 4 == 2)
            opt.run_json = "[1]";
        else
            opt.run_json = "{";
        loss_status status = loss_train(use.other, use.data, NULL, scratch_path("misused"), &opt);
        if (status != LOSS_ERR_ARGUMENT)
            fail_msg("options %zu: %s", i, loss_status_name(status));
    }
    for (size_t i = 0; i < N_MANY; i++) {
        loss_train_options opt = LOSS_TRAIN_OPTIONS_INIT;
        opt.batch = MANY[i];
        opt.epochs = 1;
        char name[16];
        snprintf(name, sizeof name, "many%zu", i);
        /* More than there are: one batch of all. */
        assert_int_equal(loss_train(use.other, use.data, NULL, scratch_path(name), &opt), LOSS_OK);
        opt = (loss_train_options)LOSS_TRAIN_OPTIONS_INIT;
        opt.epochs = MANY[i];
        REFUSED(loss_train(use.other, use.data, NULL, scratch_path("misused"), &opt));
    }
}

static void test_files(void **state)
{
    (void)state;
    const char *path = scratch_path("file");
    loss_file *file;
    uint8_t *bytes;
    size_t n;
    REFUSED(loss_file_write(path, "x", SIZE_MAX, NULL));
    assert_int_equal(loss_file_open(&file, path, NULL), LOSS_OK);
    loss_file_put(file, NULL, 5);
    REFUSED(loss_file_commit(file));
    assert_int_equal(loss_file_open(&file, path, NULL), LOSS_OK);
    loss_file_put(file, "x", SIZE_MAX);
    REFUSED(loss_file_commit(file));
    assert_int_equal(loss_file_open(&file, path, NULL), LOSS_OK);
    loss_file_put_text(file, NULL); /* what loss_text_escaped() gives when memory is out */
    assert_int_equal(loss_file_commit(file), LOSS_ERR_NOMEM);
    assert_int_equal(loss_file_open(&file, path, NULL), LOSS_OK);
    loss_file_print(file, NULL);
    REFUSED(loss_file_commit(file));
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(loss_file_write(path, "{}", 2, NULL), LOSS_OK);
    assert_int_not_equal(loss_file_read(path, 0, &bytes, &n), LOSS_OK);
    assert_null(bytes);
}

static void test_lists_of_numbers(void **state)
{
    (void)state;
    static const double z[4] = {0, 1, 2, 3};
    loss_grid grid = {{0, 1, 2}, {0, 1, 2}, z};
    loss_contours *contours;
    double levels[2] = {1, 2};
    size_t n;
    for (size_t i = 0; i < N_MANY; i++) {
        REFUSED(loss_levels(&grid, MANY[i], NULL, levels, &n));
        REFUSED(loss_contours_create(&contours, &grid, levels, MANY[i], LOSS_CONTOUR_SQUARES));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_curvature),        cmocka_unit_test(test_datasets),
        cmocka_unit_test(test_networks),         cmocka_unit_test(test_recognition),
        cmocka_unit_test(test_layers),           cmocka_unit_test(test_planes),
        cmocka_unit_test(test_accuracies),       cmocka_unit_test(test_surfaces),
        cmocka_unit_test(test_training),         cmocka_unit_test(test_files),
        cmocka_unit_test(test_lists_of_numbers),
    };
    return cmocka_run_group_tests_name("misuse_counts", tests, misused_make, misused_unmake);
}
