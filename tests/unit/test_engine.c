/* The engine: the builder's refusals, evaluation and training with the same bits for any number
 * of threads, memory plans. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <loss/net.h>

#include "base/random.h"
#include "net/backprop.h"
#include "net/plan.h"
#include "train/sgd.h"

static const loss_shape SHAPE = {3, 12, 10, 4};

/* A residual network with every layer kind. */
static loss_net *make_net(void)
{
    loss_builder *b;
    loss_net *net;
    assert_int_equal(loss_builder_create(&b, SHAPE), LOSS_OK);
    loss_node x = loss_builder_input(b);
    x = loss_builder_relu(
        b, loss_builder_batchnorm(b, loss_builder_conv(b, x, "conv1", LOSS_CONV(6, 3, 1, 1, false)),
                                  "bn1", NULL));
    loss_node y = loss_builder_conv(b, x, "conv2", LOSS_CONV(9, 3, 2, 1, true));
    y = loss_builder_add(b, LOSS_NODES(loss_builder_batchnorm(b, y, "bn2", NULL),
                                       loss_builder_shortcut(b, x, 9, 2)));
    y = loss_builder_max_pool(b, loss_builder_relu(b, y), LOSS_POOL(2, 1, 1));
    y = loss_builder_average_pool(b, y, LOSS_POOL(2, 2, 0));
    y = loss_builder_linear(b, loss_builder_flatten(b, y), "fc1", 7);
    y = loss_builder_dropout(b, loss_builder_relu(b, y), 0.3);
    y = loss_builder_linear(b, y, "fc2", SHAPE.classes);
    assert_int_equal(loss_builder_finish(b, y, "mixed", &net), LOSS_OK);
    loss_net_initialise(net, 1);
    return net;
}

static loss_dataset *make_data(size_t n)
{
    size_t size = SHAPE.channels * SHAPE.height * SHAPE.width;
    uint8_t *pixels = malloc(n * size);
    uint32_t *labels = malloc(n * sizeof *labels);
    lossi_stream s = lossi_stream_make(1, LOSSI_RANDOM_SAMPLE, 9);
    for (size_t i = 0; i < n * size; i++)
        pixels[i] = (uint8_t)lossi_random_below(&s, i, 256);
    for (size_t i = 0; i < n; i++)
        labels[i] = (uint32_t)(i % SHAPE.classes);
    loss_dataset *data;
    assert_int_equal(loss_dataset_create(&data, SHAPE, n, pixels, labels, NULL), LOSS_OK);
    free(pixels);
    free(labels);
    return data;
}

static void test_evaluation_has_the_same_bits_for_any_threads(void **state)
{
    (void)state;
    loss_net *net = make_net();
    loss_dataset *data = make_data(53);
    loss_result one = LOSS_RESULT_INIT, more = LOSS_RESULT_INIT;
    loss_evaluate_options opt = LOSS_EVALUATE_OPTIONS_INIT;
    opt.threads = 1;
    assert_int_equal(loss_net_evaluate(net, data, &opt, &one), LOSS_OK);
    for (opt.threads = 2; opt.threads <= 5; opt.threads++) {
        assert_int_equal(loss_net_evaluate(net, data, &opt, &more), LOSS_OK);
        assert_memory_equal(&one.loss, &more.loss, sizeof one.loss);
        assert_memory_equal(&one.standard_error, &more.standard_error, sizeof one.loss);
        assert_true(one.accuracy == more.accuracy && more.images == 53);
    }
    loss_dataset_free(data);
    loss_net_free(net);
}

static void test_loss_is_that_of_the_logits(void **state)
{
    (void)state;
    enum { N = 21 };
    loss_net *net = make_net();
    loss_dataset *data = make_data(N);
    float *images = malloc(N * SHAPE.channels * SHAPE.height * SHAPE.width * sizeof *images),
          logits[N][4];
    assert_int_equal(loss_dataset_images(data, 0, N, images), LOSS_OK);
    assert_int_equal(loss_net_logits(net, N, images, logits[0]), LOSS_OK);
    double sum = 0, squares = 0, losses[N];
    for (size_t i = 0; i < N; i++) {
        double total = 0;
        for (size_t k = 0; k < 4; k++)
            total += exp((double)logits[i][k]);
        losses[i] = log(total) - (double)logits[i][i % 4];
        sum += losses[i] / N;
    }
    for (size_t i = 0; i < N; i++)
        squares += (losses[i] - sum) * (losses[i] - sum);
    loss_result result = LOSS_RESULT_INIT;
    assert_int_equal(loss_net_evaluate(net, data, NULL, &result), LOSS_OK);
    assert_true(fabs(result.loss - sum) < 1e-12);
    assert_true(fabs(result.standard_error - sqrt(squares / (N - 1) / N)) < 1e-12);
    free(images);
    loss_dataset_free(data);
    loss_net_free(net);
}

