/* Planes: the normalisations of docs/definitions.md, by hand; reproducibility; files; moving a
 * network. */
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

/* Element by element: what is drawn for a tensor depends on seed, axis and the tensor's name,
 * and is then scaled. */
static void test_filter_norm_by_hand(void **state)
{
    (void)state;
    loss_net *net = make_net(), *deeper;
    assert_int_equal(loss_net_create(&deeper, "resnet32:width=0.25", SHAPE), LOSS_OK);
    loss_plane *plane = draw(net, LOSS_NORM_FILTER, LOSS_IGNORE_BIASBN, 3);
    loss_plane *raw = draw(net, LOSS_NORM_NONE, LOSS_IGNORE_BIASBN, 3);
    loss_plane *raw_deeper = draw(deeper, LOSS_NORM_NONE, LOSS_IGNORE_BIASBN, 3);
    size_t n_shared = 0;
    for (int axis = 0; axis < 2; axis++) {
        const float *d = loss_plane_direction(plane, axis), *r = loss_plane_direction(raw, axis);
        for (size_t i = 0; i < net->n_tensors; i++) {
            const lossi_tensor *t = &net->tensors[i];
            if (!lossi_tensor_is_trainable(t))
                continue;
            size_t size = t->count / t->dims[0];
            for (size_t j = 0; t->n_dims > 1 && j < t->count; j++) {
                size_t filter = j / size * size;
                double factor =
                    norm_r(t->values + filter, size) / (norm_f(r + filter, size) + 1e-10);
                assert_true(d[j] == (float)((double)r[j] * factor));
            }
            const float *o = loss_plane_direction(raw_deeper, axis);
            for (size_t k = 0; t->n_dims > 1 && k < deeper->n_tensors; k++) {
                const lossi_tensor *other = &deeper->tensors[k];
                if (strcmp(other->name, t->name) == 0 && other->count == t->count) {
                    assert_memory_equal(o, r, t->count * sizeof *r);
                    n_shared++;
                }
                o += lossi_tensor_is_trainable(other) ? other->count : 0;
            }
            d += t->count;
            r += t->count;
        }
    }
    assert_true(n_shared > 20);
    loss_plane_free(raw_deeper);
    loss_plane_free(raw);
    loss_plane_free(plane);
    loss_net_free(deeper);
    loss_net_free(net);
}

