/* Principal components of checkpoints against an explicit singular value decomposition of their
 * rows; least-squares coordinates. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <loss/plane.h>

#include "net/net.h"
#include "scratch.h"

enum { MOST = 12, MOST_VALUES = 400 };
static const loss_shape SHAPE = {1, 6, 6, 3};

/* A convolution with BatchNorm and a linear layer: 2 and 1 dimensions. */
static loss_net *make_net(void)
{
    loss_builder *b;
    loss_net *net;
    assert_int_equal(loss_builder_create(&b, SHAPE), LOSS_OK);
    loss_node x = loss_builder_conv(b, loss_builder_input(b), "conv",
                                    LOSS_CONV(.channels = 3, .kernel = 3, .padding = 1));
    x = loss_builder_relu(b, loss_builder_batchnorm(b, x, "bn", NULL));
    x = loss_builder_linear(
        b, loss_builder_flatten(b, loss_builder_average_pool(b, x, LOSS_POOL(.kernel = 2))), "fc",
        SHAPE.classes);
    assert_int_equal(loss_builder_finish(b, x, "small", &net), LOSS_OK);
    return net;
}

/* Value j of checkpoint t: a bent path with some noise. */
static float value_of(size_t t, size_t j)
{
    double s = (double)t / 5,
           noise = (double)((t * 7919 + j * 104729 + t * j * 31) % 1000) / 1000 - 0.5;
    return (float)(exp(-s) * sin(0.1 * (double)j) + 0.4 * cos(3 * s) * cos(0.37 * (double)j + 1) +
                   0.05 * noise + 0.3);
}

static void fill(loss_net *net, size_t t)
{
    size_t j = 0;
    for (size_t i = 0; i < net->n_tensors; i++)
        for (size_t k = 0; k < net->tensors[i].count; k++)
            net->tensors[i].values[k] = value_of(t, j++);
}

static const char *name_of(size_t t)
{
    static char names[MOST][128];
    snprintf(names[t], sizeof names[t], "%s/epoch-%03zu.safetensors", scratch_folder, t);
    return names[t];
}

/* A run of n checkpoints, 0 .. n - 1; net holds the last. */
static loss_net *make_run(size_t n, const char *paths[MOST])
{
    loss_net *net = make_net();
    for (size_t t = 0; t < n; t++) {
        fill(net, t);
        assert_int_equal(loss_net_save(net, paths[t] = name_of(t)), LOSS_OK);
    }
    return net;
}

/* Rows w_t - w_last of the trainable values, 0 where they are ignored. @return values a row */
static size_t make_rows(size_t n, bool biasbn, double rows[MOST][MOST_VALUES])
{
    loss_net *net = make_net(), *last = make_net();
    size_t n_values = loss_net_n_parameters(net);
    assert_true(n_values <= MOST_VALUES);
    fill(last, n - 1);
    for (size_t t = 0; t < n; t++) {
        size_t at = 0;
        fill(net, t);
        for (size_t i = 0; i < net->n_tensors; i++)
            for (size_t k = 0;
                 lossi_tensor_is_trainable(&net->tensors[i]) && k < net->tensors[i].count; k++)
                rows[t][at++] =
                    biasbn && net->tensors[i].n_dims == 1
                        ? 0
                        : (double)net->tensors[i].values[k] - (double)last->tensors[i].values[k];
    }
    loss_net_free(net);
    loss_net_free(last);
    return n_values;
}

/* One-sided Jacobi (Hestenes 1958): rotates the rows of a [n][m] until they are orthogonal: they
 * are then singular values times right singular vectors. */
static void decompose(double a[MOST][MOST_VALUES], size_t n, size_t m)
{
    for (int sweep = 0; sweep < 60; sweep++)
        for (size_t p = 0; p < n; p++)
            for (size_t q = p + 1; q < n; q++) {
                double pp = 0, qq = 0, pq = 0;
                for (size_t j = 0; j < m; j++) {
                    pp += a[p][j] * a[p][j];
                    qq += a[q][j] * a[q][j];
                    pq += a[p][j] * a[q][j];
                }
                if (fabs(pq) <= 1e-300)
                    continue;
                double zeta = (qq - pp) / (2 * pq),
                       t = (zeta >= 0 ? 1 : -1) / (fabs(zeta) + sqrt(1 + zeta * zeta));
                double c = 1 / sqrt(1 + t * t), s = c * t;
                for (size_t j = 0; j < m; j++) {
                    double x = a[p][j], y = a[q][j];
                    a[p][j] = c * x - s * y;
                    a[q][j] = s * x + c * y;
                }
            }
}

