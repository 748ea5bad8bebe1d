/* How far BatchNorm's running means are off what the network gives on images. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <loss/loss.h>

#include "net/net.h"

enum { IMAGES = 40, CLASSES = 4, HEIGHT = 6, WIDTH = 8, CHANNELS = 5 };
static const loss_shape SHAPE = {1, HEIGHT, WIDTH, CLASSES};

static loss_dataset *make_data(void)
{
    uint8_t pixels[IMAGES * HEIGHT * WIDTH];
    uint32_t labels[IMAGES];
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)(i * i * 37 % 251);
    for (size_t i = 0; i < IMAGES; i++)
        labels[i] = (uint32_t)(i % CLASSES);
    loss_dataset *data;
    assert_int_equal(loss_dataset_create(&data, SHAPE, IMAGES, pixels, labels, NULL), LOSS_OK);
    return data;
}

/* The layer with BatchNorm is the only one, or there is none. */
static loss_net *make_net(bool has_norm)
{
    loss_builder *b;
    loss_net *net;
    assert_int_equal(loss_builder_create(&b, SHAPE), LOSS_OK);
    loss_node x = loss_builder_conv(b, loss_builder_input(b), "conv",
                                    LOSS_CONV(.channels = CHANNELS, .kernel = 3, .padding = 1));
    if (has_norm)
        x = loss_builder_batchnorm(b, x, "bn", NULL);
    x = loss_builder_linear(b, loss_builder_flatten(b, x), "fc", CLASSES);
    assert_int_equal(loss_builder_finish(b, x, "small", &net), LOSS_OK);
    loss_net_initialise(net, 3);
    return net;
}

/* Shifts the running mean of channel c by shifts[c] standard deviations. */
static void shift(loss_net *net, const double shifts[CHANNELS])
{
    for (size_t i = 0; i < net->n_tensors; i++)
        for (size_t c = 0; net->tensors[i].kind == LOSS_TENSOR_RUNNING_MEAN && c < CHANNELS; c++)
            net->tensors[i].values[c] +=
                (lossi_real)(shifts[c] * sqrt((double)net->tensors[i + 1].values[c]));
}

static void test_median(void **state)
{
    (void)state;
    loss_dataset *data = make_data();
    loss_net *net = make_net(true);
    loss_check check = LOSS_CHECK_INIT;
    loss_result result = LOSS_RESULT_INIT;
    assert_int_equal(loss_net_recalibrate(net, data, 1), LOSS_OK);
    assert_int_equal(loss_net_check(net, data, NULL, &check), LOSS_OK);
    assert_true(check.statistics_off >= 0 && check.statistics_off < 1e-4);
    shift(net, (double[CHANNELS]){-0.9, 0.1, 0.4, 7, -0.2});
    assert_int_equal(loss_net_check(net, data, NULL, &check), LOSS_OK);
    assert_true(fabs(check.statistics_off - 0.4) < 1e-3);
    assert_int_equal(loss_net_evaluate(net, data, NULL, &result), LOSS_OK);
    assert_true(check.loss == result.loss && check.standard_error == result.standard_error);
    assert_int_equal(check.images, IMAGES);
    assert_true(fabs(check.guessing - 1.3862943611) < 1e-9);
    loss_net_free(net);
    loss_dataset_free(data);
}

static void test_without_batchnorm(void **state)
{
    (void)state;
    loss_dataset *data = make_data();
    loss_net *net = make_net(false);
    loss_check check = LOSS_CHECK_INIT;
    assert_int_equal(loss_net_check(net, data, NULL, &check), LOSS_OK);
    assert_true(isnan(check.statistics_off));
    loss_net_free(net);
    loss_dataset_free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_median),
                                       cmocka_unit_test(test_without_batchnorm)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
