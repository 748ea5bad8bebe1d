/* Gradients and Hessian-vector products in evaluation mode against central differences, in the
 * build of the library whose numbers are double; every layer kind, every tensor moving and only
 * those of two or more dimensions.
 *
 * |numeric - exact| / |exact| (Euclidean norms) must stay below 1e-6 for the gradient of the
 * loss and for the product, which is held against differences of gradients. There are more
 * images than a chunk holds. Both kernel sets are tried: a child process each. */
#include <math.h>

#include "both_sets.h"
#include "layer_files.h"
#include "net/hessian.h"

#if LOSSI_REAL_IS_FLOAT
#error "this test is for the double build"
#endif

static const double
    BOUND = 1e-6,
    STEP = 1e-6; /* small: a ReLU or maximum that tips over within it spoils the difference */

/* Moves the network by `step` times the vector; all tensors of the network, or those of two or
 * more dimensions, lie in it in order. */
static void move(loss_net *net, bool all_tensors, const double *vector, double step)
{
    for (size_t i = 0; i < net->n_tensors; i++)
        for (size_t j = 0; lossi_tensor_is_trainable(&net->tensors[i]) &&
                           (all_tensors || net->tensors[i].n_dims > 1) && j < net->tensors[i].count;
             j++)
            net->tensors[i].values[j] += step * *vector++;
}

static double relative(const double *found, const double *exact, size_t n)
{
    double difference = 0, norm = 0;
    for (size_t j = 0; j < n; j++) {
        difference += (found[j] - exact[j]) * (found[j] - exact[j]);
        norm += exact[j] * exact[j];
    }
    assert_true(norm > 0); /* a derivative of nothing would agree with anything */
    return sqrt(difference / norm);
}

/* The gradient (a number or a vector away along a direction) at w + step v. */
static double gradient_at(lossi_hessian *h, loss_net *net, bool all, const double *v, double step,
                          double *gradient)
{
    double loss;
    move(net, all, v, step);
    lossi_hessian_set(h, net);
    assert_int_equal(lossi_hessian_gradient(h, &loss, gradient), LOSS_OK);
    move(net, all, v, -step);
    return loss;
}

static void check_moving(loss_net *net, const loss_dataset *data, const char *name, bool all)
{
    lossi_hessian *h;
    lossi_hessian_options opt = {.data = data, .all_tensors = all, .threads = 1};
    assert_int_equal(lossi_hessian_create(&h, net, &opt), LOSS_OK);
    size_t n = lossi_hessian_count(h);
    double *v = malloc(n * sizeof *v), *above = malloc(n * sizeof *v),
           *below = malloc(n * sizeof *v), *product = malloc(n * sizeof *v);
    double *gradient = malloc(n * sizeof *v);
    for (size_t j = 0; j < n; j++)
        v[j] = value_at(50, j);
    assert_int_equal(lossi_hessian_product(h, v, product), LOSS_OK);
    assert_int_equal(lossi_hessian_gradient(h, NULL, gradient), LOSS_OK);
    double up = gradient_at(h, net, all, v, STEP, above),
           down = gradient_at(h, net, all, v, -STEP, below);
    double slope = (up - down) / (2 * STEP), exact = 0;
    for (size_t j = 0; j < n; j++) {
        above[j] = (above[j] - below[j]) / (2 * STEP);
        exact += gradient[j] * v[j];
    }
    double error = relative(above, product, n);
    if (!(error < BOUND))
        fail_msg("%s, %s: Hessian-vector product: relative error %.3g, bound %.3g", name,
                 all ? "all" : "biasbn", error, BOUND);
    if (!(fabs(slope - exact) < BOUND * fabs(exact)))
        fail_msg("%s, %s: slope along v %.9g, from the gradient %.9g", name, all ? "all" : "biasbn",
                 slope, exact);
    free(v);
    free(above);
    free(below);
    free(product);
    free(gradient);
    lossi_hessian_free(h);
}

