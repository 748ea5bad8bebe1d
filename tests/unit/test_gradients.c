/* Gradients of every layer kind against central differences, in the build of the library whose
 * numbers are double.
 *
 * For each tensor, |numeric - analytic| / |analytic| (Euclidean norms over the tensor) must stay
 * below 1e-6. A convolution comes before the layer under test, so that the layer's gradient with
 * respect to its input is tested through it. The batch has more images than a chunk of the
 * engine. Both kernel sets are tried: LOSS_ISA chooses the table, so a child process each. */
#include <math.h>

#include "base/random.h"
#include "both_sets.h"
#include "net/backprop.h"

#if LOSSI_REAL_IS_FLOAT
#error "this test is for the double build"
#endif

enum { N_IMAGES = 11, N_CLASSES = 3 };
static const loss_shape SHAPE = {2, 7, 6, N_CLASSES};
static const double BOUND = 1e-6;

static double value_at(uint32_t stream, uint64_t index)
{
    lossi_stream s = lossi_stream_make(7, LOSSI_RANDOM_SAMPLE, stream);
    return 2 * lossi_random_uniform(&s, index) - 1;
}

static const float *put_image(void *user, size_t i, float *image)
{
    (void)user;
    size_t size = SHAPE.channels * SHAPE.height * SHAPE.width;
    for (size_t j = 0; j < size; j++)
        image[j] = (float)value_at(1, i * size + j);
    return image;
}

static double loss_of(lossi_backprop *backprop, loss_net *net)
{
    uint32_t labels[N_IMAGES];
    for (size_t i = 0; i < N_IMAGES; i++)
        labels[i] = (uint32_t)(i * 2 % N_CLASSES);
    lossi_batch batch = {.n = N_IMAGES, .labels = labels, .image = put_image, .seed = 5};
    double loss;
    size_t correct;
    assert_int_equal(lossi_backprop_run(backprop, net, &batch, &loss, &correct), LOSS_OK);
    return loss;
}

/* Relative error of one tensor's gradient. */
static double tensor_error(lossi_backprop *backprop, loss_net *net, size_t tensor)
{
    const double step =
        1e-6; /* small: a ReLU or maximum that tips over within it spoils the difference */
    size_t count = net->tensors[tensor].count;
    lossi_real *w = net->tensors[tensor].values, *analytic = malloc(count * sizeof *analytic);
    assert_non_null(analytic);
    loss_of(backprop, net);
    memcpy(analytic, lossi_backprop_gradient(backprop, tensor), count * sizeof *analytic);
    double difference = 0, norm = 0;
    for (size_t j = 0; j < count; j++) {
        double kept = w[j];
        w[j] = kept + step;
        double above = loss_of(backprop, net);
        w[j] = kept - step;
        double below = loss_of(backprop, net);
        w[j] = kept;
        double numeric = (above - below) / (2 * step);
        difference += (numeric - analytic[j]) * (numeric - analytic[j]);
        norm += analytic[j] * analytic[j];
    }
    free(analytic);
    assert_true(norm > 0); /* a gradient of nothing would agree with anything */
    return sqrt(difference / norm);
}

/* Finishes the network with a classifier and checks all its gradients. */
static void check(loss_builder *b, loss_node top, const char *name)
{
    loss_net *net;
    lossi_backprop *backprop;
    top = loss_builder_flatten(b, top);
    top = loss_builder_linear(b, top, "fc", N_CLASSES);
    assert_int_equal(loss_builder_finish(b, top, name, &net), LOSS_OK);
    loss_net_initialise(net, 3);
    for (size_t i = 0; i < net->n_tensors; i++) /* away from 0 and 1, where mistakes hide */
        for (size_t j = 0; net->tensors[i].n_dims == 1 &&
                           lossi_tensor_is_trainable(&net->tensors[i]) && j < net->tensors[i].count;
             j++)
            net->tensors[i].values[j] += 0.3 * value_at(100 + (uint32_t)i, j);
    assert_int_equal(lossi_backprop_create(&backprop, net, N_IMAGES, 1), LOSS_OK);
    for (size_t i = 0; i < net->n_tensors; i++) {
        if (!lossi_tensor_is_trainable(&net->tensors[i]))
            continue;
        double error = tensor_error(backprop, net, i);
        if (!(error < BOUND))
            fail_msg("%s, %s: relative error %.3g, bound %.3g", name, net->tensors[i].name, error,
                     BOUND);
    }
    lossi_backprop_free(backprop);
    loss_net_free(net);
}

static loss_node begin(loss_builder **b)
{
    assert_int_equal(loss_builder_create(b, SHAPE), LOSS_OK);
    return loss_builder_conv(*b, loss_builder_input(*b), "first", LOSS_CONV(4, 3, 1, 1, false));
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
        check(b, loss_builder_conv(b, x, "conv", &cases[i]), "conv");
    }
}

static void test_norm(void **state)
{
    (void)state;
    loss_builder *b;
    loss_node x = begin(&b);
    x = loss_builder_batchnorm(b, x, "bn", NULL);
    x = loss_builder_conv(b, loss_builder_relu(b, x), "conv", LOSS_CONV(3, 3, 2, 1, false));
    check(b, loss_builder_batchnorm(b, x, "bn2", NULL), "batchnorm");
}

static void test_relu(void **state)
{
    (void)state;
    loss_builder *b;
    loss_node x = begin(&b);
    check(b, loss_builder_relu(b, x), "relu");
}

static void test_pools(void **state)
{
    (void)state;
    static const loss_pool_options cases[] = {{sizeof(loss_pool_options), 2, 2, 0},
                                              {sizeof(loss_pool_options), 3, 2, 1},
                                              {sizeof(loss_pool_options), 2, 1, 1},
                                              {sizeof(loss_pool_options), 3, 3, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        loss_builder *b;
        loss_node x = begin(&b);
        check(b, loss_builder_max_pool(b, x, &cases[i]), "max pool");
        x = begin(&b);
        check(b, loss_builder_average_pool(b, x, &cases[i]), "average pool");
    }
    loss_builder *b;
    loss_node x = begin(&b);
    check(b, loss_builder_global_average_pool(b, x), "global average pool");
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
    x = begin(&b);
    x = loss_builder_relu(b, x); /* three users, one of them twice */
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
    x = loss_builder_relu(b, x);
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
    x = loss_builder_linear(b, loss_builder_flatten(b, x), "hidden", 5);
    check(b, loss_builder_dropout(b, loss_builder_relu(b, x), 0.4), "linear and dropout");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_conv),
    cmocka_unit_test(test_norm),
    cmocka_unit_test(test_relu),
    cmocka_unit_test(test_pools),
    cmocka_unit_test(test_add_and_shortcut),
    cmocka_unit_test(test_concat),
    cmocka_unit_test(test_linear_and_dropout),
};

int main(void)
{
    return RUN_WITH_BOTH_SETS("gradients", tests);
}
