/* Labels beyond a byte: a data set and a network of more than 256 classes. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <loss/loss.h>

enum { IMAGES = 40, SIDE = 3, CLASSES = 1000 };

static loss_dataset *make_data(size_t classes, uint32_t first_label)
{
    uint8_t pixels[IMAGES * SIDE * SIDE];
    uint32_t labels[IMAGES];
    loss_dataset *data;
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)(i * 37 % 256);
    for (uint32_t i = 0; i < IMAGES; i++)
        labels[i] = (first_label + i * 25) % (uint32_t)classes;
    assert_int_equal(loss_dataset_create(&data, (loss_shape){1, SIDE, SIDE, classes}, IMAGES,
                                         pixels, labels, NULL),
                     LOSS_OK);
    return data;
}

static loss_net *make_net(void)
{
    loss_builder *b;
    loss_net *net;
    assert_int_equal(loss_builder_create(&b, (loss_shape){1, SIDE, SIDE, CLASSES}), LOSS_OK);
    loss_node x = loss_builder_flatten(b, loss_builder_input(b));
    assert_int_equal(loss_builder_finish(b, loss_builder_linear(b, x, "fc", CLASSES), "wide", &net),
                     LOSS_OK);
    return net;
}

/* Digests are stored in files: where a byte is enough for a label they stay what they were. */
static void test_digest(void **state)
{
    (void)state;
    loss_dataset *few = make_data(256, 0), *many = make_data(CLASSES, 0),
                 *others = make_data(CLASSES, 256);
    assert_string_equal(loss_dataset_digest(few), "36bb4f72a3ffa8b9");
    assert_string_not_equal(loss_dataset_digest(many), loss_dataset_digest(others));
    assert_int_equal(loss_dataset_labels(many)[39], 975);
    loss_dataset_free(few);
    loss_dataset_free(many);
    loss_dataset_free(others);
}

/* The mean loss, worked out from the logits. */
static void test_loss(void **state)
{
    (void)state;
    loss_dataset *data = make_data(CLASSES, 0);
    loss_net *net = make_net();
    float images[IMAGES * SIDE * SIDE], *logits = malloc(sizeof *logits * IMAGES * CLASSES);
    loss_result result = LOSS_RESULT_INIT;
    double expected = 0;
    assert_int_equal(loss_dataset_images(data, 0, IMAGES, images), LOSS_OK);
    assert_int_equal(loss_net_logits(net, IMAGES, images, logits), LOSS_OK);
    for (size_t i = 0; i < IMAGES; i++) {
        double sum = 0;
        for (size_t k = 0; k < CLASSES; k++)
            sum += exp((double)logits[i * CLASSES + k]);
        expected += log(sum) - (double)logits[i * CLASSES + i * 25 % CLASSES];
    }
    assert_int_equal(loss_net_evaluate(net, data, NULL, &result), LOSS_OK);
    assert_true(fabs(result.loss - expected / IMAGES) < 1e-6);
    free(logits);
    loss_net_free(net);
    loss_dataset_free(data);
}

/* The gradient of the bias is the mean of softmax minus the label: it says which label was seen. */
static void test_gradient(void **state)
{
    (void)state;
    loss_dataset *data = make_data(CLASSES, 0);
    loss_net *net = make_net();
    loss_curvature *curvature;
    loss_curvature_options opt = LOSS_CURVATURE_OPTIONS_INIT;
    opt.ignore = LOSS_IGNORE_NONE;
    size_t n = loss_net_n_parameters(net);
    float *gradient = malloc(n * sizeof *gradient), *bias = gradient + n - CLASSES;
    double loss;
    assert_int_equal(loss_curvature_create(&curvature, net, data, &opt), LOSS_OK);
    assert_int_equal(loss_curvature_gradient(curvature, &loss, gradient), LOSS_OK);
    for (size_t k = 0; k < CLASSES; k++)
        assert_true((bias[k] < 0) == (k % 25 == 0));
    loss_curvature_free(curvature);
    free(gradient);
    loss_net_free(net);
    loss_dataset_free(data);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(test_digest),
                                              cmocka_unit_test(test_loss),
                                              cmocka_unit_test(test_gradient)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
