/* What keeps values within bounds is folded into the layer before it, and gives the same as on its
 * own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <loss/net.h>

#include "base/random.h"
#include "net/steps.h"

enum { N = 5, SIDE = 5, CLASSES = 3, PIXELS = 2 * SIDE * SIDE };

/* Bounds; those that are not kept to are beyond LARGEST. */
static const double LARGEST = 1e3;
typedef struct range {
    double least, most;
} range;

static loss_node bound(loss_builder *b, loss_node x, range r, bool apart)
{
    loss_layer_key keys[] = {LOSS_NUMBERS("least", r.least), LOSS_NUMBERS("most", r.most), {0}};
    if (r.most > LARGEST)
        keys[1] = keys[2];
    if (apart)
        x = loss_builder_layer(b, "identity", NULL, 1, &x, NULL);
    return loss_builder_layer(b, "clip", NULL, 1, &x, r.least < -LARGEST ? keys + 1 : keys);
}

/* Clips after a depthwise and a dense convolution, BatchNorm, a sum and a linear layer.
 * @param apart  something stands between, so that nothing is folded */
static loss_net *make(range r, bool apart)
{
    loss_builder *b;
    loss_net *net;
    assert_int_equal(loss_builder_create(&b, (loss_shape){2, SIDE, SIDE, CLASSES}), LOSS_OK);
    loss_node x = loss_builder_conv(
        b, loss_builder_input(b), "each",
        LOSS_CONV(.channels = 4, .kernel = 3, .padding = 1, .bias = true, .groups = 2));
    loss_node first = bound(b, x, r, apart);
    x = loss_builder_conv(b, first, "dense", LOSS_CONV(4, 3, 1, 1, false));
    x = bound(b, loss_builder_batchnorm(b, x, "norm", NULL), r, apart);
    x = loss_builder_conv(b, x, "last", LOSS_CONV(4, 1, 1, 0, false));
    x = bound(b, loss_builder_add(b, LOSS_NODES(x, first)), r, apart);
    x = loss_builder_linear(b, loss_builder_flatten(b, x), "fc", CLASSES);
    x = bound(b, x, r, apart);
    assert_int_equal(loss_builder_finish(b, x, "bounds", &net), LOSS_OK);
    return net;
}

static void logits_of(range r, bool apart, float *logits)
{
    float images[N * PIXELS];
    lossi_stream s = lossi_stream_make(3, LOSSI_RANDOM_SAMPLE, 0);
    for (size_t i = 0; i < N * PIXELS; i++)
        images[i] = (float)(4 * lossi_random_uniform(&s, i) - 2);
    loss_net *net = make(r, apart);
    assert_int_equal(loss_net_logits(net, N, images, logits), LOSS_OK);
    loss_net_free(net);
}

static void test_same_values(void **state)
{
    (void)state;
    const range ranges[] = {
        {0, 6}, {-0.25, 0.5}, {-0.5, 2 * LARGEST}, {-2 * LARGEST, 0.1}, {0.4, -0.2}};
    for (size_t k = 0; k < sizeof ranges / sizeof *ranges; k++) {
        float folded[N * CLASSES], apart[N * CLASSES];
        logits_of(ranges[k], false, folded);
        logits_of(ranges[k], true, apart);
        assert_memory_equal(folded, apart, sizeof folded);
    }
}

static void test_steps(void **state)
{
    (void)state;
    loss_net *net = make((range){0, 6}, false);
    lossi_steps steps;
    size_t n = 0;
    assert_int_equal(lossi_steps_create(&steps, net, true), LOSS_OK);
    for (size_t k = 0; k < steps.n; k++)
        n += steps.at[k].folded[LOSSI_FOLD_BOUNDS] >= 0;
    assert_int_equal(n, 4);
    assert_int_equal(steps.n, 5); /* three convolutions, flatten, linear */
    lossi_steps_free(&steps);
    loss_net_free(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_same_values),
                                       cmocka_unit_test(test_steps)};
    return cmocka_run_group_tests_name("bounds", tests, NULL, NULL);
}
