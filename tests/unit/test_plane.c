/* Planes: the normalisations of docs/definitions.md, by hand; reproducibility; files; moving a network. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <loss/plane.h>

#include "net/net.h"
#include "scratch.h"

static const loss_shape SHAPE = {1, 28, 28, 10};

static loss_net *make_net(void)
{
    loss_net *net;
    assert_int_equal(loss_net_create(&net, "resnet20:width=0.25", SHAPE), LOSS_OK);
    for (size_t i = 0; i < net->n_tensors; i++) /* no tensor of zeros or ones only */
        for (size_t j = 0; net->tensors[i].n_dims == 1 && j < net->tensors[i].count; j++)
            net->tensors[i].values[j] += (lossi_real)0.1 * (lossi_real)(j + 1);
    return net;
}

static loss_plane *draw(const loss_net *net, loss_norm norm, loss_ignore ignore, uint64_t seed)
{
    loss_random_options opt = LOSS_RANDOM_OPTIONS_INIT;
    loss_plane *plane;
    opt.norm = norm;
    opt.ignore = ignore;
    opt.seed = seed;
    assert_int_equal(loss_plane_random(&plane, net, &opt), LOSS_OK);
    return plane;
}

static double norm_f(const float *v, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)v[i] * (double)v[i];
    return sqrt(sum);
}

static double norm_r(const lossi_real *v, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)v[i] * (double)v[i];
    return sqrt(sum);
}

static void test_filter_norm(void **state)
{
    (void)state;
    loss_net *net = make_net();
    loss_plane *plane = draw(net, LOSS_NORM_FILTER, LOSS_IGNORE_BIASBN, 0);
    const float *d = loss_plane_direction(plane, 0);
    for (size_t i = 0; i < net->n_tensors; i++) {
        const lossi_tensor *t = &net->tensors[i];
        if (!lossi_tensor_is_trainable(t))
            continue;
        size_t size = t->count / t->dims[0];
        for (size_t f = 0; t->n_dims > 1 && f < t->dims[0]; f++) {
            double expected = norm_r(t->values + f * size, size);
            assert_true(fabs(norm_f(d + f * size, size) - expected) < 1e-6 * expected);
        }
        if (t->n_dims == 1)
            assert_true(norm_f(d, t->count) == 0); /* biasbn */
        d += t->count;
    }
    loss_plane_free(plane);
    loss_net_free(net);
}

static void test_other_norms(void **state)
{
    (void)state;
    loss_net *net = make_net();
    loss_plane *layer = draw(net, LOSS_NORM_LAYER, LOSS_IGNORE_NONE, 0), *weight = draw(net, LOSS_NORM_WEIGHT, LOSS_IGNORE_NONE, 0);
    loss_plane *none = draw(net, LOSS_NORM_NONE, LOSS_IGNORE_NONE, 0);
    const float *l = loss_plane_direction(layer, 1), *w = loss_plane_direction(weight, 1), *n = loss_plane_direction(none, 1);
    double sum = 0, squares = 0;
    size_t drawn = 0;
    for (size_t i = 0; i < net->n_tensors; i++) {
        const lossi_tensor *t = &net->tensors[i];
        if (!lossi_tensor_is_trainable(t))
            continue;
        double expected = norm_r(t->values, t->count);
        for (size_t j = 0; j < t->count; j++) {
            if (t->n_dims == 1) { /* the reference implementation copies w */
                assert_true(l[j] == (float)t->values[j] && w[j] == (float)t->values[j] && n[j] == (float)t->values[j]);
                continue;
            }
            assert_true(fabs((double)w[j] - (double)n[j] * (double)t->values[j]) < 1e-6);
            sum += (double)n[j];
            squares += (double)n[j] * (double)n[j];
            drawn++;
        }
        if (t->n_dims > 1)
            assert_true(fabs(norm_f(l, t->count) - expected) < 1e-6 * expected);
        l += t->count;
        w += t->count;
        n += t->count;
    }
    assert_true(drawn > 10000);
    assert_true(fabs(sum / (double)drawn) < 0.03 && fabs(squares / (double)drawn - 1) < 0.05); /* N(0, 1) */
    loss_plane_free(layer);
    loss_plane_free(weight);
    loss_plane_free(none);
    loss_net_free(net);
}

