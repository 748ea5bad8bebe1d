/* Each loss against what it is defined as, through a linear network: its values, the error of the
 * mean, the L2 term, and a function of the caller's. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <loss/loss.h>

enum { N = 21, SIZE = 5, CLASSES = 3 };

static float values[N * SIZE], shares[N * CLASSES];
static uint32_t labels[N];

static int fill(void **state)
{
    (void)state;
    for (int i = 0; i < N * SIZE; i++)
        values[i] = (float)sin(1.7 * i);
    for (int i = 0; i < N; i++) {
        labels[i] = (uint32_t)(i * i % CLASSES);
        shares[i * CLASSES] = 0.5F;
        shares[i * CLASSES + 1] = (float)(i % 5) / 10;
        shares[i * CLASSES + 2] = 0.5F - (float)(i % 5) / 10;
    }
    return 0;
}

static loss_dataset *make_data(bool has_targets, size_t classes)
{
    loss_dataset *data;
    loss_arrays a = LOSS_ARRAYS_INIT;
    a.shape = (loss_shape){SIZE, 1, 1, classes};
    a.n = N;
    a.values = values;
    a.labels = has_targets ? NULL : labels;
    a.targets = has_targets ? shares : NULL;
    if (loss_dataset_create_arrays(&data, &a, NULL))
        fail_msg("%s", loss_last_message());
    return data;
}

static loss_net *make_net(size_t outputs)
{
    loss_builder *b;
    loss_net *net;
    assert_int_equal(loss_builder_create(&b, (loss_shape){SIZE, 1, 1, outputs}), LOSS_OK);
    loss_node x = loss_builder_linear(b, loss_builder_input(b), "fc", outputs);
    if (loss_builder_finish(b, x, "linear", &net))
        fail_msg("%s", loss_last_message());
    float bias[CLASSES] = {0.3F, -0.2F, 0.1F};
    loss_net_set(net, 1, bias);
    return net;
}

/* ---- Definitions ---------------------------------------------------------------------------- */

static double log_softmax(const float *z, size_t k)
{
    double sum = 0;
    for (size_t j = 0; j < CLASSES; j++)
        sum += exp((double)z[j]);
    return (double)z[k] - log(sum);
}

static const double WEIGHTS[CLASSES] = {0.5, 2, 1};

static double plain(const float *z, size_t i, double *weight)
{
    *weight = 1;
    return -log_softmax(z, labels[i]);
}

/* (1 - s) w_y (-log p_y) + s / K sum w_k (-log p_k), over sum w_y: as PyTorch. */
static double smoothed(const float *z, size_t i, double *weight)
{
    double all = 0;
    *weight = WEIGHTS[labels[i]];
    for (size_t k = 0; k < CLASSES; k++)
        all -= WEIGHTS[k] * log_softmax(z, k);
    return -0.8 * *weight * log_softmax(z, labels[i]) + 0.2 / CLASSES * all;
}

static double soft(const float *z, size_t i, double *weight)
{
    double sum = 0;
    *weight = 1;
    for (size_t k = 0; k < CLASSES; k++)
        sum -= (double)shares[i * CLASSES + k] * log_softmax(z, k);
    return sum;
}

static double nll(const float *z, size_t i, double *weight)
{
    *weight = WEIGHTS[labels[i]];
    return -*weight * (double)z[labels[i]];
}

static double mean_of(const float *z, size_t i, bool has_targets, double (*each)(double, double))
{
    double sum = 0;
    for (size_t k = 0; k < CLASSES; k++)
        sum += each((double)z[k],
                    has_targets ? (double)shares[i * CLASSES + k] : (double)(labels[i] == k));
    return sum / CLASSES;
}

static double binary(double z, double t)
{
    double p = 1 / (1 + exp(-z));
    return -t * log(p) - (1 - t) * log(1 - p);
}
static double square(double z, double t)
{
    return (z - t) * (z - t);
}
static double off(double z, double t)
{
    return fabs(z - t);
}

static double bce(const float *z, size_t i, double *weight)
{
    *weight = 1;
    return mean_of(z, i, true, binary);
}
static double bce_onehot(const float *z, size_t i, double *weight)
{
    *weight = 1;
    return mean_of(z, i, false, binary);
}
static double mse(const float *z, size_t i, double *weight)
{
    *weight = 1;
    return mean_of(z, i, true, square);
}
static double mse_onehot(const float *z, size_t i, double *weight)
{
    *weight = 1;
    return mean_of(z, i, false, square);
}
static double mae(const float *z, size_t i, double *weight)
{
    *weight = 1;
    return mean_of(z, i, true, off);
}

