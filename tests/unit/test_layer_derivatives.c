/* Derivatives of every network in tests/layers/ against central differences, in the build of the
 * library whose numbers are double: the gradient of each tensor in evaluation mode, the
 * Hessian-vector product, and the gradient of each tensor in training mode.
 *
 * |numeric - exact| / |exact| (Euclidean norms) must stay below 1e-6. There are more images than
 * a chunk holds. */
#include <math.h>

#include "both_sets.h"
#include "layer_files.h"
#include "net/backprop.h"
#include "net/hessian.h"

#if LOSSI_REAL_IS_FLOAT
#error "this test is for the double build"
#endif

static const double
    BOUND = 1e-6,
    STEP = 1e-6; /* small: a ReLU or maximum that tips over within it spoils the difference */

static void expect_close(const char *name, const char *what, const double *numeric,
                         const double *exact, size_t n)
{
    double difference = 0, norm = 0;
    for (size_t j = 0; j < n; j++) {
        difference += (numeric[j] - exact[j]) * (numeric[j] - exact[j]);
        norm += exact[j] * exact[j];
    }
    if (!(norm > 0)) /* a derivative of nothing would agree with anything */
        fail_msg("%s: %s is 0", name, what);
    if (!(sqrt(difference / norm) < BOUND))
        fail_msg("%s: %s: relative error %.3g, bound %.3g", name, what, sqrt(difference / norm),
                 BOUND);
}

/* ---- Evaluation ----------------------------------------------------------------------------- */

/* Moves all that is trained by `step` times the vector. */
static void move(loss_net *net, const double *vector, double step)
{
    for (size_t i = 0; i < net->n_tensors; i++)
        for (size_t j = 0; lossi_tensor_is_trainable(&net->tensors[i]) && j < net->tensors[i].count;
             j++)
            net->tensors[i].values[j] += step * *vector++;
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

static void check_evaluation(loss_net *net, const char *name)
{
    lossi_hessian *h;
    loss_dataset *data = make_data();
    lossi_hessian_options opt = {.data = data, .all_tensors = true, .threads = 1};
    assert_int_equal(lossi_hessian_create(&h, net, &opt), LOSS_OK);
    size_t n = lossi_hessian_count(h), at = 0;
    double *memory = calloc(6 * n, sizeof *memory), *v = memory, *above = v + n, *below = above + n,
           *exact = below + n, *numeric = exact + n, *unit = numeric + n;
    for (size_t j = 0; j < n; j++)
        v[j] = value_at(50, j);
    assert_int_equal(lossi_hessian_product(h, v, exact), LOSS_OK);
    gradient_at(h, net, v, STEP, above);
    gradient_at(h, net, v, -STEP, below);
    for (size_t j = 0; j < n; j++)
        numeric[j] = (above[j] - below[j]) / (2 * STEP);
    expect_close(name, "Hessian-vector product", numeric, exact, n);
    lossi_hessian_set(h, net);
    assert_int_equal(lossi_hessian_gradient(h, NULL, exact), LOSS_OK);
    for (size_t j = 0; j < n; j++) {
        unit[j] = 1;
        double up = gradient_at(h, net, unit, STEP, above),
               down = gradient_at(h, net, unit, -STEP, below);
        numeric[j] = (up - down) / (2 * STEP);
        unit[j] = 0;
    }
    for (size_t i = 0; i < net->n_tensors; i++) {
        if (!lossi_tensor_is_trainable(&net->tensors[i]))
            continue;
        expect_close(name, net->tensors[i].name, numeric + at, exact + at, net->tensors[i].count);
        at += net->tensors[i].count;
    }
    free(memory);
    lossi_hessian_free(h);
    loss_dataset_free(data);
}

/* ---- Training ------------------------------------------------------------------------------- */

static const float *put_image(void *user, size_t i, float *image)
{
    loss_dataset_images(user, i, 1, image);
    return image;
}

static double loss_of(lossi_backprop *backprop, loss_net *net, loss_dataset *data)
{
    lossi_batch batch = {.n = N_IMAGES,
                         .labels = loss_dataset_labels(data),
                         .image = put_image,
                         .user = data,
                         .seed = 5};
    double loss;
    size_t correct;
    assert_int_equal(lossi_backprop_run(backprop, net, &batch, &loss, &correct), LOSS_OK);
    return loss;
}

static void check_tensor(lossi_backprop *backprop, loss_net *net, loss_dataset *data, size_t tensor,
                         const char *name)
{
    size_t count = net->tensors[tensor].count;
    lossi_real *w = net->tensors[tensor].values;
    double *exact = malloc(2 * count * sizeof *exact), *numeric = exact + count;
    loss_of(backprop, net, data);
    memcpy(exact, lossi_backprop_gradient(backprop, tensor), count * sizeof *exact);
    for (size_t j = 0; j < count; j++) {
        double kept = w[j];
        w[j] = kept + STEP;
        double above = loss_of(backprop, net, data);
        w[j] = kept - STEP;
        double below = loss_of(backprop, net, data);
        w[j] = kept;
        numeric[j] = (above - below) / (2 * STEP);
    }
    expect_close(name, net->tensors[tensor].name, numeric, exact, count);
    free(exact);
}

static void check_training(loss_net *net, const char *name)
{
    lossi_backprop *backprop;
    loss_dataset *data = make_data();
    assert_int_equal(lossi_backprop_create(&backprop, net, N_IMAGES, 1), LOSS_OK);
    for (size_t i = 0; i < net->n_tensors; i++)
        if (lossi_tensor_is_trainable(&net->tensors[i]))
            check_tensor(backprop, net, data, i, name);
    lossi_backprop_free(backprop);
    loss_dataset_free(data);
}

static void test_evaluation(void **state)
{
    (void)state;
    for_each_layer_file(check_evaluation);
}

static void test_training(void **state)
{
    (void)state;
    for_each_layer_file(check_training);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(test_evaluation),
                                          cmocka_unit_test(test_training)};

int main(void)
{
    return RUN_WITH_BOTH_SETS("derivatives of layers", tests);
}