static void test_seeds_and_figures(void **state)
{
    (void)state;
    loss_net *net = make_net();
    loss_plane *a = draw(net, LOSS_NORM_FILTER, LOSS_IGNORE_BIASBN, 7), *b = draw(net, LOSS_NORM_FILTER, LOSS_IGNORE_BIASBN, 7);
    loss_plane *c = draw(net, LOSS_NORM_FILTER, LOSS_IGNORE_BIASBN, 8);
    size_t n = loss_net_n_parameters(net);
    assert_string_equal(loss_plane_digest(a), loss_plane_digest(b));
    assert_string_not_equal(loss_plane_digest(a), loss_plane_digest(c));
    const float *x = loss_plane_direction(a, 0), *y = loss_plane_direction(a, 1);
    double dot = 0;
    for (size_t i = 0; i < n; i++)
        dot += (double)x[i] * (double)y[i];
    assert_true(fabs(loss_plane_norm(a, 0) - norm_f(x, n)) < 1e-9);
    assert_true(fabs(loss_plane_cosine(a) - dot / (norm_f(x, n) * norm_f(y, n))) < 1e-12);
    assert_true(fabs(loss_plane_cosine(a)) < 0.1);
    assert_string_equal(loss_plane_description(a), "random norm=filter ignore=biasbn seed=7");
    loss_plane_free(a);
    loss_plane_free(b);
    loss_plane_free(c);
    loss_plane_free(NULL);
    loss_net_free(net);
}

static void test_files(void **state)
{
    (void)state;
    loss_net *net = make_net(), *other;
    loss_plane *plane = draw(net, LOSS_NORM_FILTER, LOSS_IGNORE_NONE, 1), *back, *line;
    const char *path = scratch_path("d.safetensors");
    assert_int_equal(loss_plane_save(plane, net, path), LOSS_OK);
    assert_int_equal(loss_plane_load(&back, net, path), LOSS_OK);
    assert_string_equal(loss_plane_digest(plane), loss_plane_digest(back));
    assert_int_equal(loss_net_create(&other, "resnet20:width=0.5", SHAPE), LOSS_OK);
    assert_int_equal(loss_plane_load(&line, other, path), LOSS_ERR_MISMATCH);
    assert_null(line);
    loss_net_free(other);
    assert_int_equal(loss_plane_create(&line, net, loss_plane_direction(plane, 0), NULL), LOSS_OK);
    assert_null(loss_plane_direction(line, 1));
    assert_int_equal(loss_plane_save(line, net, path), LOSS_OK);
    loss_plane_free(back);
    assert_int_equal(loss_plane_load(&back, net, path), LOSS_OK);
    assert_null(loss_plane_direction(back, 1));
    assert_string_equal(loss_plane_digest(line), loss_plane_digest(back));
    loss_plane_free(line);
    loss_plane_free(back);
    loss_plane_free(plane);
    assert_int_equal(loss_net_save(net, path), LOSS_OK); /* weights are no directions */
    assert_int_equal(loss_plane_load(&back, net, path), LOSS_ERR_MISMATCH);
    loss_net_free(net);
}

static void test_move(void **state)
{
    (void)state;
    loss_net *net = make_net(), *moved, *small;
    loss_plane *plane = draw(net, LOSS_NORM_FILTER, LOSS_IGNORE_NONE, 1);
    char a[17], b[17];
    assert_int_equal(lossi_net_clone(&moved, net), LOSS_OK);
    assert_int_equal(loss_plane_move(plane, net, 0.5, -2, moved), LOSS_OK);
    const float *x = loss_plane_direction(plane, 0), *y = loss_plane_direction(plane, 1);
    for (size_t i = 0, at = 0; i < net->n_tensors; i++)
        for (size_t j = 0; j < net->tensors[i].count; j++) {
            double w = (double)net->tensors[i].values[j];
            if (lossi_tensor_is_trainable(&net->tensors[i])) {
                assert_true(moved->tensors[i].values[j] == (lossi_real)(w + 0.5 * (double)x[at] - 2 * (double)y[at]));
                at++;
            } else {
                assert_true(moved->tensors[i].values[j] == net->tensors[i].values[j]); /* statistics stay */
            }
        }
    assert_int_equal(loss_plane_move(plane, net, 0, 0, moved), LOSS_OK);
    loss_net_digest(net, a);
    loss_net_digest(moved, b);
    assert_string_equal(a, b);
    assert_int_equal(loss_net_create(&small, "lenet5", SHAPE), LOSS_OK);
    assert_int_equal(loss_plane_move(plane, net, 0, 0, small), LOSS_ERR_SHAPE);
    loss_net_free(small);
    loss_net_free(moved);
    loss_plane_free(plane);
    loss_net_free(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_filter_norm), cmocka_unit_test(test_other_norms), cmocka_unit_test(test_seeds_and_figures),
        cmocka_unit_test_setup_teardown(test_files, scratch_make, scratch_remove), cmocka_unit_test(test_move),
    };
    return cmocka_run_group_tests_name("plane", tests, NULL, NULL);
}