static void test_other_norms(void **state)
{
    (void)state;
    loss_net *net = make_net();
    loss_plane *layer = draw(net, LOSS_NORM_LAYER, LOSS_IGNORE_NONE, 0),
               *weight = draw(net, LOSS_NORM_WEIGHT, LOSS_IGNORE_NONE, 0);
    loss_plane *none = draw(net, LOSS_NORM_NONE, LOSS_IGNORE_NONE, 0);
    const float *l = loss_plane_direction(layer, 1), *w = loss_plane_direction(weight, 1),
                *n = loss_plane_direction(none, 1);
    double sum = 0, squares = 0;
    size_t drawn = 0;
    for (size_t i = 0; i < net->n_tensors; i++) {
        const lossi_tensor *t = &net->tensors[i];
        if (!lossi_tensor_is_trainable(t))
            continue;
        double expected = norm_r(t->values, t->count);
        for (size_t j = 0; j < t->count; j++) {
            if (t->n_dims == 1) { /* the reference implementation copies w */
                assert_true(l[j] == (float)t->values[j] && w[j] == (float)t->values[j] &&
                            n[j] == (float)t->values[j]);
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
    assert_true(fabs(sum / (double)drawn) < 0.03 &&
                fabs(squares / (double)drawn - 1) < 0.05); /* N(0, 1) */
    loss_plane_free(layer);
    loss_plane_free(weight);
    loss_plane_free(none);
    loss_net_free(net);
}

static void test_seeds_and_figures(void **state)
{
    (void)state;
    loss_net *net = make_net();
    loss_plane *a = draw(net, LOSS_NORM_FILTER, LOSS_IGNORE_BIASBN, 7),
               *b = draw(net, LOSS_NORM_FILTER, LOSS_IGNORE_BIASBN, 7);
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
                assert_true(moved->tensors[i].values[j] ==
                            (lossi_real)(w + 0.5 * (double)x[at] - 2 * (double)y[at]));
                at++;
            } else {
                assert_true(moved->tensors[i].values[j] ==
                            net->tensors[i].values[j]); /* statistics stay */
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

/* 16 parameters each: 12 + 4, or 14 + 2. */
static loss_net *make_linear(size_t inputs, size_t outputs)
{
    loss_builder *b;
    loss_net *net;
    assert_int_equal(loss_builder_create(&b, (loss_shape){inputs, 1, 1, outputs}), LOSS_OK);
    loss_node y = loss_builder_linear(b, loss_builder_input(b), "fc", outputs);
    assert_int_equal(loss_builder_finish(b, y, "linear", &net), LOSS_OK);
    return net;
}

static void test_the_centre_is_the_origin(void **state)
{
    (void)state;
    loss_net *net = make_linear(3, 4), *other = make_linear(7, 2), *moved;
    loss_plane *plane;
    float x[16] = {1, 2, INFINITY}, y[16] = {NAN, -1};
    assert_int_equal(loss_net_n_parameters(net), 16);
    assert_int_equal(loss_net_n_parameters(other), 16);
    net->tensors[0].values[0] = (lossi_real)-0.0;
    assert_int_equal(lossi_net_clone(&moved, net), LOSS_OK);
    moved->tensors[0].values[0] = 5;
    assert_int_equal(loss_plane_create(&plane, net, x, y), LOSS_OK);
    assert_int_equal(loss_plane_move(plane, net, 0, 0, moved), LOSS_OK);
    for (size_t i = 0; i < net->n_tensors; i++)
        assert_memory_equal(moved->tensors[i].values, net->tensors[i].values,
                            net->tensors[i].count * sizeof(lossi_real));
    assert_int_equal(loss_plane_move(plane, net, 0, 0, other),
                     LOSS_ERR_SHAPE); /* as many parameters, other tensors */
    loss_plane_free(plane);
    loss_net_free(moved);
    loss_net_free(other);
    loss_net_free(net);
}

static void test_directions_that_are_none(void **state)
{
    (void)state;
    loss_net *net = make_linear(3, 4);
    loss_plane *plane, *line;
    float values[16] = {1};
    assert_int_equal(loss_plane_create(&line, net, values, NULL), LOSS_OK);
    assert_true(loss_plane_cosine(line) == 0 && loss_plane_norm(line, 0) == 1 &&
                loss_plane_norm(line, 1) == 0);
    loss_plane_free(line);
    static const char y_only[] =
        "{\"y/fc.bias\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}}";
    uint8_t bytes[8 + sizeof y_only - 1 + 16] = {sizeof y_only - 1};
    memcpy(bytes + 8, y_only, sizeof y_only - 1);
    scratch_write("d.safetensors", bytes, sizeof bytes);
    assert_int_equal(loss_plane_load(&plane, net, scratch_path("d.safetensors")),
                     LOSS_ERR_MISMATCH);
    assert_null(plane);
    assert_non_null(strstr(loss_last_message(), "no direction x"));
    bytes[8 + 2] = 'x'; /* the rest of the parameters does not move */
    bytes[sizeof bytes - 1] = 0x3f;
    bytes[sizeof bytes - 2] = 0x80;
    scratch_write("d.safetensors", bytes, sizeof bytes);
    assert_int_equal(loss_plane_load(&plane, net, scratch_path("d.safetensors")), LOSS_OK);
    for (size_t i = 0; i < 16; i++)
        assert_true(loss_plane_direction(plane, 0)[i] == (i == 15 ? 1.0F : 0.0F));
    loss_plane_free(plane);
    assert_int_equal(loss_plane_load(&plane, net, scratch_path("missing.safetensors")),
                     LOSS_ERR_IO);
    loss_net_free(net);
}

static void test_options(void **state)
{
    (void)state;
    loss_net *net = make_linear(3, 4);
    loss_plane *plane;
    struct {
        loss_random_options opt;
        uint64_t tail;
    } newer = {LOSS_RANDOM_OPTIONS_INIT, 0};
    newer.opt.struct_size = sizeof newer;
    assert_int_equal(loss_plane_random(&plane, net, &newer.opt), LOSS_OK);
    loss_plane_free(plane);
    newer.tail = 1;
    assert_int_equal(loss_plane_random(&plane, net, &newer.opt), LOSS_ERR_ARGUMENT);
    assert_null(plane);
    loss_random_options older = {offsetof(loss_random_options, seed), LOSS_NORM_LAYER,
                                 LOSS_IGNORE_NONE, 99, NULL};
    assert_int_equal(loss_plane_random(&plane, net, &older), LOSS_OK);
    assert_string_equal(loss_plane_description(plane), "random norm=layer ignore=none seed=0");
    loss_plane_free(plane);
    loss_random_options wrong = LOSS_RANDOM_OPTIONS_INIT;
    wrong.norm = (loss_norm)4;
    assert_int_equal(loss_plane_random(&plane, net, &wrong), LOSS_ERR_ARGUMENT);
    loss_net_free(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_filter_norm),
        cmocka_unit_test(test_other_norms),
        cmocka_unit_test(test_seeds_and_figures),
        cmocka_unit_test_setup_teardown(test_files, scratch_make, scratch_remove),
        cmocka_unit_test(test_move),
        cmocka_unit_test(test_filter_norm_by_hand),
        cmocka_unit_test(test_the_centre_is_the_origin),
        cmocka_unit_test_setup_teardown(test_directions_that_are_none, scratch_make,
                                        scratch_remove),
        cmocka_unit_test(test_options),
    };
    return cmocka_run_group_tests_name("plane", tests, NULL, NULL);
}
