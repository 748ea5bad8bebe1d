/* Sums and concatenations of any number of outputs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <loss/net.h>

static const loss_shape SHAPE = {2, 3, 1, 6};

static loss_builder *begin(loss_node *x)
{
    loss_builder *b;
    assert_int_equal(loss_builder_create(&b, SHAPE), LOSS_OK);
    *x = loss_builder_input(b);
    return b;
}

static void finish(loss_builder *b, loss_node last, const float *expected)
{
    static const float image[6] = {3, -6, 6, -12, 12, -15};
    float logits[6];
    loss_net *net;
    assert_int_equal(loss_builder_finish(b, last, "inputs", &net), LOSS_OK);
    assert_int_equal(loss_net_logits(net, 1, image, logits), LOSS_OK);
    for (size_t k = 0; k < 6; k++)
        assert_true(logits[k] == expected[k]);
    loss_net_free(net);
}

static void test_sum_of_four(void **state)
{
    (void)state;
    static const float expected[6] = {12, -12, 24, -24, 48, -30};
    loss_node x;
    loss_builder *b = begin(&x);
    loss_node positive = loss_builder_relu(b, x);
    x = loss_builder_add(b, LOSS_NODES(x, positive, x, positive));
    finish(b, loss_builder_flatten(b, x), expected);
}

/* Three channels of means; six outputs. */
static void test_concatenation_of_three(void **state)
{
    (void)state;
    static const float expected[6] = {1, -5, 3, 4, 1, -5};
    loss_node x;
    loss_builder *b = begin(&x);
    loss_node mean = loss_builder_global_average_pool(b, x),
              positive = loss_builder_global_average_pool(b, loss_builder_relu(b, x));
    x = loss_builder_concat(b, LOSS_NODES(mean, positive, mean));
    finish(b, loss_builder_flatten(b, x), expected);
}

static void refuse(loss_node (*join)(loss_builder *b, size_t n, const loss_node *inputs), size_t n,
                   bool has_inputs)
{
    loss_node x;
    loss_net *net;
    loss_builder *b = begin(&x);
    assert_int_equal(join(b, n, has_inputs ? (loss_node[]){x, x} : NULL), -1);
    assert_int_equal(loss_builder_finish(b, x, "inputs", &net), LOSS_ERR_ARGUMENT);
}

static void test_refused(void **state)
{
    (void)state;
    refuse(loss_builder_add, 0, true);
    refuse(loss_builder_add, 1, true);
    refuse(loss_builder_add, 2, false);
    refuse(loss_builder_concat, 1, true);
    refuse(loss_builder_concat, 3, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sum_of_four),
                                       cmocka_unit_test(test_concatenation_of_three),
                                       cmocka_unit_test(test_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