static bool always(void *user)
{
    (void)user;
    return true;
}

static void test_cancel_and_wrong_data(void **state)
{
    (void)state;
    loss_net *net = make_net();
    loss_dataset *data = make_data(9);
    loss_evaluate_options opt = LOSS_EVALUATE_OPTIONS_INIT;
    opt.cancelled = always;
    loss_result result = LOSS_RESULT_INIT;
    assert_int_equal(loss_net_evaluate(net, data, &opt, &result), LOSS_ERR_CANCELLED);
    loss_dataset_free(data);
    uint8_t pixel = 0;
    uint32_t label = 0;
    assert_int_equal(loss_dataset_create(&data, (loss_shape){1, 1, 1, 4}, 1, &pixel, &label, NULL),
                     LOSS_OK);
    assert_int_equal(loss_net_evaluate(net, data, NULL, &result), LOSS_ERR_SHAPE);
    loss_dataset_free(data);
    loss_net_free(net);
}

typedef struct source {
    const loss_dataset *data;
} source;

static const float *put_image(void *user, size_t i, float *image)
{
    const source *s = user;
    loss_dataset_images(s->data, i, 1, image);
    return image;
}

/* Three steps; the network's digest afterwards. */
static void train(size_t threads, char digest[17])
{
    loss_net *net = make_net();
    source s = {make_data(29)};
    lossi_backprop *backprop;
    lossi_sgd sgd;
    assert_int_equal(lossi_backprop_create(&backprop, net, 29, threads), LOSS_OK);
    assert_int_equal(lossi_sgd_create(&sgd, net, 0.9, 5e-4, true), LOSS_OK);
    for (uint64_t step = 0; step < 3; step++) {
        lossi_batch batch = {.n = 29,
                             .labels = loss_dataset_labels(s.data),
                             .image = put_image,
                             .user = &s,
                             .seed = step};
        double loss;
        size_t correct;
        assert_int_equal(lossi_backprop_run(backprop, net, &batch, &loss, &correct), LOSS_OK);
        assert_true(isfinite(loss) && correct <= 29);
        lossi_sgd_step(&sgd, net, backprop, 0.05);
    }
    loss_net_digest(net, digest);
    lossi_sgd_free(&sgd);
    lossi_backprop_free(backprop);
    loss_dataset_free((loss_dataset *)s.data);
    loss_net_free(net);
}

static void test_training_has_the_same_bits_for_any_threads(void **state)
{
    (void)state;
    char one[17], more[17];
    train(1, one);
    for (size_t threads = 2; threads <= 4; threads++) {
        train(threads, more);
        assert_string_equal(one, more);
    }
}

static bool third_time(void *user)
{
    return ++*(int *)user == 3;
}

/* Within a batch, not only after it. */
static void test_training_stops_at_a_chunk(void **state)
{
    (void)state;
    loss_net *net = make_net();
    source s = {make_data(29)};
    lossi_backprop *backprop;
    int n_asked = 0;
    double loss;
    size_t correct;
    lossi_batch batch = {.n = 29,
                         .labels = loss_dataset_labels(s.data),
                         .image = put_image,
                         .user = &s,
                         .cancelled = third_time,
                         .cancelled_user = &n_asked};
    assert_int_equal(lossi_backprop_create(&backprop, net, 29, 1), LOSS_OK);
    assert_int_equal(lossi_backprop_run(backprop, net, &batch, &loss, &correct),
                     LOSS_ERR_CANCELLED);
    assert_int_equal(n_asked, 3);
    lossi_backprop_free(backprop);
    loss_dataset_free((loss_dataset *)s.data);
    loss_net_free(net);
}