/* The two longest rows become the first ones; *total: the sum of all squares. */
static void sort_two(double a[MOST][MOST_VALUES], size_t n, size_t m, double squares[MOST],
                     double *total)
{
    *total = 0;
    for (size_t p = 0; p < n; p++) {
        squares[p] = 0;
        for (size_t j = 0; j < m; j++)
            squares[p] += a[p][j] * a[p][j];
        *total += squares[p];
    }
    for (size_t k = 0; k < 2; k++)
        for (size_t p = k + 1; p < n; p++)
            if (squares[p] > squares[k]) {
                double row[MOST_VALUES], square = squares[k];
                memcpy(row, a[k], sizeof row);
                memcpy(a[k], a[p], sizeof row);
                memcpy(a[p], row, sizeof row);
                squares[k] = squares[p];
                squares[p] = square;
            }
}

static void check_against_svd(size_t n, loss_ignore ignore)
{
    static double rows[MOST][MOST_VALUES], a[MOST][MOST_VALUES], squares[MOST];
    const char *paths[MOST];
    double total;
    loss_net *net = make_run(n, paths);
    loss_plane *plane;
    loss_pca_options opt = LOSS_PCA_OPTIONS_INIT;
    opt.ignore = ignore;
    if (loss_plane_pca(&plane, net, paths, n, &opt))
        fail_msg("%s", loss_last_message());
    size_t m = make_rows(n, ignore == LOSS_IGNORE_BIASBN, rows);
    for (size_t j = 0; j < m; j++) {
        double mean = 0;
        for (size_t t = 0; t < n; t++)
            mean += rows[t][j] / (double)n;
        for (size_t t = 0; t < n; t++)
            a[t][j] = rows[t][j] - mean;
    }
    decompose(a, n, m);
    sort_two(a, n, m, squares, &total);
    assert_int_equal(loss_plane_checkpoints(plane), n);
    assert_true(fabs(loss_plane_cosine(plane)) < 1e-6);
    for (int axis = 0; axis < 2; axis++) {
        const float *d = loss_plane_direction(plane, axis);
        double length = sqrt(squares[axis]), same = 0, first = 0;
        for (size_t j = 0; j < m; j++) {
            same += (double)d[j] * a[axis][j] / length;
            first += (double)d[j] * rows[0][j];
        }
        assert_true(fabs(fabs(same) - 1) < 1e-7);
        assert_true(first > 0); /* the sign rule */
        assert_true(fabs(loss_plane_norm(plane, axis) - 1) < 1e-6);
        assert_true(fabs(loss_plane_explained(plane, axis) - squares[axis] / total) < 1e-9);
    }
    loss_plane_free(plane);
    loss_net_free(net);
}

static void test_against_svd(void **state)
{
    (void)state;
    check_against_svd(9, LOSS_IGNORE_BIASBN);
    check_against_svd(12, LOSS_IGNORE_NONE);
    check_against_svd(3, LOSS_IGNORE_BIASBN);
}

static void test_ignored_do_not_move(void **state)
{
    (void)state;
    const char *paths[MOST];
    loss_net *net = make_run(5, paths);
    loss_plane *plane;
    assert_int_equal(loss_plane_pca(&plane, net, paths, 5, NULL), LOSS_OK);
    assert_string_equal(loss_plane_description(plane), "pca of 5 checkpoints ignore=biasbn");
    size_t at = 0, moved = 0;
    for (size_t i = 0; i < net->n_tensors; i++)
        for (size_t k = 0; lossi_tensor_is_trainable(&net->tensors[i]) && k < net->tensors[i].count;
             k++, at++)
            for (int axis = 0; axis < 2; axis++) {
                if (net->tensors[i].n_dims == 1)
                    assert_true(loss_plane_direction(plane, axis)[at] == 0);
                moved += loss_plane_direction(plane, axis)[at] != 0;
            }
    assert_true(moved > at);
    loss_plane_free(plane);
    loss_net_free(net);
}

