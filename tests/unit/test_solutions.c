/* Lines and planes through solutions; BatchNorm's modes against obvious references; repeated
 * random lines. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <loss/surface.h>

#include "base/real.h"
#include "net/backprop.h"
#include "net/net.h"
#include "scratch.h"

enum { IMAGES = 21, SIDE = 12 };
static const loss_shape SHAPE = {1, SIDE, SIDE, 10};

static loss_dataset *make_data(loss_split split)
{
    static uint8_t pixels[IMAGES * SIDE * SIDE];
    static uint32_t labels[IMAGES];
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)((i * i + 37 * i) % 251 + (size_t)split);
    for (size_t i = 0; i < IMAGES; i++)
        labels[i] = (uint32_t)(i % 10);
    loss_dataset_options opt = LOSS_DATASET_OPTIONS_INIT;
    loss_dataset *data;
    opt.split = split;
    assert_int_equal(loss_dataset_create(&data, SHAPE, IMAGES, pixels, labels, &opt), LOSS_OK);
    return data;
}

/* A network with values of many sizes in every tensor, and statistics of its own. */
static loss_net *make_net(uint64_t seed)
{
    loss_net *net;
    assert_int_equal(loss_net_create(&net, "resnet20:width=0.125", SHAPE), LOSS_OK);
    loss_net_initialise(net, seed);
    for (size_t i = 0; i < net->n_tensors; i++)
        for (size_t j = 0; j < net->tensors[i].count; j++) {
            double value = (double)net->tensors[i].values[j],
                   factor = 1 + 0.37 * (double)((seed + j * 7 + i) % 5);
            net->tensors[i].values[j] =
                (lossi_real)(net->tensors[i].n_dims > 1 ? value * factor / (double)(1 + j % 97)
                                                        : value + 0.01 * factor);
        }
    net->tensors[0].values[0] = (lossi_real)(seed % 2 ? -0.0 : 1e-12);
    return net;
}

static bool same_values(const loss_net *a, const loss_net *b, bool with_statistics)
{
    for (size_t i = 0; i < a->n_tensors; i++)
        if ((with_statistics || lossi_tensor_is_trainable(&a->tensors[i])) &&
            memcmp(a->tensors[i].values, b->tensors[i].values,
                   a->tensors[i].count * sizeof(lossi_real)) != 0)
            return false;
    return true;
}

static void test_ends_are_exact(void **state)
{
    (void)state;
    loss_net *w[3] = {make_net(1), make_net(2), make_net(3)}, *moved = make_net(4);
    static const double at[3][2] = {{0, 0}, {1, 0}, {0, 1}};
    loss_plane *plane;
    assert_int_equal(loss_plane_between(&plane, w[0], w[1], w[2], NULL), LOSS_OK);
    assert_int_equal(loss_plane_solutions(plane), 2);
    for (int k = 0; k < 3; k++) {
        assert_int_equal(loss_plane_move(plane, w[0], at[k][0], at[k][1], moved), LOSS_OK);
        assert_true(same_values(moved, w[k], false));
        assert_true(same_values(moved, w[k], true) == (k == 0)); /* statistics stay the origin's */
        assert_int_equal(loss_plane_move_states(plane, w[0], at[k][0], at[k][1], moved), LOSS_OK);
        assert_true(same_values(moved, w[k], true));
    }
    assert_int_equal(loss_plane_move_states(plane, w[0], 0.25, 0.5, moved), LOSS_OK);
    for (size_t i = 0; i < moved->n_tensors; i++)
        for (size_t j = 0; j < moved->tensors[i].count; j++) {
            double v[3];
            for (int k = 0; k < 3; k++)
                v[k] = (double)w[k]->tensors[i].values[j];
            double expected = 0.25 * v[0] + 0.25 * v[1] + 0.5 * v[2];
            assert_true(fabs((double)moved->tensors[i].values[j] - expected) <=
                        1e-7 * fabs(expected) + 1e-30);
        }
    float first = loss_plane_direction(plane, 0)[1];
    assert_true(first ==
                (float)((double)w[1]->tensors[0].values[1] - (double)w[0]->tensors[0].values[1]));
    loss_plane_free(plane);
    for (int k = 0; k < 3; k++)
        loss_net_free(w[k]);
    loss_net_free(moved);
}

