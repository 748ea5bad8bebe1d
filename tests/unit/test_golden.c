/* Small networks of each family against PyTorch (tests/golden/make.py): logits, loss, and three
 * steps of SGD (where make.py has them) with momentum, Nesterov and weight decay. Weights and
 * images come from the hash that make.py uses, bit by bit. All of it is run with the kernel set
 * "blas" (in a child process, as LOSS_ISA chooses the set once), and with the fastest. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <loss/net.h>

#include "formats/read.h"
#include "golden/case.h"
#include "net/backprop.h"
#include "train/sgd.h"

enum { BATCH = 10, STEPS = 3, N_IMAGES = BATCH * STEPS, N_SAMPLES = 4, CLASSES = GOLDEN_CLASSES };

/* The seeds of the cases keep every ReLU 2e-6 away from its kink, so that rounding does not
 * decide which side it is on. Winograd's rounding is larger: a ReLU that falls on the other side
 * changes the gradient by that much. */
static const double ROUNDING_OF_WINOGRAD = 30;
static double slack = 1;

static void check_close(const char *what, const char *where, double found, double expected,
                        double tolerance)
{
    if (!(fabs(found - expected) <= tolerance))
        fail_msg("%s of %s is %.9g; PyTorch has %.9g (off by %.2g, allowed %.2g)", what, where,
                 found, expected, fabs(found - expected), tolerance);
}

static double element(const cJSON *array, size_t i)
{
    return cJSON_GetNumberValue(cJSON_GetArrayItem(array, (int)i));
}

static void test_evaluation(void **state)
{
    golden g = golden_open(*state, N_IMAGES);
    float logits[BATCH * CLASSES];
    assert_int_equal(loss_net_logits(g.net, BATCH, g.images, logits), LOSS_OK);
    const cJSON *expected = cJSON_GetObjectItemCaseSensitive(g.item, "logits");
    assert_int_equal(cJSON_GetArraySize(expected), BATCH * CLASSES);
    for (size_t i = 0; i < BATCH * CLASSES; i++)
        check_close("a logit", g.model, (double)logits[i], element(expected, i), 1e-4);
    loss_result result = LOSS_RESULT_INIT;
    assert_int_equal(loss_net_evaluate(g.net, g.data, NULL, &result), LOSS_OK);
    double loss = golden_number(g.item, "loss");
    check_close("the loss", g.model, result.loss, loss, 1e-5 * loss);
    golden_close(&g);
}

/* The images of one step. */
typedef struct step {
    const golden *golden;
    size_t first;
} step;

static const float *put_image(void *user, size_t i, float *buffer)
{
    (void)buffer;
    const step *s = user;
    const golden *g = s->golden;
    return g->images + (s->first + i) * g->image_size;
}

static void train(const golden *g)
{
    lossi_backprop *backprop;
    lossi_sgd sgd;
    const cJSON *expected = cJSON_GetObjectItemCaseSensitive(g->item, "step_losses");
    assert_int_equal(lossi_backprop_create(&backprop, g->net, BATCH, 2), LOSS_OK);
    assert_int_equal(lossi_sgd_create(&sgd, g->net, 0.9, 5e-4, true), LOSS_OK);
    for (size_t s = 0; s < STEPS; s++) {
        step images = {g, s * BATCH};
        const uint32_t *labels = loss_dataset_labels(g->data) + s * BATCH;
        lossi_batch batch = {.n = BATCH, .labels = labels, .image = put_image, .user = &images};
        double loss;
        size_t correct;
        assert_int_equal(lossi_backprop_run(backprop, g->net, &batch, &loss, &correct), LOSS_OK);
        lossi_sgd_step(&sgd, g->net, backprop, golden_number(g->item, "lr"));
        check_close("the loss before a step", g->model, loss, element(expected, s),
                    slack * 1e-4 * element(expected, s));
    }
    lossi_sgd_free(&sgd);
    lossi_backprop_free(backprop);
}

static double distance(size_t n, const float *a, const float *b)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += ((double)a[i] - (double)b[i]) * ((double)a[i] - (double)b[i]);
    return sqrt(sum);
}

/* One tensor after the steps: [name, norm, norm of its change, [samples]]. The change has a
 * bound of its own, since what weight decay does is less than 1e-4 of the weights; the rounding
 * of weights in float32 is forgiven. */
