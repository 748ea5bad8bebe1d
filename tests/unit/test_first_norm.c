/* A network that begins with BatchNorm: its weight, the first tensor of all, has a gradient. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/backprop.h"

enum { IMAGES = 6, CLASSES = 3, SIZE = 4 };

static const float *put_image(void *user, size_t i, float *image)
{
    (void)user;
    for (size_t p = 0; p < (size_t)SIZE * SIZE; p++)
        image[p] = (float)sin((double)(i * 5 + p * p));
    return image;
}

static double loss_of(lossi_backprop *backprop, loss_net *net)
{
    static const uint32_t labels[IMAGES] = {0, 1, 2, 2, 0, 1};
    lossi_batch batch = {.n = IMAGES, .labels = labels, .image = put_image, .seed = 5};
    double loss;
    size_t correct;
    assert_int_equal(lossi_backprop_run(backprop, net, &batch, &loss, &correct), LOSS_OK);
    return loss;
}

static void test_gradient(void **state)
{
    (void)state;
    loss_builder *b;
    loss_net *net;
    lossi_backprop *backprop;
    assert_int_equal(loss_builder_create(&b, (loss_shape){1, SIZE, SIZE, CLASSES}), LOSS_OK);
    loss_node x = loss_builder_batchnorm(b, loss_builder_input(b), "bn", NULL);
    x = loss_builder_linear(b, loss_builder_flatten(b, x), "fc", CLASSES);
    assert_int_equal(loss_builder_finish(b, x, "small", &net), LOSS_OK);
    loss_net_initialise(net, 3);
    assert_int_equal(lossi_backprop_create(&backprop, net, IMAGES, 1), LOSS_OK);
    for (size_t i = 0; i < 2; i++) { /* weight and bias */
        lossi_real *value = net->tensors[i].values, was = *value, step = (lossi_real)0.02;
        *value = was + step;
        double above = loss_of(backprop, net);
        *value = was - step;
        double below = loss_of(backprop, net);
        *value = was;
        loss_of(backprop, net);
        double slope = (above - below) / (2 * (double)step);
        assert_true(fabs(slope) > 1e-3);
        assert_true(fabs((double)*lossi_backprop_gradient(backprop, i) - slope) <
                    0.01 * fabs(slope));
    }
    lossi_backprop_free(backprop);
    loss_net_free(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_gradient)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