/* The gradient of each tensor by itself: a slope along all at once could hide two mistakes. */
static void check_gradient(loss_net *net, const loss_dataset *data, const char *name)
{
    lossi_hessian *h;
    lossi_hessian_options opt = {.data = data, .all_tensors = true, .threads = 1};
    assert_int_equal(lossi_hessian_create(&h, net, &opt), LOSS_OK);
    size_t n = lossi_hessian_count(h), at = 0;
    double *gradient = malloc(n * sizeof *gradient), *unused = malloc(n * sizeof *gradient),
           *unit = calloc(n, sizeof *unit);
    double *numeric = malloc(n * sizeof *numeric);
    assert_int_equal(lossi_hessian_gradient(h, NULL, gradient), LOSS_OK);
    for (size_t j = 0; j < n; j++) {
        unit[j] = 1;
        double up = gradient_at(h, net, true, unit, STEP, unused),
               down = gradient_at(h, net, true, unit, -STEP, unused);
        numeric[j] = (up - down) / (2 * STEP);
        unit[j] = 0;
    }
    for (size_t i = 0; i < net->n_tensors; i++) {
        if (!lossi_tensor_is_trainable(&net->tensors[i]))
            continue;
        double error = relative(numeric + at, gradient + at, net->tensors[i].count);
        if (!(error < BOUND))
            fail_msg("%s: gradient of %s: relative error %.3g, bound %.3g", name,
                     net->tensors[i].name, error, BOUND);
        at += net->tensors[i].count;
    }
    free(gradient);
    free(unused);
    free(unit);
    free(numeric);
    lossi_hessian_free(h);
}

/* Finishes the network with a classifier and checks it. Without any ReLU or hidden layer the
 * Hessian would be simple: there is both. */
static void check(loss_builder *b, loss_node top, const char *name)
{
    loss_net *net;
    loss_dataset *data = make_data();
    top = loss_builder_linear(b, loss_builder_flatten(b, top), "fc", N_CLASSES);
    assert_int_equal(loss_builder_finish(b, top, name, &net), LOSS_OK);
    loss_net_initialise(net, 3);
    for (size_t i = 0; i < net->n_tensors; i++) /* away from 0 and 1, where mistakes hide */
        for (size_t j = 0; net->tensors[i].n_dims == 1 && j < net->tensors[i].count; j++)
            net->tensors[i].values[j] += 0.3 * value_at(100 + (uint32_t)i, j);
    check_moving(net, data, name, false);
    check_moving(net, data, name, true);
    check_gradient(net, data, name);
    loss_net_free(net);
    loss_dataset_free(data);
}

static loss_node begin(loss_builder **b)
{
    assert_int_equal(loss_builder_create(b, SHAPE), LOSS_OK);
    return loss_builder_relu(
        *b, loss_builder_conv(*b, loss_builder_input(*b), "first", LOSS_CONV(4, 3, 1, 1, true)));
}

