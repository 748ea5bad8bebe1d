/* Gradients and Hessian-vector products of each loss, and of the L2 term, against central
 * differences, in the build of the library whose numbers are double. Relative errors (Euclidean
 * norms) must stay below 1e-6. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <loss/loss.h>

#include "net/backprop.h"
#include "net/hessian.h"

#if LOSSI_REAL_IS_FLOAT
#error "this test is for the double build"
#endif

enum { N = 13, SIZE = 6, HIDDEN = 5, CLASSES = 4 };
static const double BOUND = 1e-6, STEP = 1e-6;

static float values[N * SIZE], targets[N * CLASSES];
static uint32_t labels[N];

static int fill(void **state)
{
    (void)state;
    for (int i = 0; i < N * SIZE; i++)
        values[i] = (float)sin(1.3 * i + 1);
    for (int i = 0; i < N; i++) {
        labels[i] = (uint32_t)(i * 7 % CLASSES);
        for (int k = 0; k < CLASSES; k++)
            targets[i * CLASSES + k] = (float)((i + k) % CLASSES) / 6; /* they sum up to 1 */
    }
    return 0;
}

static loss_dataset *make_data(bool has_targets)
{
    loss_dataset *data;
    loss_arrays a = LOSS_ARRAYS_INIT;
    a.shape = (loss_shape){SIZE, 1, 1, CLASSES};
    a.n = N;
    a.values = values;
    a.labels = has_targets ? NULL : labels;
    a.targets = has_targets ? targets : NULL;
    assert_int_equal(loss_dataset_create_arrays(&data, &a, NULL), LOSS_OK);
    return data;
}

static loss_net *make_net(const char *loss, double l2)
{
    loss_builder *b;
    loss_net *net;
    assert_int_equal(loss_builder_create(&b, (loss_shape){SIZE, 1, 1, CLASSES}), LOSS_OK);
    loss_node x = loss_builder_linear(b, loss_builder_input(b), "a", HIDDEN);
    x = loss_builder_linear(b, loss_builder_relu(b, x), "b", CLASSES);
    assert_int_equal(loss_builder_finish(b, x, "net", &net), LOSS_OK);
    assert_int_equal(loss_net_set_loss(net, loss), LOSS_OK);
    assert_int_equal(loss_net_set_l2(net, l2), LOSS_OK);
    return net;
}

static void move(loss_net *net, const double *v, double step)
{
    for (size_t i = 0; i < net->n_tensors; i++)
        for (size_t j = 0; j < net->tensors[i].count; j++)
            net->tensors[i].values[j] += step * *v++;
}

static double error_of(const double *found, const double *exact, size_t n)
{
    double difference = 0, norm = 0;
    for (size_t j = 0; j < n; j++) {
        difference += (found[j] - exact[j]) * (found[j] - exact[j]);
        norm += exact[j] * exact[j];
    }
    assert_true(norm > 0);
    return sqrt(difference / norm);
}

static double gradient_at(lossi_hessian *h, loss_net *net, const double *v, double step,
                          double *gradient)
{
    double loss;
    move(net, v, step);
    lossi_hessian_set(h, net);
    assert_int_equal(lossi_hessian_gradient(h, &loss, gradient), LOSS_OK);
    move(net, v, -step);
    return loss;
}

static const float *image_at(void *user, size_t i, float *buffer)
{
    (void)buffer;
    return (const float *)user + i * SIZE;
}

/* Training computes the same gradient: the network has nothing that knows of its batch. */
static void check_training(loss_net *net, const loss_dataset *data, const double *gradient,
                           double loss, const char *name)
{
    lossi_backprop *b;
    double found;
    size_t correct;
    lossi_batch batch = {.n = N,
                         .labels = loss_dataset_labels(data),
                         .targets = loss_dataset_targets(data),
                         .image = image_at,
                         .user = values};
    assert_int_equal(lossi_backprop_create(&b, net, N, 1), LOSS_OK);
    assert_int_equal(lossi_backprop_run(b, net, &batch, &found, &correct), LOSS_OK);
    if (!(fabs(found - loss) < 1e-12 * (1 + fabs(loss))))
        fail_msg("%s: loss %.15g in training, %.15g in evaluation", name, found, loss);
    for (size_t i = 0; i < net->n_tensors; gradient += net->tensors[i++].count)
        assert_true(error_of(lossi_backprop_gradient(b, i), gradient, net->tensors[i].count) <
                    1e-12);
    lossi_backprop_free(b);
}

static void check(const char *loss, double l2, bool has_targets)
{
    loss_dataset *data = make_data(has_targets);
    loss_net *net = make_net(loss, l2);
    lossi_hessian *h;
    lossi_hessian_options opt = {.data = data, .all_tensors = true, .threads = 1};
    assert_int_equal(lossi_hessian_create(&h, net, &opt), LOSS_OK);
    size_t n = lossi_hessian_count(h);
    double *v = malloc(5 * n * sizeof *v), *above = v + n, *below = v + 2 * n, *product = v + 3 * n,
           *gradient = v + 4 * n, exact = 0;
    for (size_t j = 0; j < n; j++)
        v[j] = cos(2.1 * (double)j);
    double up = gradient_at(h, net, v, STEP, above), down = gradient_at(h, net, v, -STEP, below);
    double at = gradient_at(h, net, v, 0, gradient);
    assert_int_equal(lossi_hessian_product(h, v, product), LOSS_OK);
    for (size_t j = 0; j < n; j++) {
        exact += gradient[j] * v[j];
        above[j] = (above[j] - below[j]) / (2 * STEP);
    }
    double slope = (up - down) / (2 * STEP), error = error_of(above, product, n);
    if (!(fabs(slope - exact) < BOUND * fabs(exact)))
        fail_msg("%s, l2 %g: slope %.9g, from the gradient %.9g", loss, l2, slope, exact);
    if (!(error < BOUND))
        fail_msg("%s, l2 %g: Hessian-vector product: relative error %.3g", loss, l2, error);
    check_training(net, data, gradient, at, loss);
    free(v);
    lossi_hessian_free(h);
    loss_net_free(net);
    loss_dataset_free(data);
}

static void test_all(void **state)
{
    (void)state;
    static const struct {
        const char *loss;
        bool has_targets;
    } cases[] = {{"cross-entropy", false},
                 {"cross-entropy", true},
                 {"cross-entropy:smoothing=0.2,weights=0.5/2/1/0.25", false},
                 {"cross-entropy:smoothing=0.2,weights=0.5/2/1/0.25", true},
                 {"nll:weights=0.5/2/1/0", false},
                 {"bce", true},
                 {"bce:onehot=1", false},
                 {"mse", true},
                 {"mse:onehot=1", false},
                 {"mae", true}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        check(cases[i].loss, 0, cases[i].has_targets);
        check(cases[i].loss, 0.3, cases[i].has_targets);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(test_all)};
    return cmocka_run_group_tests(tests, fill, NULL);
}
