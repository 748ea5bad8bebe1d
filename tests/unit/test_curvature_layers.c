/* The block of a Hessian that belongs to some layers: products and gradients are those of the whole
 * one, cut to the block. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <loss/loss.h>

enum { N = 9, SIZE = 4, HIDDEN = 5, CLASSES = 3 };
/* Tensors a.weight, a.bias, b.weight, b.bias. */
enum { A = SIZE * HIDDEN, BEGIN = A + HIDDEN, END = BEGIN + HIDDEN * CLASSES, ALL = END + CLASSES };

static loss_net *net;
static loss_dataset *data;

static int begin(void **state)
{
    (void)state;
    float values[N * SIZE];
    uint32_t labels[N];
    loss_arrays a = LOSS_ARRAYS_INIT;
    for (int i = 0; i < N * SIZE; i++)
        values[i] = (float)sin(1.9 * i);
    for (uint32_t i = 0; i < N; i++)
        labels[i] = i % CLASSES;
    a.shape = (loss_shape){SIZE, 1, 1, CLASSES};
    a.n = N;
    a.values = values;
    a.labels = labels;
    loss_builder *b;
    if (loss_dataset_create_arrays(&data, &a, NULL) || loss_builder_create(&b, a.shape))
        return -1;
    loss_node x = loss_builder_linear(b, loss_builder_input(b), "a", HIDDEN);
    x = loss_builder_linear(b, loss_builder_relu(b, x), "b", CLASSES);
    return (int)loss_builder_finish(b, x, "net", &net);
}

static int end(void **state)
{
    (void)state;
    loss_net_free(net);
    loss_dataset_free(data);
    return 0;
}

static loss_curvature *make(const char *layers)
{
    loss_curvature *c;
    loss_curvature_options opt = LOSS_CURVATURE_OPTIONS_INIT;
    opt.ignore = LOSS_IGNORE_NONE;
    opt.layers = layers;
    if (loss_curvature_create(&c, net, data, &opt))
        fail_msg("%s", loss_last_message());
    return c;
}

static void test_block(void **state)
{
    (void)state;
    loss_curvature *whole = make(NULL), *block = make("b.weight");
    float v[ALL], inside[ALL], x[ALL], y[ALL];
    assert_int_equal(loss_curvature_rows(whole), ALL);
    assert_int_equal(loss_curvature_rows(block), END - BEGIN);
    for (size_t j = 0; j < ALL; j++) {
        v[j] = (float)cos(1.1 * (double)j);
        inside[j] = j >= BEGIN && j < END ? v[j] : 0;
    }
    assert_int_equal(loss_curvature_hvp(whole, inside, x), LOSS_OK);
    assert_int_equal(loss_curvature_hvp(block, v, y), LOSS_OK);
    for (size_t j = 0; j < ALL; j++)
        assert_true(y[j] == (j >= BEGIN && j < END ? x[j] : 0));
    assert_int_equal(loss_curvature_gradient(whole, NULL, x), LOSS_OK);
    assert_int_equal(loss_curvature_gradient(block, NULL, y), LOSS_OK);
    for (size_t j = 0; j < ALL; j++)
        assert_true(y[j] == (j >= BEGIN && j < END ? x[j] : 0));
    loss_curvature_free(whole);
    loss_curvature_free(block);
}

/* Two blocks that touch nothing in common, and patterns. */
static void test_patterns(void **state)
{
    (void)state;
    static const struct {
        const char *layers;
        size_t rows;
    } cases[] = {{"*", ALL},
                 {"a.*", BEGIN},
                 {"*.bias", HIDDEN + CLASSES},
                 {"?.weight", A + END - BEGIN},
                 {"a.bias,b.bias", HIDDEN + CLASSES},
                 {",b.*", ALL - BEGIN}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        loss_curvature *c = make(cases[i].layers);
        assert_int_equal(loss_curvature_rows(c), cases[i].rows);
        loss_curvature_free(c);
    }
    loss_curvature *c;
    loss_curvature_options opt = LOSS_CURVATURE_OPTIONS_INIT;
    opt.layers = "a.bias"; /* which stays, unless the options say otherwise */
    assert_int_equal(loss_curvature_create(&c, net, data, &opt), LOSS_ERR_NAME);
    assert_null(c);
    opt.layers = "";
    assert_int_equal(loss_curvature_create(&c, net, data, &opt), LOSS_ERR_NAME);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(test_block),
                                              cmocka_unit_test(test_patterns)};
    return cmocka_run_group_tests(tests, begin, end);
}