static void test_builder_refuses(void **state)
{
    (void)state;
    loss_builder *b;
    loss_net *net;
    assert_int_equal(loss_builder_create(&b, (loss_shape){3, 0, 8, 10}), LOSS_ERR_SHAPE);
    assert_null(b);

    assert_int_equal(loss_builder_create(&b, SHAPE),
                     LOSS_OK); /* a window larger than the image; the error sticks */
    loss_node x =
        loss_builder_conv(b, loss_builder_input(b), "conv", LOSS_CONV(4, 15, 1, 0, false));
    assert_int_equal(x, -1);
    assert_int_equal(loss_builder_relu(b, x), -1);
    assert_int_equal(loss_builder_finish(b, x, "net", &net), LOSS_ERR_SHAPE);
    assert_non_null(
        strstr(loss_last_message(), "conv: a 15x15 window does not fit its input of 12x10"));
    assert_null(net);

    assert_int_equal(loss_builder_create(&b, SHAPE), LOSS_OK); /* a name given twice */
    x = loss_builder_batchnorm(b, loss_builder_input(b), "bn", NULL);
    x = loss_builder_batchnorm(b, x, "bn", NULL);
    assert_int_equal(loss_builder_finish(b, x, "net", &net), LOSS_ERR_ARGUMENT);

    assert_int_equal(loss_builder_create(&b, SHAPE), LOSS_OK); /* sums of different shapes */
    x = loss_builder_input(b);
    x = loss_builder_add(b, LOSS_NODES(x, loss_builder_max_pool(b, x, LOSS_POOL(2, 0, 0))));
    assert_int_equal(loss_builder_finish(b, x, "net", &net), LOSS_ERR_SHAPE);

    assert_int_equal(loss_builder_create(&b, SHAPE), LOSS_OK); /* logits that are no classes */
    x = loss_builder_linear(b, loss_builder_global_average_pool(b, loss_builder_input(b)), "fc", 5);
    assert_int_equal(loss_builder_finish(b, x, "net", &net), LOSS_ERR_SHAPE);

    assert_int_equal(loss_builder_create(&b, SHAPE), LOSS_OK); /* a layer nobody uses */
    x = loss_builder_input(b);
    loss_builder_relu(b, x);
    x = loss_builder_linear(b, loss_builder_global_average_pool(b, x), "fc", 4);
    assert_int_equal(loss_builder_finish(b, x, "net", &net), LOSS_ERR_ARGUMENT);
    loss_builder_free(NULL);
}

/* No two spans that live at one time share memory, and not much is wasted. */
static void test_spans_that_live_together_are_apart(void **state)
{
    (void)state;
    enum { N = 60 };
    lossi_span spans[N];
    size_t sum = 0;
    for (size_t i = 0; i < N; i++) {
        spans[i] = (lossi_span){i * 7919 % 500, i, i + i * 31 % 7, 0};
        sum += spans[i].size;
    }
    size_t total = lossi_place_spans(spans, N);
    for (size_t i = 0; i < N; i++) {
        assert_true(spans[i].offset + spans[i].size <= total);
        for (size_t j = i + 1; j < N; j++)
            if (spans[i].size && spans[j].size && spans[j].birth <= spans[i].death)
                assert_true(spans[j].offset >= spans[i].offset + spans[i].size ||
                            spans[i].offset >= spans[j].offset + spans[j].size);
    }
    assert_true(total < sum / 3);
}

/* In evaluation a dropout is the identity, and nothing is folded across it: with it, the same
 * network layer by layer. */
static loss_node apart(loss_builder *b, loss_node x, bool separate)
{
    return separate ? loss_builder_dropout(b, x, 0.5) : x;
}

static loss_node add_conv(loss_builder *b, loss_node x, const char *name, size_t channels,
                          bool bias, bool separate)
{
    return apart(b, loss_builder_conv(b, x, name, LOSS_CONV(channels, 3, 1, 1, bias)), separate);
}

/* Every way in which a convolution, BatchNorm, sum and ReLU can follow each other, with outputs
 * that others want as well. */
static loss_net *make_graph(bool separate)
{
    loss_builder *b;
    loss_net *net;
    assert_int_equal(loss_builder_create(&b, SHAPE), LOSS_OK);
    loss_node x = add_conv(b, loss_builder_input(b), "c1", 5, true, separate);
    x = loss_builder_relu(b, apart(b, loss_builder_batchnorm(b, x, "n1", NULL), separate));
    x = loss_builder_add(
        b, LOSS_NODES(add_conv(b, x, "c2", 5, false, separate), x)); /* the residual is the input */
    loss_node y = loss_builder_relu(b, apart(b, x, separate));
    loss_node z =
        apart(b, loss_builder_batchnorm(b, add_conv(b, y, "c3", 5, false, separate), "n3", NULL),
              separate);
    loss_node w =
        apart(b, loss_builder_batchnorm(b, add_conv(b, y, "c4", 5, true, separate), "n4", NULL),
              separate);
    x = loss_builder_relu(
        b, apart(b, loss_builder_add(b, LOSS_NODES(z, w)), separate)); /* both could take the sum */
    y = add_conv(b, x, "c5", 5, true, separate);
    z = loss_builder_add(b,
                         LOSS_NODES(loss_builder_relu(b, y), y)); /* two users of a convolution */
    z = loss_builder_add(b, LOSS_NODES(z, x));
    w = loss_builder_relu(
        b, apart(b, loss_builder_batchnorm(b, z, "n6", NULL), separate)); /* BatchNorm first */
    w = loss_builder_add(b, LOSS_NODES(loss_builder_concat(b, LOSS_NODES(w, z)),
                                       loss_builder_concat(b, LOSS_NODES(x, w))));
    w = loss_builder_add(b, LOSS_NODES(w, w));
    w = loss_builder_linear(b, loss_builder_global_average_pool(b, w), "fc", 4);
    assert_int_equal(loss_builder_finish(b, w, "graph", &net), LOSS_OK);
    for (size_t t = 0; t < net->n_tensors;
         t++) /* statistics and affine maps that are not 0 and 1 */
        for (size_t j = 0; net->tensors[t].n_dims == 1 && j < net->tensors[t].count; j++)
            net->tensors[t].values[j] += (lossi_real)(0.1 * (double)((t + j) % 4 + 1));
    return net;
}