/* Checkpoint t scaled: w_0 + scale * (w_1 - w_0), so that all lie on one line. */
static void save_on_line(loss_net *net, size_t t, double scale)
{
    loss_net *a = make_net();
    fill(a, 0);
    fill(net, 1);
    for (size_t i = 0; i < net->n_tensors; i++)
        for (size_t k = 0; k < net->tensors[i].count; k++) {
            double w = (double)a->tensors[i].values[k];
            net->tensors[i].values[k] =
                (lossi_real)(w + scale * ((double)net->tensors[i].values[k] - w));
        }
    assert_int_equal(loss_net_save(net, name_of(t)), LOSS_OK);
    loss_net_free(a);
}

static void test_degenerate(void **state)
{
    (void)state;
    const char *paths[MOST];
    loss_net *net = make_run(2, paths);
    loss_plane *plane;
    loss_projection at;
    assert_int_equal(loss_plane_pca(&plane, net, paths, 1, NULL), LOSS_ERR_ARGUMENT);
    assert_null(plane);
    assert_non_null(strstr(loss_last_message(), "1 checkpoint; expected 2"));
    assert_int_equal(loss_plane_pca(&plane, net, paths, 2, NULL), LOSS_OK); /* two: a line */
    assert_null(loss_plane_direction(plane, 1));
    assert_true(fabs(loss_plane_explained(plane, 0) - 1) < 1e-12);
    loss_plane_free(plane);
    save_on_line(net, 2, -0.5);
    save_on_line(net, 3, 0.5);
    for (size_t t = 0; t < 4; t++)
        paths[t] = name_of(t);
    assert_int_equal(loss_plane_pca(&plane, net, paths, 4, NULL), LOSS_OK);
    /* Rounding to float makes a second direction of 1e-7 of the first: its variance is not worth
     * the name. */
    assert_true(loss_plane_explained(plane, 0) > 1 - 1e-10);
    fill(net, 1);
    assert_int_equal(loss_plane_project(plane, net, net, 2, &at), LOSS_OK);
    assert_true(at.x == 0 && at.y == 0 && at.distance == 0 && at.residual == 0);
    loss_plane_free(plane);
    paths[1] = paths[2] = paths[0];
    assert_int_equal(loss_plane_pca(&plane, net, paths, 3, NULL),
                     LOSS_ERR_ARGUMENT); /* alike, and not the origin */
    assert_non_null(strstr(loss_last_message(), "all alike"));
    assert_null(plane);
    fill(net, 0);
    assert_int_equal(loss_plane_pca(&plane, net, paths, 3, NULL),
                     LOSS_ERR_ARGUMENT); /* alike, and the origin */
    loss_net_free(net);
}

static bool stop_after_three(void *user)
{
    return ++*(int *)user > 3;
}

static void count_readings(const loss_pca_progress *p, void *user)
{
    assert_true(p->done >= 1 && p->done <= p->total);
    *(size_t *)user = p->total - p->done;
}

