/* Layers of any kind by name, rightly and wrongly: loss_builder_layer(),
 * loss_builder_name_tensor(). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include <loss/net.h>

static const loss_shape SHAPE = {3, 8, 8, 4};

static loss_builder *begin(loss_node *input)
{
    loss_builder *b;
    assert_int_equal(loss_builder_create(&b, SHAPE), LOSS_OK);
    *input = loss_builder_input(b);
    return b;
}

static loss_net *finish(loss_builder *b, loss_node x)
{
    loss_net *net;
    assert_int_equal(loss_builder_finish(b, x, "net", &net), LOSS_OK);
    return net;
}

static void test_same_network(void **state)
{
    (void)state;
    loss_node x;
    loss_builder *b = begin(&x);
    x = loss_builder_conv(b, x, "conv",
                          LOSS_CONV(.channels = 5, .kernel = 3, .padding = 1, .bias = true));
    x = loss_builder_max_pool(b, loss_builder_relu(b, x), LOSS_POOL(.kernel = 2));
    x = loss_builder_linear(b, loss_builder_flatten(b, x), "fc", 4);
    loss_net *one = finish(b, x);

    b = begin(&x);
    x = loss_builder_layer(b, "conv", "conv", 1, &x,
                           LOSS_KEYS(LOSS_NUMBERS("channels", 5), LOSS_NUMBERS("kernel", 3),
                                     LOSS_NUMBERS("padding", 1), LOSS_NUMBERS("bias", 1)));
    x = loss_builder_layer(b, "relu", NULL, 1, &x, NULL);
    x = loss_builder_layer(b, "max_pool", NULL, 1, &x, LOSS_KEYS(LOSS_NUMBERS("kernel", 2)));
    x = loss_builder_layer(b, "flatten", NULL, 1, &x, NULL);
    x = loss_builder_layer(b, "linear", "fc", 1, &x, LOSS_KEYS(LOSS_NUMBERS("outputs", 4)));
    loss_net *other = finish(b, x);

    char a[17], c[17];
    loss_net_digest(one, a);
    loss_net_digest(other, c);
    assert_string_equal(a, c);
    assert_true(loss_net_macs(one) == loss_net_macs(other));
    loss_net_free(one);
    loss_net_free(other);
}

/* One wrong call, and what it says. */
static void expect_error(const char *kind, const char *name, size_t n, const loss_layer_key *keys,
                         loss_status status, const char *says)
{
    loss_node x;
    loss_net *net;
    loss_builder *b = begin(&x);
    assert_int_equal(loss_builder_layer(b, kind, name, n, &x, keys), -1);
    assert_int_equal(loss_builder_finish(b, x, "net", &net), status);
    assert_null(net);
    if (!strstr(loss_last_message(), says))
        fail_msg("\"%s\" lacks \"%s\"", loss_last_message(), says);
}

static void test_errors(void **state)
{
    (void)state;
    expect_error("relou", NULL, 1, NULL, LOSS_ERR_NAME, "the nearest is relu");
    expect_error(NULL, NULL, 1, NULL, LOSS_ERR_ARGUMENT, "kind is NULL");
    expect_error("relu", NULL, 1, LOSS_KEYS(LOSS_NUMBERS("kernel", 3)), LOSS_ERR_NAME,
                 "relu has no key kernel");
    expect_error("relu", NULL, 0, NULL, LOSS_ERR_ARGUMENT, "0 inputs");
    expect_error("conv", "c", 1, LOSS_KEYS(LOSS_NUMBERS("kernel", 3)), LOSS_ERR_ARGUMENT,
                 "needs a value for channels");
    expect_error("linear", NULL, 1, LOSS_KEYS(LOSS_NUMBERS("outputs", 3)), LOSS_ERR_ARGUMENT,
                 "needs a name");
    expect_error("dropout", NULL, 1, LOSS_KEYS(LOSS_WORD("p", "half")), LOSS_ERR_ARGUMENT,
                 "p takes numbers");
    expect_error("dropout", NULL, 1, LOSS_KEYS(LOSS_NUMBERS("p", 0.1, 0.2)), LOSS_ERR_ARGUMENT,
                 "2 values of p");
    expect_error("dropout", NULL, 1, LOSS_KEYS(LOSS_NUMBERS("p", 0.1), LOSS_NUMBERS("p", 0.1)),
                 LOSS_ERR_ARGUMENT, "p is given twice");
    expect_error("max_pool", NULL, 1, LOSS_KEYS(LOSS_NUMBERS("kernel", 2.5)), LOSS_ERR_ARGUMENT,
                 "expected a whole number");
    expect_error("parameter", "p", 0,
                 LOSS_KEYS(((loss_layer_key){"shape", NULL, SIZE_MAX, (double[]){1}})),
                 LOSS_ERR_ARGUMENT, "values of shape");
}

static void test_names(void **state)
{
    (void)state;
    loss_node x;
    loss_builder *b = begin(&x);
    loss_node fc = loss_builder_linear(b, loss_builder_flatten(b, x), "fc", 4);
    assert_int_equal(loss_builder_name_tensor(b, fc, "weight", "onnx::MatMul_7"), LOSS_OK);
    assert_int_equal(loss_builder_name_tensor(b, fc, "weight", "onnx::MatMul_7"), LOSS_OK);
    assert_int_equal(loss_builder_name_tensor(b, fc, "weight", "fc.bias"), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_builder_name_tensor(b, fc, "gamma", "g"), LOSS_ERR_NAME);
    assert_int_equal(loss_builder_name_tensor(b, 99, "weight", "g"), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_builder_name_tensor(b, -1, "weight", "g"), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_builder_name_tensor(NULL, fc, "weight", "g"), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_builder_name_tensor(b, fc, NULL, "g"), LOSS_ERR_ARGUMENT);
    loss_node own =
        loss_builder_layer(b, "parameter", "offset", 0, NULL, LOSS_KEYS(LOSS_NUMBERS("shape", 4)));
    assert_int_equal(loss_builder_name_tensor(b, own, "", "cls_token"), LOSS_OK);
    loss_net *net = finish(b, loss_builder_add(b, LOSS_NODES(fc, own)));
    assert_string_equal(loss_net_tensor(net, 0)->name, "onnx::MatMul_7");
    assert_string_equal(loss_net_tensor(net, 2)->name, "cls_token");
    assert_int_equal(loss_net_tensor(net, 2)->kind, LOSS_TENSOR_BIAS);
    loss_net_free(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_same_network),
                                       cmocka_unit_test(test_errors), cmocka_unit_test(test_names)};
    return cmocka_run_group_tests_name("layers by name", tests, NULL, NULL);
}