static void test_folding_changes_nothing(void **state)
{
    (void)state;
    enum { N = 11 };
    loss_net *folded = make_graph(false), *separate = make_graph(true);
    float images[N * 3 * 12 * 10], a[N * 4], c[N * 4];
    for (size_t i = 0; i < sizeof images / sizeof *images; i++)
        images[i] = (float)(i * 37 % 101) / 50 - 1;
    assert_int_equal(loss_net_logits(folded, N, images, a), LOSS_OK);
    assert_int_equal(loss_net_logits(separate, N, images, c), LOSS_OK);
    for (size_t i = 0; i < N * 4; i++)
        assert_float_equal(a[i], c[i], 1e-5f * (1 + fabsf(c[i])));
    loss_net_free(folded);
    loss_net_free(separate);
}

static void test_clone_get_set(void **state)
{
    (void)state;
    loss_net *net = make_net(), *copy;
    char a[17], b[17];
    assert_int_equal(lossi_net_clone(&copy, net), LOSS_OK);
    loss_net_digest(net, a);
    loss_net_digest(copy, b);
    assert_string_equal(a, b);
    float values[6 * 3 * 9], back[6 * 3 * 9];
    assert_int_equal(loss_net_tensor(copy, 0)->count, 6 * 3 * 9);
    assert_string_equal(loss_net_tensor(copy, 0)->name, "conv1.weight");
    loss_net_get(copy, 0, values);
    values[7] = INFINITY;
    loss_net_set(copy, 0, values);
    loss_net_get(copy, 0, back);
    assert_memory_equal(values, back, sizeof values);
    loss_net_digest(copy, b);
    assert_string_not_equal(a, b);
    loss_net_initialise(copy, 1);
    loss_net_digest(copy, b);
    assert_string_equal(a, b);
    loss_net_free(copy);
    loss_net_free(net);
}

static void test_schedules(void **state)
{
    (void)state;
    assert_true(lossi_schedule_lr(LOSS_SCHEDULE_CONSTANT, 0.1, 5, 2, 20) == 0.1);
    assert_true(lossi_schedule_lr(LOSS_SCHEDULE_COSINE, 0.1, 0, 2, 20) == 0.1);
    assert_true(fabs(lossi_schedule_lr(LOSS_SCHEDULE_COSINE, 0.1, 10, 2, 20) - 0.05) < 1e-15);
    assert_true(lossi_schedule_lr(LOSS_SCHEDULE_STEP, 0.1, 9, 2, 20) == 0.1);
    assert_true(lossi_schedule_lr(LOSS_SCHEDULE_STEP, 0.1, 10, 2, 20) == 0.1 / 10);
    assert_true(lossi_schedule_lr(LOSS_SCHEDULE_STEP, 0.1, 16, 2, 20) == 0.1 / 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_evaluation_has_the_same_bits_for_any_threads),
        cmocka_unit_test(test_loss_is_that_of_the_logits),
        cmocka_unit_test(test_cancel_and_wrong_data),
        cmocka_unit_test(test_training_has_the_same_bits_for_any_threads),
        cmocka_unit_test(test_training_stops_at_a_chunk),
        cmocka_unit_test(test_builder_refuses),
        cmocka_unit_test(test_spans_that_live_together_are_apart),
        cmocka_unit_test(test_folding_changes_nothing),
        cmocka_unit_test(test_clone_get_set),
        cmocka_unit_test(test_schedules),
    };
    return cmocka_run_group_tests_name("engine", tests, NULL, NULL);
}