static const struct {
    const char *loss, *name; /* as given; canonical, NULL: the same */
    bool has_targets;
    double (*image)(const float *z, size_t i, double *weight);
} CASES[] = {
    {"cross-entropy", NULL, false, plain},
    {"cross-entropy:smoothing=0.20,weights=0.5/2/1", "cross-entropy:smoothing=0.2,weights=0.5/2/1",
     false, smoothed},
    {"cross-entropy", NULL, true, soft},
    {"nll:weights=0.5/2/1", NULL, false, nll},
    {"bce:onehot=0", "bce", true, bce},
    {"bce:onehot=1", NULL, false, bce_onehot},
    {"mse", NULL, true, mse},
    {"mse:onehot=1", NULL, false, mse_onehot},
    {"mae", NULL, true, mae},
};

static void assert_near(double found, double expected, const char *what, const char *loss)
{
    if (!(fabs(found - expected) <= 2e-6 * (1 + fabs(expected))))
        fail_msg("%s: %s is %.9g, expected %.9g", loss, what, found, expected);
}

static void test_values(void **state)
{
    (void)state;
    loss_net *net = make_net(CLASSES);
    float logits[N * CLASSES];
    assert_int_equal(loss_net_logits(net, N, values, logits), LOSS_OK);
    for (size_t c = 0; c < sizeof CASES / sizeof *CASES; c++) {
        loss_dataset *data = make_data(CASES[c].has_targets, CLASSES);
        loss_result r = LOSS_RESULT_INIT;
        double sum = 0, total = 0, squares = 0, weight;
        if (loss_net_set_loss(net, CASES[c].loss) || loss_net_evaluate(net, data, NULL, &r))
            fail_msg("%s: %s", CASES[c].loss, loss_last_message());
        assert_string_equal(loss_net_loss(net), CASES[c].name ? CASES[c].name : CASES[c].loss);
        for (size_t i = 0; i < N; i++) {
            sum += CASES[c].image(logits + i * CLASSES, i, &weight);
            total += weight;
        }
        for (size_t i = 0; i < N; i++) {
            double d = CASES[c].image(logits + i * CLASSES, i, &weight) - weight * sum / total;
            squares += d * d;
        }
        assert_near(r.loss, sum / total, "loss", CASES[c].loss);
        assert_near(r.standard_error, sqrt(squares / (N - 1) * N) / total, "error", CASES[c].loss);
        assert_true(CASES[c].has_targets == isnan(r.accuracy));
        loss_dataset_free(data);
    }
    loss_net_free(net);
}

/* One output with labels 0 and 1. */
static void test_one_output(void **state)
{
    (void)state;
    loss_net *net = make_net(1);
    uint32_t kept[N];
    float logits[N];
    memcpy(kept, labels, sizeof kept);
    for (size_t i = 0; i < N; i++)
        labels[i] %= 2;
    loss_dataset *data = make_data(false, 2);
    loss_result r = LOSS_RESULT_INIT;
    double sum = 0, right = 0;
    assert_int_equal(loss_net_evaluate(net, data, NULL, &r), LOSS_ERR_SHAPE);
    assert_int_equal(loss_net_set_loss(net, "bce"), LOSS_OK);
    assert_int_equal(loss_net_evaluate(net, data, NULL, &r), LOSS_OK);
    assert_int_equal(loss_net_logits(net, N, values, logits), LOSS_OK);
    for (size_t i = 0; i < N; i++) {
        sum += binary((double)logits[i], labels[i]);
        right += (logits[i] > 0) == labels[i];
    }
    assert_near(r.loss, sum / N, "loss", "bce");
    assert_near(r.accuracy, 100 * right / N, "accuracy", "bce");
    memcpy(labels, kept, sizeof kept);
    loss_dataset_free(data);
    loss_net_free(net);
}