static void test_line_and_refusals(void **state)
{
    (void)state;
    loss_net *a = make_net(1), *b = make_net(2), *other;
    loss_plane *plane, *again;
    assert_int_equal(loss_plane_between(&plane, a, b, NULL, "line to b"), LOSS_OK);
    assert_int_equal(loss_plane_solutions(plane), 1);
    assert_string_equal(loss_plane_description(plane), "line to b");
    assert_null(loss_plane_direction(plane, 1));
    for (size_t i = 0; i < b->n_tensors; i++)
        if (b->tensors[i].kind == LOSS_TENSOR_RUNNING_VAR)
            b->tensors[i].values[0] += 1;
    assert_int_equal(loss_plane_between(&again, a, b, NULL, "line to b"), LOSS_OK);
    assert_string_not_equal(loss_plane_digest(plane),
                            loss_plane_digest(again)); /* other statistics only */
    loss_plane_free(again);
    loss_plane_free(plane);
    assert_int_equal(loss_net_create(&other, "vgg9:width=0.125", (loss_shape){1, 32, 32, 10}),
                     LOSS_OK);
    assert_int_equal(loss_plane_between(&plane, a, other, NULL, NULL), LOSS_ERR_SHAPE);
    assert_null(plane);
    assert_int_equal(loss_plane_random(&plane, a, NULL), LOSS_OK);
    assert_int_equal(loss_plane_solutions(plane), 0);
    assert_int_equal(loss_plane_move_states(plane, a, 0, 0, b), LOSS_ERR_ARGUMENT);
    loss_plane_free(plane);
    loss_net_free(other);
    loss_net_free(a);
    loss_net_free(b);
}

/* conv 3x3 (1 to 2 channels), BatchNorm, ReLU, conv 1x1 (2 to 3), BatchNorm, pooling, linear. */
static loss_net *make_small_net(void)
{
    loss_builder *b;
    loss_net *net;
    assert_int_equal(loss_builder_create(&b, SHAPE), LOSS_OK);
    loss_node x = loss_builder_conv(b, loss_builder_input(b), "c1", LOSS_CONV(2, 3, 1, 1, false));
    x = loss_builder_relu(b, loss_builder_batchnorm(b, x, "b1", NULL));
    x = loss_builder_batchnorm(b, loss_builder_conv(b, x, "c2", LOSS_CONV(3, 1, 1, 0, true)), "b2",
                               NULL);
    x = loss_builder_dropout(b, loss_builder_relu(b, x), 0.5);
    x = loss_builder_linear(b, loss_builder_flatten(b, loss_builder_global_average_pool(b, x)),
                            "fc", 10);
    assert_int_equal(loss_builder_finish(b, x, "small", &net), LOSS_OK);
    return net;
}

static const lossi_real *values(const loss_net *net, const char *name)
{
    for (size_t i = 0; i < net->n_tensors; i++)
        if (strcmp(net->tensors[i].name, name) == 0)
            return net->tensors[i].values;
    fail_msg("no tensor %s", name);
    return NULL;
}

enum { PIXELS = SIDE * SIDE, ALL = IMAGES * PIXELS };

/* Mean and variance of n values, by their definitions; compared; and the values normalised by
 * the biased variance. */
static void check_statistics(double *v, const loss_net *net, const char *norm, size_t c)
{
    char name[64];
    double mean = 0, squares = 0;
    for (size_t i = 0; i < ALL; i++)
        mean += v[i] / ALL;
    for (size_t i = 0; i < ALL; i++)
        squares += (v[i] - mean) * (v[i] - mean);
    snprintf(name, sizeof name, "%s.running_mean", norm);
    assert_true(fabs((double)values(net, name)[c] - mean) < 1e-5);
    snprintf(name, sizeof name, "%s.running_var", norm);
    assert_true(fabs((double)values(net, name)[c] - squares / (ALL - 1)) <
                1e-5 * (1 + squares / ALL));
    for (size_t i = 0; i < ALL; i++)
        v[i] = (v[i] - mean) / sqrt(squares / ALL + 1e-5);
}

static double pixel(const float *image, int r, int k)
{
    return r < 0 || k < 0 || r >= SIDE || k >= SIDE ? 0 : (double)image[r * SIDE + k];
}