static void test_conv(void **state)
{
    (void)state;
    static const loss_conv_options cases[] = {
        {sizeof(loss_conv_options), 3, 3, 1, 1, true, 1, 1},
        {sizeof(loss_conv_options), 3, 3, 2, 1, false, 1, 1},
        {sizeof(loss_conv_options), 5, 1, 1, 0, true, 1, 1},
        {sizeof(loss_conv_options), 3, 1, 2, 0, false, 1, 1},
        {sizeof(loss_conv_options), 2, 5, 1, 0, true, 1, 1},
        {sizeof(loss_conv_options), 3, 4, 3, 2, true, 1, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        loss_builder *b;
        loss_node x = begin(&b);
        check(b, loss_builder_relu(b, loss_builder_conv(b, x, "conv", &cases[i])), "conv");
    }
}

static void test_norm(void **state)
{
    (void)state;
    loss_builder *b;
    assert_int_equal(loss_builder_create(&b, SHAPE), LOSS_OK);
    loss_node x = loss_builder_batchnorm(b, loss_builder_input(b), "bn0",
                                         NULL); /* of the images themselves */
    x = loss_builder_batchnorm(b, loss_builder_conv(b, x, "first", LOSS_CONV(4, 3, 1, 1, true)),
                               "bn", NULL);
    x = loss_builder_conv(b, loss_builder_relu(b, x), "conv", LOSS_CONV(3, 3, 2, 1, false));
    check(b, loss_builder_batchnorm(b, x, "bn2", NULL), "batchnorm");
}

static void test_pools(void **state)
{
    (void)state;
    static const loss_pool_options cases[] = {{sizeof(loss_pool_options), 2, 2, 0},
                                              {sizeof(loss_pool_options), 3, 2, 1},
                                              {sizeof(loss_pool_options), 2, 1, 1},
                                              {sizeof(loss_pool_options), 3, 3, 0}};
    loss_builder *b;
    loss_node x;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(loss_builder_create(&b, SHAPE),
                         LOSS_OK); /* no ReLU before it: no equal largest values */
        x = loss_builder_conv(b, loss_builder_input(b), "first", LOSS_CONV(4, 3, 1, 1, true));
        check(b, loss_builder_max_pool(b, x, &cases[i]), "max pool");
        x = begin(&b);
        check(b, loss_builder_average_pool(b, x, &cases[i]), "average pool");
    }
    x = begin(&b);
    check(b, loss_builder_global_average_pool(b, x), "global average pool");
    assert_int_equal(loss_builder_create(&b, SHAPE), LOSS_OK); /* of the images */
    x = loss_builder_max_pool(b, loss_builder_input(b), &cases[1]);
    check(b, loss_builder_relu(b, loss_builder_conv(b, x, "conv", LOSS_CONV(4, 3, 1, 1, false))),
          "max pool of the images");
}

static void test_add_and_shortcut(void **state)
{
    (void)state;
    loss_builder *b;
    loss_node x = begin(&b);
    loss_node y =
        loss_builder_relu(b, loss_builder_conv(b, x, "conv", LOSS_CONV(7, 3, 2, 1, false)));
    check(
        b,
        loss_builder_relu(b, loss_builder_add(b, LOSS_NODES(y, loss_builder_shortcut(b, x, 7, 2)))),
        "shortcut");
    x = begin(&b); /* three users, one of them twice */
    y = loss_builder_conv(b, x, "conv", LOSS_CONV(4, 1, 1, 0, false));
    check(b,
          loss_builder_add(b, LOSS_NODES(loss_builder_add(b, LOSS_NODES(x, y)),
                                         loss_builder_add(b, LOSS_NODES(x, x)))),
          "add");
}

static void test_concat(void **state)
{
    (void)state;
    loss_builder *b;
    loss_node x = begin(&b);
    loss_node y = loss_builder_conv(b, x, "conv", LOSS_CONV(3, 3, 1, 1, false));
    y = loss_builder_concat(b, LOSS_NODES(y, x));
    check(b, loss_builder_batchnorm(b, loss_builder_concat(b, LOSS_NODES(y, y)), "bn", NULL),
          "concat");
}

static void test_linear_and_dropout(void **state)
{
    (void)state;
    loss_builder *b;
    loss_node x = begin(&b);
    x = loss_builder_linear(b, loss_builder_dropout(b, loss_builder_flatten(b, x), 0.5), "hidden",
                            5);
    check(b, loss_builder_dropout(b, loss_builder_relu(b, x), 0.4), "linear and dropout");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_conv),   cmocka_unit_test(test_norm),
    cmocka_unit_test(test_pools),  cmocka_unit_test(test_add_and_shortcut),
    cmocka_unit_test(test_concat), cmocka_unit_test(test_linear_and_dropout),
};

int main(void)
{
    return RUN_WITH_BOTH_SETS("Hessian", tests);
}
