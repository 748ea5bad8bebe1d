/* What layers refuse: shapes that do not fit, axes that are not there, keys that contradict each
 * other; and the shapes of what they take. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "net/builder.h"
#include "net/net.h"
#include "zoo/zoo.h"

static const loss_shape SHAPE = {4, 6, 5, 10};

static void expect_refusal(const char *line, const char *message)
{
    lossi_built built;
    char text[256] = "small = slice input axis=0 end=1\nflat = flatten input\n";
    strcat(text, line);
    if (!lossi_net_file_parse(text, strlen(text), "x.net", SHAPE, &built))
        fail_msg("taken: %s", line);
    if (!strstr(loss_last_message(), message))
        fail_msg("%s: the message is %s", line, loss_last_message());
}

static void test_refused(void **state)
{
    (void)state;
    expect_refusal("reshape input shape=7,-1", "cannot take 4x6x5");
    expect_refusal("reshape input shape=-1,-1", "one may be -1");
    expect_refusal("reshape input shape=0,4", "1 or more");
    expect_refusal("reshape input shape=1048576,1048576,1048576,1048576", "cannot take");
    expect_refusal("flatten input axis=3", "axis 3");
    expect_refusal("transpose input order=0,1", "each of the 3 axes");
    expect_refusal("transpose input order=0,1,1", "each of the 3 axes");
    expect_refusal("expand input shape=4,6,4", "cannot be stretched");
    expect_refusal("slice input begin=3 end=2", "nothing is left");
    expect_refusal("slice input step=0", "nothing is left");
    expect_refusal("slice input axis=-4", "axis -4");
    expect_refusal("pad input pads=1,1", "expected 6");
    expect_refusal("pad input pads=0,0,-5,0,0,0", "pads of -5");
    expect_refusal("pad input pads=0,0,5,0,0,0 mode=reflect", "pads of 5");
    expect_refusal("resize input", "a size or a scale");
    expect_refusal("resize input size=3,3 scale=2", "a size or a scale");
    expect_refusal("resize input scale=0.1", "a size of");
    expect_refusal("pixel_shuffle input factor=3", "a multiple of 9");
    expect_refusal("gather input axis=1 indices=6", "index 6");
    expect_refusal("gather input axis=1", "indices are needed");
    expect_refusal("concat input small axis=1", "differ in more than axis 1");
    expect_refusal("add input flat", "4x6x5 and 120");
    expect_refusal("multiply input flat", "4x6x5 and 120");
    expect_refusal("power input", "an exponent is needed");
    expect_refusal("power input small exponent=2", "an exponent is needed");
    expect_refusal("matmul input input", "4x6x5 times 4x6x5");
    expect_refusal("matmul input flat", "times");
    expect_refusal("softmax input axis=3", "axis 3");
    expect_refusal("reduce_sum input axes=0,-4", "axis -4");
    expect_refusal("stochastic_depth input p=1", "p is 1");
    expect_refusal("elu input alpha=x", "no number");
    expect_refusal("gelu input approximate=none2", "nearest is none");
}

/* The dimensions of the last layer. */
static void expect_shape(const char *text, size_t n_dims, const size_t *dims)
{
    lossi_built built;
    if (lossi_net_file_parse(text, strlen(text), "x.net", SHAPE, &built))
        fail_msg("%s: %s", text, loss_last_message());
    const lossi_node *node = &lossi_builder_net(built.builder)->nodes[built.logits];
    assert_int_equal(node->n_dims, n_dims);
    for (size_t d = 0; d < LOSSI_MOST_DIMS; d++)
        assert_int_equal(node->dims[d], d < n_dims ? dims[d] : 1);
    free(built.model);
    loss_builder_free(built.builder);
}

#define EXPECT_SHAPE(text, n, ...) expect_shape(text, n, (size_t[]){__VA_ARGS__})

static void test_shapes(void **state)
{
    (void)state;
    EXPECT_SHAPE("reshape shape=2,-1", 2, 2, 60);
    EXPECT_SHAPE("flatten axis=1", 2, 4, 30);
    EXPECT_SHAPE("flatten", 1, 120);
    EXPECT_SHAPE("transpose order=2,0,1", 3, 5, 4, 6);
    EXPECT_SHAPE("a = slice axis=0 end=1\nexpand shape=2,4,1,5", 4, 2, 4, 6, 5);
    EXPECT_SHAPE("slice axis=1 begin=-1 end=0 step=-2", 3, 4, 3, 5);
    EXPECT_SHAPE("pad pads=0,1,2,0,-1,3", 3, 4, 6, 10);
    EXPECT_SHAPE("resize scale=1.5,2", 3, 4, 9, 10);
    EXPECT_SHAPE("gather axis=2 indices=1,1,0", 3, 4, 6, 3);
    EXPECT_SHAPE("a = flatten\nb = slice end=7\ngather a b", 1, 7);
    EXPECT_SHAPE("t = embedding count=3 width=2", 4, 4, 6, 5, 2);
    EXPECT_SHAPE("a = slice axis=2 end=1\nb = slice input axis=0 end=1\nmultiply a b", 3, 4, 6, 5);
    EXPECT_SHAPE("a = transpose order=0,2,1\nmatmul input a", 3, 4, 6, 6);
    EXPECT_SHAPE("reduce_max axes=0,-1", 1, 6);
    EXPECT_SHAPE("reduce_max axes=0,-1 keep_dims=1", 3, 1, 6, 1);
    EXPECT_SHAPE("reduce_mean", 1, 1);
    EXPECT_SHAPE("fc = linear outputs=7 bias=0", 3, 4, 6, 7);
    EXPECT_SHAPE("global_average_pool\nfc = linear outputs=7", 1, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_refused),
                                       cmocka_unit_test(test_shapes)};
    return cmocka_run_group_tests_name("shapes of layers", tests, NULL, NULL);
}