/* The L2 term is added to the loss and to nothing else of the result. */
static void test_l2(void **state)
{
    (void)state;
    loss_net *net = make_net(CLASSES);
    loss_dataset *data = make_data(false, CLASSES);
    loss_result plain_result = LOSS_RESULT_INIT, r = LOSS_RESULT_INIT;
    float w[SIZE * CLASSES], b[CLASSES];
    double sum = 0;
    loss_net_get(net, 0, w);
    loss_net_get(net, 1, b);
    for (size_t j = 0; j < SIZE * CLASSES; j++)
        sum += (double)w[j] * (double)w[j];
    for (size_t j = 0; j < CLASSES; j++)
        sum += (double)b[j] * (double)b[j];
    assert_int_equal(loss_net_evaluate(net, data, NULL, &plain_result), LOSS_OK);
    assert_int_equal(loss_net_set_l2(net, 0.4), LOSS_OK);
    assert_int_equal(loss_net_evaluate(net, data, NULL, &r), LOSS_OK);
    assert_near(r.loss, plain_result.loss + 0.2 * sum, "loss", "l2");
    assert_true(r.standard_error == plain_result.standard_error &&
                r.accuracy == plain_result.accuracy);
    assert_int_equal(loss_net_set_loss(net, "mse:onehot=1"), LOSS_OK);
    assert_true(loss_net_l2(net) == 0.4); /* another loss, the same term */
    loss_dataset_free(data);
    loss_net_free(net);
}

static double own_value(const loss_function_call *call, void *user)
{
    double loss = 0, scale = *(const double *)user;
    for (size_t k = 0; k < call->n_outputs; k++) {
        double d = call->outputs[k] - (call->label == k);
        loss += scale * d * d / (double)call->n_outputs;
        call->gradient[k] = scale * 2 * d / (double)call->n_outputs;
    }
    return loss;
}

static void own_tangent(const loss_function_call *call, void *user)
{
    for (size_t k = 0; k < call->n_outputs; k++)
        call->gradient_tangent[k] =
            *(const double *)user * 2 * call->tangents[k] / (double)call->n_outputs;
}

/* A function of the caller's, against the loss that it is. */
static void test_function(void **state)
{
    (void)state;
    double one = 1;
    loss_net *net = make_net(CLASSES), *own = make_net(CLASSES);
    loss_dataset *data = make_data(false, CLASSES);
    loss_function f = LOSS_FUNCTION_INIT;
    f.name = "mine";
    f.value = own_value;
    f.tangent = own_tangent;
    f.user = &one;
    assert_int_equal(loss_net_set_loss(net, "mse:onehot=1"), LOSS_OK);
    assert_int_equal(loss_net_set_function(own, &f), LOSS_OK);
    assert_string_equal(loss_net_loss(own), "mine");
    loss_result a = LOSS_RESULT_INIT, b = LOSS_RESULT_INIT;
    assert_int_equal(loss_net_evaluate(net, data, NULL, &a), LOSS_OK);
    assert_int_equal(loss_net_evaluate(own, data, NULL, &b), LOSS_OK);
    assert_near(b.loss, a.loss, "loss", "mine");
    assert_true(a.accuracy == b.accuracy);
    loss_curvature *of_net, *of_own;
    float v[SIZE * CLASSES + CLASSES] = {0}, p[2][SIZE * CLASSES + CLASSES];
    for (size_t j = 0; j < SIZE * CLASSES; j++)
        v[j] = (float)cos((double)j);
    assert_int_equal(loss_curvature_create(&of_net, net, data, NULL), LOSS_OK);
    assert_int_equal(loss_curvature_create(&of_own, own, data, NULL), LOSS_OK);
    assert_int_equal(loss_curvature_hvp(of_net, v, p[0]), LOSS_OK);
    assert_int_equal(loss_curvature_hvp(of_own, v, p[1]), LOSS_OK);
    for (size_t j = 0; j < SIZE * CLASSES; j++)
        assert_near((double)p[1][j], (double)p[0][j], "product", "mine");
    loss_curvature_free(of_net);
    loss_curvature_free(of_own);
    f.tangent = NULL;
    assert_int_equal(loss_net_set_function(own, &f), LOSS_OK);
    assert_int_equal(loss_curvature_create(&of_own, own, data, NULL), LOSS_ERR_ARGUMENT);
    loss_dataset_free(data);
    loss_net_free(net);
    loss_net_free(own);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values), cmocka_unit_test(test_one_output), cmocka_unit_test(test_l2),
        cmocka_unit_test(test_function)};
    return cmocka_run_group_tests(tests, fill, NULL);
}