static void test_refusals(void **state)
{
    (void)state;
    const char *paths[MOST];
    int asked = 0;
    size_t left = 1;
    loss_net *net = make_run(4, paths), *other;
    loss_plane *plane;
    loss_pca_options opt = LOSS_PCA_OPTIONS_INIT;
    opt.progress = count_readings;
    opt.user = &left;
    assert_int_equal(loss_plane_pca(&plane, net, paths, 4, &opt), LOSS_OK);
    assert_int_equal(left, 0);
    loss_plane_free(plane);
    opt.progress = NULL;
    opt.cancelled = stop_after_three;
    opt.user = &asked;
    assert_int_equal(loss_plane_pca(&plane, net, paths, 4, &opt), LOSS_ERR_CANCELLED);
    assert_null(plane);
    opt.cancelled = NULL;
    opt.ignore = (loss_ignore)7;
    assert_int_equal(loss_plane_pca(&plane, net, paths, 4, &opt), LOSS_ERR_ARGUMENT);
    fill(net, 2);
    net->tensors[0].values[3] = (lossi_real)NAN;
    assert_int_equal(loss_net_save(net, paths[2]), LOSS_OK);
    fill(net, 3);
    assert_int_equal(loss_plane_pca(&plane, net, paths, 4, NULL), LOSS_ERR_ARGUMENT);
    assert_non_null(strstr(loss_last_message(),
                           "epoch-002.safetensors: conv.weight has a value that is not finite"));
    assert_int_equal(loss_net_create(&other, "lenet5:width=0.25", (loss_shape){1, 28, 28, 10}),
                     LOSS_OK);
    assert_int_equal(loss_net_save(other, paths[2]), LOSS_OK);
    assert_int_equal(loss_plane_pca(&plane, net, paths, 4, NULL), LOSS_ERR_MISMATCH);
    assert_non_null(strstr(loss_last_message(), "epoch-002"));
    unlink(paths[2]);
    assert_int_equal(loss_plane_pca(&plane, net, paths, 4, NULL), LOSS_ERR_IO);
    loss_net_free(other);
    loss_net_free(net);
}

/* w + 0.7 x - 1.3 y + something off the plane, with directions that are neither orthogonal nor
 * of unit length. */
static void test_least_squares(void **state)
{
    (void)state;
    loss_net *origin = make_net(), *net = make_net();
    size_t n = loss_net_n_parameters(origin), at = 0;
    static float x[MOST_VALUES], y[MOST_VALUES];
    double off = 0, all = 0;
    loss_plane *plane;
    loss_projection p;
    for (size_t j = 0; j < n; j++) {
        x[j] = j % 4 == 3 ? 0 : 3 * value_of(1, j);
        y[j] = j % 4 == 3 ? 0 : value_of(2, j) + 0.5f * x[j];
    }
    assert_int_equal(loss_plane_create(&plane, origin, x, y), LOSS_OK);
    fill(origin, 0);
    for (size_t i = 0; i < origin->n_tensors; i++)
        for (size_t k = 0; k < origin->tensors[i].count; k++) {
            double w = (double)origin->tensors[i].values[k];
            if (!lossi_tensor_is_trainable(&origin->tensors[i])) {
                net->tensors[i].values[k] = (lossi_real)(w + 5); /* statistics do not count */
                continue;
            }
            double e = at % 4 == 3 ? 0.01 * (double)(at % 17) : 0,
                   d = 0.7 * (double)x[at] - 1.3 * (double)y[at] + e;
            net->tensors[i].values[k] = (lossi_real)(w + d);
            off += e * e;
            all += d * d;
            at++;
        }
    assert_int_equal(loss_plane_project(plane, origin, net, 2, &p), LOSS_OK);
    assert_true(fabs(p.x - 0.7) < 1e-5 && fabs(p.y + 1.3) < 1e-5);
    assert_true(fabs(p.distance - sqrt(all)) < 1e-5 * sqrt(all));
    assert_true(fabs(p.residual - sqrt(off / all)) < 1e-5);
    assert_int_equal(loss_plane_project(plane, origin, net, 1, &p), LOSS_OK); /* on x alone */
    assert_true(p.y == 0 && fabs(p.x - 0.7) > 0.01 && p.residual > sqrt(off / all));
    loss_plane_free(plane);
    assert_int_equal(loss_plane_create(&plane, origin, x, x),
                     LOSS_OK); /* two directions that are one */
    assert_int_equal(loss_plane_project(plane, origin, net, 2, &p), LOSS_OK);
    assert_true(p.y == 0 && isfinite(p.x));
    net->tensors[0].values[0] = (lossi_real)INFINITY;
    assert_int_equal(loss_plane_project(plane, origin, net, 2, &p), LOSS_OK);
    assert_true(isnan(p.x) && isnan(p.y) && isnan(p.residual) && isnan(p.distance));
    loss_plane_free(plane);
    loss_net_free(net);
    loss_net_free(origin);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_against_svd, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(test_ignored_do_not_move, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(test_degenerate, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(test_refusals, scratch_make, scratch_remove),
        cmocka_unit_test_setup_teardown(test_least_squares, scratch_make, scratch_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