static void test_recalibrate_by_hand(void **state)
{
    (void)state;
    static float images[ALL];
    static double hidden[2][ALL], v[ALL];
    loss_net *net = make_small_net();
    loss_dataset *data = make_data(LOSS_SPLIT_TRAIN);
    assert_int_equal(loss_net_recalibrate(net, data, 2), LOSS_OK);
    assert_int_equal(loss_dataset_images(data, 0, IMAGES, images), LOSS_OK);
    const lossi_real *c1 = values(net, "c1.weight"), *c2 = values(net, "c2.weight"),
                     *bias = values(net, "c2.bias");
    for (size_t c = 0; c < 2; c++) {
        for (size_t i = 0; i < ALL; i++) {
            const float *image = images + i / PIXELS * PIXELS;
            int r = (int)(i % PIXELS / SIDE), k = (int)(i % SIDE);
            hidden[c][i] = 0;
            for (int dr = 0; dr < 3; dr++)
                for (int dk = 0; dk < 3; dk++)
                    hidden[c][i] += (double)c1[c * 9 + (size_t)(dr * 3 + dk)] *
                                    pixel(image, r + dr - 1, k + dk - 1);
        }
        check_statistics(hidden[c], net, "b1", c); /* weight 1, bias 0 */
        for (size_t i = 0; i < ALL; i++)
            hidden[c][i] = hidden[c][i] > 0 ? hidden[c][i] : 0;
    }
    for (size_t c = 0; c < 3; c++) {
        for (size_t i = 0; i < ALL; i++)
            v[i] = (double)c2[2 * c] * hidden[0][i] + (double)c2[2 * c + 1] * hidden[1][i] +
                   (double)bias[c];
        check_statistics(v, net, "b2", c);
    }
    loss_dataset_free(data);
    loss_net_free(net);
}

static const float *batch_image(void *user, size_t i, float *image)
{
    loss_dataset_images(user, i, 1, image);
    return image;
}

/* One training step moves the statistics a tenth of the way to the same batch's. */
static void test_recalibrate_is_training_mode(void **state)
{
    (void)state;
    loss_net *net = make_net(5), *trained, *again;
    loss_dataset *data = make_data(LOSS_SPLIT_TRAIN);
    lossi_backprop *backprop;
    assert_int_equal(lossi_net_clone(&trained, net), LOSS_OK);
    assert_int_equal(lossi_net_clone(&again, net), LOSS_OK);
    lossi_batch batch = {
        .n = IMAGES, .labels = loss_dataset_labels(data), .image = batch_image, .user = data};
    double loss;
    size_t correct;
    assert_int_equal(lossi_backprop_create(&backprop, trained, IMAGES, 1), LOSS_OK);
    assert_int_equal(lossi_backprop_run(backprop, trained, &batch, &loss, &correct), LOSS_OK);
    lossi_backprop_free(backprop);
    assert_int_equal(loss_net_recalibrate(again, data, 1), LOSS_OK);
    for (size_t i = 0; i < net->n_tensors; i++)
        for (size_t j = 0; j < net->tensors[i].count; j++) {
            double before = (double)net->tensors[i].values[j],
                   estimate = (double)again->tensors[i].values[j];
            if (lossi_tensor_is_trainable(&net->tensors[i]))
                assert_true(estimate == before);
            else
                assert_true(fabs((double)trained->tensors[i].values[j] -
                                 (0.9 * before + 0.1 * estimate)) < 1e-6 * (1 + fabs(estimate)));
        }
    assert_false(same_values(net, again, true));
    loss_dataset_free(data);
    loss_net_free(net);
    loss_net_free(trained);
    loss_net_free(again);
}

enum { N = 5 };

/* Evaluates a file; its points. */
static loss_status fill(const char *name, const loss_net *net, const loss_plane *plane,
                        const loss_dataset *data, const loss_surface_options *opt,
                        loss_point *points)
{
    loss_surface *surface;
    loss_status status = loss_surface_open(&surface, scratch_path(name), net, plane, data, opt);
    if (!status)
        status = loss_surface_evaluate(surface);
    if (!status)
        status = loss_surface_points(surface, LOSS_SPLIT_TEST, points);
    loss_surface_close(surface);
    return status;
}

