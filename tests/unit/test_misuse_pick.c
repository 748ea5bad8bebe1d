/* Misuse of loss_dataset_pick() and of mini-batches. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <loss/loss.h>

static void test_pick(void **state)
{
    (void)state;
    static const uint8_t pixels[3];
    static const uint32_t labels[3] = {0, 1, 1};
    static const size_t numbers[2] = {0, 3};
    loss_dataset *data, *some = NULL;
    loss_shape shape = {1, 1, 1, 2};
    assert_int_equal(loss_dataset_create(&data, shape, 3, pixels, labels, NULL), LOSS_OK);
    assert_int_equal(loss_dataset_pick(NULL, data, 1, numbers), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_dataset_pick(&some, NULL, 1, numbers), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_dataset_pick(&some, data, 0, numbers), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_dataset_pick(&some, data, 1, NULL), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_dataset_pick(&some, data, SIZE_MAX, numbers), LOSS_ERR_NOMEM);
    assert_int_equal(loss_dataset_pick(&some, data, 2, numbers), LOSS_ERR_ARGUMENT);
    assert_null(some);
    loss_net *net;
    loss_curvature *c;
    loss_curvature_options opt = LOSS_CURVATURE_OPTIONS_INIT;
    assert_int_equal(loss_net_create(&net, "mlp:size=2", shape), LOSS_OK);
    static const size_t beyond[4][2] = {{4, 0}, {2, 1}, {1, 3}, {SIZE_MAX, SIZE_MAX}};
    for (size_t i = 0; i < 4; i++) {
        opt.batch = beyond[i][0];
        opt.batch_number = beyond[i][1];
        assert_int_equal(loss_curvature_create(&c, net, data, &opt), LOSS_ERR_ARGUMENT);
        assert_null(c);
    }
    loss_net_free(net);
    loss_dataset_free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_pick)};
    return cmocka_run_group_tests_name("misuse_pick", tests, NULL, NULL);
}
