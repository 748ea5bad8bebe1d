/* A direction of a network's tensors as a vector of those that move, and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "net/hessian.h"

enum { IMAGES = 4, CLASSES = 3, SIZE = 4 };
static const loss_shape SHAPE = {1, SIZE, SIZE, CLASSES};

static loss_net *make_net(void)
{
    loss_builder *b;
    loss_net *net;
    assert_int_equal(loss_builder_create(&b, SHAPE), LOSS_OK);
    loss_node x = loss_builder_conv(b, loss_builder_input(b), "conv",
                                    LOSS_CONV(.channels = 2, .kernel = 3, .padding = 1));
    x = loss_builder_flatten(b, loss_builder_batchnorm(b, x, "bn", NULL));
    x = loss_builder_linear(b, x, "fc", CLASSES);
    assert_int_equal(loss_builder_finish(b, x, "small", &net), LOSS_OK);
    return net;
}

static void check(bool all)
{
    uint8_t pixels[IMAGES * SIZE * SIZE];
    uint32_t labels[IMAGES] = {0, 1, 2, 0};
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)(37 * i);
    loss_dataset *data;
    assert_int_equal(loss_dataset_create(&data, SHAPE, IMAGES, pixels, labels, NULL), LOSS_OK);
    loss_net *net = make_net();
    lossi_hessian *h;
    lossi_hessian_options opt = {.data = data, .all_tensors = all, .threads = 1};
    assert_int_equal(lossi_hessian_create(&h, net, &opt), LOSS_OK);
    size_t n = lossi_hessian_count(h), n_all = loss_net_n_parameters(net), at = 0, moving = 0;
    float *direction = malloc(n_all * sizeof *direction), *back = malloc(n_all * sizeof *back);
    lossi_real *vector = malloc(n * sizeof *vector);
    assert_true(direction && back && vector);
    for (size_t j = 0; j < n_all; j++)
        direction[j] = (float)(j + 1);
    lossi_hessian_take(h, direction, vector);
    lossi_hessian_put(h, vector, back);
    for (size_t i = 0; i < net->n_tensors; i++) {
        const lossi_tensor *tensor = &net->tensors[i];
        bool moves = all || tensor->n_dims > 1;
        for (size_t j = 0; lossi_tensor_is_trainable(tensor) && j < tensor->count; j++, at++) {
            assert_true(back[at] == (moves ? direction[at] : 0));
            moving += moves;
        }
    }
    assert_int_equal(at, n_all);
    assert_int_equal(moving, n);
    free(direction);
    free(back);
    free(vector);
    lossi_hessian_free(h);
    loss_net_free(net);
    loss_dataset_free(data);
}

static void test_there_and_back(void **state)
{
    (void)state;
    check(true);
    check(false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_there_and_back)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
