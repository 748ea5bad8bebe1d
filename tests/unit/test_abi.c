/* What a program that was compiled against another version of the library relies on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <loss/loss.h>

static void test_version(void **state)
{
    (void)state;
    int major, minor, patch;
    assert_int_equal(sscanf(loss_version(), "%d.%d.%d", &major, &minor, &patch), 3);
    assert_int_equal(loss_version_number(), (major * 100 + minor) * 100 + patch);
    assert_int_equal(loss_version_number(), LOSS_VERSION_NUMBER);
}

/* A shorter struct is filled as far as it goes; one without a size is refused. */
static void test_result_of_another_size(void **state)
{
    (void)state;
    loss_net *net;
    loss_dataset *data;
    const loss_shape shape = {1, 28, 28, 10};
    uint8_t pixels[28 * 28] = {1};
    uint32_t label = 3;
    loss_result result = LOSS_RESULT_INIT;
    assert_int_equal(loss_net_create(&net, "lenet5:width=0.2", shape), LOSS_OK);
    assert_int_equal(loss_dataset_create(&data, shape, 1, pixels, &label, NULL), LOSS_OK);
    result.seconds = -1;
    result.images = 77;
    result.struct_size = offsetof(loss_result, images);
    assert_int_equal(loss_net_evaluate(net, data, NULL, &result), LOSS_OK);
    assert_true(result.loss > 0 && result.images == 77 && result.seconds == -1);
    assert_int_equal(result.struct_size, offsetof(loss_result, images));
    result.struct_size = 0;
    assert_int_equal(loss_net_evaluate(net, data, NULL, &result), LOSS_ERR_ARGUMENT);
    loss_dataset_free(data);
    loss_net_free(net);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(test_version),
                                              cmocka_unit_test(test_result_of_another_size)};
    return cmocka_run_group_tests_name("ABI", tests, NULL, NULL);
}
