/* How many images a check of weights looks at: few of a large network that is in order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <loss/loss.h>

#include "zoo/check.h"

enum { IMAGES = 60, SIDE = 64, SIZE = SIDE * SIDE, CLASSES = 4, CHANNELS = 48, FEW = 32 };
static const loss_shape SHAPE = {1, SIDE, SIDE, CLASSES};

static loss_dataset *make_data(loss_shape shape, size_t n, const uint32_t *labels)
{
    size_t size = shape.channels * shape.height * shape.width;
    uint8_t *pixels = malloc(n * size);
    loss_dataset *data;
    loss_dataset_options opt = LOSS_DATASET_OPTIONS_INIT;
    opt.split = LOSS_SPLIT_TRAIN;
    for (size_t i = 0; i < n * size; i++)
        pixels[i] = (uint8_t)((i * i + i / SIZE * 17) * 37 % 251);
    assert_int_equal(loss_dataset_create(&data, shape, n, pixels, labels, &opt), LOSS_OK);
    free(pixels);
    return data;
}

/* Some 80 million multiply-adds an image. */
static loss_net *make_net(void)
{
    loss_builder *b;
    loss_net *net;
    assert_int_equal(loss_builder_create(&b, SHAPE), LOSS_OK);
    loss_node x = loss_builder_input(b);
    x = loss_builder_conv(b, x, "conv1",
                          LOSS_CONV(.channels = CHANNELS, .kernel = 3, .padding = 1));
    x = loss_builder_relu(b, loss_builder_batchnorm(b, x, "bn1", NULL));
    x = loss_builder_conv(b, x, "conv2",
                          LOSS_CONV(.channels = CHANNELS, .kernel = 3, .padding = 1));
    x = loss_builder_relu(b, loss_builder_batchnorm(b, x, "bn2", NULL));
    x = loss_builder_linear(b, loss_builder_global_average_pool(b, x), "fc", CLASSES);
    assert_int_equal(loss_builder_finish(b, x, "large", &net), LOSS_OK);
    return net;
}

/* Labels that the network is sure of: the class of its largest logit, with a large last layer. */
static void agree(loss_net *net, const loss_dataset *data, uint32_t labels[IMAGES])
{
    float *images = malloc(IMAGES * SIZE * sizeof *images), logits[IMAGES * CLASSES];
    for (size_t i = 0; i < loss_net_n_tensors(net); i++) {
        const loss_tensor_info *info = loss_net_tensor(net, i);
        float values[CLASSES * CHANNELS];
        if (info->n_dims != 2)
            continue;
        loss_net_get(net, i, values);
        for (size_t k = 0; k < info->count; k++)
            values[k] *= 1e4F;
        loss_net_set(net, i, values);
    }
    assert_int_equal(loss_dataset_images(data, 0, IMAGES, images), LOSS_OK);
    assert_int_equal(loss_net_logits(net, IMAGES, images, logits), LOSS_OK);
    for (size_t i = 0; i < IMAGES; i++) {
        labels[i] = 0;
        for (uint32_t k = 1; k < CLASSES; k++)
            if (logits[i * CLASSES + k] > logits[i * CLASSES + labels[i]])
                labels[i] = k;
    }
    free(images);
}

static void test_few_images_where_they_do(void **state)
{
    (void)state;
    uint32_t labels[IMAGES] = {0};
    loss_net *net = make_net();
    loss_dataset *data = make_data(SHAPE, IMAGES, labels);
    loss_check check = LOSS_CHECK_INIT;
    assert_int_equal(loss_net_recalibrate(net, data, 0), LOSS_OK);
    agree(net, data, labels);
    loss_dataset *right = make_data(SHAPE, IMAGES, labels);
    assert_int_equal(loss_net_check(net, right, NULL, &check), LOSS_OK);
    assert_false(loss_check_caveat(&check, NULL, 0));
    assert_int_equal(check.images, FEW);
    assert_int_equal(check.split, LOSS_SPLIT_TRAIN);

    /* Every fourth label is another: the loss of so large logits is far above guessing. */
    for (size_t i = 0; i < IMAGES; i += 4)
        labels[i] = (labels[i] + 1) % CLASSES;
    loss_dataset *wrong = make_data(SHAPE, IMAGES, labels);
    assert_int_equal(loss_net_check(net, wrong, NULL, &check), LOSS_OK);
    assert_true(loss_check_caveat(&check, NULL, 0));
    assert_int_equal(check.images, FEW);

    /* Labels that have nothing to do with the logits: neither in order nor far off. */
    for (size_t i = 0; i < IMAGES; i++)
        labels[i] = (uint32_t)(i % CLASSES);
    loss_dataset *open = make_data(SHAPE, IMAGES, labels);
    loss_net_initialise(net, 1);
    assert_int_equal(loss_net_recalibrate(net, data, 0), LOSS_OK);
    assert_int_equal(loss_net_check(net, open, NULL, &check), LOSS_OK);
    assert_true(loss_check_caveat(&check, NULL, 0));
    assert_int_equal(check.images, IMAGES);
    loss_dataset_free(open);
    loss_dataset_free(data);
    loss_dataset_free(right);
    loss_dataset_free(wrong);
    loss_net_free(net);
}

static void test_numbers_of_images(void **state)
{
    (void)state;
    enum { MANY = 256 };
    uint32_t labels[MANY] = {0};
    static const struct {
        loss_shape shape;
        double macs;
        lossi_check_sizes expected;
    } cases[] = {
        {{1, 28, 28, 10}, 5e5, {256, 256}}, /* all of a small one */
        {{3, 32, 32, 10}, 4e7, {50, 256}},  /* by work */
        {{3, 32, 32, 10}, 1.3e9, {32, 64}}, /* never fewer than a decision needs */
        {{3, 32, 32, 10}, 5e8, {32, 100}},  /* the work of what is doubtful has a bound, too */
        {{1, 128, 128, 10}, 1e6, {64, 64}}, /* by pixels: the statistics' memory */
        {{1, 224, 224, 10}, 4e9, {32, 32}}, /* both */
        {{1, 28, 28, 10}, 0, {256, 256}},   /* no convolution, no linear layer */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        loss_dataset *data = make_data(cases[i].shape, MANY, labels);
        lossi_check_sizes sizes = lossi_check_choose(cases[i].macs, data);
        assert_int_equal(sizes.first, cases[i].expected.first);
        assert_int_equal(sizes.most, cases[i].expected.most);
        loss_dataset_free(data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_few_images_where_they_do),
                                       cmocka_unit_test(test_numbers_of_images)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
