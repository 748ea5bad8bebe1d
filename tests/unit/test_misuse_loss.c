/* Losses that there are not, and data that a loss cannot be of. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <loss/loss.h>

enum { N = 4 };
static const float values[N * 2] = {1, 2, 3, 4, 5, 6, 7, 8};
static const uint32_t labels[N] = {0, 1, 1, 0};

static loss_net *make_net(void)
{
    loss_builder *b;
    loss_net *net;
    assert_int_equal(loss_builder_create(&b, (loss_shape){2, 1, 1, 2}), LOSS_OK);
    assert_int_equal(
        loss_builder_finish(b, loss_builder_linear(b, loss_builder_input(b), "fc", 2), "net", &net),
        LOSS_OK);
    return net;
}

static void test_names(void **state)
{
    (void)state;
    static const struct {
        const char *loss;
        loss_status status;
        const char *message;
    } wrong[] = {
        {"", LOSS_ERR_NAME, "no such loss"},
        {"msee", LOSS_ERR_NAME, "the nearest is mse"},
        {"mse:", LOSS_ERR_ARGUMENT, "mse takes no \"\""},
        {"mse:smoothing=0.1", LOSS_ERR_ARGUMENT, "mse takes no \"smoothing=0.1\""},
        {"mse:weights=1/2", LOSS_ERR_ARGUMENT, "mse takes no \"weights=1/2\""},
        {"mse:onehot=0.5", LOSS_ERR_ARGUMENT, "expected 0 or 1 for onehot"},
        {"cross-entropy:smoothing=1.5", LOSS_ERR_ARGUMENT, "expected 0 to 1 for smoothing"},
        {"cross-entropy:smoothing=nan", LOSS_ERR_ARGUMENT, "expected 0 to 1 for smoothing"},
        {"cross-entropy:smoothing=0.1;", LOSS_ERR_ARGUMENT, "expected a comma before \";\""},
        {"cross-entropy:weights=1/-2", LOSS_ERR_ARGUMENT, "weight 1 is no number of 0 or more"},
        {"cross-entropy:weights=1/2/3", LOSS_ERR_ARGUMENT, "3 weights; net has 2 classes"},
        {"nll:weights=1/2,weights=1/2", LOSS_ERR_ARGUMENT, "nll takes no \"weights=1/2\""},
        {"function", LOSS_ERR_NAME, "no such loss"},
    };
    loss_net *net = make_net();
    assert_int_equal(loss_net_set_loss(net, "mae:onehot=1"), LOSS_OK);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        loss_status status = loss_net_set_loss(net, wrong[i].loss);
        if (status != wrong[i].status || !strstr(loss_last_message(), wrong[i].message))
            fail_msg("%s: status %d: %s", wrong[i].loss, (int)status, loss_last_message());
        assert_string_equal(loss_net_loss(net), "mae:onehot=1"); /* it stays what it was */
    }
    assert_int_equal(loss_net_set_loss(NULL, "mse"), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_net_set_loss(net, NULL), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_net_set_l2(NULL, 1), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_net_set_l2(net, -1), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_net_set_l2(net, (double)NAN), LOSS_ERR_ARGUMENT);
    assert_null(loss_net_loss(NULL));
    assert_true(loss_net_l2(NULL) == 0);
    assert_string_equal(loss_loss_name(0), "cross-entropy");
    assert_non_null(loss_loss_about(0));
    assert_null(loss_loss_name(99));
    assert_null(loss_loss_about(99));
    loss_net_free(net);
}

static double value(const loss_function_call *call, void *user)
{
    (void)user;
    return call->outputs[0];
}

static void test_function(void **state)
{
    (void)state;
    loss_net *net = make_net();
    loss_function f = LOSS_FUNCTION_INIT;
    assert_int_equal(loss_net_set_function(net, &f), LOSS_ERR_ARGUMENT);
    f.name = "mse:own";
    f.value = value;
    assert_int_equal(loss_net_set_function(net, &f), LOSS_ERR_ARGUMENT);
    f.name = "own";
    assert_int_equal(loss_net_set_function(NULL, &f), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_net_set_function(net, NULL), LOSS_ERR_ARGUMENT);
    assert_int_equal(loss_net_set_function(net, &f), LOSS_OK);
    loss_net_free(net);
}

/* Targets and labels where the loss is not of them. */
static void test_data(void **state)
{
    (void)state;
    static const struct {
        const char *loss;
        bool has_targets;
        const char *message;
    } wrong[] = {
        {"cross-entropy", true, "targets that sum up to 1; the data set has 2 targets an image"},
        {"nll", true, "expects labels; the data set has 2 targets"},
        {"mse", false,
         "or with onehot=1 labels of as many classes; the data set has labels of 2 classes"},
        {"mae", false, "with onehot=1"},
        {"bce", false, "with onehot=1"},
    };
    loss_arrays a = LOSS_ARRAYS_INIT;
    a.shape = (loss_shape){2, 1, 1, 2};
    a.n = N;
    a.values = values;
    loss_net *net = make_net();
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        loss_dataset *data;
        loss_result r = LOSS_RESULT_INIT;
        a.labels = wrong[i].has_targets ? NULL : labels;
        a.targets = wrong[i].has_targets ? values : NULL;
        assert_int_equal(loss_dataset_create_arrays(&data, &a, NULL), LOSS_OK);
        assert_int_equal(loss_net_set_loss(net, wrong[i].loss), LOSS_OK);
        assert_int_equal(loss_net_evaluate(net, data, NULL, &r), LOSS_ERR_SHAPE);
        if (!strstr(loss_last_message(), wrong[i].message))
            fail_msg("%s: %s", wrong[i].loss, loss_last_message());
        loss_dataset_free(data);
    }
    loss_net_free(net);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names), cmocka_unit_test(test_function), cmocka_unit_test(test_data)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
