/* What saves time and changes no result: layers folded into others, and segments that hold all
 * layers between two barriers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <loss/net.h>

#include "net/engine.h"
#include "net/segments.h"
#include "net/steps.h"

/* conv, BatchNorm, ReLU, conv, BatchNorm, + first ReLU, ReLU, flatten, linear. */
static loss_net *make_block(void)
{
    loss_builder *b;
    loss_net *net;
    assert_int_equal(loss_builder_create(&b, (loss_shape){1, 4, 4, 3}), LOSS_OK);
    loss_node x = loss_builder_conv(b, loss_builder_input(b), "c1", LOSS_CONV(2, 3, 1, 1, false));
    loss_node stem = loss_builder_relu(b, loss_builder_batchnorm(b, x, "n1", NULL));
    x = loss_builder_conv(b, stem, "c2", LOSS_CONV(2, 3, 1, 1, false));
    x = loss_builder_relu(
        b, loss_builder_add(b, LOSS_NODES(loss_builder_batchnorm(b, x, "n2", NULL), stem)));
    x = loss_builder_linear(b, loss_builder_flatten(b, x), "fc", 3);
    assert_int_equal(loss_builder_finish(b, x, "block", &net), LOSS_OK);
    return net;
}

static void test_steps(void **state)
{
    (void)state;
    loss_net *net = make_block();
    lossi_steps steps;
    assert_int_equal(lossi_steps_create(&steps, net, true), LOSS_OK);
    assert_int_equal(steps.at[0].folded[LOSSI_FOLD_AFFINE], 2);
    assert_int_equal(steps.at[0].folded[LOSSI_FOLD_SUM], -1);
    assert_int_equal(steps.at[0].output, 3);
    assert_int_equal(steps.at[1].node, 4);
    assert_int_equal(steps.at[1].folded[LOSSI_FOLD_SUM], 6);
    assert_int_equal(steps.at[1].residual, 3);
    assert_int_equal(steps.at[1].output, 7);
    assert_int_equal(steps.n, 4);
    lossi_steps_free(&steps);
    assert_int_equal(lossi_steps_create(&steps, net, false), LOSS_OK);
    assert_int_equal(steps.n, net->n_nodes - 1);
    lossi_steps_free(&steps);
    loss_net_free(net);
}

/* A barrier before each BatchNorm, and nowhere else. */
static void test_segments(void **state)
{
    (void)state;
    loss_net *net = make_block();
    lossi_engine engine;
    lossi_segments segments;
    assert_int_equal(lossi_engine_create(&engine, net, &(lossi_engine_options){.threads = 1}),
                     LOSS_OK);
    assert_int_equal(lossi_segments_create(&segments, net, &engine, NULL), LOSS_OK);
    assert_int_equal(segments.n, 3);
    static const size_t begin[] = {1, 2, 5}, end[] = {2, 5, 10};
    for (size_t i = 0; i < segments.n; i++) {
        assert_int_equal(segments.at[i].begin, begin[i]);
        assert_int_equal(segments.at[i].end, end[i]);
    }
    lossi_segments_free(&segments, &engine);
    lossi_engine_free(&engine);
    loss_net_free(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_steps),
                                       cmocka_unit_test(test_segments)};
    return cmocka_run_group_tests_name("folding", tests, NULL, NULL);
}