static void check_tensor(const golden *g, size_t t, const float *before, const float *after,
                         const cJSON *row)
{
    loss_tensor_info info = *loss_net_tensor(g->net, t);
    assert_string_equal(info.name, cJSON_GetStringValue(cJSON_GetArrayItem(row, 0)));
    float *zeros = test_calloc(info.count, sizeof *zeros);
    double norm = element(row, 1), change = element(row, 2),
           typical = norm / sqrt((double)info.count);
    check_close("norm", info.name, distance(info.count, after, zeros), norm, slack * 1e-4 * norm);
    check_close("change", info.name, distance(info.count, after, before), change,
                slack * 1e-3 * change + 3e-7 * norm);
    for (size_t k = 0; k < N_SAMPLES; k++) {
        double value = (double)after[k * info.count / N_SAMPLES];
        check_close("a value", info.name, value, element(cJSON_GetArrayItem(row, 3), k),
                    slack * 1e-4 * typical);
    }
    test_free(zeros);
}

/* The whole of PyTorch's state_dict after the steps. */
static void check_file(const golden *g, const char *file)
{
    char name[256], path[4096];
    lossi_arrays arrays;
    snprintf(name, sizeof name, "%s-after.safetensors", file);
    golden_path(path, sizeof path, name);
    assert_int_equal(lossi_arrays_read(path, NULL, &arrays, NULL), LOSS_OK);
    for (size_t t = 0; t < loss_net_n_tensors(g->net); t++) {
        loss_tensor_info info = *loss_net_tensor(g->net, t);
        const lossi_array *expected = lossi_arrays_find(&arrays, info.name);
        assert_non_null(expected);
        assert_int_equal(expected->count, info.count);
        float *values = test_malloc(info.count * sizeof *values),
              *zeros = test_calloc(info.count, sizeof *zeros);
        float *wanted = test_malloc(info.count * sizeof *wanted);
        lossi_array_floats(expected, wanted);
        loss_net_get(g->net, t, values);
        double typical = distance(info.count, wanted, zeros) / sqrt((double)info.count);
        for (size_t i = 0; i < info.count; i++)
            check_close("a value", info.name, (double)values[i], (double)wanted[i],
                        slack * 1e-4 * typical);
        test_free(wanted);
        test_free(values);
        test_free(zeros);
    }
    lossi_arrays_free(&arrays);
}

static void test_steps(void **state)
{
    golden g = golden_open(*state, N_IMAGES);
    size_t n = loss_net_n_tensors(g.net);
    const cJSON *rows = cJSON_GetObjectItemCaseSensitive(g.item, "after");
    assert_int_equal(cJSON_GetArraySize(rows), n);
    float **before = test_calloc(n, sizeof *before);
    for (size_t t = 0; t < n; t++) {
        before[t] = test_malloc(loss_net_tensor(g.net, t)->count * sizeof **before);
        loss_net_get(g.net, t, before[t]);
    }
    train(&g);
    for (size_t t = 0; t < n; t++) {
        float *after = test_malloc(loss_net_tensor(g.net, t)->count * sizeof *after);
        loss_net_get(g.net, t, after);
        check_tensor(&g, t, before[t], after, cJSON_GetArrayItem(rows, (int)t));
        test_free(after);
        test_free(before[t]);
    }
    test_free(before);
    if (golden_text(g.item, "file"))
        check_file(&g, golden_text(g.item, "file"));
    golden_close(&g);
}

int main(void)
{
    cJSON *cases = golden_read("cases.json");
    size_t n = cases ? (size_t)cJSON_GetArraySize(cases) : 0;
    struct CMUnitTest *tests = calloc(2 * n + 1, sizeof *tests);
    char(*names)[128] = calloc(2 * n + 1, sizeof *names);
    if (!n || !tests || !names)
        return 1;
    size_t n_tests = 0;
    for (size_t i = 0; i < 2 * n; i++) {
        cJSON *item = cJSON_GetArrayItem(cases, (int)(i / 2));
        bool is_training = i % 2;
        if (is_training && !cJSON_HasObjectItem(item, "after"))
            continue;
        snprintf(names[i], sizeof names[i], "%s %s", is_training ? "three steps" : "evaluation",
                 golden_text(item, "model"));
        tests[n_tests++] = (struct CMUnitTest){names[i], is_training ? test_steps : test_evaluation,
                                               NULL, NULL, item};
    }
    pid_t child = fork();
    if (child == 0) {
        setenv("LOSS_ISA", "blas", 1);
        _exit(_cmocka_run_group_tests("golden (blas)", tests, n_tests, NULL, NULL) != 0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    slack = strcmp(loss_isa(), "blas") == 0 ? 1 : ROUNDING_OF_WINOGRAD;
    int failed = _cmocka_run_group_tests("golden", tests, n_tests, NULL, NULL) +
                 !(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    free(tests);
    free(names);
    cJSON_Delete(cases);
    return failed;
}