static void test_modes_of_a_surface(void **state)
{
    (void)state;
    loss_net *a = make_net(1), *b = make_net(2), *moved = make_net(3);
    loss_dataset *test = make_data(LOSS_SPLIT_TEST), *train = make_data(LOSS_SPLIT_TRAIN);
    loss_plane *plane;
    loss_point one[N], two[N], states[N];
    assert_int_equal(loss_plane_between(&plane, a, b, NULL, NULL), LOSS_OK);
    loss_surface_options opt = LOSS_SURFACE_OPTIONS_INIT;
    opt.x = (loss_axis){0, 2, N};
    opt.y = (loss_axis){0, 0, 1};
    opt.bn = LOSS_BN_RECALIBRATE;
    assert_int_equal(fill("none", a, plane, test, &opt, one), LOSS_ERR_ARGUMENT); /* no bn_data */
    opt.bn_data = train;
    opt.threads = 1;
    assert_int_equal(fill("one", a, plane, test, &opt, one), LOSS_OK);
    opt.threads = 2;
    assert_int_equal(fill("two", a, plane, test, &opt, two), LOSS_OK);
    for (int i = 0; i < N; i++)
        assert_memory_equal(&one[i].loss, &two[i].loss, sizeof one[i].loss);
    loss_result result = LOSS_RESULT_INIT;
    assert_int_equal(loss_plane_move(plane, a, 0.5, 0, moved), LOSS_OK);
    assert_int_equal(loss_net_recalibrate(moved, train, 0), LOSS_OK);
    assert_int_equal(loss_net_evaluate(moved, test, NULL, &result), LOSS_OK);
    assert_memory_equal(&result.loss, &one[1].loss, sizeof result.loss);
    opt.bn_data = test; /* other images */
    assert_int_equal(fill("one", a, plane, test, &opt, two), LOSS_ERR_MISMATCH);
    opt.bn_data = NULL;
    opt.bn = LOSS_BN_STATES;
    assert_int_equal(fill("one", a, plane, test, &opt, two), LOSS_ERR_MISMATCH);
    assert_non_null(strstr(loss_last_message(), "BatchNorm mode"));
    for (size_t i = 0; i < a->n_tensors;
         i++) /* 2 - 1 x is below 0 beyond 1 only where b has less */
        if (a->tensors[i].kind == LOSS_TENSOR_RUNNING_VAR)
            b->tensors[i].values[0] = a->tensors[i].values[0] / 3;
    loss_plane_free(plane);
    assert_int_equal(loss_plane_between(&plane, a, b, NULL, NULL), LOSS_OK);
    assert_int_equal(fill("states", a, plane, test, &opt, states), LOSS_OK);
    assert_true(isfinite(states[0].loss) && isfinite(states[2].loss));
    assert_true(states[4].evaluated &&
                isnan(states[4].loss)); /* v (1 - 2 * 2/3) < 0: no such network */
    assert_int_equal(loss_net_evaluate(b, test, NULL, &result), LOSS_OK);
    assert_memory_equal(&result.loss, &states[2].loss,
                        sizeof result.loss); /* the other solution itself */
    opt.bn = LOSS_BN_WEIGHTS;
    assert_int_equal(fill("weights", a, plane, test, &opt, one), LOSS_OK);
    assert_true(one[2].loss != states[2].loss && one[0].loss == states[0].loss);
    loss_plane_free(plane);
    loss_net_free(a);
    loss_net_free(b);
    loss_net_free(moved);
    loss_dataset_free(test);
    loss_dataset_free(train);
}

static void test_repeated_lines(void **state)
{
    (void)state;
    loss_net *net = make_net(1);
    loss_dataset *test = make_data(LOSS_SPLIT_TEST);
    loss_random_options random = LOSS_RANDOM_OPTIONS_INIT;
    loss_point lines[3 * N], line[N];
    loss_plane *plane;
    loss_surface_options opt = LOSS_SURFACE_OPTIONS_INIT;
    random.seed = 7;
    opt.x = (loss_axis){-1, 1, N};
    opt.y = (loss_axis){0, 2, 3};
    opt.repeat = 3;
    assert_int_equal(loss_plane_random(&plane, net, &random), LOSS_OK);
    assert_int_equal(fill("lines", net, plane, test, &opt, lines), LOSS_OK);
    opt.repeat = 0;
    assert_int_equal(fill("lines", net, plane, test, &opt, lines), LOSS_ERR_MISMATCH);
    opt.repeat = 2;
    assert_int_equal(fill("other", net, plane, test, &opt, lines),
                     LOSS_ERR_ARGUMENT); /* y has three */
    opt.repeat = 0;
    opt.y = (loss_axis){0, 0, 1};
    loss_plane_free(plane);
    for (size_t k = 0; k < 3; k++) {
        char name[16];
        snprintf(name, sizeof name, "line%zu", k);
        random.seed = 7 + k;
        assert_int_equal(loss_plane_random(&plane, net, &random), LOSS_OK);
        assert_int_equal(fill(name, net, plane, test, &opt, line), LOSS_OK);
        for (size_t i = 0; i < N; i++)
            assert_memory_equal(&line[i].loss, &lines[k * N + i].loss, sizeof line[i].loss);
        loss_plane_free(plane);
    }
    assert_true(lines[0].loss != lines[N].loss);
    loss_net_free(net);
    loss_dataset_free(test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ends_are_exact),
        cmocka_unit_test(test_line_and_refusals),
        cmocka_unit_test(test_recalibrate_by_hand),
        cmocka_unit_test(test_recalibrate_is_training_mode),
        cmocka_unit_test_setup_teardown(test_modes_of_a_surface, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(test_repeated_lines, scratch_make, scratch_remove),
    };
    return cmocka_run_group_tests_name("solutions", tests, NULL, NULL);
}
